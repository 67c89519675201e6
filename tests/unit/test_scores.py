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


def test_the_log_score_of_a_normal_is_its_entropy() -> None:
    outcomes = RNG.standard_normal(300)
    assert scores.log_score(NORMAL, outcomes).mean() == pytest.approx(0.5 * math.log(2 * math.pi * math.e), abs=0.1)


def test_a_far_outcome_scores_as_half_a_draw_spread_as_a_cauchy() -> None:
    draws, scale = np.tile([[-1.0], [-1.0], [1.0], [1.0]], (500, 1)), 1.0  # quartiles at -1 and 1, median 0
    for far in (50.0, 5000.0):
        exact = math.log(2 * 2000) + math.log(math.pi * scale * (1 + (far / scale) ** 2))
        assert scores.log_score(draws, [far])[0] == pytest.approx(exact)


def test_draws_that_agree_are_credited_with_the_resolution_of_the_outcome() -> None:
    still, width = np.ones((50, 1)), 0.02
    exact = -math.log((1 - 0.01) / (width * math.sqrt(2 * math.pi)) + 0.01 / (math.pi * width))
    assert scores.log_score(still, [1.0], width)[0] == pytest.approx(exact)
    assert scores.log_score(still, [1.0], width / 10)[0] == pytest.approx(exact - math.log(10))


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40), st.floats(-1e6, 1e6))
def test_every_score_is_finite(draws: list[float], outcome: float) -> None:
    column = np.array(draws)[:, None]
    for name, value in scores.score(column, np.array([outcome])).items():
        assert np.isfinite(value).all(), name


def test_a_bound_that_no_draw_reaches_scores_as_half_a_draw() -> None:
    draws = np.arange(10.0)[:, None]
    assert scores.bound_log_score(draws, [7.0])[0] == pytest.approx(-math.log(0.3))
    assert scores.bound_log_score(draws, [-1.0])[0] == 0.0
    assert scores.bound_log_score(draws, [99.0])[0] == pytest.approx(math.log(20))


def test_a_threshold_weighted_crps_is_the_integral_of_the_squared_distribution_under_the_bound() -> None:
    draws, bound = np.array([[0.0], [1.0], [3.0], [8.0]]), 4.0
    exact = (1 / 4) ** 2 * 1 + (2 / 4) ** 2 * 2 + (3 / 4) ** 2 * 1  # P(X < x) is 1/4 on 0-1, 2/4 on 1-3, 3/4 on 3-4
    assert scores.tw_crps(draws, [bound])[0] == pytest.approx(exact)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30), st.floats(-60, 60))
def test_what_lies_above_a_bound_is_not_told_apart(draws: list[float], bound: float) -> None:
    column = np.array(draws)[:, None]
    higher = np.where(column >= bound, column + 100, column)
    mine, theirs = (scores.tw_crps(values, [bound])[0] for values in (column, higher))
    assert mine == pytest.approx(theirs, abs=1e-9)
    assert mine <= scores.crps(column, [bound])[0] + 1e-9
    assert mine >= -1e-9


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
    about = Scored(
        "largest_compute", "", "2016-12-31", 1, "2017-12-31", MODEL, False, 22.0, (0.0,) * 7, 0.5, 0.2, 1, 0, 0, 0
    )
    return replace(about, quantiles=(21.0, 21.3, 21.7, 22.1, 22.4, 22.8, 23.2), **fields)  # type: ignore[arg-type]


def test_a_summary_counts_bounds_but_does_not_score_them() -> None:
    known, bound = scored(), scored(censored=True, crps=math.nan, pit=math.nan, origin="2023-12-31")
    summaries = calibration.summarise([known, bound, replace(known, forecaster=LINE, crps=0.4)])
    mine = next(s for s in summaries if s.quantity == "largest_compute" and s.window == "all" and s.forecaster == MODEL)
    assert (mine.n, mine.bounds, mine.crps, mine.inside_80) == (1, 1, 0.2, 1.0)
    assert mine.rms_error == pytest.approx(0.1)


def test_a_summary_carries_the_mean_scores_of_bounds() -> None:
    bounds = [scored(censored=True, bound_log_score=score, tw_crps=score / 10, origin="2023-12-31") for score in (1, 3)]
    (mine,) = [s for s in calibration.summarise([scored(bound_log_score=math.nan, tw_crps=math.nan), *bounds])
               if (s.quantity, s.window) == ("largest_compute", "all")]  # fmt: skip
    assert (mine.n, mine.bounds, mine.bound_log_score) == (1, 2, 2.0)
    assert mine.tw_crps == pytest.approx(0.2)


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
