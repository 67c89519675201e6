"""Scaling studies to import: points on laws that are known."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from forecast.engine.imported import ImportedScale

LOG10_FLOP = np.linspace(18.0, 21.5, 8)


def points(floor: float = 1.7, b: float = 0.12, count: int = 8) -> tuple[tuple[float, float], ...]:
    """Points on L = floor + 1.3 (C / 1e19)^-b."""
    log10_flop = np.linspace(18.0, 21.5, count)
    return tuple((float(10**x), float(floor + 1.3 * 10 ** (-b * (x - 19)))) for x in log10_flop)


def imported(name: str = "my-study", **changes: Any) -> ImportedScale:
    """A study that anybody may import; by keyword another."""
    usual: dict[str, Any] = {
        "points": points(),
        "corpus": "our mix",
        "eval_set": "our validation text",
        "source": "our lab",
        "published_on": date(2025, 3, 1),
    }
    return ImportedScale(name, **{**usual, **changes})
