"""Labels of bars and of small multiples: a part is told inside its bar or above it, never over another part."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.reports import arrivals, panels
from forecast.reports.arrivals import Arrivals, Curve
from forecast.reports.fan_data import PROBABILITIES, Series
from forecast.reports.panels import Panels
from forecast.reports.placing import text_width
from forecast.reports.theme import MEDIUM, NARROW, WIDE, Layout, Theme

YEARS = 2026 + 10.5 / 12 + np.arange(410) / 12
LAYOUTS = pytest.mark.parametrize("layout", [WIDE, MEDIUM, NARROW], ids=lambda layout: layout.name)
PART = re.compile(r"(beyond|never) ([<>]?\d+)")


def curve(short: str, already: float, beyond: float, never: float) -> Curve:
    rise = np.linspace(already, 1 - beyond - never, len(YEARS))
    return Curve(f"curve {short}", short, YEARS, rise, already, beyond, never, None)


def drawn(curves: list[Curve], layout: Layout) -> dict[str, Any]:
    chart = Arrivals("a", "A finding", "What is drawn", "probability", "2026-11-20", tuple(curves))
    return arrivals.picture(chart).spec(Theme(layout=layout))


def texts(spec: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, float]]]:
    """Every label: its mark, and where it is in data."""
    marks = [(layer["mark"], layer["data"]["name"]) for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    return [(mark, spec["datasets"][name][0]) for mark, name in marks]


def above(spec: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, float]]]:
    return [(mark, at) for mark, at in texts(spec) if at["level"] == 1.0 and PART.search(str(mark["text"]))]


def plain(text: object) -> str:
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


@LAYOUTS
def test_thin_parts_are_told_above_their_bar_by_its_name(layout: Layout) -> None:
    spec = drawn([curve("off", 0, 0.06, 0.02), curve("16 mo", 0.02, 0, 0), curve("8 mo", 0.57, 0.3, 0.004)], layout)
    assert [plain(mark["text"]) for mark, _ in above(spec)] == ["off: beyond 6 %, never 2 %", "8 mo: never <1 %"]
    inside = [mark["text"][0] for mark, _ in texts(spec) if isinstance(mark["text"], list) and len(mark["text"]) == 2]
    assert inside.count("never") == 0 and inside.count("beyond") == 1


@LAYOUTS
def test_bars_that_hold_all_their_words_leave_no_room_above(layout: Layout) -> None:
    spec = drawn([curve("all", 0.2, 0.3, 0.2)], layout)
    assert not above(spec)
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, 1]


def test_the_only_bar_needs_no_name() -> None:
    ((mark, _),) = above(drawn([curve("all", 0, 0.05, 0.03)], WIDE))
    assert plain(mark["text"]) == "beyond 5 %, never 3 %"


mass = st.sampled_from([0.0, 0.004, 0.02, 0.05, 0.065, 0.07, 0.08, 0.1, 0.3])


@LAYOUTS
@given(masses=st.lists(st.tuples(mass, mass, mass), min_size=1, max_size=3))
@settings(max_examples=10, deadline=None)
def test_each_part_is_told_once_and_no_words_leave_their_part(
    layout: Layout, masses: list[tuple[float, float, float]]
) -> None:
    curves = [curve(name, *parts) for name, parts in zip(("off", "16 mo", "8 mo"), masses, strict=False)]
    spec = drawn(curves, layout)
    top = spec["layer"][0]["encoding"]["y"]["scale"]["domain"][1]
    per_unit = layout.plot[1] / top
    parts = [
        (row["low"], row["high"])
        for rows in spec["datasets"].values()
        for row in rows
        if "high" in row and "low" in row
    ]
    inside = [(mark, at) for mark, at in texts(spec) if isinstance(mark["text"], list) and at["year"] > YEARS[-1]]
    for mark, at in inside:
        middles = [(low, high) for low, high in parts if (low + high) / 2 == pytest.approx(at["level"], abs=1e-9)]
        assert any((high - low) * per_unit >= 2 * mark["fontSize"] for low, high in middles)
    told = [mark["text"][0] for mark, _ in inside]
    told += [name for mark, _ in above(spec) for name, _ in PART.findall(str(mark["text"]))]
    for name, place in (("beyond", 1), ("never", 2)):
        assert told.count(name) == sum(parts_of[place] > 0 for parts_of in masses)
    _check_strip(spec, layout, top)


def _check_strip(spec: dict[str, Any], layout: Layout, top: float) -> None:
    """Labels above the bars: inside the plot, clear of it below and of each other."""
    left, right = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    width, room = layout.plot_sizes()[0][0], layout.plot[1] * (1 - 1 / top)
    rises = [-mark["dy"] for mark, _ in above(spec)]
    for mark, at in above(spec):
        end = (at["year"] - left) / (right - left) * width
        assert mark["align"] == "right" and end - text_width(mark["text"], mark["fontSize"]) > 0
        assert mark["fontSize"] / 2 <= -mark["dy"] <= room - mark["fontSize"] / 2
    assert all(b - a >= layout.small for a, b in pairwise(rises))


@LAYOUTS
def test_the_line_in_all_panels_is_named_in_the_first(layout: Layout) -> None:
    spread = np.array([-1.6, -1.2, -0.6, 0.0, 0.6, 1.2, 1.6])
    assert len(spread) == len(PROBABILITIES)
    years = YEARS - YEARS[0]

    def fan(name: str, start: float, rate: float) -> Series:
        return Series(YEARS, start + rate * years + spread[:, None] * (0.3 + 0.05 * years), name)

    frontier = 27.3 + 4 * (1 - np.exp(-years / 5))
    beside = Series(YEARS, np.tile(frontier, (len(PROBABILITIES), 1)), "frontier compute")
    held = (fan("chips", 29.5, 0.2), fan("power", 29, 0.2), fan("data", 30, 0.1), fan("data movement", 31, 0.1))
    chart = Panels("limits", "T 1", "S.", "compute", "flop", "2026-11-20", 2040.0, held, beside)
    spec = panels.picture(chart).spec(Theme(layout=layout))
    (named,) = [at for mark, at in texts(spec) if "frontier" in str(mark["text"])]
    assert 0 <= named["year"] <= 2040 - YEARS[0] + 1e-3
