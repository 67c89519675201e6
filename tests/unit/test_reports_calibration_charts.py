"""The charts of the calibration page: valid, readable at both sizes, in their palette's colours, told in words."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from altair.vegalite.v6.schema.core import load_schema
from jsonschema import Draft7Validator

from forecast.evaluation import attempts, checks
from forecast.evaluation.calibration import STORED
from forecast.evaluation.checks import Loo, PowerScaling, Predictive, PriorPosterior, Sbc
from forecast.reports import calibration_basis, calibration_page, checks_charts, prior_charts, sbc_chart
from forecast.reports.coverage_chart import wilson
from forecast.reports.outcome_bands import OUTSIDE, band_of
from forecast.reports.picture import Picture
from forecast.reports.placing import text_width
from forecast.reports.skill_chart import signed
from forecast.reports.theme import DARK, IN_PAGE, NARROW, WIDE, Layout, Theme

Ends = tuple[float, float, float]


def filled[Record](record: type[Record], /, **values: Any) -> Record:
    """A record with nothing in the fields that are not given."""
    blank: dict[str, Any] = {"str": "", "int": 0, "float": 0.5, "bool": True}
    given = {field.name: values.get(field.name, blank.get(str(field.type), 0)) for field in fields(record)}  # type: ignore[arg-type]
    return record(**given)


def both(model: str, quantity: str, unit: str, prior: Ends, posterior: Ends) -> list[PriorPosterior]:
    """The same before the data and after them."""
    return [
        filled(PriorPosterior, model=model, quantity=quantity, unit=unit, kind=kind, q5=q5, q50=q50, q95=q95)
        for kind, (q5, q50, q95) in (("prior", prior), ("posterior", posterior))
    ]


def before_and_after() -> list[PriorPosterior]:
    """Two parameters, one of which no data move, and two answers."""
    return [
        *both("compute", "g_spend", "oom/year", (-0.08, 0.33, 0.74), (0.46, 0.56, 0.67)),
        *both("compute", "log10_gdp_share", "log10", (-4.0, -3.0, -2.0), (-4.0, -3.0, -2.0)),
        *both("headline", "1e30 FLOP on trend", "decimal year", (2027.0, 2040.0, math.inf), (2030.4, 2032.0, 2037.0)),
        *both(
            "headline", "loss at 1e26 FLOP on chinchilla-massivetext", "nats/token", (0.1, 2.0, 90.0), (1.6, 1.7, 1.8)
        ),
    ]


Tables = Mapping[str, Sequence[Any]]


@cache
def made_up() -> Tables:
    """Tables of checks: one test that fails, one row that pulls, one answer beyond."""
    rng = np.random.default_rng(3)
    names = [
        "g_spend",
        "tau_spend",
        "a parameter with a name too long for its panel",
        "beta",
        "kappa",
        "sigma",
        "delta",
    ]
    ranks = [tuple(rng.multinomial(400, [1 / 20] * 20).tolist()) for _ in names]
    sbc = [
        filled(Sbc, model=model, parameter=name, simulations=400, ranks=ranks[i], p_value=0.4, passed=name != "beta")
        for model in ("compute", "loss")
        for i, name in enumerate(names)
    ]
    loo = [
        filled(Loo, model="compute", group=group, rows=30, elpd=-12.5, se=3.2, max_k=k, above_07=int(k > 0.7))
        for group, k in (("runs", 0.3), ("costs", 0.9))
    ]
    scaling = [
        filled(PowerScaling, model="loss", parameter=name, prior=0.02 * i, likelihood=0.3 / (i + 1), verdict="fine")
        for i, name in enumerate(names)
    ]
    statistics = [
        filled(Predictive, model="loss", kind=kind, observed=0.4, q5=0.1, q50=0.5, q95=2.0, p_value=0.6)
        for kind in ("prior", "posterior")
    ]
    statistics = [
        replace(row, statistic="training runs: growth of the maximum over ten years, oom/year") for row in statistics
    ]
    return {
        checks.SBC: sbc,
        checks.LOO: loo,
        checks.POWER_SCALING: scaling,
        checks.PRIOR_POSTERIOR: before_and_after(),
        checks.PREDICTIVE: statistics,
    }


@cache
def checked_pictures() -> tuple[Picture, ...]:
    """The charts of the checks on them."""
    found = made_up()
    made = [
        sbc_chart.picture(found[checks.SBC]),
        checks_charts.pareto(found[checks.LOO]),
        checks_charts.power(found[checks.POWER_SCALING]),
        prior_charts.answer_picture(found[checks.PRIOR_POSTERIOR]),
        prior_charts.parameter_picture(found[checks.PRIOR_POSTERIOR]),
        prior_charts.predictive_picture(found[checks.PREDICTIVE]),
    ]
    return tuple(picture for picture in made if picture is not None)


def store(folder: Path, found: Tables) -> None:
    """Write tables of checks as `timelines check` does."""
    for name, records in found.items():
        rows = [asdict(record) for record in records]
        for row in rows:
            row |= {f"h{i}": count for i, count in enumerate(row.pop("ranks", ()), 1)}
            row |= {key: int(value) for key, value in row.items() if isinstance(value, bool)}
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@cache
def every_picture() -> tuple[Picture, ...]:
    return (*calibration_page.pictures(), *checked_pictures())


def test_every_specification_is_valid_vega_lite() -> None:
    validator = Draft7Validator(load_schema())
    for picture in every_picture():
        spec = picture.spec(Theme(layout=NARROW))
        kinds = {json.dumps([layer["mark"]["type"], sorted(layer["encoding"])]): layer for layer in spec["layer"]}
        validator.validate({**spec, "layer": list(kinds.values()), "datasets": {}})


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=lambda layout: layout.name)
def test_no_two_texts_of_a_chart_overlap_and_none_leaves_it(layout: Layout) -> None:
    for picture in every_picture():
        boxes = list(text_boxes(picture.spec(Theme(layout=layout, titled=False))))
        for i, (text, left, right, low, high) in enumerate(boxes):
            assert left > -layout.left - 2 and right < layout.plot[0] + layout.right + 8, (picture.slug, text)
            for other, start, end, foot, top in boxes[i + 1 :]:
                apart = right <= start or end <= left or high <= foot or top <= low
                assert apart, (picture.slug, text, other)


def text_boxes(spec: dict[str, Any]) -> list[tuple[str, float, float, float, float]]:
    """What texts take, px, by the metrics that placed them without their generosity."""
    found = []
    for layer in spec["layer"]:
        mark = layer["mark"]
        if mark["type"] == "text" and "text" in layer["encoding"]:
            for row in spec["datasets"][layer["data"]["name"]]:
                width = text_width(row["text"], mark["fontSize"], bold=mark["fontWeight"] == "bold") / 1.1
                left = row["year"] - {"left": 0.0, "center": 0.5, "right": 1.0}[mark["align"]] * width
                half = 0.36 * mark["fontSize"]
                found.append((row["text"], left, left + width, row["level"] - half, row["level"] + half))
    return found


@pytest.mark.parametrize("palette", [DARK, IN_PAGE], ids=["dark", "page"])
def test_a_picture_has_no_colour_but_its_palettes(palette: Any) -> None:
    allowed = {getattr(palette, role) for role in type(palette).__slots__} | {"transparent"}
    for picture in every_picture():
        found = set(
            re.findall(r'"(?:color|fill|stroke|\w+Color)":"([^"]+)"', picture.json(Theme(palette, titled=False)))
        )
        assert found <= allowed


def test_every_picture_says_its_finding_in_numbers_and_its_numbers_fit_their_columns() -> None:
    for picture in every_picture():
        assert re.search(r"\d", picture.title) and not picture.title.endswith(".")
        assert picture.subtitle.endswith(".") and picture.description.endswith(".")
        assert {len(row) for row in picture.rows} == {len(picture.columns)}


def test_a_failed_check_is_named_in_its_title() -> None:
    titles = {picture.slug: picture.title for picture in checked_pictures()}
    assert titles["sbc"] == "12 of 14 rank tests pass, over 2 models; not compute beta"
    assert titles["pareto-k"].startswith("1 of 60 observations") and "0.90, in compute (costs)" in titles["pareto-k"]
    assert titles["prior-posterior"].endswith("; log10_gdp_share stays as wide as its prior")
    assert titles["prior-answers"].endswith("of 2 of 2 answers")


def test_an_outcome_is_in_the_smallest_band_that_holds_it_ends_included() -> None:
    quantiles = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    told = {2.0: 50, 4.0: 50, 1.9: 80, 5.0: 80, 5.1: 95, 0.0: 95, -0.1: OUTSIDE, 6.1: OUTSIDE}
    assert {value: band_of(quantiles, value) for value in told} == told
    assert band_of((21.8,) * 4 + (22.0, 22.4, 23.0), 21.8) == 50


def test_an_interval_of_a_share_is_wilsons() -> None:
    low, high = wilson(0.8, 11.0)
    z = 1.6449
    for end in (low, high):
        assert abs(0.8 - end) == pytest.approx(z * math.sqrt(end * (1 - end) / 11), rel=1e-6)
    assert wilson(1.0, 5.0)[1] == pytest.approx(1.0) and wilson(0.0, 5.0)[0] == pytest.approx(0.0, abs=1e-12)


def test_stored_checks_come_onto_the_page_with_their_verdicts(tmp_path: Path) -> None:
    store(tmp_path, made_up())
    found = {one.slug: one for one in calibration_basis.sections(STORED, tmp_path)}
    drawn = [figure for slug in ("machinery", "data", "priors") for figure in found[slug].figures]
    assert sorted(figure.slug for figure in drawn) == sorted(figure.slug for figure in checked_pictures())
    assert not any(found[slug].missing for slug in ("machinery", "data", "priors"))
    assert any("compute FAILED: beta" in note for note in found["machinery"].notes)
    assert any(note.startswith("The posterior would produce 1 of 1") for note in found["data"].notes)


def test_each_attempt_is_told_once_with_its_reason_its_verdict_and_its_skill() -> None:
    found = {one.slug: one for one in calibration_basis.sections(STORED)}["attempts"]
    (table,) = found.tables
    tried = attempts.load()
    assert f"{len(tried)} changes" in found.words[0]
    for row, one in zip(table.rows, tried, strict=True):
        assert row[0].lower() == f"{one.name}\n{one.reason}".lower() and row[-1].lower() == one.verdict.lower()
    (late,) = (s for s in tried[0].scores if (s.quantity, s.window) == ("largest_compute", "2016+"))
    assert table.headings[2] == "largest run, 2016+" and late.crps and late.crps_shipped
    assert table.rows[0][2] == signed(1 - late.crps / late.crps_shipped)
