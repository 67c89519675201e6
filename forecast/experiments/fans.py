"""What a refit says of the six years after its origin, quarter by quarter: the fans of fans.csv.

Compute and spend are maxima and medians of the refit's own simulated runs, and start from what was known; a price is
that of a single run at the median of the frontier, with its noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.paths import latent
from forecast.engine.streams import stream
from forecast.evaluation import scores
from forecast.evaluation.past_fans import COLUMNS, FAN_QUANTITIES, QUARTERS, YEARS
from forecast.experiments.ahead import MONTHS_AHEAD, RunsAhead, simulate_joint
from forecast.experiments.run_targets import Known
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year

Array = NDArray[np.float64]

_DECIMALS = 4


def fan_rows(posterior: Posterior, seed: int) -> Iterator[dict[str, Any]]:
    """One row for each quantity and quarter, in the columns of `past_fans.COLUMNS`.

    Parameters
    ----------
    posterior : Posterior
        A refit at the end of a year.
    seed : int
        Of the simulation: the same runs as those that are scored.
    """
    origin = posterior.as_of
    ends = [origin, *quarter_ends(origin)]
    for quantity, draws in zip(FAN_QUANTITIES, _draws(posterior, seed), strict=True):
        for end, levels in zip(ends, scores.quantiles(draws).T, strict=True):
            about = (quantity, origin.isoformat(), round(decimal_year(end), _DECIMALS))
            yield dict(zip(COLUMNS, (*about, *(round(float(level), _DECIMALS) for level in levels)), strict=True))


def quarter_ends(origin: date) -> list[date]:
    """The last days of the quarters of the years after a year-end."""
    starts = [
        date(year, month, 1) for year in range(origin.year + 1, origin.year + YEARS + 2) for month in (1, 4, 7, 10)
    ]
    return [start - timedelta(days=1) for start in starts[1 : QUARTERS * YEARS + 1]]


def _draws(posterior: Posterior, seed: int) -> Iterator[Array]:
    flop, spend = simulate_joint(posterior, seed)
    compute = RunsAhead(flop, Known.of("compute", posterior.as_of).series.top(posterior.as_of))
    cost = RunsAhead(spend, Known.of("cost", posterior.as_of).series.top(posterior.as_of))
    quarters = range(QUARTERS * YEARS + 1)
    for runs, statistic in ((compute, "largest"), (compute, "top_ten"), (cost, "largest")):
        yield np.stack([getattr(runs, statistic)(quarter / QUARTERS) for quarter in quarters], axis=1)
    yield _prices(posterior, seed)


def _prices(posterior: Posterior, seed: int) -> Array:
    paths, ends = latent(posterior, seed, MONTHS_AHEAD), [posterior.as_of, *quarter_ends(posterior.as_of)]
    years = np.array([decimal_year(end) for end in ends])
    month = np.abs(paths.years[:, None] - years).argmin(axis=0)
    noise = stream(seed, "fan of prices").standard_t(4, (posterior.draws, len(ends)))
    result: Array = paths.log10_price[:, month] + posterior.blocks["compute"]["sigma_cost"][:, None] * noise
    return result
