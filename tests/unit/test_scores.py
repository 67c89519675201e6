"""Scores are what their definitions say, and the stored backtest can be read and summed up without any library."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import ArtefactError
from forecast.evaluation import calibration, scores
from forecast.evaluation.calibration import LINE, MODEL, Scored

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(5)
NORMAL = RNG.standard_normal((4000, 300))


def test_the_crps_of_a_point_is_its_absolute_error() -> None:
    points = np.tile([1.0, 2.0, -3.0], (50, 1))
    assert scores.crps(points, [1.5, 2.0, 3.0]) == pytest.approx([0.5, 0.0, 6.0])


def test_the_crps_of_a_normal_is_the_published_one() -> None:
    y, pdf = 0.7, math.exp(-0.245) / math.sqrt(2 * math.pi)
    exact = y * (2 * 0.5 * (1 + math.erf(y / math.sqrt(2))) - 1) + 2 * pdf - 1 / math.sqrt(math.pi)
    assert scores.crps(NORMAL, np.full(300, y)).mean() == pytest.approx(exact, abs=0.005)


def test_a_calibrated_forecast_has_a_uniform_transform_and_its_nominal_coverage() -> None:
    outcomes = RNG.standard_normal(300)
    transform = scores.pit(NORMAL, outcomes)
    assert transform.mean() == pytest.approx(0.5, abs=0.06)
    assert transform.std() == pytest.approx(math.sqrt(1 / 12), abs=0.03)
    levels = scores.quantiles(NORMAL)
    for percentage in scores.INTERVALS:
        assert scores.inside(levels, outcomes, percentage).mean() == pytest.approx(percentage / 100, abs=0.08)


def test_ties_count_half_and_ends_are_inside() -> None:
    still = np.full((100, 1), 3.0)  # a maximum that stays where it is known to be
    assert scores.pit(still, [3.0]) == pytest.approx([0.5])
    assert scores.inside(scores.quantiles(still), [3.0], 50).all()


def test_a_bound_scores_the_probability_to_reach_it() -> None:
    assert scores.reach(np.arange(10.0)[:, None], [7.0]) == pytest.approx([0.3])


def test_the_log_score_of_a_normal_is_its_entropy_and_far_outcomes_score_badly_but_finitely() -> None:
    outcomes = RNG.standard_normal(300)
    assert scores.log_score(NORMAL, outcomes).mean() == pytest.approx(0.5 * math.log(2 * math.pi * math.e), abs=0.1)
    assert 100 < scores.log_score(NORMAL[:, :1], [500.0])[0] < math.inf


def test_draws_that_agree_have_no_log_score() -> None:
    assert np.isnan(scores.log_score(np.ones((50, 1)), [1.0])).all()


def test_independent_outcomes_count_each_and_copies_count_once() -> None:
    pits = RNG.uniform(size=2000)
    assert scores.effective_number(pits, np.repeat(np.arange(1000), 2)) == pytest.approx(2000, rel=0.15)
    copies = np.repeat(RNG.uniform(size=1000), 4)
    assert scores.effective_number(copies, np.repeat(np.arange(1000), 4)) == pytest.approx(1000)


def test_origins_that_share_outcomes_are_worth_fewer() -> None:
    shared = np.repeat(RNG.uniform(size=400), 2)  # each outcome is met from two origins, one year apart
    apart, together = (scores.effective_number(shared, np.arange(800), overlap) for overlap in (1, 2))
    assert together < 0.8 * apart


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 5))
def test_the_effective_number_lies_between_one_and_all(pits: list[float], overlap: int) -> None:
    clusters = np.arange(len(pits)) // 3
    assert 1 <= scores.effective_number(pits, clusters, overlap) <= len(pits)


def test_no_outcomes_are_worth_nothing() -> None:
    assert scores.effective_number([], []) == 0


def scored(**fields: object) -> Scored:
    about = Scored("largest_compute", "", "2016-12-31", 1, "2017-12-31", MODEL, False, 22.0, (0.0,) * 7, 0.5, 0.2, 1, 0)
    return replace(about, quantiles=(21.0, 21.3, 21.7, 22.1, 22.4, 22.8, 23.2), **fields)  # type: ignore[arg-type]


def test_a_summary_counts_bounds_but_does_not_score_them() -> None:
    known, bound = scored(), scored(censored=True, crps=math.nan, pit=math.nan, origin="2023-12-31")
    summaries = calibration.summarise([known, bound, replace(known, forecaster=LINE, crps=0.4)])
    mine = next(s for s in summaries if s.quantity == "largest_compute" and s.window == "all" and s.forecaster == MODEL)
    assert (mine.n, mine.bounds, mine.crps, mine.inside_80) == (1, 1, 0.2, 1.0)
    assert mine.rms_error == pytest.approx(0.1)
    assert calibration.skill(mine, summaries, LINE) == pytest.approx(0.5)
    assert math.isnan(calibration.skill(mine, summaries, "another"))


def test_forecasts_of_one_outcome_are_worth_one() -> None:
    said = [scored(origin=f"{year}-12-31", target="2020-12-31", pit=pit) for year, pit in ((2017, 0.1), (2019, 0.9))]
    (mine,) = {s.effective_n for s in calibration.summarise(said) if s.window == "all"}
    assert mine == 1


def test_transforms_are_shared_out_by_fifths() -> None:
    assert calibration.pit_shares([0.1, 0.3, 0.35, 1.0]) == [0.25, 0.5, 0.0, 0.0, 0.25]


def test_no_stored_backtest_is_one_error_that_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="timelines backtest"):
        calibration.load(tmp_path)
    (tmp_path / calibration.SCORES).write_text("quantity,crps\nx,1\n", encoding="utf-8")
    with pytest.raises(ArtefactError, match="other columns"):
        calibration.load(tmp_path)


def test_the_stored_summary_is_the_summary_of_the_stored_scores() -> None:
    made = [{k: str(v) for k, v in calibration.as_row(s).items()} for s in calibration.summarise(calibration.load())]
    with (calibration.STORED / calibration.SUMMARY).open(encoding="utf-8", newline="") as file:
        stored = list(csv.DictReader(file))
    assert [row["quantity"] for row in made] == [row["quantity"] for row in stored]
    for mine, theirs in zip(made, stored, strict=True):
        assert {k: v for k, v in mine.items() if k[:3] not in ("eff", "pit")}.keys() <= theirs.keys()
        assert float(mine["crps"]) == pytest.approx(float(theirs["crps"]), abs=2e-4)
        assert mine["n"] == theirs["n"]


def test_stored_forecasts_are_about_what_came_after_their_origin() -> None:
    rows = [row for row in calibration.load() if row.origin_year and row.years_ahead]
    assert rows
    assert all(row.target > row.origin for row in rows)
    disclosed = calibration.provenance()["disclosure_date"]
    assert all(row.censored for row in rows if row.target > disclosed and row.quantity != "hardware_price")


def test_stored_scores_are_read_without_pandas_pymc_or_scoringrules() -> None:
    code = (
        "import sys; from forecast.evaluation import calibration as c; assert c.summarise(c.load());"
        "print([m for m in ('pandas', 'pymc', 'scoringrules', 'scipy', 'numba') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
