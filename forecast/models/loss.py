"""Loss: every study's loss falls towards its own floor as compute grows, at exponents that studies share.

    ln L_i   ~ t4(m_i, sqrt(0.003^2 + s_g^2))                    compute-efficient point i of group g
    m_i      = ln[E_g + (L0_g - E_g) (C_i / C0_g)^-b_g]
    ln b_g   = mu_b + tau_b t4
    logit e_g = mu_e + tau_e t4,   e_g = E_g / L_g(1e21 FLOP)
               => E_g = L0_g e_g k / (1 - e_g + e_g k),   k = (1e21 / C0_g)^-b_g
    ln s_g   ~ N(mu_s, tau_s)
    beyond the data of its group: L x exp(omega x decades beyond x t4)       `forecast.engine.scaling`

==========  ===========  ==================  ==========================================================================
symbol      Python name  unit                prior, and why
==========  ===========  ==================  ==========================================================================
mu_b        mu_b         ln                  N(ln .1, .5): exponents of .04-.25 were published
tau_b       tau_b        ln                  LogN(ln .3, .5): exponents differ by a third between studies
mu_e        mu_e         logit               N(.6, .7): the floor is 30-85 % of the loss at 1e21 FLOP
tau_e       tau_e        logit               LogN(ln .6, .5): log-normal, so that studies are never exactly equal
mu_s        mu_s         ln                  N(ln .004, .7): fits scatter by a few tenths of a percent
tau_s       tau_s        ln                  LogN(ln .6, .4)
ln L0_g     log_l0       ln nats per token   N(interpolated between the group's points, .1): loose, they say it to .005
b_g         b            1                   pooled, t4: one odd study does not widen the others
e_g         e            1                   pooled, t4; the floor is pooled as a share of the loss at one compute,
                                             because floors in nats depend on corpus and tokenizer
E_g         floor_nats   nats per token      follows from e, b and L0
s_g         s            1                   pooled; relative scatter beyond the noise floor .003
omega       omega        1 per decade        .010, fixed; the likelihood of held-out tails is flat over .004-.013
C0_g        log10_c0     log10 FLOP          half of the group's reach above its smallest compute, at most one decade
==========  ===========  ==================  ==========================================================================

Dims: `group` = study x corpus x evaluation set; a loss means nothing outside of one. Only points on the
compute-efficient frontier enter (minima of isoFLOP curves, tuned optima): additive laws in N and D fitted to points
far off the optimum put the floor too high.

Sampling: b and e trade off along a ridge, so each group is sampled in what its points do say, the slope of ln L at C0
and the floor's share f = E / L0 there: ln b = ln slope - ln(1 - f), logit e = logit f + b ln(1e21 / C0). This map
keeps volume (its Jacobian is 1), so the t4 densities of ln b and logit e enter as they stand. s is non-centred: few
points hold it. On 13 groups at equal draws this took a quarter of the CPU of the centred form, with half as many
effective draws again.

Why a floor, pooled, with a discrepancy: with the last decade, and the last two, of every group held out (where three
points remain), the rms error of the loss was 1.7 and 2.2 % (a pooled power law 3.8 and 7.1; unpooled 4.5 and 5.2), and
the 50/80/95 % intervals covered .65/.72/1.0 and .78/.89/.96; without the discrepancy .40/.68/.92 and .63/.78/.89.
Stacking gave .94 to this form and .06 to E = 0 (`forecast.engine.scaling.mixture`).

Known failures: the floor is poorly identified and trades off against the exponent, so that answers at a low loss hang
on the form of the law more than on the data. Cerebras 13B lies 8 % under what the smaller runs of its study predict.
A pure power law is wrong by several percent of loss past about thirtyfold extrapolation.

References: Hoffmann et al. 2022, arXiv 2203.15556, eqs. 2 and 4; Besiroglu et al. 2024, arXiv 2404.10102 (the floor
of Hoffmann's data); Gadre et al. 2024, arXiv 2403.08540, eq. 4; Kaplan et al. 2020, arXiv 2001.08361, eq. 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import ArrayLike, NDArray

from forecast.engine.scaling import LN10, SHARE_LOG10_FLOP, floor_from_share, log_loss, reference_point
from forecast.models.distributions import variable
from forecast.priors import LossPriors

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Block = Mapping[str, Array]


NU = 4.0
"""Degrees of freedom of every Student t of this model."""

_START_LN_SLOPE = -3.0  # loss falls by 5 % per e-fold of compute, the middle of what was published


@dataclass(frozen=True)
class LossData:
    """Compute-efficient points of several groups, one element a row.

    Attributes
    ----------
    groups : tuple of str
        Names, sorted.
    group : ndarray of int, shape (n,)
        Position in `groups`.
    log10_flop : ndarray, shape (n,)
        Training compute, log10 FLOP, each group by its own convention.
    log_loss : ndarray, shape (n,)
        ln nats per token.
    log10_c0, log_l0_guess, log10_c_max : ndarray, shape (groups,)
        Reference compute, the loss interpolated there (ln nats per token), and the end of the data.
    """

    groups: tuple[str, ...]
    group: Index
    log10_flop: Array
    log_loss: Array
    log10_c0: Array
    log_l0_guess: Array
    log10_c_max: Array

    @classmethod
    def from_points(cls, group: Sequence[str], training_flop: ArrayLike, loss_nats: ArrayLike) -> LossData:
        """Points as they stand in `loss_points.csv`: group name, FLOP and nats per token of each row."""
        names = tuple(sorted(set(group)))
        index = np.array([names.index(name) for name in group], dtype=np.int64)
        log10_flop, log_losses = np.log10(np.asarray(training_flop, float)), np.log(np.asarray(loss_nats, float))
        return cls._stated(names, index, log10_flop, log_losses)

    @classmethod
    def _stated(cls, names: tuple[str, ...], index: Index, log10_flop: Array, log_losses: Array) -> LossData:
        members = [index == g for g in range(len(names))]
        stated = np.array([reference_point(log10_flop[m], log_losses[m]) for m in members]).reshape(-1, 2)
        c_max = np.array([log10_flop[m].max() for m in members])
        return cls(names, index, log10_flop, log_losses, stated[:, 0], stated[:, 1], c_max)

    def select(self, keep: NDArray[np.bool_]) -> LossData:
        """The rows where `keep` holds, C0 stated anew; every group must keep a row."""
        return self._stated(self.groups, self.group[keep], self.log10_flop[keep], self.log_loss[keep])

    def tails(self, decades: float, at_least: int = 3) -> NDArray[np.bool_]:
        """Rows in the last `decades` of their group's data, where at least `at_least` rows lie before them."""
        late = self.log10_flop > self.log10_c_max[self.group] - decades
        early_rows = np.bincount(self.group, weights=~late, minlength=len(self.groups))
        tail: NDArray[np.bool_] = late & (early_rows >= at_least)[self.group]
        return tail

    def shared(self) -> dict[str, Array | Index]:
        """The model's data containers by name: hand them to nutpie's `with_data` to refit without compiling."""
        return {
            "group_index": self.group,
            "log10_flop": self.log10_flop,
            "log_loss": self.log_loss,
            "log10_c0": self.log10_c0,
            "log_l0_guess": self.log_l0_guess,
        }


