"""Counts of installed AI chips for a posterior without a fit."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

FIRST_KNOWN = date(2026, 4, 3)
LOG10_H100E, SD_OOM, GROWTH = 7.3, 0.04, 0.48


def counted_chips(as_of: date) -> dict[str, Any]:
    """Eight quarters to the end of 2025, as observed points; none before they were published."""
    quarters = np.arange(8 if as_of >= FIRST_KNOWN else 0)
    return {
        "chips_year": 2024.25 + quarters / 4,
        "chips_log10_h100e": LOG10_H100E + GROWTH * (quarters - 7) / 4,
        "chips_sd_oom": np.full(len(quarters), SD_OOM),
        "chips_name": np.array([f"{2024 + q // 4} Q{q % 4 + 1}" for q in quarters], str),
    }
