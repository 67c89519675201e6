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
    return most - price - np.clip(draw["sigma_cost"] * rng.standard_t(4), -1, 1)


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
