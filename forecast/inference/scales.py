"""The pooled law on every scale that has only a published law, by the grid of `forecast.engine.study`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.question import DEFAULT_RELATIVE_NOISE
from forecast.engine.study import Population, published_law_scale

Array = NDArray[np.float64]


def pooled_scales(
    laws: Sequence[Mapping[str, Any]], loss_block: Mapping[str, Array], seed: int
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Let every published law enter the pool as points on its range with a stated noise.

    Parameters
    ----------
    laws : sequence of mapping
        Published laws, as in the manifest.
    loss_block : mapping of str to ndarray
        Draws of the loss model: what other studies say.
    seed : int
        Seed of the grid's draws.

    Returns
    -------
    block : dict of str to ndarray, shape (draws, scales)
        `b`, `floor_nats` (nats per token) and `log_l0`.
    constants : dict
        `log10_c0`, `log10_c_max` (log10 FLOP) by scale, and `relative_noise`.
    """
    population, draws = Population.of(loss_block), len(loss_block["mu_b"])
    found = [published_law_scale(law, population, DEFAULT_RELATIVE_NOISE, draws, seed) for law in laws]
    block = {
        name: np.array([getattr(item, name) for item in found]).reshape(-1, draws).T
        for name in ("b", "floor_nats", "log_l0")
    }
    constants = {name: [getattr(item, name) for item in found] for name in ("log10_c0", "log10_c_max")}
    return block, {**constants, "relative_noise": DEFAULT_RELATIVE_NOISE}
