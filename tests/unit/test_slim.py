"""Still pictures in a page: what is drawn stays, what is not needed to draw it goes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from forecast.forecaster import Forecaster
from forecast.reports import charts, geometry, png
from forecast.reports.calibration_page import pictures
from forecast.reports.picture import Picture
from forecast.reports.slim import slim
from forecast.reports.theme import LIGHT, NARROW, Theme
from tests.synthetic import synthetic_posterior
from tests.unit.test_reports_page import vl_pixels


@pytest.fixture(scope="module")
def shown() -> dict[str, Picture]:
    """Pictures of each kind that a page keeps still, by their slugs."""
    forecaster = Forecaster(synthetic_posterior(400))
    arrival, fan = charts.arrival_chart(forecaster.when(flop=2e29)), charts.fan_chart(forecaster, "price")
    return {picture.slug: picture for picture in (arrival, fan, *pictures())}


@pytest.fixture(params=["arrival", "price", "past-fans", "skill"])
def picture(request: pytest.FixtureRequest, shown: dict[str, Picture]) -> Picture:
    """One of them."""
    return shown[request.param]


def test_a_slim_picture_shows_the_same_in_half_the_letters(picture: Picture) -> None:
    whole = picture.svg(Theme(LIGHT, NARROW))
    lean = slim(whole, "a")
    assert len(lean) < 0.5 * len(whole)
    difference = np.abs(pixels(whole) - pixels(lean)).max(axis=-1)
    assert difference.mean() < 0.5 and (difference > 80).mean() < 1e-4  # of 255: a corner of a dot at most


def pixels(svg: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    alone = svg if "xmlns" in svg else svg.replace("<svg ", f"<svg {_ALONE} ", 1)
    return vl_pixels(png.repack(bytes(vl_convert.svg_to_png(alone, scale=2)))).astype(int)


_ALONE = 'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"'


def test_every_word_of_a_picture_stays_as_it_is(picture: Picture) -> None:
    whole = picture.svg(Theme(LIGHT, NARROW))
    assert words(slim(whole, "a")) == words(whole)


def words(svg: str) -> list[str]:
    return [text for text in ElementTree.fromstring(svg).itertext() if text.strip()]


def test_numbers_in_words_are_not_rounded() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><text transform="translate(1.23456,2)">1.23456</text></svg>'
    assert slim(svg, "a") == '<svg><text transform="translate(1.23,2)">1.23456</text></svg>'


def test_what_marks_tell_is_kept_once_for_those_that_tell_the_same() -> None:
    marks = "".join(
        f'<path aria-label="{told}" fill="red" d="M{x},0h1v1Z"/>' for x, told in enumerate(["a", "a", "b &amp; c"])
    )
    lean = slim(f'<svg xmlns="http://www.w3.org/2000/svg"><g>{marks}</g></svg>', "a")
    assert lean == (
        '<svg><g fill="red"><g data-tip="a"><path d="M0,0h1v1Z"/><path d="M1,0h1v1Z"/></g>'
        '<path d="M2,0h1v1Z" data-tip="b &amp; c"/></g></svg>'
    )


def test_clip_paths_of_two_pictures_never_share_a_name() -> None:
    svg = charts.fan_chart(Forecaster(synthetic_posterior(400)), "price").svg()
    for name in ("wide", "narrow"):
        lean = slim(svg, name)
        ids, used = re.findall(r'id="([^"]+)"', lean), set(re.findall(r"url\(#([^)]+)\)", lean))
        assert used and used == set(ids) and len(ids) == len(set(ids))
        assert all(one.startswith(f"{name}-clip") for one in ids)


@given(st.floats(-1e6, 1e6))
def test_a_short_number_is_the_number_to_a_hundredth(value: float) -> None:
    assert float(geometry.short_number(value)) == pytest.approx(value, abs=0.00501)


@given(st.lists(st.tuples(st.floats(-50, 900), st.floats(-50, 900)), min_size=2, max_size=40))
def test_a_short_path_runs_through_the_same_places(points: list[tuple[float, float]]) -> None:
    drawn = geometry.short_path("M" + "L".join(f"{x:.9f},{y:.9f}" for x, y in points) + "Z")
    numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", drawn)]
    corners = np.cumsum(np.reshape(numbers, (-1, 2)), axis=0)
    assert corners[0] == pytest.approx(points[0], abs=0.01) and corners[-1] == pytest.approx(points[-1], abs=0.01)
    assert max(away(point, corners) for point in points) < 0.05


def away(point: tuple[float, float], corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Distance of a point from the line through corners."""
    starts, along = corners[:-1], np.diff(corners, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((point - starts) * along).sum(axis=1) / length, 0, 1)
    return float(np.hypot(*(starts + share[:, None] * along - point).T).min())
