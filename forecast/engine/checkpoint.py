"""Where long work asks whether anybody still waits for it."""

from __future__ import annotations

from collections.abc import Callable

Checkpoint = Callable[[], None]
"""Called between the steps of long work; raises `forecast.errors.StoppedError` when nobody waits any more."""


def proceed() -> None:
    """The checkpoint that never stops anything."""
