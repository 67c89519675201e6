"""What the tests of pruning share: posteriors that were written days ago, and what became of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from forecast.catalogue.entries.published import Record
from forecast.catalogue.store import Catalogue
from forecast.catalogue.upkeep.pruning import Pruned
from forecast.posterior import selection
from forecast.posterior.artefact import read, write
from forecast.posterior.state import StateFolder
from tests.synthetic import synthetic_posterior

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def aged(path: Path, days: float) -> Path:
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))
    return path


def fit(state: StateFolder, seed: int, days: float, status: str = "PASSED") -> str:
    """A posterior that was written so many days ago."""
    path = write(synthetic_posterior(50, seed=seed, status=status, reasons=["odd"]), state.posteriors)
    for suffix in (".json", ".nc"):
        aged(path.with_suffix(suffix), days)
    return path.stem


def publish(catalogue: Catalogue, posterior: str) -> None:
    catalogue.records.add(
        Record(
            series="s",
            title="t",
            note="",
            question={},
            answer={},
            posterior=posterior,
            posterior_sha256="0" * 64,
            code_version="0",
            citation="",
        )
    )


def left(state: StateFolder) -> set[str]:
    assert all(read(entry.path) for entry in selection.available(state.root))
    return {entry.name for entry in selection.available(state.root) if entry.origin == "state"}


def why(done: Pruned) -> dict[str, str]:
    return {one.name: one.why for one in done.kept}


def gone(done: Pruned) -> set[str]:
    return {one.what for one in done.removed}
