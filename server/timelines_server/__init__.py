"""The forecasting service: it answers the `timelines.v1` protos from a posterior on disk, and never reaches PyMC."""

from __future__ import annotations

from forecast import __version__

__all__ = ["__version__"]
