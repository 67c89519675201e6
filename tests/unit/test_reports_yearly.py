"""Yearly bars: each draw in one place, nothing smoothed, the edges on a scale of their own."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest

from forecast.engine.answer import Answer
from forecast.forecaster import Forecaster
from forecast.reports.theme import DARK, LIGHT, MEDIUM, NARROW, WIDE, Layout, Theme
from forecast.reports.yearly import yearly_chart
from forecast.reports.yearly_data import years
from tests.inked import check_picture, texts
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior

QUESTIONS: dict[str, dict[str, object]] = {
    "loss": {"loss": 0.9, "scale": "kaplan-webtext2", "budget_usd": 1e9},
    "FLOP": {"flop": 1e29},
    "all already": {"flop": 1e20},
    "none": {"flop": 1e60},
    "near horizon": {"flop": 1e29, "horizon": "2029-03"},
    "horizon in the as-of month": {"flop": 1e29, "horizon": "2026-11"},
    "longest": {"flop": 1e29, "horizon": "2076-10"},
    "whatever it costs": {"flop": 1e30, "payer": "unlimited"},
}


@cache
def answer(name: str) -> Answer:
    return Forecaster(synthetic_posterior(300)).when(**QUESTIONS[name])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_draw_stands_in_one_bar_or_one_column(name: str) -> None:
    found = answer(name)
    outside = found.p_already + found.p_beyond_horizon + found.p_never
    assert sum(one.probability for one in years(found)) + outside == pytest.approx(1)
    assert sum(float(str(row[3])) for row in yearly_chart(found).rows) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", shortened(QUESTIONS))
def test_the_picture_is_whole_and_its_texts_are_clear_of_each_other(name: str) -> None:
    check_picture(yearly_chart(answer(name)))


def test_bars_run_from_the_as_of_year_to_the_horizon_and_say_what_they_hold() -> None:
    bars = years(answer("near horizon"))
    assert [(one.year, one.first, one.last) for one in bars] == [
        (2026, 12, 12),
        (2027, 1, 12),
        (2028, 1, 12),
        (2029, 1, 3),
    ]
    subtitle = yearly_chart(answer("near horizon")).subtitle
    assert "2026 begins with December and 2029 ends with March." in subtitle


def test_an_as_of_date_in_december_has_no_bar_of_that_year() -> None:
    earlier = Forecaster(synthetic_posterior(200, as_of=date(2021, 12, 15)))
    assert years(earlier.when(flop=1e27))[0].year == 2022


def test_each_bar_is_what_the_distribution_gains_in_its_year() -> None:
    found = answer("FLOP")
    for one in years(found)[1:]:
        assert one.probability == pytest.approx(found.p_by(one.year) - found.p_by(one.year - 1))


def test_the_median_is_darkest_and_the_80_percent_interval_darker() -> None:
    found = answer("FLOP")
    low, high = (int(end) for end in found.interval(0.8))
    by_opacity: dict[float, list[int]] = {}
    for one in years(found):
        by_opacity.setdefault(one.opacity, []).append(one.year)
    assert by_opacity[max(by_opacity)] == [int(found.median)]
    assert set(by_opacity[sorted(by_opacity)[1]]) == set(range(low, high + 1)) - {int(found.median)}
    assert f"median {int(found.median)}" in {box.text for box in texts(yearly_chart(found), NARROW)}


@pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=lambda layout: layout.name)
def test_the_columns_at_the_edges_are_named_and_told(layout: Layout) -> None:
    said = [box.text for box in texts(yearly_chart(answer("loss")), layout)]
    assert {"already", "never"} <= set(said)
    assert any(text.startswith("beyond") for text in said)
    never = f"{answer('loss').p_never:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    assert never in said
    assert "as of 2026-11-20" in said


@pytest.mark.parametrize(("name", "said"), [("all already", "already with 100"), ("none", "no year to come")])
def test_a_chart_without_arrivals_says_so(name: str, said: str) -> None:
    picture = yearly_chart(answer(name))
    assert said in picture.title
    assert any(box.text.startswith("no arrival") for box in texts(picture, NARROW))


def test_thirty_five_bars_are_four_pixels_wide_on_a_phone() -> None:
    spec = yearly_chart(answer("FLOP")).spec(Theme(DARK, NARROW, interactive=True))
    widths = [
        row["until"] - row["year"]
        for rows in spec["datasets"].values()
        for row in rows
        if re.fullmatch(r"20\d\d", str(row.get("name", "")))
    ]
    assert len(widths) == 35 and min(widths) >= 4


def test_light_and_dark_differ_in_nothing_but_colours() -> None:
    picture = yearly_chart(answer("FLOP"))
    told = [re.sub(r"#[0-9a-f]{6}", "", picture.json(Theme(palette))) for palette in (LIGHT, DARK)]
    assert told[0] == told[1]
