"""The graph of the loss model and its NumPy equations agree; its data and predictions have the limits they should."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import graph_replace
from scipy import stats

from forecast.data import tables
from forecast.engine.scaling import floor_from_share, log_loss
from forecast.models import loss
from forecast.models.loss import LossData
from forecast.priors import DEFAULT

PRIORS = DEFAULT.loss
GROUPS = 13


def shipped() -> LossData:
    points: pd.DataFrame = tables.load("loss_points")
    return LossData.from_points(list(points["group"]), points["training_flop"], points["loss_nats_per_token"])


DATA = shipped()
BLOCK = loss.prior_draws(DATA, PRIORS, 400, np.random.default_rng(3))


@pytest.fixture(scope="module")
def model() -> pm.Model:
    return loss.build(DATA, PRIORS)


def _free_values(block: dict[str, np.ndarray], k: int) -> dict[str, np.ndarray]:
    """Draw k in the coordinates that are sampled: slope and floor's share at C0 from b and e."""
    b, e = block["b"][k], block["e"][k]
    logit_f = np.log(e / (1 - e)) - b * math.log(10) * (21 - DATA.log10_c0)
    names = ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s", "log_l0")
    return {name: block[name][k] for name in names} | {
        "logit_f": logit_f,
        "ln_slope": np.log(b) - np.logaddexp(0, logit_f),
        "ln_s_innovations": (np.log(block["s"][k]) - block["mu_s"][k]) / block["tau_s"][k],
    }


