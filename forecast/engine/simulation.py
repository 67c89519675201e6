"""The paths of one posterior under one seed, shared by all envelopes, each made when it is first needed."""

from __future__ import annotations

from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from forecast.engine import paths
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.paths import PriceBasis, Quantity
from forecast.posterior.artefact import Posterior

Array = NDArray[np.float64]


class Simulation:
    """The paths of one posterior under one seed, each made when it is first needed.

    Parameters
    ----------
    posterior : Posterior
        Thinned to the draws to use, under the overrides of its fitted variables.
    seed : int
        Seed of every component's stream.
    """

    def __init__(self, posterior: Posterior, seed: int) -> None:
        self.posterior, self.seed = posterior, seed
        self._largest: dict[Quantity, Array] = {}
        self._simulating = Lock()

    @property
    def nbytes(self) -> int:
        """Memory that it comes to hold: three paths of every draw, the price and two of runs."""
        return 3 * 8 * self.posterior.draws * paths.MONTHS

    @cached_property
    def latent(self) -> paths.Latent:
        """Smooth paths of price and spend."""
        return paths.latent(self.posterior, self.seed)

    def largest(self, quantity: Quantity, checkpoint: Checkpoint = proceed) -> Array:
        """Largest compute or spend so far, log10 FLOP or log10 2023 $, shape (draws, months).

        The checkpoint is called between the steps when it is first needed.
        """
        with self._simulating:
            if quantity not in self._largest:
                made = paths.largest_so_far(self.posterior, self.latent, self.seed, quantity, checkpoint)
                self._largest[quantity] = made
            return self._largest[quantity]

    @cached_property
    def years(self) -> Array:
        """Mid-month decimal years from the as-of month on, shape (months,)."""
        return self.latent.years[self.latent.lead :]

    @cached_property
    def run_residual(self) -> Array:
        """Residual of the asked run's price, log10, shape (draws,)."""
        return paths.run_residual(self.posterior, self.seed)

    @cached_property
    def ceiling_share(self) -> tuple[float, float, float]:
        """The 5, 50 and 95 % points of the share of world GDP that caps the spend on one run."""
        ranked = np.sort(self.posterior.blocks["compute"]["log10_gdp_share"])
        low, middle, high = (float(10 ** ranked[int(p * (len(ranked) - 1))]) for p in (0.05, 0.5, 0.95))
        return low, middle, high

    @cached_property
    def ceiling_year(self) -> int | None:
        """First year in which spend by its trend would reach the ceiling in half of the draws; None beyond the grid."""
        months = np.flatnonzero(self.latent.share_capped() >= 0.5)
        return int(self.latent.years[months[0]]) if len(months) else None

    def price(self, basis: PriceBasis, rows: slice | None = None) -> Array:
        """Price of compute, log10 2023 $ per FLOP, of some draws or of all, shape (draws, months)."""
        return paths.price_path(self.posterior, self.latent, basis, rows)
