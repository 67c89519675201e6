"""The inputs that no data were fitted to, one draw each: by their default prior, or as the scenario says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from forecast.engine import inputs
from forecast.engine.scenario import Override
from forecast.families import Distribution, Point

Array = NDArray[np.float64]

NOTHING_KNOWN: Mapping[str, Distribution] = MappingProxyType({})


class Assumed:
    """Draws of the unfitted inputs under a scenario, each made when it is first asked for.

    Parameters
    ----------
    draws, seed : int
        How many, and the seed of every input's own stream.
    overrides : tuple of Override
        What the scenario says of them.
    known : mapping of str to Distribution
        What the posterior's observed points say of them, in place of their defaults.
    """

    def __init__(
        self,
        draws: int,
        seed: int,
        overrides: tuple[Override, ...],
        known: Mapping[str, Distribution] = NOTHING_KNOWN,
    ) -> None:
        self.draws, self.seed = draws, seed
        self._said = {override.name: chosen(override) for override in overrides}
        self._chosen = {**known, **self._said}
        self._made: dict[str, Array] = {}

    def __call__(self, name: str, prior: Distribution | None = None) -> Array:
        """Draws of one input, shape (draws,); a prior that the question itself gives goes before the scenario's."""
        if prior is not None:
            return inputs.draw(name, self.draws, self.seed, prior)
        if name not in self._made:
            self._made[name] = inputs.draw(name, self.draws, self.seed, self._chosen.get(name))
        return self._made[name]

    def kept(self, name: str, make: Callable[[], Array]) -> Array:
        """What follows from the inputs alone, shape (draws, ...), made when it is first asked for."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def says(self, name: str) -> Distribution | None:
        """What the scenario says of an input; None where it leaves the default."""
        return self._said.get(name)


def chosen(override: Override) -> Distribution:
    """What an override makes of an input: a point where it is set."""
    return Point(override.value) if override.prior is None else override.prior  # type: ignore[arg-type]
