"""Power scaling: what a posterior listens to, its prior or its data.

The prior density of a model's top-level parameters, or the likelihood of one data set, is raised to a power near 1 by
importance weights on the draws. How far a margin moves, per doubling of the power, is its sensitivity (cumulative
Jensen-Shannon distance). Both large: prior and data pull apart. The prior's alone: the answer is the prior.

The rental offers are scaled apart from the other data: they have seventy parameters of their own, whose log-likelihood
varies so much that it drowns what the rest says about spend, price and compute.

What lies between (yearly slopes around their mean, studies around their population) belongs to the model and is not
scaled, as Kallioinen et al. advise for hierarchies.

References: Kallioinen, Paananen, Buerkner & Vehtari 2024, arXiv 2107.14054.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.evaluation.checks import CONFLICT, FINE, PRIOR_DOMINATED, SENSITIVE, UNMOVED
from forecast.experiments.checks import likelihoods
from forecast.experiments.checks.fits import Fit
from forecast.inference.observations import Observations
from forecast.models.price import PURCHASE_CHANNELS, REALISED, RENTAL
from forecast.priors import DEFAULT, AnchoredNormal, LossPriors, Priors

Array = NDArray[np.float64]

ALPHAS = (0.99, 1.01)
_SHUFFLES, _SHUFFLE_SEED = 20, 20210729
_PER_CHANNEL = {"a_purchase": "a", "sigma": "sigma_purchase"}
"""Priors of the price model that stand for one parameter a channel, and the sampler's name of it."""


@dataclass(frozen=True)
class Parts:
    """Log densities of every draw, shape (chains, draws): priors by top-level parameter, likelihoods by data set."""

    priors: Mapping[str, Array]
    data: Mapping[str, Array]

    def without(self, data: str) -> Parts:
        """The same but for one data set."""
        return Parts(self.priors, {name: values for name, values in self.data.items() if name != data})

    def __add__(self, other: Parts) -> Parts:
        """Of two models that know nothing of each other."""
        return Parts({**self.priors, **other.priors}, {**self.data, **other.data})


@dataclass(frozen=True)
class Sensitivity:
    """How far a margin moves per doubling of a power, and how far chance alone would seem to move it."""

    value: float
    noise: float

    @property
    def heard(self) -> bool:
        """Whether it moves, beyond chance."""
        return self.value >= SENSITIVE and self.over_noise > 0

    @property
    def over_noise(self) -> float:
        """How far beyond chance."""
        return self.value - self.noise


def parts(fit: Fit, seen: Observations, priors: Priors = DEFAULT) -> Parts:
    """Log priors and log likelihoods of a fit's draws."""
    if fit.model == "loss":
        data = {"loss points": likelihoods.points(fit.draws, seen.loss, priors.loss).total}
        found = dict(_loss_priors(fit, seen.loss.log_l0_guess, priors.loss))
    else:
        terms = likelihoods.of_joint(fit.draws, seen.compute, seen.price)
        offers = terms.pop("rental offers").total
        others = np.sum([one.total for one in terms.values()], axis=0)
        data = {"runs, costs and launch prices": others, "rental offers": offers}
        found = dict(_joint_priors(fit, priors, seen.compute.anchor))
    return Parts(*({name: fit.by_chain(v) for name, v in group.items()} for group in (found, data)))


def _loss_priors(fit: Fit, guess: Array, priors: LossPriors) -> Iterator[tuple[str, Array]]:
    for name in ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s"):
        yield name, getattr(priors, name).logpdf(fit.draws[name])
    level = (fit.draws["log_l0"] - guess) / priors.log_l0_sd
    yield "log_l0", -0.5 * (level**2).sum(axis=1)


def _joint_priors(fit: Fit, priors: Priors, anchor: float) -> Iterator[tuple[str, Array]]:
    for item in fields(priors.compute):
        family = getattr(priors.compute, item.name)
        family = family.at(anchor) if isinstance(family, AnchoredNormal) else family
        yield item.name, family.logpdf(fit.draws[item.name])
    for item in fields(priors.price):
        values = getattr(priors.price, item.name).logpdf(fit.draws[_PER_CHANNEL.get(item.name, item.name)])
        yield f"price {item.name}" if item.name == "sigma" else item.name, values.reshape(len(values), -1).sum(axis=1)


