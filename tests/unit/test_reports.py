"""Reports: words, labels that stay clear, charts, files of charts, the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from altair.vegalite.v6.schema.core import load_schema
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from forecast.forecaster import Forecaster
from forecast.reports import arrivals, drivers, fans, stories, words
from forecast.reports.arrivals import Arrivals, Curve
from forecast.reports.fan_data import PROBABILITIES, Fan, Level, Observed, Series
from forecast.reports.picture import Picture
from forecast.reports.placing import Canvas, Spot, Style, text_width, wrap
from forecast.reports.tables import Headline, headline
from forecast.reports.theme import DARK, IN_PAGE, LIGHT, NARROW, WIDE, Layout, Palette, Theme
from tests.synthetic import synthetic_posterior

YEARS = 2026 + 10.5 / 12 + np.arange(410) / 12


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(400))


@pytest.fixture(scope="module")
def answered(forecaster: Forecaster) -> Headline:
    return headline(forecaster)


@pytest.fixture(scope="module")
def pictures(forecaster: Forecaster, answered: Headline) -> list[Picture]:
    return [*stories.arrival_pictures(answered), *drivers.fan_pictures(forecaster, answered)]


def curve(start: float, middle: float, top: float, never: float) -> Curve:
    rise = 1 / (1 + np.exp(-(YEARS - middle)))
    probability = start + (top - start) * np.clip(rise, 0, 1)
    reached = np.searchsorted(probability, 0.5)
    return Curve(
        name="halving every 16 months",
        short="16 mo",
        decimal_year=YEARS,
        probability=probability,
        p_already=float(probability[0]),
        p_beyond=max(0.0, 1 - never - float(probability[-1])),
        p_never=never,
        median=float(YEARS[reached]) if 0 < reached < len(YEARS) else None,
    )


def arrival_picture(*curves: Curve) -> Picture:
    return arrivals.picture(Arrivals("a", "A finding", "What is drawn", "probability", "2026-11-20", curves))


# Words


@pytest.mark.parametrize(
    ("value", "said"),
    [(2e27, "2e27"), (6.94e29, "6.9e29"), (9.96e26, "1e27"), (3.392e26, "3.4e26"), (1.0, "1e0")],
)
def test_flop_are_written_as_forecasters_write_them(value: float, said: str) -> None:
    assert words.scientific(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1e9, "$1bn"),
        (1.64e9, "$1.6bn"),
        (47.2, "$47"),
        (9.96e8, "$1bn"),
        (1.5e5, "$150k"),
        (2e12, "$2tn"),
        (0.5, "$0.5"),
    ],
)
def test_money_has_its_usual_suffix(value: float, said: str) -> None:
    assert words.usd(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.001, "<1"), (0.006, "1"), (0.444, "44"), (0.994, "99"), (0.9999, ">99"), (1, "100")],
)
def test_only_nothing_is_nought_and_only_everything_is_a_hundred(value: float, said: str) -> None:
    assert words.percent(value, unit="") == said


def test_lines_break_to_their_width_and_never_before_a_percent_sign() -> None:
    sentence = "the pooled law at 44 % noise and more words that go on for a while " * 3
    lines = wrap(sentence.strip(), 120, 12)
    assert all(text_width(line, 12) <= 120 for line in lines)
    assert not any(line.startswith("%") for line in lines)
    assert " ".join(lines).replace("\N{NO-BREAK SPACE}", " ") == sentence.strip()


# Labels


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=8), st.integers(1, 12))
@example([(1.0, 0.0), (1.0, 0.9375), (0.125, 0.0), (0.125, 0.0), (0.1328125, 1.0)], 3)  # steeper than a column is wide
def test_a_placed_label_meets_no_line_no_label_and_no_edge(corners: list[tuple[float, float]], labels: int) -> None:
    sizes = [(300.0, 200.0), (700.0, 360.0)]
    x, y = np.sort([corner[0] for corner in corners]), np.array([corner[1] for corner in corners])
    x = x + np.arange(len(x)) * 1e-6
    canvas = Canvas(sizes)
    canvas.add_line(x, y)
    spots = [Spot(float(a), float(b), dx=5, dy=dy) for a in np.linspace(0, 1, 12) for b in y for dy in (-12, 12)]
    placed = [spot for _ in range(labels) if (spot := canvas.place(["label"], spots, 12)) is not None]
    for width, height in sizes:
        boxes = [_box(spot, width, height) for spot in placed]
        fine = np.linspace(x[0], x[-1], 5000)
        line_x, line_y = fine * width, np.interp(fine, x, y) * height
        for i, (left, right, bottom, top) in enumerate(boxes):
            assert left >= 0 and right <= width and bottom >= 0 and top <= height
            assert not np.any((line_x > left) & (line_x < right) & (line_y > bottom) & (line_y < top))
            for other in boxes[:i]:
                apart = left >= other[1] or other[0] >= right or bottom >= other[3] or other[2] >= top
                assert apart


def _box(spot: Spot, width: float, height: float) -> tuple[float, float, float, float]:
    left, middle = spot.x * width + spot.dx, spot.y * height + spot.dy
    return left, left + text_width("label", 12), middle - 6.6, middle + 6.6


def test_a_label_that_names_a_line_keeps_its_distance_from_the_others() -> None:
    canvas = Canvas([(400.0, 300.0)])
    canvas.add_line([0, 1], [0.5, 0.5], "mine")
    canvas.add_line([0, 1], [0.6, 0.6], "theirs")
    between, under = Spot(0.2, 0.55), Spot(0.2, 0.5, dy=-15)
    assert canvas.place(["x"], [between, under], 12, Style(names="mine", distance=20)) == under


# Charts


def all_pictures(pictures: list[Picture]) -> Iterator[Picture]:
    yield from pictures
    yield arrival_picture(curve(0.0, 2040, 1.0, 0.0))
    yield arrival_picture(curve(1.0, 2020, 1.0, 0.0))
    yield arrival_picture(curve(0.0, 2090, 0.0, 1.0))
    yield arrival_picture(curve(0.5, 2050, 0.9, 0.02), curve(0.0, 2050, 0.4, 0.59), curve(0.2, 2030, 0.99, 0.0))


def layers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from spec["layer"]


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=lambda layout: layout.name)
def test_every_specification_is_valid_vega_lite(pictures: list[Picture], layout: Layout) -> None:
    validator = Draft7Validator(load_schema())
    for picture in all_pictures(pictures):
        validator.validate(picture.spec(Theme(layout=layout, interactive=True)))


def test_marks_are_clipped_and_the_as_of_line_is_drawn(pictures: list[Picture]) -> None:
    for picture in pictures:
        marks = [layer["mark"] for layer in layers(picture.spec(Theme()))]
        assert all(mark.get("clip") for mark in marks if mark["type"] in ("area", "line"))
        assert any(mark["type"] == "rule" and mark["color"] == LIGHT.asked for mark in marks)
        assert any(str(mark.get("text", "")).startswith("as of 2026-11-20") for mark in marks)


@pytest.mark.parametrize("palette", [LIGHT, DARK, IN_PAGE], ids=["light", "dark", "page"])
def test_a_picture_has_no_colour_but_its_palettes(pictures: list[Picture], palette: Palette) -> None:
    allowed = {getattr(palette, role) for role in Palette.__slots__} | {"transparent"}
    for picture in pictures:
        spec = picture.json(Theme(palette, titled=False))
        found = set(re.findall(r'"(?:color|fill|stroke|\w+Color)":"([^"]+)"', spec))
        assert found <= allowed


def test_a_chart_states_the_whole_mass() -> None:
    picture = arrival_picture(curve(0.05, 2050, 0.5, 0.3))
    *months, beyond, never = picture.rows
    assert (beyond[0], never[0]) == ("beyond the horizon", "never")
    assert float(months[-1][1]) + float(beyond[1]) + float(never[1]) == pytest.approx(1, abs=2e-5)  # type: ignore[arg-type]
    texts = [layer["mark"]["text"] for layer in layers(picture.spec(Theme())) if layer["mark"]["type"] == "text"]
    assert ["never", "30\N{NO-BREAK SPACE}%"] in texts
    assert any(label[0] == "beyond" for label in texts)


def test_bars_of_a_curve_fill_the_whole_height() -> None:
    spec = arrival_picture(curve(0.05, 2050, 0.5, 0.3)).spec(Theme())
    rects = [layer["data"]["name"] for layer in layers(spec) if layer["mark"]["type"] == "rect"]
    spans = sorted((row["low"], row["high"]) for name in rects for row in spec["datasets"][name])
    assert spans.pop(1 if spans[0] == (0.0, spans[0][1]) and spans[1][1] == 1.0 else 0) is not None
    total = sum(high - low for low, high in spans)
    assert total == pytest.approx(1, abs=1e-6)


def test_every_curve_is_named_beside_it_or_under_its_bar(pictures: list[Picture]) -> None:
    for picture in pictures:
        if picture.slug.startswith("arrival"):
            spec = str(picture.spec(Theme(layout=NARROW)))
            assert all(name in spec for name in ('"off"', '"16 mo"', '"8 mo"'))


def test_probability_axes_have_their_marks(pictures: list[Picture]) -> None:
    spec = pictures[0].spec(Theme())
    axes = [layer["encoding"]["y"]["axis"] for layer in layers(spec) if "y" in layer["encoding"]]
    assert all(axis["values"] == [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1] for axis in axes)


def test_a_fan_starts_at_the_as_of_line_and_labels_powers_plainly(pictures: list[Picture]) -> None:
    compute = next(picture for picture in pictures if picture.slug == "compute")
    spec = compute.spec(Theme())
    assert "'1e26'" in json.dumps(spec) or "'1e27'" in json.dumps(spec)
    band = next(layer for layer in layers(spec) if layer["mark"]["type"] == "area")
    years = [row["year"] for row in spec["datasets"][band["data"]["name"]]]
    as_of = 2026 + 323 / 365.25
    assert min(years) == pytest.approx(as_of, abs=1e-3) and max(years) <= 2040


def test_a_second_series_and_targets_are_named() -> None:
    rise = np.outer(np.linspace(0.5, 1.5, len(PROBABILITIES)), YEARS - YEARS[0])
    fan = Fan(
        slug="f",
        title="T",
        subtitle="S",
        y_title="times",
        column="times",
        prefix="",
        suffix="",
        as_of="2026-11-20",
        as_of_year=2026.88,
        first_year=2020.0,
        last_year=2040.0,
        series=(Series(YEARS, rise, "fast"), Series(YEARS, rise / 3, "slow")),
        observed=Observed(np.array([2021.0]), np.array([-1.0]), ("a run",)),
        levels=(Level("a target", "short", 10.0),),
    )
    for layout in (WIDE, NARROW):
        spec = json.dumps(fans.picture(fan).spec(Theme(layout=layout)))
        assert all(f'"text": "{name}"' in spec for name in ("fast", "slow", "a target"))


def test_static_pictures_carry_their_words(pictures: list[Picture]) -> None:
    svg = pictures[0].svg()
    assert "probability that $1bn is enough" in svg and "as of 2026-11-20" in svg
    assert svg.count("<text") > 20
    width, height = np.frombuffer(pictures[0].png()[16:24], dtype=">u4")
    assert width == 2 * WIDE.width and height > 2 * WIDE.height


def test_titles_are_findings_with_numbers(pictures: list[Picture]) -> None:
    for picture in pictures:
        assert re.search(r"\d", picture.title) and not picture.title.endswith(".")
        assert picture.subtitle.endswith(".") and picture.description.endswith(".")
