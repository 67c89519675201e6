"""What EvaluationService does."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.engine.checkpoint import Checkpoint
from forecast.engine.recent import Recent
from forecast.errors import ArtefactError, UnknownNameError
from forecast.evaluation import backtests, calibration_answer, replay
from forecast.evaluation.backtests import Listing
from forecast.evaluation.calibration_answer import Calibration
from forecast.evaluation.replay import Replayed
from timelines_server.resources import ResourceNotFoundError, Resources

MEMORY_BYTES = 32 << 20
"""What the backtests that are kept may take."""

_BYTES_PER_SCORE = 1_000


class DamagedBacktestError(ArtefactError):
    """A stored backtest, or the stored checks beside it, cannot be read."""

    reason = "DAMAGED_BACKTEST"


class EvaluationHandlers:
    """Holds forecasts against what came.

    Parameters
    ----------
    resources : Resources
        The state folder, and threads for what would hold up the event loop.
    """

    def __init__(self, resources: Resources) -> None:
        self._current, self._work = resources.current, resources.work
        # Claims are replayed with what the program ships, so a claim that was replayed once stays as it is.
        self._replayed: dict[str, Replayed] = {}
        self._read: Recent[Calibration] = Recent(MEMORY_BYTES, _size)

    async def get_calibration(
        self, name: str = backtests.SHIPPED, quantities: Sequence[str] = (), forecasters: Sequence[str] = ()
    ) -> Calibration:
        """How well the forecasts of a backtest did, those of some quantities and forecasters or all.

        Raises
        ------
        ResourceNotFoundError
            When there is no backtest of that name; lists those that are.
        UnknownNameError
            For a quantity or a forecaster that is not there; lists those that are.
        DamagedBacktestError
            When its files cannot be read.
        StorageError
            When the state folder may not be read.
        """
        whole = await self._work.run(lambda _: self._calibration(name))
        return whole.only(quantities, forecasters)

    async def list_backtests(self) -> Listing:
        """Every backtest, the shipped one first.

        Raises
        ------
        StorageError
            When the state folder may not be read.
        """
        return await self._work.run(lambda _: backtests.listing(self._current.home))

    def _calibration(self, name: str) -> Calibration:
        """Read once, and again when its files have changed."""
        try:
            folder = backtests.folder_of(name, self._current.home)
            key = (name, *calibration_answer.stamp(folder))
            return self._read.get(key, lambda: calibration_answer.of(backtests.read(name, folder)))
        except UnknownNameError as error:
            raise ResourceNotFoundError(error.message, field="backtest") from error
        except ArtefactError as error:
            raise DamagedBacktestError(error.message, field=error.field) from error

    async def replay(self, claims: Sequence[str]) -> tuple[Replayed, ...]:
        """Published claims, replayed; all of them where none is named.

        Raises
        ------
        UnknownNameError
            For an id that is not there; lists those that are.
        PosteriorNotFoundError, ArtefactError
            When a shipped posterior is missing or damaged.
        """
        asked = replay.chosen(claims or None)
        missing = [name for name in asked if name not in self._replayed]
        if missing:
            found = await self._work.run(lambda checkpoint: self._replay(missing, checkpoint))
            self._replayed |= {one.id: one for one in found}
        return tuple(self._replayed[name] for name in asked)

    def _replay(self, claims: Sequence[str], checkpoint: Checkpoint) -> tuple[Replayed, ...]:
        replay.known_since()  # it reads tables, and is told beside the claims
        return replay.replay(claims, self._current.home, checkpoint, self._current.memory)


def _size(calibration: Calibration) -> int:
    return len(calibration.backtest.scores) * _BYTES_PER_SCORE
