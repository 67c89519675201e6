"""The calibration page: every number from a stored table, every chart told in words, and what is missing said."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
from collections import Counter
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from forecast.errors import ArtefactError
from forecast.evaluation import bar
from forecast.evaluation.calibration import STORED
from forecast.reports import calibration_page, calibration_scores
from forecast.reports.calibration_parts import figure_words
from forecast.reports.calibration_scores import Stored, known_runs, line_words
from forecast.reports.picture import Picture
from forecast.reports.render import coded, rendered
from forecast.reports.sections import Section
from forecast.reports.skill_chart import signed
from forecast.reports.theme import DARK, LIGHT
from forecast.reports.words import percent

NOWHERE = STORED / "nowhere"


@cache
def stored() -> Stored:
    return Stored(STORED)


@cache
def sections() -> tuple[Section, ...]:
    return tuple(calibration_page.sections(stored()))


@cache
def page() -> str:
    return calibration_page.page()


def table(name: str) -> list[dict[str, str]]:
    with (STORED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def model_rows(quantity: str, *, known: bool = True) -> list[dict[str, str]]:
    rows = [row for row in table("scores.csv") if row["forecaster"] == "timelines" and row["quantity"] == quantity]
    return [row for row in rows if row["censored"] == "0"] if known else rows


def summary(quantity: str, years: str) -> dict[str, str]:
    (found,) = (
        row
        for row in table("summary.csv")
        if (row["quantity"], row["forecaster"], row["window"], row["years"]) == (quantity, "timelines", "all", years)
    )
    return found


def section(slug: str) -> Section:
    return next(one for one in sections() if one.slug == slug)


def figure(slug: str) -> Picture:
    return next(one for each in sections() for one in each.figures if one.slug == slug)


# The page


def test_the_page_asks_nothing_of_the_network_and_is_small() -> None:
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", page())
    assert "@import" not in page() and not re.search(r"url\((?!#)", page())
    assert len(page().encode()) < 3_000_000


def test_the_parts_stand_in_order_and_no_two_elements_share_an_id() -> None:
    ids = re.findall(r'\bid="([^"]+)"', page())
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page())) <= set(ids)
    slugs = [one.slug for one in sections()]
    assert [name for name in ids if name in slugs] == slugs
    assert (
        slugs.index("bar") < slugs.index("held") < slugs.index("fans") < slugs.index("machinery") < slugs.index("doubt")
    )


def test_every_chart_has_its_sentence_its_text_alternative_and_its_numbers() -> None:
    for picture in (one for each in sections() for one in each.figures):
        found = re.search(rf'<figure id="{picture.slug}">(.*?)</figure>', page(), re.S)
        assert found is not None and found[1].count("<svg") == 2
        assert 'role="img" aria-label="' in found[1]
        data = re.search(r'href="data:text/csv;charset=utf-8,([^"]+)"', found[1])
        assert data is not None and unquote(unescape(data[1])) == picture.csv()


def test_the_page_knows_light_and_dark_and_its_charts_follow() -> None:
    assert f"--background: {LIGHT.background};" in page() and f"--background: {DARK.background};" in page()
    static = "".join(re.findall(r"<svg.*?</svg>", page(), re.S))
    assert "var(--uncertainty)" in static and not re.search(r'(?:fill|stroke)="#', static)


def test_marks_carry_what_they_tell() -> None:
    charts = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page(), re.S)]
    telling = [one for chart in charts for one in chart.iter() if "it took: " in one.get("data-tip", "")]
    marks = sum(max(1, len(one)) for one in telling)  # marks that tell the same are in a group that tells it
    assert marks == 2 * len(model_rows("first_passage", known=False))


def test_the_page_is_written_and_the_same_tables_give_the_same_page(tmp_path: Path) -> None:
    path = calibration_page.write(tmp_path / "new" / "page.html")
    assert path.read_text(encoding="utf-8") == page()


def test_every_chart_is_written_as_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Picture, "png", lambda self: self.slug.encode())
    written = calibration_page.write_pictures(tmp_path / "pictures")
    assert [file.stem for file in written] == [one.slug for each in sections() for one in each.figures]
    assert all(file.read_bytes() == file.stem.encode() and file.suffix == ".png" for file in written)


# Its numbers


def test_the_headline_counts_the_lines_of_the_bar() -> None:
    checks = bar.checks()
    unknown = [check for check in checks if math.isnan(check.measured)]
    missed = [check for check in checks if not check.met and check not in unknown]
    said = calibration_page.finding(stored())
    assert f"{sum(check.met for check in checks)} of the {len(checks)} lines" in said
    assert (f"{len(missed)} missed" in said) == bool(missed)
    told = dict(calibration_page.misses(stored()))
    assert told.get("Missed", "").count("; ") == max(len(missed) - 1, 0)
    for check in missed:
        assert f"{line_words(check)}: {figure_words(check.measured, check.unit)}, asked " in told["Missed"]


def test_every_line_of_the_bar_is_in_its_table_with_its_verdict() -> None:
    (found,) = section("bar").tables
    checks = bar.checks()
    assert len(found.rows) == len(checks) == len({row[0] for row in found.rows})
    for row, check in zip(found.rows, checks, strict=True):
        expected = "not measured" if math.isnan(check.measured) else "met" if check.met else "missed"
        assert row[2] == figure_words(check.measured, check.unit) and row[-1] == expected


def test_tiles_are_the_figures_of_the_summary() -> None:
    told = {tile.label: tile for tile in calibration_scores.tiles(stored())}
    for words, quantity in (("compute", "frontier_compute"), ("spend", "frontier_cost"), ("price", "realised_price")):
        row = summary(quantity, "1-3")
        tile = told[f"inside 80 %, {words}"]
        assert tile.value == percent(float(row["inside_80"]))
        assert tile.note == f"n {int(row['n']):,}, worth {float(row['effective_n']):.0f}"
    one = summary("loss_one_decade", "")
    assert told["error of losses, one decade of compute out"].value == f"{100 * float(one['rms_error']):.1f} %"


def test_tiles_of_skill_hold_the_stored_skill_and_its_interval() -> None:
    told = {tile.label: tile for tile in calibration_scores.tiles(stored())}
    for words, quantity in (
        ("the largest run", "largest_compute"),
        ("spend", "frontier_cost"),
        ("price", "realised_price"),
    ):
        key = {"quantity": quantity, "baseline": "line", "window": "all", "years": "1-3"}
        (row,) = (row for row in table("skill.csv") if all(row[name] == value for name, value in key.items()))
        tile = told[f"skill on {words}"]
        assert tile.value == signed(float(row["skill"]))
        assert tile.note == f"90 %: {signed(float(row['low']))} to {signed(float(row['high']))}"


def test_the_coverage_chart_names_what_lies_outside_the_bar() -> None:
    rows = list(csv.DictReader(io.StringIO(figure("coverage").csv())))
    off = [
        f"{row['quantity']} ({percent(float(row['inside 80 %']))})"
        for row in rows
        if not 0.7 <= float(row["inside 80 %"]) <= (1.0 if row["quantity"].startswith("loss") else 0.9)
    ]
    title = figure("coverage").title
    assert f"for {len(rows) - len(off)} of {len(rows)} quantities" in title and all(name in title for name in off)
    largest = model_rows("largest_compute")
    near = [row for row in largest if row["years_ahead"] in "123"]
    inside = np.mean([float(row["q10"]) <= float(row["observed"]) <= float(row["q90"]) for row in near])
    assert float(rows[0]["inside 80 %"]) == pytest.approx(inside, abs=1e-4)


def test_the_title_of_first_passages_is_recomputed_from_the_scores() -> None:
    rows = model_rows("first_passage")
    inside = sum(float(row["q10"]) - 1e-3 <= float(row["observed"]) <= float(row["q90"]) + 1e-3 for row in rows)
    errors = sorted(abs(float(row["q50"]) - float(row["observed"])) for row in rows)
    title = figure("first-passages").title
    assert (
        title.startswith(f"{inside} of {len(rows)} first passages") and f"{errors[len(rows) // 2]:.1f} years" in title
    )


def test_the_title_of_losses_is_recomputed_from_the_scores() -> None:
    for quantity in ("loss_one_decade", "loss_two_decades", "loss_new_study"):
        errors = [float(row["q50"]) - float(row["observed"]) for row in model_rows(quantity)]
        assert f"{100 * math.sqrt(np.mean(np.square(errors))):.1f} %" in figure("losses").title


def test_the_title_of_past_fans_counts_the_quarters_behind_it() -> None:
    rows = list(csv.DictReader(io.StringIO(figure("past-fans").csv())))
    fell = Counter(row["fell"] for row in rows)
    known = len(rows) - fell["a lower bound"]
    inside = fell["inside 50 %"] + fell["inside 80 %"]
    assert figure("past-fans").title.startswith(f"Of {known} later quarters, {inside} ({percent(inside / known)})")
    for row in rows:
        low, high, value = (float(row[name]) for name in ("log10 FLOP, 10 %", "log10 FLOP, 90 %", "known, log10 FLOP"))
        if row["fell"] in ("inside 95 %", "outside"):
            assert not low <= value <= high


def test_the_largest_known_run_of_a_year_end_is_the_outcome_that_was_scored() -> None:
    runs = known_runs(stored())
    for row in model_rows("largest_compute", known=False):
        assert runs.largest(int(row["target"][:4]) + 1) == pytest.approx(float(row["observed"]), abs=2e-3)


def test_the_last_words_say_what_to_doubt() -> None:
    told = " ".join(section("doubt").words)
    assert all(caveat in told for caveat in bar.CAVEATS)
    fits = table("fits.csv")
    assert f"{sum(fit['status'] == 'PASSED' for fit in fits)} of {len(fits)} refits" in told
    pending = json.loads((STORED / "provenance.json").read_text(encoding="utf-8"))["pending_origins"]
    assert all(f"Pending: the origin {origin}; " in told for origin in pending)


# What is missing


def test_a_missing_table_says_what_to_run_and_the_rest_is_there(tmp_path: Path) -> None:
    for name in ("scores.csv", "fits.csv", "provenance.json"):
        shutil.copy(STORED / name, tmp_path / name)
    found = {one.slug: one for one in calibration_page.sections(Stored(tmp_path), NOWHERE)}
    for slug in ("fans", "against"):
        assert found[slug].missing.startswith("Not shown: ") and "`timelines backtest`" in found[slug].missing
    for slug in ("machinery", "data", "priors"):
        assert "`timelines check`" in found[slug].missing
    assert found["held"].figures and not found["held"].missing
    assert not [one.slug for one in found.values() if str(STORED) in one.missing or str(tmp_path) in one.missing]
    assert not [tile for tile in calibration_scores.tiles(Stored(tmp_path)) if tile.label.startswith("skill")]
    told = dict.fromkeys(("finding", "lead", "caveat", "notice"), "") | {"tiles": [], "misses": [], "models": {}}
    made = rendered("calibration.html.j2", [], live=False, sections=[found["fans"]], **told)
    assert f'<p class="missing">{coded(found["fans"].missing)}</p>' in made
    assert coded("run `timelines <x>`") == "run <code>timelines &lt;x&gt;</code>"


def test_without_a_backtest_there_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="timelines backtest"):
        calibration_page.write(tmp_path / "page.html", folder=NOWHERE)
    assert not list(tmp_path.iterdir())
