"""Files of charts, the headline in words, and the page."""

from __future__ import annotations

import base64
import html
import json
import re
import struct
import zlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import vl_convert

from forecast.errors import InputError, StorageError
from forecast.forecaster import Forecaster
from forecast.reports import arrivals, charts, drivers, png, render, stories, text
from forecast.reports.arrivals import Arrivals, Curve
from forecast.reports.picture import Picture
from forecast.reports.report.files import PAGE, figures
from forecast.reports.tables import Headline, headline
from forecast.reports.theme import DARK, LIGHT, Theme
from tests.reporting import shipped, short
from tests.synthetic import synthetic_posterior


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(400))


@pytest.fixture(scope="module")
def answered(forecaster: Forecaster) -> Headline:
    return headline(forecaster)


@pytest.fixture(scope="module")
def pictures(forecaster: Forecaster, answered: Headline) -> list[Picture]:
    return [*stories.arrival_pictures(answered), *drivers.fan_pictures(forecaster, answered)]


@pytest.fixture(scope="module")
def page() -> str:
    """The page of a report."""
    return short()[1].read(PAGE).decode()


# Files


@pytest.mark.parametrize(
    ("suffix", "start"), [(".svg", "<svg"), (".json", '{"'), (".html", "<!doctype html>"), (".png", "")]
)
def test_a_chart_is_saved_by_its_suffix(forecaster: Forecaster, tmp_path: Path, suffix: str, start: str) -> None:
    path = tmp_path / f"chart{suffix}"
    charts.save(charts.arrival_chart(forecaster.when(flop=2e29)), path)
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG" if suffix == ".png" else start.encode())
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_repacked_png_shows_the_same_pixels(pictures: list[Picture]) -> None:
    original = bytes(vl_convert.vegalite_to_png(pictures[0].json(Theme()), scale=1))
    packed = png.repack(original)
    assert len(packed) < len(original) / 2
    assert vl_pixels(packed)[..., :3].tolist() == vl_pixels(original)[..., :3].tolist()
    assert png.repack(packed) == packed


def vl_pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Pixels of a PNG whose rows hold differences to the left or to the row above."""
    chunks = dict(png._chunks(data))
    width, height, _, kind, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    body = zlib.decompress(b"".join(part for name, part in png._chunks(data) if name == b"IDAT"))
    rows = np.frombuffer(body, np.uint8).reshape(height, -1)
    pixels = rows[:, 1:].reshape(height, width, 4 if kind == 6 else 3)
    (way,) = set(rows[:, 0].tolist())
    return np.cumsum(pixels, axis={1: 1, 2: 0}[way], dtype=np.uint8)


def test_another_suffix_is_an_error_that_lists_the_four(forecaster: Forecaster, tmp_path: Path) -> None:
    chart = charts.fan_chart(forecaster, "price")
    for name in ("chart.pdf", "chart"):
        with pytest.raises(InputError, match=r"\.html, \.svg, \.png or \.json"):
            charts.save(chart, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_a_storage_error(forecaster: Forecaster, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        charts.arrival_chart(forecaster.when(flop=2e29)).save(tmp_path / "no" / "chart.svg")


# The headline in words


def test_the_text_fits_eighty_columns_and_says_each_reason_once(answered: Headline) -> None:
    said = text.headline_text(answered)
    assert max(len(line) for line in said.splitlines()) <= 80
    reasons = list(answered.never())
    assert reasons and all(" ".join(said.split()).count(reason) == 1 for reason in reasons)


def test_a_headline_of_2020_leaves_out_what_was_not_published() -> None:
    posterior = synthetic_posterior(300, as_of=date(2020, 7, 27), prior_only=["loss", "scales"])
    forecaster = Forecaster(posterior)
    then = headline(forecaster)
    assert then.algorithms == ("off", "16mo")
    assert {row.law for row in then.rows} == {"", "Kaplan’s own law"}
    assert {missing.law for missing in then.unanswered} == {"pooled law, 1 % noise"}
    assert "not asked" in text.headline_text(then)


# The page


def without_scripts(page: str) -> str:
    return re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_the_page_asks_nothing_of_the_network(page: str) -> None:
    body = without_scripts(page)
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", body)
    assert "@import" not in body and not re.search(r"url\((?!#)", body)
    assert len(page.encode()) < 3_000_000


def unpacked(page: str, name: str) -> str:
    (found,) = re.findall(rf'id="chart-{name}">(.*?)</script>', page, re.S)
    return zlib.decompress(base64.b64decode(found)).decode()


def test_the_page_has_one_copy_of_the_bundle_and_one_of_each_dataset(page: str) -> None:
    assert unpacked(page, "bundle").count("window.vegaEmbed=") == 1
    specs, data = json.loads(unpacked(page, "specs")), json.loads(unpacked(page, "data"))
    assert set(specs) == {picture.slug for picture in figures(short()[0])}
    used = {layer["data"]["name"] for sizes in specs.values() for spec in sizes.values() for layer in spec["layer"]}
    assert used == set(data)


def test_no_two_elements_share_an_id(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', without_scripts(page))
    assert len(ids) == len(set(ids))
    referred = re.findall(r"url\(#([^)]+)\)", without_scripts(page))
    assert referred and set(referred) <= set(ids)


def test_the_page_knows_light_dark_and_paper(page: str) -> None:
    assert f"--background: {LIGHT.background};" in page and f"--background: {DARK.background};" in page
    assert "@media screen and (prefers-color-scheme: dark)" in page
    static = "".join(re.findall(r"<svg.*?</svg>", page, re.S))
    assert "var(--uncertainty)" in static and not re.search(r'(?:fill|stroke)="#', static)


def test_every_chart_has_a_sentence_a_text_alternative_and_its_numbers(page: str) -> None:
    for picture in figures(short()[0]):
        figure = re.search(rf'<figure id="{picture.slug}">(.*?)</figure>', page, re.S)
        assert figure is not None
        assert "<figcaption>" in figure[1] and 'role="img" aria-label="' in figure[1]
        assert figure[1].count("<svg") == 2 and "data:text/csv" in figure[1]


def test_the_page_names_its_source(page: str) -> None:
    posterior = shipped().posterior
    manifest = posterior.manifest
    for said in (manifest["data_notice"], manifest["data_digest"], posterior.name, posterior.status):
        assert html.escape(said) in page
    assert page.count("<tr") > 30


def test_words_from_outside_are_escaped() -> None:
    nasty = "<script>alert(1)</script>"
    months = 2026 + np.arange(100) / 12
    line = Curve(nasty, "all", months, np.linspace(0, 0.4, 100), 0.0, 0.6, 0.0, None)
    made = arrivals.picture(Arrivals("a", nasty, nasty, nasty, nasty, (line,)))
    page = render.picture_page(made)
    assert nasty not in page and "&lt;script&gt;" in page
