"""The envelope: the largest effective compute that one run can have by each month, as a running maximum.

    affordable, fixed sum:        X(t) = A(t) - p(t) - q          (the sum itself only shifts the requirement)
    affordable, frontier spend:   X(t) = A(t) + S(t) - p(t) - q
    on trend:                     X(t) = A(t) + F(t)

A is algorithmic efficiency, p the price of compute on the asked basis, q one run's residual price per draw, S and F the
largest spend and the largest compute so far. Beside the months it keeps what happens after them: the long-run growth of
X, without the noise of the slopes. Where that is positive X passes every finite requirement in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from forecast.engine import arrival, paths
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.question import MAX_MONTHS, Algorithms, Criterion, PayerKind, PriceBasis
from forecast.engine.streams import stream
from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import CHANNELS
from forecast.priors import ALGORITHMS, LogNormal
from forecast.units import LOG10_2

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EnvelopeKey:
    """Everything that an envelope depends on beside posterior and seed: its content key.

    Attributes
    ----------
    criterion, payer, price_basis : str
        As in the question.
    algorithms : Algorithms
        As settled.
    t_ref : float
        Decimal year from which algorithmic progress counts; 0 with algorithms off.
    """

    criterion: Criterion
    payer: PayerKind
    price_basis: PriceBasis
    algorithms: Algorithms
    t_ref: float


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """Running maximum of X and its growth after the simulation.

    Attributes
    ----------
    years : ndarray, shape (months,)
        Mid-month decimal years.
    values : ndarray, shape (draws, months)
        log10 FLOP; log10 FLOP per 2023 $ for a fixed sum.
    rate : ndarray, shape (draws,)
        Long-run growth of X, oom per year.
    """

    years: Array
    values: Array
    rate: Array

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.values.nbytes


class Simulation:
    """The paths of one posterior under one seed, each made when it is first needed.

    Parameters
    ----------
    posterior : Posterior
        Thinned to the draws to use.
    seed : int
        Seed of every component's stream.
    """

    def __init__(self, posterior: Posterior, seed: int) -> None:
        self.posterior, self.seed = posterior, seed
        self._frontier: paths.Frontier | None = None
        self._simulating = Lock()

    @property
    def nbytes(self) -> int:
        """Memory that it comes to hold: four paths of every draw, two smooth ones and two of runs."""
        return 4 * 8 * self.posterior.draws * MAX_MONTHS

    @cached_property
    def latent(self) -> paths.Latent:
        """Smooth paths of price and spend."""
        return paths.latent(self.posterior, self.seed)

    @property
    def frontier(self) -> paths.Frontier:
        """Largest compute and spend so far."""
        return self.simulated()

    def simulated(self, checkpoint: Checkpoint = proceed) -> paths.Frontier:
        """Largest compute and spend so far; the checkpoint is called between the steps when they are first needed."""
        with self._simulating:
            if self._frontier is None:
                self._frontier = paths.frontier(self.posterior, self.latent, self.seed, checkpoint)
            return self._frontier

    @property
    def years(self) -> Array:
        """Mid-month decimal years from the as-of month on, shape (months,)."""
        return self.latent.years[self.latent.lead :]

    @cached_property
    def ceiling_share(self) -> tuple[float, float, float]:
        """The 5, 50 and 95 % points of the share of world GDP that caps the spend on one run."""
        ranked = np.sort(self.posterior.blocks["compute"]["log10_gdp_share"])
        low, middle, high = (float(10 ** ranked[int(p * (len(ranked) - 1))]) for p in (0.05, 0.5, 0.95))
        return low, middle, high

    @cached_property
    def ceiling_year(self) -> int | None:
        """First year in which spend by its trend would reach the ceiling in half of the draws; None beyond the grid."""
        reached = self.latent.log10_spend >= self.latent.log10_ceiling() - LOG10_2  # where the soft cap takes half
        months = np.flatnonzero(reached.mean(axis=0) >= 0.5)
        return int(self.latent.years[months[0]]) if len(months) else None

    def price(self, basis: PriceBasis) -> Array:
        """Price of compute, log10 2023 $ per FLOP, shape (draws, months)."""
        return paths.price_path(self.posterior, self.latent, basis)

    def progress(self, algorithms: Algorithms, t_ref: float) -> Array:
        """Algorithmic efficiency since `t_ref`, log10 multiplier, shape (draws, months)."""
        halving = halving_months(algorithms, self.posterior.draws, self.seed)
        gained = paths.algorithmic_progress(halving, t_ref, self.years)
        return gained if algorithms.ceiling_oom is None else np.minimum(gained, algorithms.ceiling_oom)

    def envelope(self, key: EnvelopeKey, checkpoint: Checkpoint = proceed) -> Envelope:
        """The envelope of a question; the checkpoint is called between the steps."""
        path = self._path(key, checkpoint)
        checkpoint()
        if key.algorithms.kind != "off":
            path += self.progress(key.algorithms, key.t_ref)
        return Envelope(self.years, arrival.envelope(path, out=path), self._rate(key))

    def _path(self, key: EnvelopeKey, checkpoint: Checkpoint) -> Array:
        if key.criterion == "on_trend":
            return self.simulated(checkpoint).log10_flop.copy()
        path = -self.price(key.price_basis)
        path -= paths.run_residual(self.posterior, self.seed)[:, None]
        if key.payer == "frontier_spend":
            path += self.simulated(checkpoint).log10_spend
        return path

    def _rate(self, key: EnvelopeKey) -> Array:
        rate = long_run_price_fall(self.posterior, key.price_basis)
        if key.payer == "frontier_spend":
            rate = rate + paths.long_run_spend_rate(self.posterior.blocks["compute"])
        if key.algorithms.kind != "off" and key.algorithms.ceiling_oom is None:
            rate = rate + 12 * LOG10_2 / halving_months(key.algorithms, self.posterior.draws, self.seed)
        return rate


def halving_months(algorithms: Algorithms, draws: int, seed: int) -> Array:
    """Halving time of the compute that a fixed loss requires, one per draw, in months.

    Returns
    -------
    ndarray, shape (draws,)
        The draws of two priors differ only by their median and spread: they share one stream.
    """
    return halving_prior(algorithms).sample(stream(seed, "algorithms halving time"), draws)


def halving_prior(algorithms: Algorithms) -> LogNormal:
    """The prior of the halving time in months; there is none with algorithms off."""
    return algorithms.halving_months or ALGORITHMS[algorithms.kind]


def long_run_price_fall(posterior: Posterior, basis: PriceBasis) -> Array:
    """Fall of the price of compute in the long run, oom per year, shape (draws,)."""
    if basis == "realised":
        return posterior.blocks["compute"]["r_realised"]
    price = posterior.blocks["price"]
    return price["r_rental"] if basis == "list_rental" else price["r"][:, CHANNELS.index("datacentre")]