def sensitivity(values: Array, component: Array) -> Sensitivity:
    """How far a margin moves per doubling of a component's power.

    Parameters
    ----------
    values, component : ndarray, shape (chains, draws)
        The quantity, and the log density that is raised to powers.

    Returns
    -------
    Sensitivity
        Its noise is the 95 % quantile over shuffled draws: a likelihood of many parameters varies so much between
        draws that it seems to move what it knows nothing of.
    """
    from arviz_stats.base import array_stats

    lower, upper = (_normalised(array_stats.power_scale_lw(component, alpha, axis=(0, 1))) for alpha in ALPHAS)

    def moved(x: Array) -> float:
        """How far the distribution moves from one weight to the other."""
        return float(array_stats.power_scale_sense(x, lower, upper, *ALPHAS, chain_axis=0, draw_axis=1))

    rng = np.random.default_rng(_SHUFFLE_SEED)
    shuffled = [moved(rng.permutation(values.reshape(-1)).reshape(values.shape)) for _ in range(_SHUFFLES)]
    return Sensitivity(moved(values), float(np.quantile(shuffled, 0.95)))


def _normalised(log_weights: Array) -> Array:
    weights: Array = np.exp(log_weights - log_weights.max())
    return weights / float(weights.sum())


def verdict(prior: bool, data: bool) -> str:
    """What it means that priors move a quantity, and that data do."""
    if prior:
        return CONFLICT if data else PRIOR_DOMINATED
    return FINE if data else UNMOVED


def table(model: str, quantities: Mapping[str, Array], found: Parts) -> list[dict[str, Any]]:
    """Sensitivity of quantities, shape (chains, draws) each, to all priors together and to each data set.

    A row for every quantity, with the data set that moves it most; then one for every single prior that moves it.
    """
    rows = []
    every = np.asarray(sum(found.priors.values()))
    for name, values in quantities.items():
        of_data = {data: sensitivity(values, density) for data, density in found.data.items()}
        loudest = max(of_data, key=lambda data: of_data[data].over_noise)
        alone = {prior: sensitivity(values, density) for prior, density in found.priors.items()}
        moving = sorted((prior for prior in alone if alone[prior].heard), key=lambda prior: -alone[prior].value)
        for scaled, prior in [("", sensitivity(values, every)), *((each, alone[each]) for each in moving)]:
            rows.append(_row(model, name, scaled, prior, loudest, of_data[loudest]))
    return rows


def _row(
    model: str, parameter: str, scaled: str, prior: Sensitivity, data: str, likelihood: Sensitivity
) -> dict[str, Any]:
    return {
        "model": model,
        "parameter": parameter,
        "scaled": scaled,
        "prior": round(prior.value, 4),
        "prior_noise": round(prior.noise, 4),
        "likelihood": round(likelihood.value, 4),
        "likelihood_noise": round(likelihood.noise, 4),
        "data": data,
        "verdict": verdict(prior.heard, likelihood.heard),
    }


def parameters(fit: Fit) -> dict[str, Array]:
    """The top-level parameters of a fit, one by one, shape (chains, draws) each."""
    if fit.model == "loss":
        names: tuple[str, ...] = ("mu_b", "tau_b", "mu_e", "tau_e", "mu_s", "tau_s")
        return {name: fit.by_chain(fit.draws[name]) for name in names}
    names = tuple(item.name for item in fields(DEFAULT.compute))
    single = {name: fit.draws[name] for name in (*names, *_hardware_names())}
    single["r_realised"], single["r_rental"] = (fit.draws["rate"][:, i] for i in (REALISED, RENTAL))
    for i, channel in enumerate(PURCHASE_CHANNELS):
        for name in ("rate", "a", "sigma_purchase"):
            single[f"{name} {channel}"] = fit.draws[name][:, i]
    return {name: fit.by_chain(values) for name, values in single.items()}


def _hardware_names() -> list[str]:
    return [item.name for item in fields(DEFAULT.price) if item.name not in _PER_CHANNEL]
