"""Files that are read again when they change, while the server runs: tokens and certificates.

A thread of its own looks at them, so that a slow disk holds up no call. A change is taken up when two looks in a row
see the same, because whoever writes may be half done. Of a new content that cannot be used, the log says once what is
wrong, and the last good one stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any

from forecast.errors import ForecastError
from timelines_server.observing.logs import Log

LOOK_S = 0.5
"""How often the files are looked at, seconds."""

Stamp = tuple[tuple[int, ...] | None, ...]


class Kept[Value]:
    """What some files say: the last that could be used.

    Parameters
    ----------
    what : str
        What the log calls it.
    files : sequence of Path
        Where it is read.
    load : callable
        Reads and checks them; raises a ForecastError where they cannot be used.

    Attributes
    ----------
    value : object
        What they say.
    refused : bool
        Whether they cannot be used as they are now.

    Raises
    ------
    ForecastError
        What `load` raises at the first time.
    """

    def __init__(self, what: str, files: Sequence[Path], load: Callable[[], Value]) -> None:
        self.what = what
        self._files, self._load = files, load
        self._taken = self._seen = _stamp(files)  # before they are read: what changes meanwhile is read again
        self.value = self._given = load()
        self.refused = False
        self._use: Callable[[Value], object] | None = None

    def then(self, use: Callable[[Value], object]) -> None:
        """Have each new value used so; called in the thread that looks."""
        self._use = use

    def fresh(self) -> Value | None:
        """The value, if it is another than at the last time; else None."""
        value = self.value
        if value is self._given:
            return None
        self._given = value
        return value

    def look(self, log: Log) -> None:
        """Read the files again if they have changed, and not since the last look.

        Parameters
        ----------
        log : Log
            Is told what came of it.
        """
        seen, before = _stamp(self._files), self._seen
        self._seen = seen
        if seen == self._taken or seen != before:
            return
        self._taken, self.refused = seen, True
        try:
            value = self._load()
        except (ForecastError, OSError) as error:
            said = error.message if isinstance(error, ForecastError) else error.strerror
            log.events.error("reload_refused", what=self.what, said=said, kept="the last good one")
            return
        self.value, self.refused = value, False
        if self._use is not None:
            self._use(value)
        log.events.info("reloaded", what=self.what)


class Watch:
    """Looks at files, and has them read again.

    Parameters
    ----------
    log : Log
        Is told of each change.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._kept: list[Kept[Any]] = []
        self._over = Event()
        self._thread = Thread(target=self._run, name="timelines-watch", daemon=True)

    def keep[Value](self, what: str, files: Sequence[Path], load: Callable[[], Value]) -> Kept[Value]:
        """Read some files now, and again when they change.

        Parameters
        ----------
        what : str
            What the log calls it.
        files : sequence of Path
            Where it is read.
        load : callable
            Reads and checks them.

        Raises
        ------
        ForecastError
            When they cannot be used.
        """
        kept = Kept(what, files, load)
        self._kept.append(kept)
        return kept

    def refused(self) -> dict[str, bool]:
        """By what the log calls it, whether it cannot be used as it is now."""
        return {kept.what: kept.refused for kept in self._kept}

    def start(self) -> None:
        """Begin to look, if there is something to look at."""
        if self._kept:
            self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Look at all of it once; a fault of one must not end the thread."""
        for kept in self._kept:
            try:
                kept.look(self._log)
            except Exception as error:
                self._log.events.error("reload_failed", what=kept.what, said=type(error).__name__)

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            self.look()


def _stamp(files: Sequence[Path]) -> Stamp:
    return tuple(_stamp_of(file) for file in files)


def _stamp_of(file: Path) -> tuple[int, ...] | None:
    """What tells one content from another; the owner's change of mode counts, for it may mend what was refused."""
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)
