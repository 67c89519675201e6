"""What a user would write instead, in plain NumPy: the same figures without what the engine does to be quick."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.drift import PHI, WORLD_GDP_2023_USD, WORLD_GDP_GROWTH
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year, grid_years

Array = NDArray[np.float64]
Passage = Callable[[Array, Array], NDArray[np.int64]]


def passage_by_loop(path: Array, requirement: Array) -> NDArray[np.int64]:
    """First month of each draw, draw by draw; the number of months where there is none."""
    first = []
    for row, needed in zip(path, requirement, strict=True):
        reached = np.flatnonzero(row >= needed)
        first.append(reached[0] if len(reached) else len(row))
    return np.array(first)


def passage_by_argmax(path: Array, requirement: Array) -> NDArray[np.int64]:
    """The same in one line: (path >= requirement).argmax."""
    reached = path >= requirement[:, None]
    return np.where(reached.any(axis=1), reached.argmax(axis=1), path.shape[1])


@dataclass
class Figures:
    """What is asked of the arrivals: quantiles, the distribution by month, and the probability by years."""

    quantiles: Array
    cdf: Array
    by_year: Array


def figures(
    passage: Passage,
    path: Array,
    requirement: Array,
    years: Array,
    probabilities: Sequence[float],
    by_years: Sequence[int],
) -> Figures:
    """Arrivals and their figures; infinite where a quantile lies beyond the path."""
    index = passage(path, requirement)
    when = np.append(years, np.inf)[index]
    return Figures(
        quantiles=np.quantile(when, probabilities, method="inverted_cdf"),
        cdf=np.array([(index <= month).mean() for month in range(len(years))]),
        by_year=np.array([(when < year + 1).mean() for year in by_years]),
    )


def figures_by_counting(
    index: NDArray[np.int64], years: Array, probabilities: Sequence[float], by_years: Sequence[int]
) -> Figures:
    """The same from the number of draws that have arrived by each month."""
    counted = np.bincount(index, minlength=len(years) + 1)[: len(years)].cumsum()
    cdf = counted / len(index)
    ranks = np.ceil(np.array(probabilities) * len(index) - 1e-9)
    return Figures(
        quantiles=np.append(years, np.inf)[counted.searchsorted(ranks)],
        cdf=cdf,
        by_year=np.append(0.0, cdf)[years.searchsorted(np.array(by_years) + 1)],
    )


def recomputed(
    posterior: Posterior,
    log10_flop: float,
    log10_usd: float,
    months: int,
    seed: int,
    probabilities: Sequence[float],
    by_years: Sequence[int],
) -> Figures:
    """Simulate and answer all draws at once, for a fixed sum that nothing else limits.

    The price of compute goes on by slopes that drift, one a year; what the sum buys is made a running maximum.
    """
    block, rng, years = posterior.blocks["compute"], np.random.default_rng(seed), grid_years(posterior.as_of, months)
    price = block["p_origin"][:, None] - _drifts(block, decimal_year(posterior.as_of), years, rng)
    residual = np.clip(block["sigma_cost"] * rng.standard_t(4, posterior.draws), -1, 1)
    bought = np.maximum.accumulate(log10_usd - price - residual[:, None], axis=1)
    index = passage_by_argmax(bought, np.full(len(bought), log10_flop))
    return figures_by_counting(index, years, probabilities, by_years)


def _drifts(block: Mapping[str, Array], origin: float, years: Array, rng: np.random.Generator) -> Array:
    """Integral from the origin of the yearly slopes of the price's fall, shape (draws, months)."""
    past, long_run, tau = block["price_slopes"], block["r_realised"], block["tau_price"]
    ahead = math.floor(years[-1]) - math.floor(origin)
    slopes = np.empty((len(past), past.shape[1] + ahead))
    slopes[:, : past.shape[1]] = past
    deviation = (past[:, -1] - long_run) / tau
    for year in range(past.shape[1], slopes.shape[1]):
        deviation = PHI * deviation + math.sqrt(1 - PHI**2) * rng.standard_normal(len(past))
        slopes[:, year] = long_run + tau * deviation
    levels = np.cumsum(slopes, axis=1)
    since = np.append(years, origin) - (math.floor(origin) + 1 - past.shape[1])
    whole = since.astype(int)
    reached = levels[:, whole] - slopes[:, whole] * (1 - (since - whole))
    drift: Array = reached[:, :-1] - reached[:, -1:]
    return drift


