"""The thin client of the `timelines` forecasting service.

This version carries the package's name and version, and no calls yet: the service and its stubs (`timelines.v1`) are
not part of 0.1.0. Ask questions with the command line (`timelines when`) or the library (`import forecast`).
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
