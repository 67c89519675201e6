"""Lines of JSON on their way out: written by a thread of their own, so that a reader who stalls holds up no call.

What waits has a bound. What does not fit is counted, and the count is told when the reader reads on.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, TextIO

LIMIT = 10_000
"""How many lines wait at most."""
LATEST_S = 0.05
"""How long a line waits at most for others to be written with it, seconds."""
LAST_WORDS_S = 1.0
"""How long the end of the process waits at most for a reader, seconds."""

Said = Callable[[], str]
"""Gives a line, a JSON object; asked by the thread."""

_PIECE_BYTES = 4096  # a pipe takes so much in one piece, and then two processes may share it
_STALLED_S = 0.05

encode = json.JSONEncoder(default=repr, separators=(",", ":"), check_circular=False).encode
"""A value as JSON."""


def rendered(said: dict[str, Any]) -> str:
    """A line that says so, with `time` in seconds since 1970.

    Parameters
    ----------
    said : dict
        What it says.
    """
    return encode({**said, "time": moment(said["time"])})


def moment(seconds: float) -> str:
    """A time in seconds since 1970 as ISO 8601, to the millisecond."""
    return f"{_second(int(seconds))}.{int(seconds * 1000) % 1000:03d}+00:00"


@lru_cache(4)  # hundreds of lines fall into one second
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class Lines:
    """Writes lines to a stream, in order.

    Rendered together, lines cost a fraction of what they cost one by one, each between two calls.

    Parameters
    ----------
    stream : text file
        Where they go; past its buffer, if it is a file of the system's.
    """

    def __init__(self, stream: TextIO) -> None:
        self._write = _writer(stream)
        self._waiting: SimpleQueue[Said | Event | None] = SimpleQueue()
        self._hurry = Event()
        self._dropped, self._dropped_told, self._counting = 0, 0, Lock()
        # A daemon: the end of the process must not wait for a reader for ever.
        self._thread = Thread(target=self._run, name="timelines-log", daemon=True)
        self._thread.start()

    def put(self, said: Said, *, at_once: bool = False) -> None:
        """Have a line written; never waits.

        Parameters
        ----------
        said : callable
            Gives it.
        at_once : bool
            Whether it waits for no others.
        """
        if self._waiting.qsize() >= LIMIT:
            with self._counting:
                self._dropped += 1
            return
        self._waiting.put(said)
        if at_once:
            self._hurry.set()

    def flush(self, within_s: float = LAST_WORDS_S) -> None:
        """Wait until what was put is written, or for so many seconds."""
        written = Event()
        self._waiting.put(written)
        self._hurry.set()
        written.wait(within_s)

    def end(self) -> None:
        """Write what waits, if the reader takes it soon, and take no more."""
        self._waiting.put(None)
        self._hurry.set()
        self._thread.join(LAST_WORDS_S)

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            self._hurry.wait(LATEST_S)
            self._hurry.clear()
            batch += [self._waiting.get() for _ in range(self._waiting.qsize())]
            for piece in _pieces(self._rendered(batch)):
                self._write(piece)
            for one in batch:
                if one is None:
                    return
                if isinstance(one, Event):
                    one.set()

    def _rendered(self, batch: Iterable[Said | Event | None]) -> Iterator[bytes]:
        """The lines, each rendered when the one before it is under way."""
        for said in batch:
            if callable(said):
                yield _render(said)
        dropped = self._dropped
        if dropped > self._dropped_told:
            now_dropped, self._dropped_told = dropped - self._dropped_told, dropped
            yield _render(_lost(now_dropped))


def _lost(count: int) -> Said:
    said = {"time": time.time(), "level": "warning", "event": "log_lines_dropped", "dropped": count}
    return lambda: rendered(said)


def _render(said: Said) -> bytes:
    """One line; a fault in what is said must not end the thread."""
    try:
        return said().encode() + b"\n"
    except Exception as error:
        return b'{"level":"error","event":"log_line_failed","said":"%s"}\n' % type(error).__name__.encode()


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines joined, as many as a pipe takes in one piece."""
    piece = b""
    for line in lines:
        if piece and len(piece) + len(line) > _PIECE_BYTES:
            yield piece
            piece = b""
        piece += line
    if piece:
        yield piece


def _writer(stream: TextIO) -> Callable[[bytes], None]:
    """Writes to a stream; a reader that has gone, or a full disk, fails nobody."""

    def write_text(piece: bytes) -> None:
        """Write to what is a file to Python alone."""
        with suppress(OSError, ValueError):
            stream.write(piece.decode())
            stream.flush()

    def write_bytes(piece: bytes) -> None:
        """Write without Python's buffer: its lock, held by a thread that waits, would abort the end of the process."""
        with suppress(OSError):
            while piece:
                try:
                    piece = piece[os.write(descriptor, piece) :]
                except BlockingIOError:  # someone made it non-blocking, and it is full
                    time.sleep(_STALLED_S)

    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return write_text
    return write_bytes
