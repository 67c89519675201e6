"""Scenarios over each other: curves that can be told apart and hidden, the whole mass of each, their percentiles."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from forecast.engine.answer import Answer
from forecast.engine.question import Question, Scenario, Target
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.reports import stories
from forecast.reports.arrival_curves import LOOKS
from forecast.reports.overlay import PERCENTILES, overlay_chart, percentile_table
from forecast.reports.picture import Picture
from forecast.reports.theme import MEDIUM, NARROW, WIDE, Layout, Theme
from tests.inked import check_picture, marks, texts
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior

SWITCHES = ("power", "chips", "data", "data_movement")


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(300))


@cache
def answers() -> tuple[tuple[str, Answer], ...]:
    ask = forecaster().when
    free = Scenario("free", switches=tuple((name, False) for name in SWITCHES))  # type: ignore[arg-type]
    run = Question(Target.training_flop(1e29))
    return (
        ("baseline", forecaster().ask(run)),
        ("no limits", forecaster().ask(run.under(free))),
        ('Kaplan\'s "own" \\ law', ask(loss=1.24, scale="kaplan-webtext2", law="kaplan")),
        ("none at all", ask(flop=1e60)),
        ("already", ask(flop=1e20)),
        ("$1bn", ask(flop=1e29, budget_usd=1e9)),
    )


@cache
def picture(count: int) -> Picture:
    return overlay_chart(answers()[:count])


@pytest.mark.parametrize("count", shortened(range(2, 7)))
def test_the_picture_is_whole_and_its_texts_are_clear_of_each_other(count: int) -> None:
    check_picture(picture(count))


@pytest.mark.parametrize("chosen", [(3, 4), (3,) * 2, (4, 3, 0, 1)], ids=str)
def test_none_and_all_have_curves_too(chosen: tuple[int, ...]) -> None:
    check_picture(overlay_chart([(f"s{i}", answers()[k][1]) for i, k in enumerate(chosen)]))


@pytest.mark.parametrize("count", [3, 6])
def test_the_rows_are_the_distributions_and_what_lies_outside(count: int) -> None:
    made = picture(count)
    for k, (_, answer) in enumerate(answers()[:count], 1):
        told = [float(str(row[k])) for row in made.rows[:-2]]
        assert np.allclose(told, answer.cdf.probability, atol=1e-5)
        assert float(str(made.rows[-2][k])) == pytest.approx(answer.p_beyond_horizon, abs=1e-5)
        assert float(str(made.rows[-1][k])) == pytest.approx(answer.p_never, abs=1e-5)


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=lambda layout: layout.name)
def test_every_curve_has_its_bar_of_the_whole_mass_and_its_key(layout: Layout) -> None:
    keys = {box.text for box in texts(picture(6), layout)}
    assert {str(i) for i in range(1, 7)} <= keys
    assert all(f"{i} {name}" in picture(6).subtitle for i, (name, _) in enumerate(answers(), 1))


@pytest.mark.parametrize("count", range(2, 7))
def test_every_curve_can_be_hidden_by_a_name_of_its_layers(count: int) -> None:
    made = picture(count)
    assert len(made.curves) == count
    for i in range(count):
        assert marks(made, NARROW, f"curve_{i}_")


def test_no_two_curves_look_alike() -> None:
    assert len(set(LOOKS)) == len(LOOKS) == 6


def test_scenarios_that_start_at_other_dates_are_strips() -> None:
    shorter = forecaster().when(flop=1e29, horizon="2050-12")
    made = overlay_chart([("long", answers()[0][1]), ("short", shorter)])
    assert made.slug == "scenarios" and made.columns[0] == "scenario"
    check_picture(made)


@pytest.mark.parametrize("names", [("a",), ("a", "a"), tuple("abcdefg")], ids=str)
def test_too_few_too_many_or_equal_names_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="give 2 to 6"):
        overlay_chart([(name, answers()[0][1]) for name in names])


def test_names_that_begin_alike_are_told_apart_under_their_bars() -> None:
    made = overlay_chart([("gwern-2020-compute", answers()[0][1]), ("gwern-2020-cost", answers()[1][1])])
    assert {"1", "2"} <= {box.text for box in texts(made, NARROW)}


def test_the_table_has_every_percentile_and_what_lies_outside() -> None:
    table = percentile_table(answers())
    assert len(table.rows) == 6 and {len(row) for row in table.rows} == {len(table.headings)}
    assert table.headings[1 : 1 + len(PERCENTILES)] == ("5 %", "10 %", "25 %", "50 %", "75 %", "90 %", "95 %")
    base, nothing, already = table.rows[0], table.rows[3], table.rows[4]
    answer = answers()[0][1]
    assert base[4] == str(int(answer.median))
    assert base[8] == f"{answer.p_by(2030):.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    assert set(nothing[1:8]) <= {"beyond", "never"} and set(already[1:8]) == {"now"}


def test_a_single_curve_has_its_interval_shaded_and_its_median_dashed() -> None:
    made = stories.single(answers()[0][1])
    check_picture(made)
    spec = made.spec(Theme())
    low, high = answers()[0][1].interval(0.8)
    (area,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "area"]
    years = [row["year"] for row in spec["datasets"][area["data"]["name"]]]
    assert (years[0], years[-1]) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    uprights = [
        spec["datasets"][layer["data"]["name"]][0]
        for layer in spec["layer"]
        if layer["mark"]["type"] == "rule" and layer["mark"].get("strokeDash")
    ]
    assert {"year": answers()[0][1].median, "low": 0.0, "high": 0.5} in uprights
    said = {box.text.replace("\N{NO-BREAK SPACE}", " ") for box in texts(made, NARROW)}
    assert f"80 %: {int(low)} to {int(high)}" in said


@pytest.mark.parametrize("k", [3, 4])
def test_a_single_curve_of_none_or_all_is_whole_too(k: int) -> None:
    made = stories.single(answers()[k][1])
    check_picture(made)
    assert "dashed: the median" not in made.subtitle


@pytest.mark.parametrize("horizon", ["2026-11", "2026-12"])
def test_a_horizon_in_the_as_of_month_leaves_a_chart(horizon: str) -> None:
    check_picture(stories.single(forecaster().when(flop=1e29, horizon=horizon)))