def build(data: LossData, priors: LossPriors) -> pm.Model:
    """The hierarchical scaling law.

    Parameters
    ----------
    data : LossData
        Points of at least one group; other data of as many groups can be swapped in by `LossData.shared`.
    priors : LossPriors
        Frozen prior values.

    Returns
    -------
    pymc.Model
        With deterministics `b`, `e` and `s` by group. It has no prior predictive of PyMC's: use `prior_draws`.
    """
    with pm.Model(coords={"group": list(data.groups)}) as model:
        shared = {name: pm.Data(name, values) for name, values in data.shared().items()}
        log_l0 = pm.Normal("log_l0", shared["log_l0_guess"], priors.log_l0_sd, dims="group")
        ln_slope = pm.Flat("ln_slope", dims="group", initval=np.full(len(data.groups), _START_LN_SLOPE))
        logit_f = pm.Flat("logit_f", dims="group", initval=np.zeros(len(data.groups)))
        b = _population(ln_slope, logit_f, shared["log10_c0"], priors)
        scale = pt.sqrt(priors.noise_floor**2 + _scatter(priors)[shared["group_index"]] ** 2)
        mu = _mean_graph(shared, log_l0, b, logit_f)
        pm.StudentT("points", nu=NU, mu=mu, sigma=scale, observed=shared["log_loss"])
    return model


def _population(ln_slope: Any, logit_f: Any, log10_c0: Any, priors: LossPriors) -> Any:
    """Register b and e as functions of slope and floor's share at C0, with their t4 densities; returns b."""
    ln_b = ln_slope + pt.softplus(logit_f)
    b = pm.Deterministic("b", pt.exp(ln_b), dims="group")
    logit_e = logit_f + b * LN10 * (SHARE_LOG10_FLOP - log10_c0)
    pm.Deterministic("e", pt.sigmoid(logit_e), dims="group")
    for letter, value in (("b", ln_b), ("e", logit_e)):
        mu, tau = (variable(f"{name}_{letter}", getattr(priors, f"{name}_{letter}")) for name in ("mu", "tau"))
        pm.Potential(f"population_{letter}", pm.logp(pm.StudentT.dist(nu=NU, mu=mu, sigma=tau), value))
    return b


def _scatter(priors: LossPriors) -> Any:
    innovations = pm.Normal("ln_s_innovations", 0.0, 1.0, dims="group")
    ln_s = variable("mu_s", priors.mu_s) + variable("tau_s", priors.tau_s) * innovations
    return pm.Deterministic("s", pt.exp(ln_s), dims="group")


