"""Simulation-based calibration passes what is right, finds what is wrong, and goes on where it stopped."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from forecast.evaluation.check_words import shape
from forecast.evaluation.checks import Sbc
from forecast.experiments.checks import sbc, uniform
from forecast.experiments.checks.machines import LONGER
from forecast.experiments.checks.sbc import Ranks
from tests.toy_machine import NormalMean


def row_of(machine: NormalMean, simulations: int = 200) -> Sbc:
    """The stored record of the toy's mean."""
    ranks = Ranks("toy", [sbc.simulate(machine, number) for number in range(simulations)])
    row = next(row for row in sbc.table([ranks]) if row["parameter"] == "mu")
    return Sbc(
        *("toy", "mu", simulations, tuple(row[f"h{i}"] for i in range(1, uniform.BINS + 1))),
        *(row["p_value"], bool(row["passed"]), row["adjusted_p_value"], row["mean_rank"], row["effective_size"]),
    )


def test_the_exact_posterior_of_a_conjugate_model_passes() -> None:
    row = row_of(NormalMean())
    assert row.passed and row.p_value > 0.05
    assert sum(row.ranks) == row.simulations
    assert row.mean_rank == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (NormalMean(width=0.6), "too narrow"),
        (NormalMean(width=1.7), "too wide"),
        (NormalMean(shift=-0.7), "too low"),
        (NormalMean(shift=0.7), "too high"),
    ],
)
def test_a_posterior_that_is_wrong_fails_and_the_words_say_how(wrong: NormalMean, said: str) -> None:
    row = row_of(wrong)
    assert not row.passed and row.p_value < 0.001
    assert said in shape(row)


def test_a_rank_counts_evenly_spaced_draws_under_the_truth() -> None:
    draws = np.arange(990.0)
    assert uniform.rank(draws, -1.0) == 0
    assert uniform.rank(draws, 1e9) == uniform.DRAWS
    assert uniform.rank(draws, 494.5) == 50


def test_a_histogram_has_equal_bins_from_the_lowest_rank_to_the_highest() -> None:
    counts = uniform.histogram([0, 4, 5, uniform.DRAWS])
    assert (counts[0], counts[1], counts[-1], sum(counts)) == (2, 1, 1, 4)


def test_the_p_value_of_uniform_ranks_is_uniform() -> None:
    rng = np.random.default_rng(5)
    found = np.array([uniform.p_value(rng.integers(0, uniform.DRAWS + 1, 60).tolist()) for _ in range(400)])
    for level in (0.05, 0.25, 0.5):
        assert np.mean(found <= level) == pytest.approx(level, abs=3 * math.sqrt(level * (1 - level) / 400))


def test_the_statistic_is_the_smallest_binomial_tail_over_all_cuts() -> None:
    ranks = [3, 3, 10, 40, 41, 97]
    tails = []
    for cut in range(1, uniform.DRAWS + 1):
        under, share = sum(rank < cut for rank in ranks), cut / (uniform.DRAWS + 1)
        tails.append(2 * min(binom.cdf(under, 6, share), binom.sf(under - 1, 6, share)))
    counts = np.bincount(ranks, minlength=uniform.DRAWS + 1)
    assert uniform._statistic(counts[None, :])[0] == pytest.approx(min(tails))


def test_holm_multiplies_the_smallest_most_and_never_reorders() -> None:
    assert uniform.holm([0.04, 0.01, 0.5, 0.03]) == pytest.approx([0.09, 0.04, 0.5, 0.09])


def test_a_simulation_follows_from_its_number_alone() -> None:
    assert sbc.simulate(NormalMean(), 7) == sbc.simulate(NormalMean(), 7)
    assert sbc.simulate(NormalMean(), 7).ranks != sbc.simulate(NormalMean(), 8).ranks


def test_chains_that_stick_are_run_longer() -> None:
    one = sbc.simulate(NormalMean(sticky=True), 0)
    assert one.longer == LONGER
    assert min(one.sizes.values()) >= uniform.DRAWS
    assert sbc.simulate(NormalMean(), 0).longer == 1


def test_finished_simulations_are_not_made_again(tmp_path: Path) -> None:
    first, again, other = NormalMean(), NormalMean(), NormalMean(width=2.0)
    made = sbc.perform(first, range(3), tmp_path)
    assert sbc.perform(again, range(3), tmp_path) == made
    assert (first.fits, again.fits) == (3, 0)
    sbc.perform(other, range(3), tmp_path)
    assert other.fits == 3


def test_shards_hold_every_simulation_once() -> None:
    numbers = [number for shard in sbc.shards(12) for number in shard]
    assert numbers == list(range(12))


def test_rows_are_named_by_the_part_that_they_belong_to() -> None:
    ranks = Ranks("joint", [sbc.Simulated(0, {"growth/g": 1, "own": 2}, {"growth/g": 100.0, "own": 100.0})])
    assert [(row["model"], row["parameter"]) for row in ranks.rows()] == [("growth", "g"), ("joint", "own")]
