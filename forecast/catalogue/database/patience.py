"""A connection to PostgreSQL that never waits for ever: the other side may be frozen, or the line cut in silence."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors
from psycopg.abc import RV, PQGen


class BoundedConnection(psycopg.Connection[Any]):
    """As psycopg's, but an answer that does not come in time ends the connection.

    Attributes
    ----------
    wait_seconds : float
        How long an answer may take.
    """

    wait_seconds: float = 10.0

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer; OperationalError where it does not come in time."""
        allowed = self.wait_seconds if timeout is None else timeout
        try:
            return super().wait(gen, interval, allowed)
        except errors._WaitTimeout:
            self.pgconn.finish()  # nobody knows what it was at: it must not be used again
            raise psycopg.OperationalError(f"no answer within {allowed:g} seconds") from None

    def ping(self, seconds: float) -> None:
        """Ask for a sign of life; OperationalError where there is none in so many seconds."""
        before, self.wait_seconds = self.wait_seconds, seconds
        try:
            self.autocommit = True  # else it would be a transaction
            self.execute("SELECT 1")
            self.autocommit = False
        finally:
            self.wait_seconds = before
