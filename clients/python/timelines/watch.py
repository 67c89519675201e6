"""An idle timeout for calls that block: a thread that cancels a call on which nothing came for too long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic


class Watch:
    """Cancels a call on which nothing came for too long.

    Parameters
    ----------
    cancel : callable
        Cancels the call.
    seconds : float
        How long is too long.
    """

    def __init__(self, cancel: Callable[[], object], seconds: float) -> None:
        self.seconds = seconds
        self.fired = False
        self._cancel = cancel
        self._since: float | None = None
        self._over = Event()

    def begin(self) -> None:
        """An answer is waited for."""
        self._since = monotonic()

    def end(self) -> None:
        """It is here."""
        self._since = None

    def run(self) -> None:
        """Look until `stop`."""
        pause = self.seconds
        while not self._over.wait(pause):
            since = self._since
            waited = 0.0 if since is None else monotonic() - since
            if waited >= self.seconds:
                self.fired = True
                self._cancel()
                return
            pause = self.seconds - waited

    def stop(self) -> None:
        """Look no more."""
        self._over.set()


@contextmanager
def watched(cancel: Callable[[], object], seconds: float | None) -> Iterator[Watch]:
    """A watch in a thread of its own; no thread without a limit."""
    watch = Watch(cancel, seconds or 0.0)
    if seconds is not None:
        Thread(target=watch.run, name="timelines-idle-watch", daemon=True).start()
    try:
        yield watch
    finally:
        watch.stop()