def swings_by_sorting(outcome: Array, inputs: Array) -> list[tuple[float, float]]:
    """Medians of an outcome in the lowest and in the highest fifth of each input."""
    fifth = len(outcome) // 5
    orders = [values.argsort() for values in inputs]
    return [(float(np.median(outcome[o[:fifth]])), float(np.median(outcome[o[-fifth:]]))) for o in orders]


def arrivals_by_loop(posterior: Posterior, log10_flop: float, months: int, seed: int) -> Array:
    """Simulate and answer draw by draw, for a payer with the frontier's spend: decimal years, infinite beyond."""
    constants, as_of = posterior.constants("compute"), posterior.as_of
    start, origin = float(constants["simulate_from"]), decimal_year(as_of)
    lead = as_of.year * 12 + as_of.month - 1 - math.floor(start * 12 + 1e-9)
    ahead = grid_years(as_of, months)
    years = np.concatenate([ahead[0] - np.arange(lead, 0, -1) / 12, ahead])
    block, rng = posterior.blocks["compute"], np.random.default_rng(seed)
    found = []
    for draw in range(posterior.draws):
        one = {name: values[draw] for name, values in block.items()}
        effective = _affordable_path(one, constants, years, origin, rng)[lead:]
        reached = np.flatnonzero(effective >= log10_flop)
        found.append(ahead[reached[0]] if len(reached) else np.inf)
    return np.array(found)


def _affordable_path(
    draw: Mapping[str, Any], constants: Mapping[str, Any], years: Array, origin: float, rng: np.random.Generator
) -> Array:
    """Largest compute that the largest spend so far buys, log10 FLOP, by month."""
    spend = draw["u_origin"] + _drift(draw["spend_slopes"], draw["g_spend"], draw["tau_spend"], years, origin, rng)
    price = draw["p_origin"] - _drift(draw["price_slopes"], draw["r_realised"], draw["tau_price"], years, origin, rng)
    gdp = math.log10(WORLD_GDP_2023_USD) + math.log10(WORLD_GDP_GROWTH) * (years - 2023)
    ceiling = draw["log10_gdp_share"] + gdp
    spend -= np.log10(1 + 10 ** (spend - ceiling))
    largest = float(constants["largest_known_log10_spend"])
    most = np.empty(len(years))
    for month, runs in enumerate(rng.poisson(constants["runs_per_year"] / 12, len(years))):
        if runs:
            q = np.clip(draw["sigma_cost"] * rng.standard_t(4, runs), -0.5, 0.5)
            paid = spend[month] + draw["sigma_origin"] * rng.standard_t(7, runs) + q
            largest = max(largest, min(paid.max(), max(ceiling[month], float(constants["largest_known_log10_spend"]))))
        most[month] = largest
    bought: Array = most - price - np.clip(draw["sigma_cost"] * rng.standard_t(4), -1, 1)
    return bought


def _drift(slopes: Array, long_run: float, tau: float, years: Array, origin: float, rng: np.random.Generator) -> Array:
    """Integral from the origin of yearly slopes that go on as an AR(1)."""
    first = math.floor(origin) + 1 - len(slopes)
    future, deviation = list(slopes), (slopes[-1] - long_run) / tau
    for _ in range(math.floor(years[-1]) - math.floor(origin)):
        deviation = PHI * deviation + math.sqrt(1 - PHI**2) * rng.standard_normal()
        future.append(long_run + tau * deviation)
    levels = np.concatenate([[0.0], np.cumsum(future)])
    at = first + np.arange(len(levels))
    result: Array = np.interp(years, at, levels) - np.interp(origin, at, levels)
    return result
