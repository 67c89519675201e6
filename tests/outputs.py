"""Outputs that replace others as a whole."""

from __future__ import annotations

from pathlib import Path

from forecast.storage.replacing import Replacing


def make(place: Path | str, files: dict[str, bytes], **extra: object) -> None:
    """Put files into a place, with a manifest that may say more of them."""
    with Replacing(place, "report") as new:
        for name, data in files.items():
            new.store.write(name, data)
        new.finish(extra=extra)
