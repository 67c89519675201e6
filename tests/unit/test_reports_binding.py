"""Which limit binds over time: shares that are the answers' own, every area named, nothing where there is one limit."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from forecast.forecaster import Forecaster
from forecast.reports.binding import LOOKS, binding_chart, binding_of
from forecast.reports.picture import Picture
from forecast.reports.theme import MEDIUM, NARROW, WIDE, Layout
from tests.inked import check_picture, texts
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior

QUESTIONS: dict[str, dict[str, object]] = {
    "loss": {"loss": 1.24, "scale": "kaplan-webtext2"},
    "fixed sum": {"flop": 1e29, "budget_usd": 1e9},
    "large sum": {"flop": 1e29, "budget_usd": 1e12},
    "whatever it costs": {"flop": 1e29, "payer": "unlimited"},
    "growing sum": {"flop": 1e29, "spend_usd": 1e10, "spend_from": "2026-01-01", "spend_growth": "0.1 to 0.5"},
    "near horizon": {"flop": 1e29, "horizon": "2029-03"},
    "horizon in the as-of month": {"flop": 1e29, "horizon": "2026-11"},
    "given a condition": {"flop": 1e29, "condition": "frontier_compute >= 1e28 by 2030-12-31"},
}


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(600))


@cache
def picture(name: str) -> Picture:
    made = binding_chart(forecaster(), forecaster().question(**QUESTIONS[name]))  # type: ignore[arg-type]
    assert made is not None
    return made


@pytest.mark.parametrize("name", shortened(QUESTIONS))
def test_the_picture_is_whole_and_its_texts_are_clear_of_each_other(name: str) -> None:
    check_picture(picture(name))


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_shares_of_every_date_are_all_draws(name: str) -> None:
    for row in picture(name).rows:
        assert sum(float(str(share)) for share in row[1:]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("name", ["loss", "fixed sum", "given a condition"])
def test_the_shares_are_those_of_an_answer_with_that_horizon(name: str) -> None:
    question = forecaster().question(**QUESTIONS[name])  # type: ignore[arg-type]
    found = binding_of(forecaster(), question)
    assert found is not None
    for horizon in ("2030-12", "2045-12", "2060-12"):
        answer = forecaster().ask(replace(question, horizon=horizon))
        k = [int(year) for year in found.decimal_year].index(int(horizon[:4]))
        told = {limit.limit: limit.share_at_horizon for limit in answer.binding_limits}
        assert told == {limit: pytest.approx(float(found.shares[i, k])) for i, limit in enumerate(found.limits)}


def test_a_fixed_sum_binds_more_than_a_larger_one() -> None:
    small, large = picture("fixed sum"), picture("large sum")
    pairs = zip(small.rows, large.rows, strict=True)
    assert all(float(str(one[1])) >= float(str(other[1])) for one, other in pairs)
    assert small.columns[1] == "share of draws: money"


def test_without_a_bound_on_money_there_is_no_area_of_it() -> None:
    assert not any("money" in column for column in picture("whatever it costs").columns)


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=lambda layout: layout.name)
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_area_is_named_inside_or_at_the_edge(name: str, layout: Layout) -> None:
    made = picture(name)
    said = " ".join(box.text for box in texts(made, layout))
    for i, column in enumerate(made.columns[1:], 1):
        shown = max(float(str(row[i])) for row in made.rows) > 0
        assert (column.removeprefix("share of draws: ").split()[-1] in said) >= shown


def test_the_title_tells_the_leaders_with_their_shares() -> None:
    made = picture("loss")
    (first, *_), shares = re.findall(r"(money|chips|power|data) in 2026 \((\d+)", made.title), made.rows[0][1:]
    assert int(first[1]) == round(100 * max(float(str(share)) for share in shares))


def test_one_limit_is_no_chart() -> None:
    early = Forecaster(synthetic_posterior(200, as_of=date(2020, 7, 27)))
    assert binding_chart(early, early.question(flop=1e26)) is None
    ask = forecaster().question
    assert binding_chart(forecaster(), ask(flop=1e29, criterion="on_trend")) is None
    assert binding_chart(forecaster(), ask(flop=1e29, scenario="no-physical-limits")) is None


def test_limits_of_one_hue_differ_by_opacity() -> None:
    assert len(set(LOOKS.values())) == len(LOOKS) == 5
    assert {role for role, _ in LOOKS.values()} == {"muted", "uncertainty", "third"}
