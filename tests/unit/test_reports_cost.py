"""The cost of a target over time: the lines of money that its median comes under, and the draws without a cost."""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.reports.cost_chart import BUDGETS_USD, cost_chart
from forecast.reports.costs import cost_words, without_payer
from forecast.reports.picture import Picture
from forecast.reports.theme import MEDIUM, NARROW, WIDE, Layout
from forecast.reports.trajectories import trajectory_chart
from tests.inked import check_picture, texts
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior

DECADES = tuple(10.0**k for k in range(6, 13))
QUESTIONS: dict[str, dict[str, object]] = {
    "loss": {"loss": 1.24, "scale": "kaplan-webtext2"},
    "loss out of reach": {"loss": 0.6, "scale": "kaplan-webtext2"},
    "FLOP without a law": {"flop": 1e29, "budget_usd": 1e9},
    "for nothing": {"flop": 1e18},
    "past all money": {"flop": 1e45},
    "near horizon": {"flop": 1e29, "horizon": "2027-03"},
    "horizon in the as-of month": {"flop": 1e29, "horizon": "2026-11"},
    "whatever it costs": {"flop": 1e29, "payer": "unlimited"},
    "inference": {"loss": 1.3, "scale": "kaplan-webtext2", "inference_usd_per_100_pages": 0.1},
}


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(300))


@cache
def picture(name: str, budgets: tuple[float, ...] = BUDGETS_USD) -> Picture:
    return cost_chart(forecaster(), forecaster().question(**QUESTIONS[name]), budgets)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", shortened(QUESTIONS))
def test_the_picture_is_whole_and_its_texts_are_clear_of_each_other(name: str) -> None:
    check_picture(picture(name))


def test_as_of_2020_there_is_a_chart_too() -> None:
    early = Forecaster(synthetic_posterior(200, as_of=date(2020, 7, 27)))
    made = cost_chart(early, early.question(loss=1.24, scale="kaplan-webtext2"))
    check_picture(made)
    assert "as of 2020-07-27" in {box.text for box in texts(made, WIDE)}


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=lambda layout: layout.name)
@pytest.mark.parametrize("name", ["loss", "FLOP without a law", "past all money", "for nothing"])
def test_each_line_of_money_says_when_the_median_comes_under_it(name: str, layout: Layout) -> None:
    said = {box.text for box in texts(picture(name), layout)}
    assert all(any(text.startswith(f"{line}: ") for text in said) for line in ("$1M", "$1bn", "$1tn"))


@pytest.mark.parametrize("name", ["loss", "FLOP without a law"])
def test_a_crossing_is_the_first_month_at_which_the_fan_has_it(name: str) -> None:
    asked = without_payer(forecaster().question(**QUESTIONS[name]))  # type: ignore[arg-type]
    fan = forecaster().trajectory("cost_of_target", asked)
    median = fan.values[fan.probability.index(0.5)]
    told = picture(name, DECADES).values["crossings"]
    for one in told:
        under = np.flatnonzero(median <= math.log10(one["usd_2023"]))
        assert one["decimal_year"] == (float(fan.decimal_year[under[0]]) if len(under) else None)
    assert any(one["decimal_year"] and one["decimal_year"] > fan.decimal_year[0] for one in told)


def test_the_rows_hold_each_crossing_in_its_month() -> None:
    made = picture("FLOP without a law", DECADES)
    crossed = {row[-1]: row[0] for row in made.rows if row[-1] != ""}
    later = [one for one in made.values["crossings"] if one["decimal_year"] and one["decimal_year"] > 2027]
    assert later
    for one in later:
        assert crossed[one["usd_2023"]] == pytest.approx(one["decimal_year"], abs=1e-3)
        row = next(row for row in made.rows if row[-1] == one["usd_2023"])
        assert float(str(row[4])) <= one["usd_2023"]


def test_a_larger_sum_is_never_crossed_later() -> None:
    years = [one["decimal_year"] or math.inf for one in picture("FLOP without a law", DECADES).values["crossings"]]
    assert all(high <= low for low, high in pairwise(years))


def test_draws_without_a_finite_cost_are_told_by_their_share() -> None:
    answer = forecaster().when(loss=1.24, scale="kaplan-webtext2", algorithms="off")
    made = picture("loss")
    share = made.values["p_no_finite_cost"]
    assert 0 < share < 1
    assert share == pytest.approx(
        sum(r.probability for r in answer.never_reasons if "no compute" in r.reason), abs=0.05
    )
    said = f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    assert f"With {said} no compute reaches it" in made.subtitle
    assert any(box.text.startswith(said) for box in texts(made, WIDE))
    assert "no compute" not in picture("FLOP without a law").subtitle


def test_a_payer_has_no_part_in_what_a_target_costs() -> None:
    alone = cost_chart(forecaster(), forecaster().question(flop=1e29))
    assert alone.rows == picture("FLOP without a law").rows == picture("whatever it costs").rows


def test_a_median_outside_the_picture_is_said_to_be_there() -> None:
    for name, side in (("for nothing", "under"), ("past all money", "over")):
        assert f"median: {side} what is drawn" in {box.text for box in texts(picture(name), NARROW)}


def test_a_trajectory_of_the_cost_is_the_same_chart_and_refuses_a_payer() -> None:
    made = trajectory_chart(forecaster(), "cost_of_target", **QUESTIONS["loss"])
    assert made.rows == picture("loss").rows
    with pytest.raises(InputError, match="payer"):
        trajectory_chart(forecaster(), "cost_of_target", **QUESTIONS["FLOP without a law"])


@pytest.mark.parametrize(
    ("log10_usd", "said"),
    [(9.0, "$1bn"), (-7.0, "under a cent"), (26.0, "over $1,000tn"), (math.inf, "more than any sum")],
)
def test_costs_in_words(log10_usd: float, said: str) -> None:
    assert cost_words(log10_usd) == said
