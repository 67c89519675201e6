"""What a server counts beside its calls: fits, and how it keeps up with the posterior that others choose.

Plain numbers, written by the event loop and read by whoever scrapes; `gauges` gives them their names.
"""

from __future__ import annotations

from bisect import bisect_left

FIT_SECONDS = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0)
"""Bounds of the buckets for how long a fit took, seconds."""

ENDED = ("SUCCEEDED", "REFUSED", "FAILED", "CANCELLED")
"""How a fit may end."""


class Tallies:
    """Counts of one server.

    Attributes
    ----------
    queued, running : int
        Fits that wait, and that run, in the whole catalogue, when it was last looked at.
    oldest_wait_s : float
        How long the first of the queue had waited then, seconds.
    ended : dict
        Fits that ended in this server, by their last state.
    fit_buckets : list of int
        How many of them took as long as `FIT_SECONDS` says, and longer.
    fit_seconds : float
        How long they took together, seconds.
    follow_errors : int
        How often the current posterior could not be taken up.
    catalogue_errors : int
        How often this server could not use the catalogue for its own work, apart from calls.
    """

    def __init__(self) -> None:
        self.queued = self.running = self.follow_errors = self.catalogue_errors = 0
        self.oldest_wait_s = self.fit_seconds = 0.0
        self.ended = dict.fromkeys(ENDED, 0)
        self.fit_buckets = [0] * (len(FIT_SECONDS) + 1)

    def fits_seen(self, queued: int, running: int, oldest_wait_s: float = 0.0) -> None:
        """Note the queue as it is.

        Parameters
        ----------
        queued, running : int
            Fits that wait, and that run, in the whole catalogue.
        oldest_wait_s : float
            How long the first of the queue has waited, seconds; 0 where none waits.
        """
        self.queued, self.running, self.oldest_wait_s = queued, running, oldest_wait_s

    def fit_ended(self, state: str, seconds: float) -> None:
        """Count a fit that ended in this server.

        Parameters
        ----------
        state : str
            Its last state, such as `SUCCEEDED`.
        seconds : float
            How long it ran.
        """
        self.ended[state] = self.ended.get(state, 0) + 1
        self.fit_seconds += seconds
        self.fit_buckets[bisect_left(FIT_SECONDS, seconds)] += 1

    def follow_failed(self) -> None:
        """Count that the current posterior could not be taken up; the one before goes on."""
        self.follow_errors += 1

    def catalogue_failed(self) -> None:
        """Count that the server could not use the catalogue for its own work."""
        self.catalogue_errors += 1
