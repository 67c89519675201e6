"""Draws of the unfitted inputs, one stream each, so that no input changes another's draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecast.engine.streams import stream
from forecast.errors import UnknownNameError
from forecast.families import Distribution
from forecast.inputs import INPUTS, Input

Array = NDArray[np.float64]

_STREAMS: Mapping[str, str] = {"algorithms.halving_months": "algorithms halving time"}
"""Inputs that were drawn from a stream of another name before they were inputs."""


def described(name: str) -> Input:
    """The input of that name.

    Raises
    ------
    UnknownNameError
        There is none; lists those that are.
    """
    if name not in INPUTS:
        raise UnknownNameError("input", name, INPUTS, field=f"scenario.overrides[{name}]")
    return INPUTS[name]


def draw(name: str, draws: int, seed: int, chosen: Distribution | None = None) -> Array:
    """Draws of one input, from its own stream.

    Parameters
    ----------
    name : str
        A key of `forecast.inputs.INPUTS`.
    draws : int
        How many.
    seed : int
        Seed of the component streams.
    chosen : Distribution, optional
        What it is drawn from; its default prior when left out.

    Returns
    -------
    ndarray, shape (draws,)
        In the input's unit, clipped to its bounds.

    Raises
    ------
    UnknownNameError
        There is no such input; lists those that are.
    """
    entry = described(name)
    source = entry.prior if chosen is None else chosen
    sample = np.asarray(source.sample(stream(seed, _STREAMS.get(name, name)), draws), np.float64)
    return np.clip(sample, entry.low, entry.high)
