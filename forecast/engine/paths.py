"""Posterior draws -> monthly paths of price, spend and frontier compute, coherent by one identity.

The compute of a run is its spend divided by the price of compute, draw by draw and month by month:

    U(t)  = soft_cap(u(t), K(t))             latent log10 spend of the median frontier run, 2023 $
    K(t)  = share + log10(world GDP)         its ceiling
    mu(t) = U(t) - p(t)                      latent log10 compute of the median frontier run, FLOP
    run k: e ~ sigma t7, q ~ clip(sigma_X t4, +-0.5)
           log10 spend   = min(mu + e + p + q, max(K, largest known))
           log10 compute = log10 spend - p - q
    F(t), S(t) = running maxima of compute and spend, from the largest known run

Runs appear at random (Poisson) from `simulate_from` on: the disclosure date, or the as-of date where that is earlier.

A simulation counts millions of runs, so they are drawn in the cheapest exact way: their number for a block of draws,
then the month of each, uniformly, then Student's residuals in single precision. Paths are made when they are first
needed and in place: fresh memory costs as much as arithmetic in a process that answers one question.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.drift import WORLD_GDP_GROWTH, Drift, log10_world_gdp, soft_cap
from forecast.engine.rising import raise_by_month
from forecast.engine.streams import stream, student_t
from forecast.posterior.artefact import Posterior
from forecast.units import LOG10_2, SECONDS_PER_YEAR, grid_years

Array = NDArray[np.float64]
PriceBasis = Literal["realised", "list_rental", "amortized_purchase"]
Quantity = Literal["flop", "spend"]

MONTHS = 600
"""Length of every simulation; a horizon only classifies, so that it never changes a draw."""

MODEL_FLOP_UTILIZATION = 0.35
PURCHASE_LIFE_YEARS, PURCHASE_BUSY_SHARE, PURCHASE_OVERHEAD = 4.0, 0.9, 1.6
RENTED_CHIP_AGE_YEARS = 2.5
RUN_RESIDUAL_CLIP = 0.5
PAYER_RESIDUAL_CLIP = 1.0
_DRAWS_PER_BLOCK = 100  # keeps the temporaries in the cache; part of the stream's order, so it decides the draws
_DRAWS_AT_ONCE = 20  # their temporaries are small enough to be had without fresh memory; decides nothing


@dataclass(frozen=True, eq=False)
class Latent:
    """The smooth part of the paths.

    Attributes
    ----------
    posterior : Posterior
        Whose compute block they continue.
    seed : int
        Seed of the component streams.
    years : ndarray, shape (months,)
        Mid-month decimal years, from `simulate_from` on.
    lead : int
        Number of months before the as-of month.
    """

    posterior: Posterior
    seed: int
    years: Array
    lead: int

    @cached_property
    def log10_price(self) -> Array:
        """Price of realised training compute, log10 2023 $ per FLOP, shape (draws, months); kept."""
        return self.price()

    @cached_property
    def log10_spend(self) -> Array:
        """Spend on the median frontier run, log10 2023 $, shape (draws, months); kept."""
        return self.spend()

    def price(self, rows: slice = slice(None)) -> Array:
        """Price of realised training compute for some of the draws, log10 2023 $ per FLOP, shape (rows, months)."""
        fall = self._price_drift.over(rows)
        return np.subtract(self.posterior.blocks["compute"]["p_origin"][rows, None], fall, out=fall)

    def spend(self, rows: slice = slice(None)) -> Array:
        """Spend on the median frontier run for some of the draws, log10 2023 $, shape (rows, months)."""
        spend, ceiling = self._trend(rows), self.log10_ceiling(rows)
        for few in _row_blocks(len(spend), _DRAWS_AT_ONCE):
            spend[few] = soft_cap(spend[few], ceiling[few])
        return spend

    def log10_ceiling(self, rows: slice = slice(None)) -> Array:
        """Ceiling of spend for some of the draws, log10 2023 $, shape (rows, months)."""
        share = self.posterior.blocks["compute"]["log10_gdp_share"][rows]
        return share[:, None] + log10_world_gdp(self.years)

    def share_capped(self) -> Array:
        """Share of the draws in which the trend of spend alone would lie over its ceiling, shape (months,)."""
        over = [
            np.count_nonzero(self._trend(rows) >= self.log10_ceiling(rows), axis=0)
            for rows in _row_blocks(self.posterior.draws, _DRAWS_PER_BLOCK)
        ]
        return np.sum(over, axis=0) / self.posterior.draws

    def _trend(self, rows: slice) -> Array:
        """Spend on the median frontier run by its trend alone, before the ceiling."""
        trend = self._spend_drift.over(rows)
        return np.add(self.posterior.blocks["compute"]["u_origin"][rows, None], trend, out=trend)

    @cached_property
    def _price_drift(self) -> Drift:
        block = self.posterior.blocks["compute"]
        return self._drift(block["price_slopes"], block["r_realised"], block["tau_price"], "price slopes")

    @cached_property
    def _spend_drift(self) -> Drift:
        block = self.posterior.blocks["compute"]
        return self._drift(block["spend_slopes"], block["g_spend"], block["tau_spend"], "spend slopes")

    def _drift(self, past: Array, long_run: Array, tau: Array, component: str) -> Drift:
        return Drift.of(past, long_run, tau, self.posterior.as_of, self.years, stream(self.seed, component))


def latent(posterior: Posterior, seed: int, months: int = MONTHS) -> Latent:
    """The smooth paths of price and spend, to be simulated.

    Parameters
    ----------
    posterior : Posterior
        Draws of the compute block, stated at its as-of date.
    seed : int
        Seed of the component streams.
    months : int
        Length of the grid from the as-of month on.
    """
    simulate_from = float(posterior.constants("compute")["simulate_from"])
    return Latent(posterior, seed, *_grid(posterior.as_of, simulate_from, months))


def monthly_largest(
    posterior: Posterior, paths: Latent, seed: int, quantity: Quantity, checkpoint: Checkpoint = proceed
) -> Array:
    """Simulate runs and take the largest of each month, -inf in a month without a run.

    Compute and spend are those of the same runs, whichever is asked for; each alone takes four fifths of the time of
    both. The checkpoint is called before each block of draws.

    Returns
    -------
    ndarray, shape (draws, months)
        log10 FLOP or log10 2023 $, on the grid of `paths`, its lead included.
    """
    largest = np.full((posterior.draws, len(paths.years)), -np.inf)
    rng = stream(seed, "frontier runs")
    for rows in _row_blocks(len(largest), _DRAWS_PER_BLOCK):
        checkpoint()
        _simulate_runs(posterior, paths, rows, rng, quantity, largest[rows])
    return largest


def largest_so_far(
    posterior: Posterior, paths: Latent, seed: int, quantity: Quantity, checkpoint: Checkpoint = proceed
) -> Array:
    """Simulate runs and take the running maximum of their compute or spend, the largest known run included.

    Returns
    -------
    ndarray, shape (draws, months)
        log10 FLOP or log10 2023 $, from the as-of month on.
    """
    known = float(posterior.constants("compute")[f"largest_known_log10_{quantity}"])
    return _running_maximum(monthly_largest(posterior, paths, seed, quantity, checkpoint), known, paths.lead)


def run_residual(posterior: Posterior, seed: int) -> Array:
    """Residual of the asked run's price: one per draw, constant in time, clipped at +-1, log10.

    Returns
    -------
    ndarray, shape (draws,)
    """
    sigma = posterior.blocks["compute"]["sigma_cost"]
    residual = sigma * stream(seed, "run residual").standard_t(4, len(sigma))
    return np.clip(residual, -PAYER_RESIDUAL_CLIP, PAYER_RESIDUAL_CLIP)


def price_path(posterior: Posterior, paths: Latent, basis: PriceBasis, rows: slice | None = None) -> Array:
    """Price of compute on the asked basis, from the as-of month on, for some of the draws or for all.

    `list_rental` is an on-demand chip of the usual age at 35 % utilization; `amortized_purchase` is a datacentre chip
    over four years, busy 90 % of the time, with 60 % overhead, at 35 % utilization. The realised price of all draws is
    kept, that of some is made anew: of a block that fits the cache it takes less than fresh memory for all.

    Returns
    -------
    ndarray, shape (draws, months)
        log10 2023 $ per FLOP of training.
    """
    if basis == "realised":
        return (paths.log10_price if rows is None else paths.price(rows))[:, paths.lead :]
    years, block = paths.years[paths.lead :], posterior.blocks["price"]
    some = slice(None) if rows is None else rows
    if basis == "list_rental":
        generation, fall = years - RENTED_CHIP_AGE_YEARS - 2021.5, block["r_rental"][some, None]
        return block["a_rental"][some, None] - fall * generation - math.log10(MODEL_FLOP_UTILIZATION)
    chip, fall = block["a"][some, _DATACENTRE] + block["ten"][some], block["r"][some, _DATACENTRE]
    return chip[:, None] - fall[:, None] * (years - 2020) - log10_flop_per_purchased_flop_per_s()


_DATACENTRE = 2


def log10_flop_per_purchased_flop_per_s() -> float:
    """Training FLOP that one peak FLOP/s of purchased datacentre chip yields per dollar of its price, log10."""
    seconds = PURCHASE_LIFE_YEARS * PURCHASE_BUSY_SHARE * SECONDS_PER_YEAR
    return math.log10(seconds * MODEL_FLOP_UTILIZATION / PURCHASE_OVERHEAD)


def algorithmic_progress(halving_months: Array, t_ref: float, decimal_years: ArrayLike) -> Array:
    """Log10 multiplier of effective compute since `t_ref`: 12 log10(2) / T_h x max(t - t_ref, 0).

    Parameters
    ----------
    halving_months : ndarray, shape (draws,)
        Months in which the compute that a fixed loss requires halves.
    t_ref : float
        Decimal year from which progress counts.
    decimal_years : array_like, shape (months,)
        Dates.

    Returns
    -------
    ndarray, shape (draws, months)
    """
    elapsed = np.maximum(np.asarray(decimal_years, float) - t_ref, 0.0)
    return (12 * LOG10_2 / halving_months)[:, None] * elapsed


def long_run_spend_rate(block: Mapping[str, Array]) -> Array:
    """Growth of the largest spend in the long run, oom per year: its own, at most GDP's, and never a fall.

    Returns
    -------
    ndarray, shape (draws,)
    """
    return np.clip(block["g_spend"], 0.0, math.log10(WORLD_GDP_GROWTH))


def _grid(as_of: date, simulate_from: float, months: int) -> tuple[Array, int]:
    """Mid-month years from the month of `simulate_from`, and how many of them lie before the as-of month."""
    first = math.floor(simulate_from * 12 + 1e-9)
    lead = as_of.year * 12 + as_of.month - 1 - first
    start = date(first // 12, first % 12 + 1, 1)
    return grid_years(start, lead + months), lead


def _row_blocks(draws: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, draws, size))


def _simulate_runs(
    posterior: Posterior, paths: Latent, rows: slice, rng: np.random.Generator, quantity: Quantity, largest: Array
) -> None:
    """Simulate the runs of some draws and raise the largest compute or spend of their months to them."""
    block, constants = posterior.blocks["compute"], posterior.constants("compute")
    runs = rng.poisson(float(constants["runs_per_year"]) / 12 * largest.size)
    cell = rng.integers(largest.size, size=runs)  # given their number, the months of Poisson runs are uniform
    draw = cell // largest.shape[1]
    e, q = block["sigma_origin"][rows].take(draw), block["sigma_cost"][rows].take(draw)
    e *= student_t(7, runs, rng)
    q *= student_t(4, runs, rng)
    np.clip(q, -RUN_RESIDUAL_CLIP, RUN_RESIDUAL_CLIP, out=q)
    run = paths.spend(rows).take(cell)
    run += e
    run += q
    ceiling = np.maximum(paths.log10_ceiling(rows), float(constants["largest_known_log10_spend"]))
    np.minimum(run, ceiling.take(cell, out=e, mode="wrap"), out=run)  # this mode writes to `out` without a copy
    if quantity == "flop":
        run -= paths.price(rows).take(cell, out=e, mode="wrap")
        run -= q
    _raise_to(largest, cell, run)


def _raise_to(largest: Array, cell: NDArray[np.int64], values: Array) -> None:
    """Raise each cell of a contiguous array, in place, to the largest value that falls into it."""
    np.maximum.at(largest.reshape(-1), cell, values)


def _running_maximum(monthly: Array, known: float, lead: int) -> Array:
    """From the as-of month on; overwrites `monthly`."""
    largest = monthly[:, lead:]
    np.maximum(monthly[:, : lead + 1].max(axis=1), known, out=largest[:, 0])
    raise_by_month(largest)
    return largest
