"""What EvaluationService does."""

from __future__ import annotations

from collections.abc import Sequence

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

    async def replay(self, claims: Sequence[str]) -> tuple[Replayed, ...]:
        """Published claims, replayed; all of them where none is named.

        Raises
        ------
        UnknownNameError
            For an id that is not there; lists those that are.
        PosteriorNotFoundError, ArtefactError
            When a shipped posterior is missing or damaged.
        """
        return await self._work.run(lambda _: replay.replay(claims or None, self._current.home))
