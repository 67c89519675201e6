"""Simulate studies, fit them, find the truth inside the intervals; fit the shipped points, find the known figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from forecast.data import tables
from forecast.inference.sampling import Sampled, SamplerSettings, compile_model, sample
from forecast.models import loss
from forecast.models.loss import LossData
from forecast.priors import DEFAULT

PRIORS = DEFAULT.loss
TOY = SamplerSettings(draws=300, tune=400, chains=2)
FULL = SamplerSettings()
POPULATION = ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s")


@pytest.fixture(scope="module")
def data() -> LossData:
    points = tables.load("loss_points")
    return LossData.from_points(list(points["group"]), points["training_flop"], points["loss_nats_per_token"])


@pytest.fixture(scope="module")
def compiled(data: LossData) -> Any:
    """Compiled once: every other data set of as many groups is swapped in."""
    return compile_model(loss.build(data, PRIORS))


def _block(fitted: Sampled) -> dict[str, np.ndarray]:
    return {name: fitted.flat(name) for name in (*POPULATION, "b", "e", "s", "log_l0")}


def _truths(data: LossData, simulations: int) -> dict[str, np.ndarray]:
    """Draws from the prior whose laws a study could have shown: laws that fall by 1 to 60 % a decade at C0."""
    block = loss.prior_draws(data, PRIORS, 40 * simulations, np.random.default_rng(8))
    step = loss.mean(block, data, np.arange(len(data.groups)), data.log10_c0 + 1) - block["log_l0"]
    plausible = ((step < -0.01) & (step > -0.9)).all(axis=1)
    return {name: values[plausible][:simulations] for name, values in block.items()}


def _ahead(block: Mapping[str, np.ndarray], data: LossData) -> np.ndarray:
    """ln loss of each group two decades past its data."""
    return loss.mean(block, data, np.arange(len(data.groups)), data.log10_c_max + 2)


def _simulated_ranks(compiled: Any, data: LossData, simulations: int) -> dict[str, np.ndarray]:
    """Ranks of the truth among the posterior draws, by quantity; groups count separately."""
    truths, rng = _truths(data, simulations), np.random.default_rng(9)
    ranks: dict[str, list[np.ndarray]] = {}
    for k in range(simulations):
        truth = {name: values[k : k + 1] for name, values in truths.items()}
        points = loss.predictive(truth, data, data.group, data.log10_flop, rng, PRIORS)[0]
        found = _block(sample("loss", compiled.with_data(log_loss=points), TOY, seed=k))
        quantities = {**found, "ahead": _ahead(found, data), "floor": loss.floor_nats(found, data)}
        true = {**truth, "ahead": _ahead(truth, data), "floor": loss.floor_nats(truth, data)}
        for name, draws in quantities.items():
            ranks.setdefault(name, []).append(np.atleast_1d((draws < true[name][0]).mean(axis=0)))
    return {name: np.concatenate(values) for name, values in ranks.items()}


def test_truth_lies_inside_the_intervals(compiled: Any, data: LossData) -> None:
    ranks = _simulated_ranks(compiled, data, 3)
    for name in ("b", "e", "floor", "ahead", "log_l0", "s"):
        inside = np.mean((ranks[name] > 0.1) & (ranks[name] < 0.9))
        assert 0.6 < inside < 0.97, f"80 % intervals of {name} cover {inside:.2f}"
    hyper = np.concatenate([ranks[name] for name in POPULATION])
    assert np.mean((hyper > 0.01) & (hyper < 0.99)) > 0.8


@pytest.mark.long
def test_truth_lies_inside_the_intervals_over_forty_simulations(compiled: Any, data: LossData) -> None:
    ranks = _simulated_ranks(compiled, data, 40)
    for name, values in ranks.items():
        inside = np.mean((values > 0.1) & (values < 0.9))
        # A hyperparameter has one value a simulation, so that 40 cover .8 +- .19 at three standard errors.
        slack = 0.19 if name in POPULATION else 0.04
        assert abs(inside - 0.8) < slack, f"80 % intervals of {name} cover {inside:.2f}"


def _check_known_figures(fitted: Sampled, data: LossData, slack: float) -> None:
    """The figures of the study that this model comes from: 14 groups there, 13 here."""
    block = _block(fitted)
    study = loss.new_study(block, np.random.default_rng(0))
    assert np.quantile(study["b"], [0.05, 0.5, 0.95]) == pytest.approx([0.08, 0.118, 0.167], abs=0.012 * slack)
    assert np.quantile(study["e"], [0.05, 0.5, 0.95]) == pytest.approx([0.51, 0.66, 0.78], abs=0.03 * slack)
    b = dict(zip(data.groups, np.median(block["b"], axis=0), strict=True))
    floor = dict(zip(data.groups, np.median(loss.floor_nats(block, data), axis=0), strict=True))
    assert b["chinchilla-massivetext"] == pytest.approx(0.13, abs=0.01 * slack)
    assert floor["chinchilla-massivetext"] == pytest.approx(1.52, abs=0.06 * slack)
    for corpus in ("c4", "rpj", "rw"):
        assert 1.77 - 0.03 * slack < floor[f"gadre-{corpus}-c4val"] < 1.84 + 0.03 * slack
        assert b[f"gadre-{corpus}-c4val"] == pytest.approx(0.13, abs=0.01 * slack)
    assert b["cerebras-pile"] == pytest.approx(0.10, abs=0.015 * slack)
    assert floor["cerebras-pile"] == pytest.approx(0.96, abs=0.1 * slack)


def test_the_shipped_points_give_the_known_figures(compiled: Any, data: LossData) -> None:
    fitted = sample("loss", compiled, TOY, seed=1)
    assert fitted.divergences == 0
    _check_known_figures(fitted, data, slack=1.5)


@pytest.mark.long
def test_a_full_fit_of_the_shipped_points_gives_the_known_figures(compiled: Any, data: LossData) -> None:
    fitted = sample("loss", compiled, FULL, seed=1)
    assert fitted.divergences == 0
    _check_known_figures(fitted, data, slack=1.0)
    chinchilla = loss.floor_nats(_block(fitted), data)[:, data.groups.index("chinchilla-massivetext")]
    assert np.quantile(chinchilla, [0.05, 0.95]) == pytest.approx([1.32, 1.71], abs=0.08)


def _held_out(compiled: Any, data: LossData, decades: float, settings: SamplerSettings) -> tuple[float, np.ndarray]:
    """rms error of ln loss past the data, and the coverage of the 50, 80 and 95 % intervals."""
    tail = data.tails(decades)
    early = data.select(~tail)
    block = _block(sample("loss", compiled.with_data(**early.shared()), settings, seed=1))
    rng = np.random.default_rng(0)
    drawn = loss.predictive(block, early, data.group[tail], data.log10_flop[tail], rng, PRIORS)
    actual = data.log_loss[tail]
    rank = np.abs((drawn < actual).mean(axis=0) - 0.5)
    covered = np.array([(rank < half).mean() for half in (0.25, 0.4, 0.475)])
    return float(np.sqrt(np.mean((np.median(drawn, axis=0) - actual) ** 2))), covered


def test_held_out_tails_are_predicted_as_well_as_was_found(compiled: Any, data: LossData) -> None:
    error, covered = _held_out(compiled, data, 1.0, TOY)
    assert error == pytest.approx(0.017, abs=0.002)
    assert covered == pytest.approx([0.65, 0.77, 1.0], abs=0.16)


@pytest.mark.long
@pytest.mark.parametrize(
    ("decades", "rms", "coverage"), [(1.0, 0.017, (0.65, 0.77, 1.0)), (2.0, 0.023, (0.79, 0.90, 0.97))]
)
def test_held_out_tails_with_full_counts(
    compiled: Any, data: LossData, decades: float, rms: float, coverage: tuple[float, float, float]
) -> None:
    error, covered = _held_out(compiled, data, decades, FULL)
    assert error == pytest.approx(rms, abs=0.002)
    assert covered == pytest.approx(coverage, abs=0.08)
