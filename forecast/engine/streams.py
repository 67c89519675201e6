"""Random streams keyed by component name, so that switching one component off never changes another's draws."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, component: str) -> np.random.Generator:
    """The random generator of one named component under one seed.

    Parameters
    ----------
    seed : int
        The question's seed, not negative.
    component : str
        A stable name such as `algorithms/halving_months`; a new name is a new, independent stream.

    Returns
    -------
    numpy.random.Generator
        A PCG64 generator, the same for the same pair on every machine.
    """
    words = np.frombuffer(hashlib.sha256(component.encode()).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words.tolist()])))
