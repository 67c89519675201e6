"""Times, memory and ratios in words."""

from __future__ import annotations


def time_words(seconds: float) -> str:
    """Three digits, in the unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_three(seconds / size)} {unit}"
    return f"{_three(seconds / 1e-6)} us"


def memory_words(megabytes: float) -> str:
    """Three digits, in the unit that fits."""
    for unit, size in (("GB", 1000.0), ("MB", 1.0)):
        if megabytes >= size:
            return f"{_three(megabytes / size)} {unit}"
    return f"{_three(1000 * megabytes)} kB"


def ratio_words(ratio: float) -> str:
    """A multiple, or a fraction whose denominator says by how much cheaper."""
    return f"{_three(ratio)} x" if ratio >= 1 else f"1/{_three(1 / ratio)}"


def _three(number: float) -> str:
    """Three digits, without an exponent: 1,230."""
    return f"{float(f'{number:.3g}'):,.10g}" if number < 1000 else f"{float(f'{number:.3g}'):,.0f}"
