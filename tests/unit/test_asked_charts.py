"""Any chart of a report for a question of its own: every kind is whole, and where there is none it says why."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from functools import cache
from typing import Any

import pytest

from forecast.batch.chart_kinds import BUDGETS_USD, COLOURS, COUNTS, KINDS, LAYOUTS, Asked
from forecast.errors import InputError, StoppedError
from forecast.families import LogNormal
from forecast.forecaster import Forecaster
from forecast.reports import drivers, fans, stories, theme
from forecast.reports.asked_charts import _MAKERS, Drawn, draw
from forecast.reports.theme import IN_PAGE, theme_of
from forecast.reports.theme import LAYOUTS as SIZES
from tests.homes import home_with
from tests.inked import check_picture
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior
from timelines.v1 import report_service_pb2 as pb

LOSS: dict[str, Any] = {"loss": 1.24, "scale": "kaplan-webtext2", "budget_usd": 1e9}
RUN: dict[str, Any] = {"flop": 2e29}
PAST = {"as_of": "2020-07-27"}
OTHERS = {"overlay": {"a tenth of the money": {**LOSS, "budget_usd": 1e8}}, "difference": {"no algorithms": RUN}}

# Which questions have no chart of a kind, and a word of the reason.
ABSENT: list[tuple[str, dict[str, Any], str]] = [
    ("cost", {**RUN, "inference_usd_per_100_pages": 0.01}, "100 pages"),
    ("budgets", {**RUN, "criterion": "on_trend"}, "no budget"),
    ("binding", {**RUN, "criterion": "on_trend"}, "fewer than two limits"),
    ("limits", {**RUN, "scenario": "no-physical-limits"}, "fewer than two physical limits"),
    ("loss", RUN, "no loss"),
    ("loss", {"loss": 1.24, "scale": "kaplan-webtext2", "payer": "unlimited"}, "unlimited"),
    ("hindsight", RUN, "earlier as-of"),
]


@pytest.fixture(scope="module")
def forecaster(tmp_path_factory: pytest.TempPathFactory) -> Forecaster:
    past = synthetic_posterior(300, as_of=date(2020, 7, 27))
    return Forecaster.load(home=home_with(tmp_path_factory.mktemp("home"), past, synthetic_posterior(300)))


def asked(forecaster: Forecaster, kind: str, **question: Any) -> list[Asked]:
    several = {"as asked": question, **(OTHERS[kind] if kind in COUNTS else {})}
    return [Asked(name, forecaster.question(**one)) for name, one in several.items()]


def drawn(forecaster: Forecaster, kind: str, **question: Any) -> Drawn:
    return draw(kind, forecaster, asked(forecaster, kind, **question))


@pytest.mark.parametrize("kind", shortened(tuple(KINDS)))
def test_every_kind_is_a_whole_picture(forecaster: Forecaster, kind: str) -> None:
    found = drawn(forecaster, kind, **LOSS, **(PAST if kind == "hindsight" else {}))
    assert found.picture is not None, found.absent
    assert not found.absent and found.gate.name
    check_picture(found.picture)


@pytest.mark.parametrize(("kind", "question", "why"), ABSENT, ids=lambda value: str(value)[:30])
def test_a_question_without_such_a_chart_says_why(
    forecaster: Forecaster, kind: str, question: dict[str, Any], why: str
) -> None:
    found = drawn(forecaster, kind, **question)
    assert found.picture is None and why in found.absent and found.gate.name


def test_two_equal_questions_have_nothing_between_them(forecaster: Forecaster) -> None:
    same = forecaster.question(**RUN)
    found = draw("difference", forecaster, [Asked("a", same), Asked("b", same)])
    assert found.picture is None and "same question" in found.absent


def test_the_charts_are_those_of_the_reports(forecaster: Forecaster) -> None:
    """The same words and numbers, by the same functions."""
    found = drawn(forecaster, "arrival", **LOSS).picture
    assert found is not None and found.csv() == stories.single(forecaster.when(**LOSS)).csv()
    price = drawn(forecaster, "price", **RUN).picture
    assert price is not None and price.csv() == fans.picture(drivers.price_fan(forecaster)).csv()
    cost = drawn(forecaster, "cost", **RUN).picture
    lines = draw("cost", forecaster, asked(forecaster, "cost", **RUN), BUDGETS_USD).picture
    assert cost is not None and lines is not None and cost.csv() == lines.csv()


def test_a_halving_time_of_ones_own_is_drawn(forecaster: Forecaster) -> None:
    found = drawn(forecaster, "algorithms", **LOSS, algorithms=LogNormal(5.0, 0.3), algorithms_ceiling_oom=4).picture
    assert found is not None and "halves every 5 months, as asked" in found.title
    assert max(float(str(row[-1])) for row in found.rows) <= 1e4 * 1.001
    check_picture(found)


def test_an_earlier_day_is_drawn_on_its_own_posterior(forecaster: Forecaster) -> None:
    for kind in ("frontier_compute", "arrival", "hindsight"):
        found = drawn(forecaster, kind, **RUN, criterion="on_trend", **PAST)
        assert found.picture is not None and "2020-07-27" in found.picture.description
        assert found.gate.name.startswith("2020-07-27")


def test_hindsight_tells_what_came(forecaster: Forecaster) -> None:
    found = drawn(forecaster, "hindsight", **RUN, **PAST).picture
    assert found is not None
    known = [float(str(row[-1])) for row in found.rows if row[-1] != ""]
    assert found.columns[-1] == "largest run known by then, flop"
    assert known == sorted(known) and len(known) < len(found.rows)
    inside, quarters = found.values["inside_80"], found.values["quarters"]
    assert 0 <= inside <= quarters and f"in {inside} of the {quarters} quarters since" in found.title


WRONG: list[tuple[str, list[tuple[str, dict[str, Any]]], str]] = [
    ("nothing", [("", RUN)], "kind"),
    ("arrival", [], "questions"),
    ("arrival", [("", RUN), ("b", RUN)], "questions"),
    ("overlay", [("a", RUN)], "questions"),
    ("overlay", [(str(i), RUN) for i in range(7)], "questions"),
    ("difference", [(str(i), RUN) for i in range(3)], "questions"),
    ("overlay", [("a", RUN), ("a", LOSS)], "questions[1].name"),
    ("price", [("", {"loss": 1.0, "scale": "nowhere"})], "questions[0].question.target.loss.scale"),
    ("overlay", [("a", RUN), ("b", {"loss": 1.0, "scale": "nowhere"})], "questions[1].question.target.loss.scale"),
    ("tornado", [("", {**RUN, "as_of": "2019-01-01"})], "questions[0].question.as_of"),
]


@pytest.mark.parametrize(("kind", "questions", "field"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_named(
    forecaster: Forecaster, kind: str, questions: list[tuple[str, dict[str, Any]]], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        draw(kind, forecaster, [Asked(name, forecaster.question(**one)) for name, one in questions])
    assert caught.value.field == field


def test_work_that_nobody_waits_for_stops(forecaster: Forecaster) -> None:
    def gone() -> None:
        raise StoppedError("gone")

    for kind in KINDS:
        with pytest.raises(StoppedError):
            draw(kind, forecaster, asked(forecaster, kind, **LOSS), checkpoint=gone)


def test_names_are_those_of_the_protos() -> None:
    assert set(_MAKERS) == set(KINDS)
    for enum, prefix, names in (
        (pb.ChartKind, "CHART_KIND", KINDS),
        (pb.ChartLayout, "CHART_LAYOUT", LAYOUTS),
        (pb.ChartColours, "CHART_COLOURS", COLOURS),
    ):
        assert [f"{prefix}_{name.upper()}" for name in names] == enum.keys()[1:]
    assert (tuple(SIZES), tuple(theme.COLOURS)) == (LAYOUTS, COLOURS)


def test_a_chart_with_its_title_is_still_and_one_without_is_live() -> None:
    for colours in COLOURS:
        assert theme_of("narrow", colours, titled=True).interactive is False
        assert theme_of("narrow", colours).interactive is True
    assert theme_of(colours="css_variables").palette is IN_PAGE


@cache
def loaded() -> set[str]:
    """What a program that draws a chart has in memory."""
    code = "import sys, forecast.reports.asked_charts; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_chart_needs_no_tables() -> None:
    """Eighty megabytes of a server's memory."""
    assert not {"pandas", "pyarrow", "xarray", "scipy"} & loaded()
