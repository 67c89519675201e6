"""What changed: rows that lead from one answer to the other, in plain words, with the causes that are known."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from forecast.engine.explain import ExplainedPart, Explanation
from forecast.engine.parts import PosteriorStatus
from forecast.forecaster import Forecaster
from forecast.reports.theme import NARROW, WIDE
from forecast.reports.waterfall import steps, switch_words, waterfall_chart
from tests.inked import check_picture, texts
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior

LOSS = {"loss": 1.24, "scale": "kaplan-webtext2"}
NOW = "2026-11-20-0123456789ab"


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(300))


@cache
def shipped() -> Forecaster:
    return Forecaster.load("2026-11-20")


def explained(before: dict[str, object], after: dict[str, object]) -> Explanation:
    ask = forecaster().question
    return forecaster().explain(ask(**before), ask(**after))  # type: ignore[arg-type]


@cache
def explanations() -> dict[str, Explanation]:
    ask = shipped().question
    return {
        "posteriors": shipped().explain(ask(**LOSS, posterior="2021-12-15"), ask(**LOSS)),  # type: ignore[arg-type]
        "questions": explained({"flop": 1e29}, {"flop": 1e29, "budget_usd": 1e11, "scenario": "no-physical-limits"}),
        "probability": explained({"flop": 1e45}, {"flop": 1e30, "budget_usd": 1e12, "algorithms": "8mo"}),
        "nothing moves": explained({"flop": 1e20}, {"flop": 1e20, "budget_usd": 1e9}),
        "the same": explained({"flop": 1e29}, {"flop": 1e29}),
        "many": made(*(2.0 / (k + 1) for k in range(12))),
        "sooner and later": made(3.0, -2.0, 0.04, -0.03),
    }


def made(*changes: float) -> Explanation:
    names = ("payer", "law", "algorithms", "scenario.chips", "scenario.run.months", "scenario.compute.g_spend")
    parts = [
        ExplainedPart(names[k] if k < len(names) else f"scenario.made_up.{k}", f"from {k} to {k + 1}", change)
        for k, change in enumerate(changes)
    ]
    gate = PosteriorStatus(NOW, "PASSED", (), None)
    return Explanation("median", None, 2030.0, 2030.0 + sum(changes), tuple(parts), (gate,))


NAMES = ("posteriors", "questions", "probability", "nothing moves", "the same", "many", "sooner and later")


@pytest.mark.parametrize("name", shortened(NAMES))
def test_the_picture_is_whole_and_its_texts_are_clear_of_each_other(name: str) -> None:
    check_picture(waterfall_chart(explanations()[name], "the last report", "now"))


@pytest.mark.parametrize("name", NAMES)
def test_each_row_starts_where_the_last_one_ends(name: str) -> None:
    found = explanations()[name]
    rows = steps(found, "before", "after")
    assert all(one.end == pytest.approx(other.start) for one, other in pairwise(rows))
    scale = 1 if found.measure == "median" else 100
    assert (rows[0].start, rows[-1].end) == (found.value_before * scale, found.value_after * scale)


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_behind_it_have_every_part_and_sum_to_the_change(name: str) -> None:
    found = explanations()[name]
    rows = waterfall_chart(found, "before", "after").rows
    assert len(rows) == len(found.parts) + 2
    parts = [float(str(row[4])) for row in rows[1:-1]]
    assert sum(parts) == pytest.approx(float(str(rows[-1][4])), abs=1e-3)


def test_the_largest_part_comes_first_and_small_ones_are_folded() -> None:
    rows = steps(explanations()["many"], "before", "after")
    sizes = [abs(row.end - row.start) for row in rows[1:-2]]
    assert sizes == sorted(sizes, reverse=True) and len(rows) <= 10
    assert rows[-2].name == "5 others"
    assert [row.name for row in steps(explanations()["sooner and later"], "before", "after")][3] == "2 others"


def test_a_posteriors_part_says_its_causes() -> None:
    picture = waterfall_chart(explanations()["posteriors"], "the posterior as of 2021-12-15", "now")
    said = {box.text for box in texts(picture, WIDE)}
    assert "as-of date and data differ: refit needed to tell them apart" in said
    assert "cause: data" in said
    assert {"Compute, prices and spend", "Laws of losses"} <= said
    assert "refit needed" in {box.text for box in texts(picture, NARROW)}
    assert "Refit needed: only fits on mixtures tell" in picture.subtitle


def test_the_as_of_dates_are_in_a_picture_of_dates() -> None:
    rows = steps(explanations()["posteriors"], "the last report", "now")
    assert rows[0].asides[0] == f"as of {date(2021, 12, 15)}" and rows[-1].asides[0] == f"as of {date(2026, 11, 20)}"
    assert rows[0].as_of == pytest.approx(2021.956, abs=1e-2)
    assert all(row.as_of is None for row in steps(explanations()["probability"], "a", "b"))


def test_changes_have_their_sign_and_their_unit() -> None:
    told = [row.told for row in steps(made(3.0, -2.0, 0.06), "before", "after")]
    assert told == ["January 2030", "+3.0 years", "−2.0 years", "+0.06 years", "January 2031"]
    assert any(row.told.endswith(" points") for row in steps(explanations()["probability"], "a", "b"))


def test_a_title_tells_both_ends_and_the_largest_part() -> None:
    title = waterfall_chart(explanations()["sooner and later"], "the last report", "now").title
    assert title == (
        "The median moves from January 2030 (the last report) to January 2031 (now); "
        "the largest part: payer (+3.0 years)"
    )
    assert waterfall_chart(explanations()["nothing moves"], "a", "b").title.startswith("Nothing moves the median: ")


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("payer", "payer"),
        ("price_basis", "price of compute"),
        ("posterior.loss", "laws of losses"),
        ("scenario.data_movement", "limit of data movement"),
        ("scenario.scaling_break", "scaling break"),
        ("criterion + payer", "criterion and payer"),
    ],
)
def test_switches_in_plain_words(switch: str, said: str) -> None:
    assert switch_words(switch) == said
    assert "_" not in switch_words("scenario.compute.g_spend") and "." not in switch_words("scenario.run.months")
