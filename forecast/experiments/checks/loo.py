"""Leave-one-out by Pareto-smoothed importance sampling: which rows hang on themselves.

The log-likelihoods are those of `likelihoods`; ArviZ smooths the weights. Where k is above .7 the estimate is not to be
trusted: the worst row is named, and its term stands as it is. `inside_80` is the share of rows inside the 80 % interval
that the model gives them without having seen them: unlike a posterior predictive's, it does not flatter the fit.

References: Vehtari, Gelman & Gabry 2017, arXiv 1507.04544; Vehtari et al. 2024, arXiv 1507.02646 (the limit of .7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.data import selections, tables
from forecast.evaluation.checks import TRUSTED_K
from forecast.experiments.checks import likelihoods
from forecast.experiments.checks.fits import Fit
from forecast.experiments.checks.likelihoods import Terms
from forecast.inference.observations import Observations
from forecast.models.price import PURCHASE_CHANNELS
from forecast.priors import DEFAULT

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Rows of one group: log-likelihoods, P(lower than observed), shape (chains, draws, rows), and names."""

    group: str
    log_likelihood: Array
    probability: Array
    names: Sequence[str]

    @classmethod
    def of(cls, group: str, terms: Terms, fit: Fit, names: Iterable[str]) -> Rows:
        """Rows of a likelihood."""
        return cls(group, fit.by_chain(terms.log_density), fit.by_chain(terms.probability), [str(n) for n in names])


@dataclass(frozen=True)
class LeftOut:
    """Pointwise figures given the other rows, shape (rows,) each.

    Attributes
    ----------
    elpd, p_loo, k : ndarray
        Log density, effective parameters, Pareto k.
    pit : ndarray
        Probability of a value under the observed one.
    """

    elpd: Array
    p_loo: Array
    k: Array
    pit: Array


def leave_out(log_likelihood: Array, probability: Array) -> LeftOut:
    """Pointwise leave-one-out of log-likelihoods and probabilities, shape (chains, draws, rows)."""
    pairs = zip(np.moveaxis(log_likelihood, -1, 0), np.moveaxis(probability, -1, 0), strict=True)
    found = np.array([_leave_out(*pair) for pair in pairs])
    return LeftOut(*found.T)


def _leave_out(log_likelihood: Array, probability: Array) -> tuple[float, float, float, float]:
    """One row's; the effective size of 1 / density sets how much of the tail is smoothed."""
    from arviz_stats.base import array_stats

    size = float(array_stats.ess(np.exp(-log_likelihood), method="mean", chain_axis=0, draw_axis=1))
    weights, k = array_stats.psislw(log_likelihood, r_eff=size / log_likelihood.size, axis=(0, 1))
    mass = np.exp(weights - weights.max())
    mass = mass / mass.sum()
    elpd = float(np.log(np.sum(mass * np.exp(log_likelihood - log_likelihood.max()))) + log_likelihood.max())
    lpd = float(np.log(np.mean(np.exp(log_likelihood - log_likelihood.max()))) + log_likelihood.max())
    return elpd, lpd - elpd, float(k), float(np.sum(mass * probability))


def table(fit: Fit, seen: Observations) -> list[dict[str, Any]]:
    """Leave-one-out of every group of rows of a fit."""
    groups = _losses if fit.model == "loss" else _joint
    return [_row(fit.model, rows) for rows in groups(fit, seen) if len(rows.names)]


def _row(model: str, rows: Rows) -> dict[str, Any]:
    found, n = leave_out(rows.log_likelihood, rows.probability), len(rows.names)
    worst = int(np.argmax(found.k))
    return {
        "model": model,
        "group": rows.group,
        "rows": n,
        "elpd": round(float(found.elpd.sum()), 2),
        "se": round(float(np.sqrt(n * found.elpd.var())), 2),
        "p_loo": round(float(found.p_loo.sum()), 2),
        "max_k": round(float(found.k[worst]), 3),
        "above_07": int(np.sum(found.k > TRUSTED_K)),
        "worst": rows.names[worst],
        "inside_80": round(float(np.mean(np.abs(found.pit - 0.5) < 0.4)), 4),
    }


def _losses(fit: Fit, seen: Observations) -> Iterator[Rows]:
    data = seen.loss
    terms = likelihoods.points(fit.draws, data, DEFAULT.loss)
    for g, group in enumerate(data.groups):
        mine = data.group == g
        yield Rows.of(group, terms.rows(mine), fit, [f"1e{x:.2f} FLOP" for x in data.log10_flop[mine]])


def _joint(fit: Fit, seen: Observations) -> Iterator[Rows]:
    terms = likelihoods.of_joint(fit.draws, seen.compute, seen.price)
    chips, offers = _hardware_names(seen)
    yield Rows.of("training runs", terms["training runs"], fit, seen.observed["compute_name"])
    yield Rows.of("realised price", terms["realised price"], fit, seen.observed["price_name"])
    for channel, name in enumerate(PURCHASE_CHANNELS):
        mine = seen.price.purchase_channel == channel
        yield Rows.of(name, terms["launch prices"].rows(mine), fit, chips[mine])
    yield Rows.of("rental", terms["rental offers"], fit, offers)


def _hardware_names(seen: Observations) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Names of the rows, in the order in which `observe` reads them."""
    chips = selections.accelerator_rows(tables.published_by(tables.load("accelerators"), seen.cutoff))
    offers = selections.rental_rows(tables.published_by(tables.load("rental_prices"), seen.cutoff))
    named = offers["chip"].astype(str) + ", " + offers["vendor_key"].astype(str)
    return chips["name"].to_numpy(str), named.to_numpy(str)
