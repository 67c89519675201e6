"""Every line of the bar is measured on the stored tables, and a figure that misses says so."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from forecast.errors import ArtefactError
from forecast.evaluation import bar, calibration, skill
from forecast.evaluation.bar import Check
from forecast.evaluation.quantities import LINE, MODEL

CHECKS = bar.checks()


def named(name: str) -> Check:
    (found,) = [check for check in CHECKS if check.name == name]
    return found


def test_every_line_of_the_bar_is_there_once() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names))
    for quantity in ("frontier_compute", "frontier_cost", "realised_price"):
        assert {f"coverage_80 {quantity}", f"coverage_95 {quantity}"} <= set(names)
    for channel in ("consumer", "workstation", "datacentre", "historical_fp32", "rental"):
        assert f"coverage_80 hardware_price {channel}" in names
    assert {"skill largest_compute", "skill frontier_cost", "skill realised_price"} <= set(names)
    for tail in ("loss_one_decade", "loss_two_decades"):
        assert {f"rms_error {tail}", f"coverage_80 {tail}"} <= set(names)
    assert {"coverage_80 loss_new_study", "coverage_95 loss_new_study", "sbc", "minutes"} <= set(names)
    assert {"known_miss skill", "known_miss coverage_80"} <= set(names)


def test_figures_are_those_of_the_stored_tables() -> None:
    rows = [r for r in calibration.load() if r.forecaster == MODEL and not r.censored]
    prices = [r for r in rows if r.quantity == "realised_price" and 1 <= r.years_ahead <= 3]
    inside = sum(r.quantiles[1] <= r.observed <= r.quantiles[5] for r in prices) / len(prices)
    check = named("coverage_80 realised_price")
    assert (check.measured, check.n) == (pytest.approx(inside), len(prices))
    (stored,) = [
        one.skill
        for one in skill.load()
        if (one.quantity, one.window, one.years, one.baseline) == ("largest_compute", "all", "1-3", LINE)
    ]
    assert named("skill largest_compute").measured == stored
    tails = [r for r in rows if r.quantity == "loss_two_decades"]
    rms = math.sqrt(sum((r.quantiles[3] - r.observed) ** 2 for r in tails) / len(tails))
    assert named("rms_error loss_two_decades").measured == pytest.approx(rms)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_line_is_met_where_its_figure_lies_within_its_bounds(check: Check) -> None:
    inside = (check.low is None or check.measured >= check.low) and (check.high is None or check.measured <= check.high)
    assert check.met == (inside and not math.isnan(check.measured))
    assert check.low is not None or check.high is not None
    assert check.words.endswith(".")
    assert "{" not in check.words
    assert check.effective_n <= check.n or math.isnan(check.effective_n)


def test_a_miss_says_what_was_asked_and_what_was_measured(tmp_path: Path) -> None:
    for file in calibration.STORED.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / bar.TIMING).write_text(json.dumps({"wall_minutes": 41.3, "cpu_minutes": 80, "jobs": 2, "fits": 24}))
    (late,) = [check for check in bar.checks(tmp_path) if check.name == "minutes"]
    assert not late.met
    assert "41.3 minutes" in late.words and "at most 40" in late.words
    (tmp_path / bar.TIMING).unlink()
    (unknown,) = [check for check in bar.checks(tmp_path) if check.name == "minutes"]
    assert not unknown.met and math.isnan(unknown.measured)
    assert "timelines backtest" in unknown.words


def test_no_backtest_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="timelines backtest"):
        bar.checks(tmp_path)


def test_the_caveats_name_vintages_hindsight_and_shared_paths() -> None:
    said = " ".join(bar.CAVEATS)
    for words in ("2023-12", "2026", "with the outcomes in view", "one shared path is one success"):
        assert words in said
