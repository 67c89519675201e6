"""A model whose posterior is known exactly, for the machinery that checks models: the mean of five normals."""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.experiments.checks.machines import Draws, Fitted, Machine

ROWS = 5
CHAINS, DRAWS = 2, 200


class NormalMean(Machine):
    """mu ~ N(0, 1), y_i ~ N(mu, 1); its posterior is stretched by `width`, moved by `shift` sd, or made to stick."""

    name, simulations = "toy", 200

    def __init__(self, width: float = 1.0, shift: float = 0.0, sticky: bool = False) -> None:
        self.width, self.shift, self.sticky = width, shift, sticky
        self.fits = 0

    def parts(self) -> list[Any]:
        """What a simulation follows from."""
        return [self.width, self.shift, self.sticky]

    def simulate(self, number: int, rng: np.random.Generator) -> tuple[Draws, Any]:
        """A mean and its observations."""
        truth = {"mu": rng.standard_normal(1)}
        return truth, truth["mu"] + rng.standard_normal(ROWS)

    def fit(self, data: Any, number: int, longer: int) -> Fitted:
        """The conjugate posterior; a sticky one repeats its draws until it is run longer."""
        self.fits += 1
        rng = np.random.default_rng(1000 + number)
        z = rng.standard_normal(CHAINS * DRAWS * longer)
        if self.sticky and longer == 1:
            z = z[:20].repeat(20)
        sd = (ROWS + 1) ** -0.5
        return Fitted({"mu": data.sum() / (ROWS + 1) + sd * (self.width * z + self.shift)}, CHAINS, 0)

    def quantities(self, draws: Draws, data: Any, number: int) -> dict[str, np.ndarray]:
        """The mean, and the log-likelihood."""
        mu = np.asarray(draws["mu"])
        return {"mu": mu, "log_likelihood": -0.5 * ((data - mu[:, None]) ** 2).sum(axis=1)}
