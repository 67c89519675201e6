"""What compute costs, realised by runs, at the launch of chips and rented: forecasts beside outcomes.

==============  =============================================================================================
quantity        outcome
==============  =============================================================================================
realised_price  log10 2023 $ per FLOP of every run with a cost, 1, 2, 3 and 5 years ahead
hardware_price  log10 2023 $ per peak FLOP/s of every launch in the next three years, by channel; per peak
                FLOP of every rental offer
==============  =============================================================================================

Given are the date, the compute of a priced run, whether a peak is a tensor figure, and a rented chip's release date:
they say which price is asked for. Chip and vendor of an offer are otherwise unknown, as they are to the engine.
A channel with fewer than five rows at the origin is its prior, and is not scored. Runs published after the disclosure
date are left out: those that publish their cost then are no longer the ones that did before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from forecast.engine.paths import latent
from forecast.engine.streams import stream
from forecast.evaluation.quantities import MODEL
from forecast.experiments.ahead import MONTHS_AHEAD
from forecast.experiments.baselines import FEWEST_ROWS
from forecast.experiments.origins import DISCLOSED_UNTIL, YEARS_AHEAD, years_until
from forecast.experiments.price_baselines import Quarters, Rows
from forecast.experiments.scored import Outcome
from forecast.inference.observations import Observations
from forecast.models import price
from forecast.models.compute import SCALE_ECONOMY_RANGE, ComputeData
from forecast.models.price import PURCHASE_CHANNELS, PriceData
from forecast.posterior.artefact import Posterior
from forecast.units import date_of, decimal_year

Array = NDArray[np.float64]

HARDWARE_YEARS_AHEAD = 3


def price_outcomes(posterior: Posterior, seen: Observations, today: Observations, seed: int) -> Iterator[Outcome]:
    """Prices after one origin, the posterior's as-of day.

    Parameters
    ----------
    posterior : Posterior
        The refit.
    seen, today : Observations
        What was known at the origin, and what is known now.
    seed : int
        Seed of the noise.
    """
    yield from _realised(posterior, seen.compute, today.compute, seed)
    for number, channel in enumerate(PURCHASE_CHANNELS):
        yield from _launches(posterior, number, channel, (seen.price, today.price), seed)
    yield from _offers(posterior, seen.price, today.price, seed)


def _realised(posterior: Posterior, seen: ComputeData, today: ComputeData, seed: int) -> Iterator[Outcome]:
    ahead = (today.cost_year > seen.origin) & (today.cost_year <= DISCLOSED_UNTIL)
    dates, observed = today.cost_year[ahead], today.cost_log10_price[ahead]
    draws = realised_draws(posterior, dates, today.cost_log10_flop[ahead], seed)
    rows = Rows(seen.cost_year, seen.cost_log10_price, "price")
    said = {MODEL: draws} | rows.plain(posterior.as_of, dates, len(draws), seed)
    said |= Quarters.of(seen.cost_year, seen.cost_log10_price).plain(dates, len(draws), seed)
    yield from _each("realised_price", "", posterior, dates, said, observed, YEARS_AHEAD)


def realised_draws(posterior: Posterior, decimal_years: Array, log10_flop: Array, seed: int) -> Array:
    """Price of runs after the origin, given their dates and compute, log10 2023 $ per FLOP, shape (draws, runs)."""
    paths, block = latent(posterior, seed, MONTHS_AHEAD), posterior.blocks["compute"]
    month = np.abs(paths.years[:, None] - decimal_years).argmin(axis=0)
    level, spend = paths.log10_price[:, month], paths.log10_spend[:, month]
    relative = np.clip(log10_flop - (spend - level), *SCALE_ECONOMY_RANGE)
    noise = block["sigma_cost"][:, None] * stream(seed, "realised price").standard_t(4, level.shape)
    return level + block["beta"][:, None] * relative + noise


def _launches(
    posterior: Posterior, number: int, channel: str, data: tuple[PriceData, PriceData], seed: int
) -> Iterator[Outcome]:
    seen, today = (_of_channel(item, number) for item in data)
    if len(seen[0]) < FEWEST_ROWS:
        return
    ahead = today[0] > decimal_year(posterior.as_of)
    dates, tensor, observed = (column[ahead] for column in today)
    block, rng = posterior.blocks["price"], stream(seed, f"launch prices {channel}")
    a, r, sigma = (block[name][:, [number]] for name in ("a", "r", "sigma"))
    mean = price.purchase_mean(a, r, block["ten"][:, None], dates, tensor)
    draws = mean + sigma * rng.standard_t(7, mean.shape)
    said = {MODEL: draws} | Rows(seen[0], seen[2], channel).plain(posterior.as_of, dates, len(draws), seed)
    yield from _each("hardware_price", channel, posterior, dates, said, observed)


def _of_channel(data: PriceData, number: int) -> tuple[Array, Array, Array]:
    """Dates, tensor flags and prices of one channel."""
    member = data.purchase_channel == number
    return data.purchase_year[member], data.purchase_tensor[member], data.purchase_log10_price[member]


def _offers(posterior: Posterior, seen: PriceData, today: PriceData, seed: int) -> Iterator[Outcome]:
    if seen.rental_rows < FEWEST_ROWS:
        return
    dates = _offer_dates(today)
    ahead = dates > decimal_year(posterior.as_of)
    draws = offer_draws(
        posterior, today.chip_release_year[today.rental_chip[ahead]], today.rental_age_years[ahead], seed
    )
    rows = Rows(_offer_dates(seen), seen.rental_log10_price, "rental")
    said = {MODEL: draws} | rows.plain(posterior.as_of, dates[ahead], len(draws), seed)
    yield from _each("hardware_price", "rental", posterior, dates[ahead], said, today.rental_log10_price[ahead])


def _offer_dates(data: PriceData) -> Array:
    return data.chip_release_year[data.rental_chip] + data.rental_age_years


def offer_draws(posterior: Posterior, release_year: Array, age_years: Array, seed: int) -> Array:
    """Offers of unknown vendors for chips of given release dates and ages, log10 2023 $ per peak FLOP."""
    block, rng = posterior.blocks["price"], stream(seed, "rental offers")
    of = {name: block[name][:, None] for name in block if block[name].ndim == 1}
    shape = (posterior.draws, len(age_years))
    chip = price.rental_chip_mean(of["a_rental"], of["r_rental"], release_year)
    chip = chip + of["tau_chip"] * rng.standard_normal(shape)
    mean = price.rental_mean(chip, of["q"], age_years, of["tau_vendor"] * rng.standard_normal(shape))
    draws: Array = mean + np.hypot(price.RENTAL_NOISE_FLOOR, of["sigma_rental"]) * rng.standard_t(4, shape)
    return draws


def _each(
    quantity: str,
    part: str,
    posterior: Posterior,
    decimal_years: Array,
    said: Mapping[str, Array],
    observed: Array,
    horizons: tuple[int, ...] = tuple(range(1, HARDWARE_YEARS_AHEAD + 1)),
) -> Iterator[Outcome]:
    """One outcome a row, for rows in the asked years after the origin."""
    for i, year in enumerate(decimal_years):
        ahead = years_until(posterior.as_of, year)
        if ahead in horizons:
            yield Outcome(
                quantity=quantity,
                part=part,
                origin=posterior.as_of.isoformat(),
                years_ahead=ahead,
                target=date_of(year).isoformat(),
                observed=float(observed[i]),
                censored=False,
                said={name: draws[:, i] for name, draws in said.items()},
            )