def _mean_graph(shared: Mapping[str, Any], log_l0: Any, b: Any, logit_f: Any) -> Any:
    """`log_loss` as a graph: ln L0 + ln[f + (1 - f) (C / C0)^-b]."""
    group = shared["group_index"]
    decline = b[group] * LN10 * (shared["log10_flop"] - shared["log10_c0"][group])
    return log_l0[group] + pt.logaddexp(-pt.softplus(-logit_f[group]), -pt.softplus(logit_f[group]) - decline)


def floor_nats(block: Block, data: LossData) -> Array:
    """Irreducible loss of each group, nats per token, shape (draws, groups)."""
    return floor_from_share(block["e"], block["b"], block["log_l0"], data.log10_c0)


def mean(block: Block, data: LossData, group: Index, log10_flop: Array) -> Array:
    """Mean ln loss of groups (positions, shape (n,)) at computes (log10 FLOP, shape (n,)), shape (draws, n)."""
    floor = floor_nats(block, data)[:, group]
    return log_loss(log10_flop, block["log_l0"][:, group], data.log10_c0[group], block["b"][:, group], floor)


def predictive(
    block: Block, data: LossData, group: Index, log10_flop: Array, rng: np.random.Generator, priors: LossPriors
) -> Array:
    """New points of the groups that were fitted, with their noise and, beyond the data, the discrepancy.

    Parameters
    ----------
    block : mapping of str to ndarray
        Draws by Python name, from the posterior or from `prior_draws`.
    data : LossData
        What was fitted: says where C0 lies and where the discrepancy starts.
    group : ndarray of int, shape (n,)
        Position of each new point's group.
    log10_flop : ndarray, shape (n,)
        Compute of the new points, log10 FLOP.
    rng : numpy.random.Generator
        Source of noise and discrepancy; one discrepancy per draw and group.
    priors : LossPriors
        Noise floor and omega.

    Returns
    -------
    ndarray, shape (draws, n)
        ln nats per token.
    """
    centre = mean(block, data, group, log10_flop)
    slope = priors.omega * rng.standard_t(NU, block["b"].shape)[:, group]
    beyond = np.maximum(log10_flop - data.log10_c_max[group], 0)
    return centre + slope * beyond + _noise(block["s"][:, group], rng, priors)


def _noise(s: Array, rng: np.random.Generator, priors: LossPriors) -> Array:
    noise: Array = np.hypot(priors.noise_floor, s) * rng.standard_t(NU, s.shape)
    return noise


def new_study(block: Block, rng: np.random.Generator, studies: int = 1) -> dict[str, Array]:
    """Exponent b, floor's share e and scatter s of studies not seen yet, each of shape (draws, studies)."""
    shape = (len(block["mu_b"]), studies)
    hyper = {name: block[name][:, None] for name in ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s")}
    logit_e = hyper["mu_e"] + hyper["tau_e"] * rng.standard_t(NU, shape)
    return {
        "b": np.exp(hyper["mu_b"] + hyper["tau_b"] * rng.standard_t(NU, shape)),
        "e": 1 / (1 + np.exp(-logit_e)),
        "s": np.exp(hyper["mu_s"] + hyper["tau_s"] * rng.standard_normal(shape)),
    }


def new_study_predictive(
    block: Block, log10_flop: Array, log10_c_max: float, rng: np.random.Generator, priors: LossPriors
) -> Array:
    """Points of one study not seen yet, as ln of their ratio to its loss at 1e21 FLOP, shape (draws, points).

    Parameters
    ----------
    block : mapping of str to ndarray
        Draws of the population by Python name.
    log10_flop : ndarray, shape (points,)
        Compute, log10 FLOP.
    log10_c_max : float
        Where that study's data will end, log10 FLOP: the discrepancy starts there.
    rng : numpy.random.Generator
        Source of the study's law, its noise and its discrepancy.
    priors : LossPriors
        Noise floor and omega.
    """
    study = new_study(block, rng)
    centre = log_loss(log10_flop, 0.0, SHARE_LOG10_FLOP, study["b"], study["e"])
    slope = priors.omega * rng.standard_t(NU, study["b"].shape)
    noise = _noise(np.broadcast_to(study["s"], centre.shape), rng, priors)
    return centre + slope * np.maximum(log10_flop - log10_c_max, 0) + noise


def prior_block(priors: LossPriors, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """The loss block where there are no rows: the population from its prior, and no groups."""
    return prior_draws(LossData.from_points([], [], []), priors, draws, rng)


def prior_draws(data: LossData, priors: LossPriors, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """Draws of every parameter from the prior, by Python name, for prior-predictive checks and recovery tests.

    Returns
    -------
    dict of str to ndarray
        Shape (draws,) for the population, (draws, groups) for `b`, `e`, `s` and `log_l0`; no groups are allowed.
    """
    block = {
        name: getattr(priors, name).sample(rng, draws) for name in ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s")
    }
    groups = len(data.groups)
    log_l0 = data.log_l0_guess + priors.log_l0_sd * rng.standard_normal((draws, groups))
    return block | new_study(block, rng, groups) | {"log_l0": log_l0}
