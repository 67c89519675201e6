"""What the claims are replayed with: the record of facts, and the shipped posteriors as of their days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from forecast.engine.memory import Memory
from forecast.errors import PosteriorNotFoundError
from forecast.evaluation.claims.claim import Replayed
from forecast.evaluation.claims.record import Record
from forecast.evaluation.claims.then import Then
from forecast.forecaster import Forecaster
from forecast.posterior import artefact, selection


class Evidence:
    """The record, and the posterior of each day, read when it is first needed.

    Parameters
    ----------
    home : Path or str, optional
        The state folder, for what the forecasters keep there; the posteriors are those that the package ships.
    record : Record, optional
        The facts; by default from the shipped tables.
    memory : Memory, optional
        What is remembered between questions, of all posteriors together; by default a memory of its own.
    """

    def __init__(
        self, home: Path | str | None = None, record: Record | None = None, memory: Memory | None = None
    ) -> None:
        self.record = Record() if record is None else record
        self._home, self._memory = home, Memory() if memory is None else memory
        self._read: dict[Path, Then] = {}

    def then(self, day: date) -> Then:
        """The shipped posterior as of a day.

        Raises
        ------
        PosteriorNotFoundError
            When the package ships none.
        """
        found = sorted(selection.SHIPPED.glob(f"{day}-*.nc"))
        if not found:
            raise PosteriorNotFoundError(
                f"the package ships no posterior as of {day}: the installation is incomplete; install it again"
            )
        return self._of(found[-1])

    @property
    def now(self) -> Then:
        """The shipped reference posterior."""
        return self._of(selection.reference().path)

    def _of(self, path: Path) -> Then:
        if path not in self._read:
            forecaster = Forecaster(artefact.read(path), self._home, imported={}, memory=self._memory)
            self._read[path] = Then(forecaster)
        return self._read[path]


Row = Callable[[Evidence], Replayed]
"""What a module of claims offers for each id."""
