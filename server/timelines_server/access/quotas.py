"""How many calls a minute a token may make, where its line in the token file says so.

What counts: each call that the token is let in with, whatever comes of it, and each question on a ForecastBatch stream
beside the call that carries them. What does not: health, which needs no token, and calls that are refused.

Each server counts for itself; what it has counted is forgotten when it stops.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from time import monotonic

from grpc import StatusCode

from timelines_server.manners.status import CallError

_MINUTE_S = 60.0
_NEARLY_ONE = 1 - 1e-6  # what is left of one call when many small times have been added up


class QuotaError(CallError):
    """A token has made its calls for now.

    Parameters
    ----------
    name : str
        Of the token.
    limit : int
        Calls a minute.
    wait_s : float
        Seconds until one more is let in.
    """

    def __init__(self, name: str, limit: int, wait_s: float) -> None:
        self.pushback_ms = ceil(wait_s * 1000)
        calls = "call" if limit == 1 else "calls"
        when = f"the next is let in in {self.pushback_ms / 1000:.3g} s"
        message = f"token {name} may make {limit} {calls} a minute, each question of a batch counted, and has: {when}"
        super().__init__(StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED", message, caller=name)


class Bucket:
    """Holds calls that may be made at once; taken ones come back evenly over a minute.

    So in any stretch of t seconds at most `limit + limit * t / 60` are taken.

    Parameters
    ----------
    limit : int
        How many it holds, which is how many come back in a minute.
    clock : callable
        Gives seconds, which never go back.
    """

    __slots__ = ("_at_s", "_clock", "_left", "_per_s", "limit")

    def __init__(self, limit: int, clock: Callable[[], float] = monotonic) -> None:
        self.limit = limit
        self._clock, self._per_s = clock, limit / _MINUTE_S
        self._left, self._at_s = float(limit), clock()

    def take(self) -> float:
        """Take one out; 0, or the seconds until there is one to take."""
        now = self._clock()
        left = min(self.limit, self._left + (now - self._at_s) * self._per_s)
        self._at_s = now
        if left < _NEARLY_ONE:
            self._left = left
            return (1 - left) / self._per_s
        self._left = left - 1
        return 0.0


class Quota:
    """What one token may still do.

    Parameters
    ----------
    name : str
        Of the token.
    limit : int
        Calls a minute.
    clock : callable
        As of `Bucket`.
    """

    __slots__ = ("_bucket", "limit", "name")

    def __init__(self, name: str, limit: int, clock: Callable[[], float] = monotonic) -> None:
        self.name, self.limit = name, limit
        self._bucket = Bucket(limit, clock)

    def spend(self) -> None:
        """Count one more call.

        Raises
        ------
        QuotaError
            When it is one too many; it is not counted.
        """
        wait_s = self._bucket.take()
        if wait_s:
            raise QuotaError(self.name, self.limit, wait_s)
