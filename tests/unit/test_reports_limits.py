"""Pictures of limits, of the inverses over dates and of single drivers; which limit is waited for on the page."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from altair.vegalite.v6.schema.core import load_schema
from jsonschema import Draft7Validator

from forecast.engine.driver_paths import UNITS
from forecast.errors import UnknownNameError
from forecast.forecaster import Forecaster
from forecast.reports import charts, limits, text
from forecast.reports.inverse_charts import budget_chart, budget_ends, loss_chart, usd_or_none, usd_ticks
from forecast.reports.picture import Picture
from forecast.reports.tables import MONEY_ONLY, Headline, headline
from forecast.reports.theme import DARK, IN_PAGE, LIGHT, NARROW, WIDE, Layout, Palette, Theme
from tests.synthetic import synthetic_posterior

LOSS = {"loss": 0.86, "scale": "kaplan-webtext2"}


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(200))


@cache
def answered() -> Headline:
    return headline(forecaster())


@cache
def pictures() -> tuple[Picture, ...]:
    held = limits.limits_picture(forecaster())
    assert held is not None
    return (
        held,
        loss_chart(forecaster(), {"budget_usd": 1e9}, ["2030-01-01", "2035-01-01"], "kaplan-webtext2"),
        budget_chart(forecaster(), {"flop": 1e29}, ["2032-01-01"], [1e9, 1e10]),
        budget_chart(forecaster(), {**LOSS, "horizon": "2029-01"}, ["2028-01-01"]),
        charts.fan_chart(forecaster(), "cost_of_target", **LOSS),
        charts.fan_chart(forecaster(), "limit_chips", scenario="slow-price"),
        charts.fan_chart(forecaster(), "algorithms"),
    )


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=lambda layout: layout.name)
def test_every_specification_is_valid_vega_lite(layout: Layout) -> None:
    validator = Draft7Validator(load_schema())
    for picture in pictures():
        validator.validate(picture.spec(Theme(layout=layout, interactive=True)))


@pytest.mark.parametrize("palette", [LIGHT, DARK, IN_PAGE], ids=["light", "dark", "page"])
def test_a_picture_has_no_colour_but_its_palettes(palette: Palette) -> None:
    allowed = {getattr(palette, role) for role in Palette.__slots__} | {"transparent"}
    for picture in pictures():
        found = set(
            re.findall(r'"(?:color|fill|stroke|\w+Color)":"([^"]+)"', picture.json(Theme(palette, titled=False)))
        )
        assert found <= allowed


def test_marks_are_clipped_and_every_picture_has_its_words_and_its_as_of_line() -> None:
    for picture in pictures():
        layers = picture.spec(Theme())["layer"]
        assert all(layer["mark"].get("clip") for layer in layers if layer["mark"]["type"] in ("area", "line"))
        assert any(str(layer["mark"].get("text", "")).startswith("as of 2026-11-20") for layer in layers)
        assert re.search(r"\d", picture.title) and not picture.title.endswith(".")
        assert picture.subtitle.endswith(".") and picture.description.endswith(".")
        assert {len(row) for row in picture.rows} == {len(picture.columns)}


def test_curves_of_equal_probability_keep_their_order_and_say_where_none_is_enough() -> None:
    budget = pictures()[3]
    assert any("none" in row for row in budget.rows)
    for row in budget.rows:
        values = [np.inf if value == "none" else float(str(value)) for value in row[1:]]
        assert all(low <= high for low, high in pairwise(values))


def test_the_numbers_behind_a_budget_are_the_answer_itself() -> None:
    picture = pictures()[2]
    question = forecaster().question(flop=1e29, quantiles=(0.1, 0.25, 0.5, 0.75, 0.9))
    (asked,) = forecaster().required_budget(question, ["2027-11-20"]).dates
    row = next(row for row in picture.rows if abs(float(str(row[0])) - 2027.88) < 0.01)
    expected = ["none" if q.value is None else pytest.approx(q.value, rel=1e-3) for q in asked.usd_2023]
    assert list(row[1:]) == expected


def test_money_on_an_axis() -> None:
    assert usd_or_none(9.0) == "$1bn" and usd_or_none(float("inf")) == "more than any sum"
    low, high = budget_ends(np.array([[-40.0, np.inf], [8.0, 70.0]]), [1e9])
    assert 2 < low < 3 < 15 < high < 16
    assert usd_ticks((8.5, 10.2)) == ((9.0, "$1bn"), (10.0, "$10bn"))


@pytest.mark.parametrize("driver", [name for name in UNITS if name != "cost_of_target"])
def test_every_driver_has_a_chart(driver: str) -> None:
    assert charts.fan_chart(forecaster(), driver).svg().startswith("<svg")  # type: ignore[arg-type]


def test_an_unknown_driver_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="limit_power"):
        charts.fan_chart(forecaster(), "limit_pwer")  # type: ignore[arg-type]


def test_a_limit_row_is_what_the_answers_say() -> None:
    rows = limits.limit_rows(answered())
    assert len(rows) == len(answered().blocks)
    for row in rows:
        assert sum(row.shares) == pytest.approx(1)
        assert row.years_added is None or row.years_added >= 0
    run = answered().rows[-3].answers["off"]
    shares = {limit.limit: limit.share_of_arrivals for limit in run.binding_limits}
    assert dict(zip(limits.NAMES, rows[-1].shares, strict=True)) == shares
    assert re.match(r"A run of 2e29 FLOP waits last for \w+ in \d+", limits.finding(rows))


def test_money_alone_is_never_later() -> None:
    for _, _, rows in answered().blocks:
        limited, free = rows[0], next(row for row in rows if row.payer == MONEY_ONLY)
        for kind, answer in limited.answers.items():
            assert free.answers[kind].p_by(2040) >= answer.p_by(2040)


def test_the_headline_in_words_has_the_limits() -> None:
    said = text.headline_text(answered())
    assert "waited for last, %" in said and "money only frontier spend with the limits" in said
    assert max(len(line) for line in said.splitlines()) <= 80
