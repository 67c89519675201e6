"""What EvaluationService does."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.engine.checkpoint import Checkpoint
from forecast.evaluation import replay
from forecast.evaluation.replay import Replayed
from timelines_server.resources import Resources


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
