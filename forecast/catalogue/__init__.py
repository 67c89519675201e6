"""The catalogue: posteriors and which was current when, fits, published forecasts, and what users keep in files.

store ──> entries ──> database      `from forecast.catalogue import Catalogue` loads SQLAlchemy, nothing else does
  ^          └──────> named         scenarios and scales: files, no database
upkeep                              backups, pruning, sharing: what is done for the whole state folder
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecast.catalogue.store import Catalogue, CurrentChange, PosteriorRecord

__all__ = ["Catalogue", "CurrentChange", "PosteriorRecord"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module("forecast.catalogue.store"), name)
    globals()[name] = value
    return value
