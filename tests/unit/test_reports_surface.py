"""The surface of probability over dates and budgets: its lines are the answers' own, and what no sum helps is named."""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from forecast.forecaster import Forecaster
from forecast.reports.picture import Picture
from forecast.reports.surface import surface_chart
from forecast.reports.surface_data import PROBABILITIES, surface_of
from forecast.reports.theme import MEDIUM, NARROW, WIDE, Layout
from tests.inked import check_picture, texts
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior

QUESTIONS: dict[str, dict[str, object]] = {
    "loss": {"loss": 1.24, "scale": "kaplan-webtext2"},
    "loss out of reach": {"loss": 0.6, "scale": "kaplan-webtext2"},
    "FLOP without a law": {"flop": 1e29, "budget_usd": 1e9},
    "for nothing": {"flop": 1e18},
    "past all money": {"flop": 1e45},
    "near horizon": {"flop": 1e29, "horizon": "2027-03"},
    "horizon in the as-of month": {"flop": 1e29, "horizon": "2026-11"},
    "whatever it costs": {"flop": 1e29, "payer": "unlimited"},
    "on trend": {"flop": 1e29, "criterion": "on_trend"},
}


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(300))


@cache
def picture(name: str) -> Picture:
    return surface_chart(forecaster(), forecaster().question(**QUESTIONS[name]))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", shortened(QUESTIONS))
def test_the_picture_is_whole_and_its_texts_are_clear_of_each_other(name: str) -> None:
    check_picture(picture(name))


def test_as_of_2020_there_is_a_surface_too() -> None:
    early = Forecaster(synthetic_posterior(200, as_of=date(2020, 7, 27)))
    made = surface_chart(early, early.question(loss=1.24, scale="kaplan-webtext2"))
    check_picture(made)
    assert "as of 2020-07-27" in {box.text for box in texts(made, WIDE)}


@pytest.mark.parametrize("name", ["loss", "FLOP without a law"])
def test_the_lines_keep_their_order(name: str) -> None:
    for row in picture(name).rows:
        values = [math.inf if value == "none" else float(str(value)) for value in row[1:-1]]
        assert all(low <= high for low, high in pairwise(values))


def test_a_sum_on_a_line_is_enough_with_its_probability() -> None:
    question = forecaster().question(flop=1e29)
    surface = surface_of(forecaster(), question)
    k = len(surface.decimal_year) // 2
    sums = [10**value for value in surface.values[:, k].tolist() if math.isfinite(value)]
    year = float(surface.decimal_year[k])
    day = f"{int(year)}-{int(year % 1 * 12) + 1:02d}-15"
    found = forecaster().required_budget(question, [day], [sum_ * 1.0001 for sum_ in sums]).surface
    assert found is not None and len(sums) > 2
    for told, expected in zip(found.probability, PROBABILITIES, strict=False):
        assert told == pytest.approx(expected, abs=0.01)


def test_the_title_tells_the_first_date_with_even_odds() -> None:
    surface = surface_of(forecaster(), forecaster().question(flop=1e29))
    since = surface.since(1e12)
    assert since is not None
    k = surface.decimal_year.tolist().index(since)
    assert surface.values[2, k] <= 12 < surface.values[2, k - 1]
    assert f" {int(since)} on with $1tn" in picture("FLOP without a law").title


def test_where_no_sum_is_enough_is_told_by_its_share() -> None:
    made = picture("FLOP without a law")
    for row in made.rows:
        none = sum(value == "none" for value in row[1:-1])
        assert none == sum(p > 1 - float(str(row[-1])) + 1e-9 for p in PROBABILITIES)
    assert any("no sum is enough" in box.text for box in texts(made, NARROW))
    assert "limits other than money forbid the run" in made.subtitle


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=lambda layout: layout.name)
def test_lines_are_named_where_they_are_drawn(layout: Layout) -> None:
    said = {box.text.replace("\N{NO-BREAK SPACE}", " ") for box in texts(picture("FLOP without a law"), layout)}
    assert {"90 %", "75 %", "50 %"} <= said


@pytest.mark.parametrize(("name", "said"), [("for nothing", "over 90 %"), ("past all money", "under 10 %")])
def test_a_surface_without_lines_says_what_it_is(name: str, said: str) -> None:
    told = {box.text.replace("\N{NO-BREAK SPACE}", " ") for box in texts(picture(name), NARROW)}
    assert said in told


def test_no_even_odds_are_told_as_such() -> None:
    assert picture("past all money").title.endswith("no even odds by 2060, not even with $1tn")
    assert picture("for nothing").title.endswith("even odds already with $1M")


def test_payer_and_criterion_have_no_part_in_it() -> None:
    assert picture("FLOP without a law").rows == picture("whatever it costs").rows == picture("on trend").rows
