"""The registry of sources; `SOURCES.md` is generated from it, and every row of every table carries one of its keys."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.data.compute_sources import COMPUTE_SOURCES
from forecast.data.loss_sources import LOSS_SOURCES
from forecast.data.source import Source

__all__ = ["SOURCES", "Source"]

SOURCES: Mapping[str, Source] = {source.key: source for source in (*COMPUTE_SOURCES, *LOSS_SOURCES)}
"""Every source by key."""