def _evaluate(model: pm.Model, graphs: list[pt.TensorVariable], values: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Graphs with every free variable set."""
    fixed = {v: pt.constant(values[v.name], dtype=v.dtype) for v in model.free_RVs}
    return [np.asarray(g.eval(mode="FAST_COMPILE")) for g in graph_replace(graphs, fixed, strict=False)]


@pytest.mark.parametrize("k", [0, 7])
def test_point_likelihood_agrees_with_the_equations(model: pm.Model, k: int) -> None:
    logp = pm.logp(model["points"], model.rvs_to_values[model["points"]])
    mean = loss.mean(BLOCK, DATA, DATA.group, DATA.log10_flop)[k]
    scale = np.hypot(0.003, BLOCK["s"][k][DATA.group])
    expected = stats.t.logpdf(DATA.log_loss, 4, mean, scale)
    found, b, e, s = _evaluate(model, [logp, model["b"], model["e"], model["s"]], _free_values(BLOCK, k))
    assert found == pytest.approx(expected, abs=1e-6)
    assert (b, e, s) == tuple(pytest.approx(BLOCK[name][k]) for name in ("b", "e", "s"))


def test_population_densities_agree_with_the_equations(model: pm.Model) -> None:
    k, potentials = 5, {v.name: v for v in model.potentials}
    found = _evaluate(model, [potentials["population_b"], potentials["population_e"]], _free_values(BLOCK, k))
    logit_e = np.log(BLOCK["e"][k] / (1 - BLOCK["e"][k]))
    expected_b = stats.t.logpdf(np.log(BLOCK["b"][k]), 4, BLOCK["mu_b"][k], BLOCK["tau_b"][k])
    assert found[0] == pytest.approx(expected_b, abs=1e-7)
    assert found[1] == pytest.approx(stats.t.logpdf(logit_e, 4, BLOCK["mu_e"][k], BLOCK["tau_e"][k]), abs=1e-6)


def test_the_sampled_coordinates_keep_volume(model: pm.Model) -> None:
    """d(ln b, logit e) / d(ln slope, logit f) has determinant 1, so that no Jacobian is missing."""
    v, w = model["ln_slope"], model["logit_f"]
    ln_b = pt.log(model["b"])
    logit_e = pt.log(model["e"]) - pt.log1p(-model["e"])
    values, h = _free_values(BLOCK, 11), 1e-5

    def image(dv: float, dw: float) -> np.ndarray:
        moved = values | {"ln_slope": values["ln_slope"] + dv, "logit_f": values["logit_f"] + dw}
        return np.stack(_evaluate(model, [ln_b, logit_e], moved))

    by_v, by_w = (image(h, 0) - image(-h, 0)) / (2 * h), (image(0, h) - image(0, -h)) / (2 * h)
    assert {v.name, w.name} == {"ln_slope", "logit_f"}
    assert by_v[0] * by_w[1] - by_v[1] * by_w[0] == pytest.approx(np.ones(GROUPS), abs=1e-4)


def test_hyperparameters_have_the_stated_priors(model: pm.Model) -> None:
    for name in ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s"):
        at = float(getattr(PRIORS, name).ppf(0.3))
        assert pm.logp(model[name], at).eval() == pytest.approx(float(getattr(PRIORS, name).logpdf(at)), abs=1e-7)


def test_the_shipped_points_are_thirteen_groups_of_at_least_four() -> None:
    assert len(DATA.groups) == GROUPS
    assert np.bincount(DATA.group).min() >= 4
    assert 95 <= len(DATA.log_loss) <= 105


def test_reference_compute_follows_the_rule() -> None:
    for g in range(GROUPS):
        x = DATA.log10_flop[DATA.group == g]
        assert DATA.log10_c0[g] == pytest.approx(x.min() + min(1, (x.max() - x.min()) / 2))
        assert DATA.log10_c_max[g] == x.max()


def test_points_may_come_in_any_order() -> None:
    points = tables.load("loss_points").sample(frac=1, random_state=1)
    again = LossData.from_points(list(points["group"]), points["training_flop"], points["loss_nats_per_token"])
    assert again.groups == DATA.groups
    assert again.log_l0_guess == pytest.approx(DATA.log_l0_guess)


def test_no_points_are_allowed_and_give_only_the_population() -> None:
    block = loss.prior_block(PRIORS, 50, np.random.default_rng(0))
    assert block["mu_b"].shape == (50,)
    assert block["b"].shape == block["log_l0"].shape == (50, 0)


def test_tails_are_cut_where_enough_is_left() -> None:
    tail = DATA.tails(1.0)
    early = DATA.select(~tail)
    assert early.groups == DATA.groups
    for g in np.unique(DATA.group[tail]):
        assert DATA.log10_c_max[g] - early.log10_c_max[g] >= 1.0
        assert (early.group == g).sum() >= 3
    assert 35 <= tail.sum() <= 45


def test_the_floor_has_its_share_at_1e21_flop() -> None:
    at_share = loss.mean(BLOCK, DATA, np.arange(GROUPS), np.full(GROUPS, 21.0))
    plausible = BLOCK["b"] < 5  # under a steeper law both have vanished at 1e21 FLOP
    share = loss.floor_nats(BLOCK, DATA)[plausible] / np.exp(at_share[plausible])
    assert plausible.mean() > 0.99
    assert share == pytest.approx(BLOCK["e"][plausible])


def test_predictions_within_the_data_carry_noise_only() -> None:
    block = {name: np.repeat(values[:1], 40_000, axis=0) for name, values in BLOCK.items()}
    rng = np.random.default_rng(1)
    x = DATA.log10_c_max[:1]
    drawn = loss.predictive(block, DATA, np.zeros(1, np.int64), x, rng, PRIORS)[:, 0]
    mean = loss.mean(block, DATA, np.zeros(1, np.int64), x)[0, 0]
    half = stats.t.ppf(0.9, 4) * math.hypot(0.003, block["s"][0, 0])
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) - mean == pytest.approx([-half, 0, half], abs=0.04 * half)


def test_beyond_the_data_the_discrepancy_grows_by_the_decade_and_is_shared_by_a_group() -> None:
    block = {name: np.repeat(values[:1], 40_000, axis=0) for name, values in BLOCK.items()}
    quiet = replace(PRIORS, noise_floor=0.0)
    block["s"] = np.zeros_like(block["s"])
    group, x = np.zeros(2, np.int64), DATA.log10_c_max[0] + np.array([1.0, 3.0])
    drawn = loss.predictive(block, DATA, group, x, np.random.default_rng(1), quiet)
    excess = drawn - loss.mean(block, DATA, group, x)
    assert excess[:, 1] == pytest.approx(3 * excess[:, 0])
    assert np.quantile(excess[:, 0], 0.9) == pytest.approx(0.01 * stats.t.ppf(0.9, 4), rel=0.05)


def test_a_new_study_is_drawn_from_the_population() -> None:
    n = 100_000
    hyper = {"mu_b": -2.1, "tau_b": 0.15, "mu_e": 0.7, "tau_e": 0.25, "mu_s": -6.6, "tau_s": 0.8}
    block = {name: np.full(n, value) for name, value in hyper.items()}
    study = loss.new_study(block, np.random.default_rng(2))
    t = stats.t.ppf(0.95, 4)
    assert np.quantile(np.log(study["b"]), [0.05, 0.95]) == pytest.approx([-2.1 - 0.15 * t, -2.1 + 0.15 * t], abs=0.01)
    logit_e = np.log(study["e"] / (1 - study["e"]))
    assert np.quantile(logit_e, [0.05, 0.95]) == pytest.approx([0.7 - 0.25 * t, 0.7 + 0.25 * t], abs=0.015)
    assert np.std(np.log(study["s"])) == pytest.approx(0.8, rel=0.02)


def test_a_new_study_is_predicted_relative_to_its_loss_at_1e21_flop() -> None:
    block = {name: values[:, :0] if values.ndim > 1 else values for name, values in BLOCK.items()}
    quiet = replace(PRIORS, noise_floor=1e-9, omega=0.0)
    block["mu_s"] = block["mu_s"] - 30
    x = np.array([19.0, 21.0, 23.0])
    drawn = loss.new_study_predictive(block, x, 25.0, np.random.default_rng(3), quiet)
    assert drawn.shape == (400, 3)
    assert drawn[:, 1] == pytest.approx(np.zeros(400), abs=1e-6)
    assert (drawn[:, 0] > 0).mean() > 0.99 and (drawn[:, 2] < 0).mean() > 0.99


def test_the_prior_predictive_covers_what_was_seen() -> None:
    """Before it has seen anything the model finds every point of every group possible, and few of them surprising."""
    drawn = loss.predictive(BLOCK, DATA, DATA.group, DATA.log10_flop, np.random.default_rng(4), PRIORS)
    rank = (drawn < DATA.log_loss).mean(axis=0)
    assert ((rank > 0.005) & (rank < 0.995)).all()
    assert ((rank > 0.1) & (rank < 0.9)).mean() > 0.7


def test_mean_is_the_equation_written_out() -> None:
    k, g, flop = 2, 4, 3e22
    b, e = BLOCK["b"][k, g], BLOCK["e"][k, g]
    l0, c0 = math.exp(BLOCK["log_l0"][k, g]), 10 ** DATA.log10_c0[g]
    share = (1e21 / c0) ** -b
    floor = l0 * e * share / (1 - e + e * share)
    expected = math.log(floor + (l0 - floor) * (flop / c0) ** -b)
    found = loss.mean(BLOCK, DATA, np.array([g]), np.array([math.log10(flop)]))[k, 0]
    assert found == pytest.approx(expected)
    assert log_loss(math.log10(flop), math.log(l0), math.log10(c0), b, floor) == pytest.approx(expected)
    assert floor_from_share(e, b, math.log(l0), math.log10(c0)) == pytest.approx(floor)
