"""The grid of a user's new study under test: no chains, so that many simulations are cheap."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.engine import grid, population, scaling, study
from forecast.engine.scaling import floor_from_share, log_loss
from forecast.engine.study import PUBLISHED_LOG10_FLOP, PUBLISHED_POINTS, Population, Study, fit_study
from forecast.errors import InputError
from forecast.experiments.checks import likelihoods
from forecast.experiments.checks.machines import AHEAD_DECADES, Array, Draws, Fitted, Machine
from forecast.inference.runs import version_of
from forecast.models import loss
from forecast.models.loss import LossData

_DRAWS = 2000


class StudyMachine(Machine):
    """A study that the population has not seen, its noise unknown, on the shipped groups' designs in turn.

    A simulated study whose loss does not fall is refused, as a user's is, and another is drawn: a condition on the data
    alone, which leaves the posterior given data, and so the ranks, as they were.
    """

    name, simulations = "study", 500
    noise: float | None = None

    def __init__(self, data: LossData, block: Draws, seed: int = 0) -> None:
        self.data, self.block = data, {name: np.asarray(block[name]) for name in Population.__slots__}
        self.population, self.seed = Population.of(self.block), seed

    def parts(self) -> list[Any]:
        """The grid's code, the population and the design."""
        version = version_of(grid, population, study, scaling, loss)
        return [version, *self.block.values(), self.data.log10_flop, self.data.log_l0_guess, self.noise, _DRAWS]

    def simulate(self, number: int, rng: np.random.Generator) -> tuple[Draws, Study]:
        """A law from the population at a level near the group's own, with its points."""
        while True:
            x, guess = self._design(number)
            truth = self._truth(x, guess, rng)
            mean = log_loss(x, truth["log_l0"], truth["log10_middle"], truth["b"], truth["floor_nats"])
            try:
                points = np.exp(mean + truth["scale"] * rng.standard_t(loss.NU, len(x)))
                return truth, Study.from_rows(list(zip((10**x).tolist(), points.tolist(), strict=True)))
            except InputError:
                continue

    def _design(self, number: int) -> tuple[Array, float]:
        group = number % len(self.data.groups)
        return self.data.log10_flop[self.data.group == group], float(self.data.log_l0_guess[group])

    def _truth(self, x: Array, guess: float, rng: np.random.Generator) -> dict[str, Array]:
        """One law, its level stated in the middle of the data, as the grid states it."""
        row = rng.integers(len(self.population.mu_b))
        drawn = loss.new_study({name: getattr(self.population, name)[[row]] for name in Population.__slots__}, rng)
        middle, level = (x.min() + x.max()) / 2, guess + grid.LEVEL_SD * rng.standard_normal(1)
        b, e = drawn["b"][:, 0], drawn["e"][:, 0]
        scale = np.hypot(grid.NOISE_FLOOR, drawn["s"][:, 0]) if self.noise is None else np.array([self.noise])
        floor = floor_from_share(e, b, level, middle)
        return {"b": b, "floor_nats": floor, "log_l0": level, "scale": scale, "log10_middle": np.array([middle])}

    def fit(self, data: Study, number: int, longer: int) -> Fitted:
        """Independent draws, so they are never asked for again."""
        found = fit_study(data, self.population, _DRAWS, self.seed + number, self.noise)
        draws = {name: getattr(found, name) for name in ("b", "floor_nats", "log_l0", "scale")}
        return Fitted({**draws, "log10_middle": np.full(_DRAWS, found.log10_c0)}, 1, 0)

    def quantities(self, draws: Draws, data: Any, number: int) -> dict[str, Array]:
        """The law, its losses in the middle and two decades beyond the data, its noise, the log-likelihood."""
        law = [draws[name][:, None] for name in ("log_l0", "log10_middle", "b", "floor_nats")]
        x = data.log10_flop
        places = np.array([(x.min() + x.max()) / 2, x.max() + AHEAD_DECADES])
        at = log_loss(places, *law)
        residual = data.log_loss - log_loss(x, *law)
        found = {
            "b": draws["b"],
            "floor_nats": draws["floor_nats"],
            "log_loss_middle": at[:, 0],
            "log_loss_ahead": at[:, 1],
            "log_likelihood": likelihoods.Terms(residual, draws["scale"][:, None], loss.NU).total,
        }
        return found if self.noise is not None else {**found, "scale": draws["scale"]}


class PublishedMachine(StudyMachine):
    """Ten points on a published law's range with a stated noise: the way in which published laws enter the pool."""

    name, simulations = "published_law", 500
    noise = 0.01

    def _design(self, number: int) -> tuple[Array, float]:
        return np.linspace(*PUBLISHED_LOG10_FLOP, PUBLISHED_POINTS), float(self.data.log_l0_guess.mean())
