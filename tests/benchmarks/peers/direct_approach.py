"""The forward Monte Carlo of Epoch AI's Direct Approach, restated from its published equations.

Four components are sampled, each in log10 and by calendar year; the year of arrival is the first in which the first
three together exceed the fourth. With k = 1 in 2023:

    spending      I = 60e6 $ (1 + g)^k;  cap = share x 1.17e14 $ (1 + w)^k;  S = cap (1 - exp(-I / cap))
    FLOP per $    FLOP/s of the best GPU, times specialisation (250 at most), times its life, over 5,000 $;
                  life = 1.2 / (growth of FLOP/s + .1) years
    algorithms    A = limit (1 - exp(-10^(rate transfer k) / limit))
    requirement   compute at which a text of so many tokens passes a judge who is so much slower than an ideal one, by
                  a scaling law; updated on the runs that have brought no transformative AI

The FLOP/s of the best GPU follow the size of transistors and the number of cores, until transistors are as small as
they can be and a core has as few as it can have.

Sources
-------
Atkinson, Barnett, Roldán, Cottier, Besiroglu (2023-05-31, updated 2023-08-23), "Direct Approach Interactive Model",
Epoch AI: the components, their intervals, 78 years from 2023 on. Its open program prints what it arrives at (read
2026-11-21): 29 %, 69 % and 79 % by 2030, 2050 and 2100; 10 % by 2026, the median in 2036, 90 % after 2100.
Barnett, Besiroglu (2023-04-25), "The Direct Approach", Epoch AI: k-performance and slowdown.
Besiroglu, Erdil, Barnett, You (2024), "Chinchilla scaling: a replication attempt", arXiv 2404.10102: the law's values.
Hoffmann et al. (2022), "Training compute-optimal large language models", arXiv 2203.15556: the best size for a compute.
Hobbhahn, Besiroglu (2022-12-01), "Predicting GPU performance", Epoch AI: the limits of size and of transistors per
core; growth ends between 2027 and 2035 at 1e14 to 1e15 FLOP/s. Its regressions are not in print as numbers: the lines
below are ours, through what was built from 2006 to 2021, and keep to these figures and to 4e17 FLOP per $ in 2023.

The same arithmetic in two ways. `forecast` takes all draws at a time, which is kinder than the authors' program;
`forecast_by_rollout` takes one at a time and year by year, as that program does, though without its regressions by
pandas and its Markov chain for the update, which cost more again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FIRST_YEAR, LAST_YEAR = 2023, 2100
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)
STEP = np.arange(1, len(YEARS) + 1)
YEAR_S = 365 * 24 * 3600
SPECIALISATION_LIMIT = math.log10(250)
GPU_USD = 5000
FAR_OVER = 2.0
"""exp(-100) is nothing beside 1."""
CORE_LINES = np.array([3.55, 3.60, 3.66, 3.75])
"""log10 of the number of cores in 2020 at the 80, 85, 90 and 95 % points of what is sold."""
RUNS = ((17.0, 8.0), (23.0, 2.0), (25.0, 1.0))
"""log10 FLOP of the largest runs so far, and for how many years they have been."""
CHANCE_EXPONENT = 0.3
LAW = ((482.01, 25.0), (2085.43, 25.0), (0.3478, 0.05), (0.3658, 0.05))
"""Mean and sd of A, B, alpha and beta in the reducible loss A / N^alpha + B / D^beta."""
GRID = np.linspace(15.0, 80.0, 2000)


@dataclass(frozen=True)
class Interval:
    """A distribution told by a central interval of so many percent; lognormal or normal."""

    percent: float
    low: float
    high: float
    lognormal: bool = False

    def sample(self, rng: np.random.Generator, draws: int) -> Array:
        low, high = (math.log(self.low), math.log(self.high)) if self.lognormal else (self.low, self.high)
        sd = (high - low) / 2 / NormalDist().inv_cdf(0.5 + self.percent / 200)
        values = rng.normal((low + high) / 2, sd, draws)
        return np.exp(values) if self.lognormal else values


INVESTMENT_GROWTH = Interval(90, 0.259, 0.995)
WORLD_GROWTH = Interval(80, 0.004, 0.0475)
WORLD_SHARE = Interval(95, 0.00004, 0.05, lognormal=True)
TRANSISTORS_PER_CORE = Interval(70, 0.896, 1.98, lognormal=True)  # millions
PROCESS_SIZE = Interval(70, 1.4, 2.48, lognormal=True)  # nm
SPECIALISATION = Interval(80, 0.04, 0.25, lognormal=True)  # oom per year
ALGORITHMS = Interval(80, 0.35, 0.75)  # oom per year
TRANSFER = Interval(70, 0.4, 1.1, lognormal=True)
ALGORITHMS_LIMIT = Interval(80, 2.25, 12.1, lognormal=True)  # oom
SLOWDOWN = Interval(70, 9.84, 290, lognormal=True)
TOKENS = Interval(70, 3129, 141_714, lognormal=True)


@dataclass(frozen=True)
class Draws:
    """One value of each uncertain input for each draw."""

    investment_growth: Array
    world_growth: Array
    world_share: Array
    per_core: Array
    size: Array
    cores_2020: Array
    specialisation: Array
    algorithms: Array
    algorithms_limit: Array
    requirement: Array


def sample(draws: int, rng: np.random.Generator) -> Draws:
    """Every input of the four components; growth that would end below nothing is drawn again from the others."""
    return Draws(
        np.log10(_positive(1 + INVESTMENT_GROWTH.sample(rng, draws), rng)),
        np.log10(_positive(1 + WORLD_GROWTH.sample(rng, draws), rng)),
        np.log10(WORLD_SHARE.sample(rng, draws)),
        np.log10(TRANSISTORS_PER_CORE.sample(rng, draws)),
        np.log10(PROCESS_SIZE.sample(rng, draws)),
        rng.choice(CORE_LINES, draws),
        SPECIALISATION.sample(rng, draws),
        ALGORITHMS.sample(rng, draws) * TRANSFER.sample(rng, draws),
        ALGORITHMS_LIMIT.sample(rng, draws),
        requirement(draws, rng),
    )


def _positive(values: Array, rng: np.random.Generator) -> Array:
    kept = values[values > 0]
    return np.concatenate([kept, rng.choice(kept, len(values) - len(kept))])


def requirement(draws: int, rng: np.random.Generator) -> Array:
    """log10 FLOP that transformative AI needs: the bound by k-performance, updated on the runs that brought none.

    The bound is a line through two points of the law, 1e10 and 1e30 FLOP. The update takes the bound as normal, and
    arrivals under runs of r log10 FLOP as Poisson with 10^(.3 (r - x)) a year; here it is sampled by its distribution
    function on a grid, exactly, in place of a Markov chain.
    """
    bound = _bound(TOKENS.sample(rng, draws), SLOWDOWN.sample(rng, draws), rng)
    log_density = -0.5 * ((GRID - bound.mean()) / bound.std()) ** 2
    for run, years in RUNS:
        log_density -= years * 10 ** (CHANCE_EXPONENT * (run - GRID))
    cumulative = np.cumsum(np.exp(log_density - log_density.max()))
    needed: Array = np.interp(rng.random(draws), cumulative / cumulative[-1], GRID)
    return needed


def _bound(tokens: Array, slowdown: Array, rng: np.random.Generator) -> Array:
    n = len(tokens)
    law = tuple(rng.normal(mean, sd, n) for mean, sd in LAW)
    low, high = (np.log10(slowdown * _tokens_of_ideal_judge() / _divergence(log10, law)) for log10 in (10.0, 30.0))
    bound: Array = 10 + 20 * (np.log10(tokens) - low) / (high - low)
    return bound


def _divergence(log10_flop: float, law: Sequence[Array]) -> Array:
    """Reducible loss of the best model of that compute."""
    a, b, alpha, beta = law
    ratio = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    sixth = 10**log10_flop / 6
    parameters = ratio * sixth ** (beta / (alpha + beta))
    tokens = sixth ** (alpha / (alpha + beta)) / ratio
    return a / parameters**alpha + b / tokens**beta


def _tokens_of_ideal_judge(confidence: float = 0.9) -> float:
    """Times the divergence: how many tokens a sequential test reads until it is so sure."""
    odds = confidence / (1 - confidence)
    wrong = (1 - odds) / (1 / odds - odds)
    taken = wrong / odds
    return -(wrong * math.log2(taken / wrong) + (1 - wrong) * math.log2((1 - taken) / (1 - wrong)))


@dataclass(frozen=True)
class Forecast:
    """The distribution of the year of arrival.

    Attributes
    ----------
    cdf : ndarray, shape (78,)
        Probability by the end of each year.
    first : ndarray, shape (draws,)
        Index of each draw's first year; 78 where there is none.
    """

    cdf: Array
    first: NDArray[np.int64]

    def quantile(self, probability: float) -> float:
        """Year by which it has come with that probability, infinite beyond 2100."""
        return float(np.append(YEARS, np.inf)[np.searchsorted(self.cdf, probability)])


def forecast(draws: int, rng: np.random.Generator) -> Forecast:
    """All four components and the arrival, all draws at a time."""
    given = sample(draws, rng)
    arrived = spending(given) + flop_per_usd(given) + progress(given) > given.requirement[:, None]
    first = np.where(arrived.any(axis=1), arrived.argmax(axis=1), len(YEARS))
    return Forecast(arrived.mean(axis=0), first)


def spending(given: Draws) -> Array:
    """log10 $ that the largest run may cost, by year."""
    wanted = math.log10(60e6) + given.investment_growth[:, None] * STEP
    ceiling = (math.log10(1.17e14) + given.world_share)[:, None] + given.world_growth[:, None] * STEP
    return _below(wanted, ceiling)


def _below(log10_value: Array, log10_limit: Array) -> Array:
    """limit (1 - exp(-value / limit)), in log10."""
    over = np.minimum(log10_value - log10_limit, FAR_OVER)
    return log10_limit + np.log10(-np.expm1(-(10.0**over)))


def progress(given: Draws) -> Array:
    """log10 of how much physical compute is worth by better algorithms."""
    return _below(given.algorithms[:, None] * STEP, given.algorithms_limit[:, None])


def flop_per_usd(given: Draws) -> Array:
    """log10 FLOP that a $ buys."""
    gains = np.minimum(given.specialisation[:, None] * STEP, SPECIALISATION_LIMIT)
    speed = best_gpu(given, YEARS.astype(float)) + gains
    growth = np.empty_like(speed)
    growth[:, 0] = 0.5
    growth[:, 1:] = 10.0 ** np.diff(speed, axis=1) - 1
    return speed + np.log10(YEAR_S * 1.2 / GPU_USD / (growth + 0.1))


def best_gpu(given: Draws, years: Array) -> Array:
    """log10 FLOP/s of the best GPU without specialisation."""
    since = years - 2020
    size = np.maximum(0.85 - 0.075 * since, given.size[:, None])
    smallest = (0.85 - given.size[:, None]) / 0.075
    transistors = 3.9 + 0.114 * np.minimum(since, smallest)
    cores = np.minimum(given.cores_2020[:, None] + 0.12 * since, transistors - given.per_core[:, None])
    return 9.62 + cores - 0.1 * size


def forecast_by_rollout(draws: int, rng: np.random.Generator) -> Forecast:
    """The same, draw by draw and year by year."""
    given = sample(draws, rng)
    first = np.array([_first_year(one) for one in _one_by_one(given)])
    return Forecast(np.array([(first <= k).mean() for k in range(len(YEARS))]), first)


def _one_by_one(given: Draws) -> Iterator[Draws]:
    """Each draw as arrays of one."""
    columns = [getattr(given, field.name) for field in fields(given)]
    for i in range(len(given.requirement)):
        yield Draws(*(column[i : i + 1] for column in columns))


def _first_year(one: Draws) -> int:
    components = zip(_spending_rollout(one), _hardware_rollout(one), _progress_rollout(one), strict=True)
    needed = float(one.requirement[0])
    arrived = [sum(parts) > needed for parts in components]
    return arrived.index(True) if True in arrived else len(YEARS)


def _spending_rollout(one: Draws) -> list[float]:
    wanted, ceiling = math.log10(60e6), math.log10(1.17e14) + float(one.world_share[0])
    growth, world_growth = float(one.investment_growth[0]), float(one.world_growth[0])
    path = []
    for _ in YEARS:
        wanted += growth
        ceiling += world_growth
        path.append(_below_scalar(wanted, ceiling))
    return path


def _progress_rollout(one: Draws) -> list[float]:
    rate, limit = float(one.algorithms[0]), float(one.algorithms_limit[0])
    return [_below_scalar(rate * (k + 1), limit) for k in range(len(YEARS))]


def _below_scalar(log10_value: float, log10_limit: float) -> float:
    return log10_limit + math.log10(-math.expm1(-(10 ** min(log10_value - log10_limit, FAR_OVER))))


def _hardware_rollout(one: Draws) -> list[float]:
    """The GPU on a grid of 1,001 dates from 2003 to 2053, read at each year's beginning; the last value stays."""
    on_grid = best_gpu(one, np.linspace(2003, 2053, 1001))[0]
    yearly = on_grid[20 * (FIRST_YEAR - 2003) :: 20].tolist()
    path, before = [], 0.0
    for k in range(len(YEARS)):
        gain = min((k + 1) * float(one.specialisation[0]), SPECIALISATION_LIMIT)
        speed = yearly[min(k, len(yearly) - 1)] + gain
        growth = 10 ** (speed - before) - 1 if k else 0.5
        path.append(speed + math.log10(YEAR_S * 1.2 / GPU_USD / (growth + 0.1)))
        before = speed
    return path
