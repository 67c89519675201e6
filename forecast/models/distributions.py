"""Prior families of `forecast.priors` as PyMC variables."""

from __future__ import annotations

import math
from typing import Any

import pymc as pm

from forecast.priors import Beta, Family, LogNormal, Normal


def variable(name: str, family: Family, **keywords: Any) -> Any:
    """Register a PyMC variable with the density of a prior family.

    Parameters
    ----------
    name : str
        Name in the model.
    family : Normal, LogNormal or Beta
        The prior.
    **keywords
        Passed on (`dims`, `shape`).

    Returns
    -------
    TensorVariable
        The random variable.

    Raises
    ------
    TypeError
        If the family is not one of the three.
    """
    match family:
        case Normal(mean, sd):
            return pm.Normal(name, mean, sd, **keywords)
        case LogNormal(median, sd_ln):
            return pm.LogNormal(name, math.log(median), sd_ln, **keywords)
        case Beta(a, b):
            return pm.Beta(name, a, b, **keywords)
    raise TypeError(f"{name}: no PyMC form for {family!r}")
