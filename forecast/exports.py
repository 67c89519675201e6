"""Arrivals as ArviZ keeps draws: an xarray `DataTree`, for plots, comparisons and files of other tools.

from forecast.exports import to_arviz
tree = to_arviz(forecaster.draws(question))
tree["posterior"].ds["arrival_year"]                # dimensions chain and draw
tree.to_netcdf("arrivals.nc")
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.engine.arrival import POSITIONS
from forecast.errors import InputError

if TYPE_CHECKING:
    from xarray import DataTree

    from forecast.engine.answer import Provenance
    from forecast.engine.draws import Draws

GROUP = "posterior"


def to_arviz(draws: Draws) -> DataTree:
    """Arrival dates and outcomes, as a `DataTree` with one group, `posterior`.

    Parameters
    ----------
    draws : Draws
        As `Forecaster.draws` gives them.

    Returns
    -------
    xarray.DataTree
        `arrival_year` (decimal years; +inf beyond the horizon and for never) and `outcome` (its codes are in its
        attributes), both over one chain of all draws: they are thinned, so the sampler's chains are not in them. The
        attributes say what would reproduce them.

    Raises
    ------
    InputError
        When ArviZ is not installed.
    """
    try:
        import arviz  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        if error.name not in ("arviz", "arviz_base", "xarray"):
            raise
        raise InputError(
            f"this export needs {error.name}, which is not installed: pip install 'ai-timelines[fit]'"
        ) from None
    values = {"arrival_year": draws.decimal_year[None, :], "outcome": draws.outcome[None, :]}
    tree: DataTree = arviz.from_dict({GROUP: values}, attrs={GROUP: _attributes(draws.provenance)})
    group = tree[GROUP]
    group["arrival_year"].attrs.update(units="decimal year", long_name="mid-month of arrival; inf where there is none")
    group["outcome"].attrs.update(
        flag_values=np.arange(len(POSITIONS), dtype=np.int8),
        flag_meanings=" ".join(POSITIONS),
        long_name="where the arrival lies",
    )
    return tree


def _attributes(provenance: Provenance) -> dict[str, Any]:
    """What a NetCDF file can keep: texts and numbers."""
    told = asdict(provenance)
    rows = told.pop("hindsight_rows", ())
    return told | {"hindsight_rows": ", ".join(f"{row['table']} {row['rows']}" for row in rows)}
