"""When a watch that broke is taken up again; the same for both clients."""

from __future__ import annotations

import math
from time import monotonic

from timelines.errors import TimelinesError, UnreachableError

PATIENCE_S = 60.0
"""A server that cannot be reached for so long is given up; the fit goes on there, or at another."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0


class Resuming:
    """Where a watch is, and how long it may go on.

    Parameters
    ----------
    timeout : float
        Seconds for all of it; `math.inf` for as long as it takes.

    Attributes
    ----------
    revision : int
        What has been seen last.
    """

    def __init__(self, timeout: float) -> None:
        self.revision = 0
        self._until = monotonic() + timeout
        self._pause = FIRST_PAUSE_S
        self._lost_at = math.inf

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return max(self._until - monotonic(), 0.001)

    def seen(self, revision: int) -> None:
        """The watch goes well."""
        self.revision, self._pause, self._lost_at = revision, FIRST_PAUSE_S, math.inf

    def broken(self, error: TimelinesError) -> float:
        """Seconds to wait before it is taken up again.

        Raises
        ------
        TimelinesError
            The same, where that is of no use.
        """
        now = monotonic()
        self._lost_at = min(self._lost_at, now)
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE_S)
        if not isinstance(error, UnreachableError) or now + pause > min(self._lost_at + PATIENCE_S, self._until):
            raise error
        return pause
