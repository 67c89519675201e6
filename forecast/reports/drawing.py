"""Pictures as PNG, drawn in a process beside this one: turning lines into points takes as long as all else of a report.

The process reads specifications from its standard input and writes pictures to its output. It is started by exec, so
that any script may ask for it, and ends with the one that started it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Self

import vl_convert

from forecast.executors.parent import input_closed, leave_with_parent
from forecast.reports.png import SCALE, repack

_SIZE_BYTES = 8


def png_of(spec: str) -> bytes:
    """A Vega-Lite specification, as JSON text, as PNG at twice its nominal size."""
    return repack(bytes(vl_convert.vegalite_to_png(spec, scale=SCALE)))


class Drawing:
    """Pictures that are being drawn; a context manager, which ends the process.

    Parameters
    ----------
    specs : sequence of str
        Vega-Lite specifications as JSON text.
    """

    def __init__(self, specs: Sequence[str]) -> None:
        self._specs = list(specs)
        self._drawn: SimpleQueue[bytes] = SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the process, and take in what it draws while others work."""
        if self._specs:
            command = [sys.executable, "-m", "forecast.reports.drawing"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._talk = threading.Thread(target=self._converse, args=(self._process,), daemon=True)
            self._talk.start()
        return self

    def pictures(self) -> Iterator[bytes]:
        """Every picture in its order, as soon as it is there; what the process cannot draw is drawn here."""
        for spec in self._specs:
            yield self._drawn.get() or png_of(spec)

    def _converse(self, process: subprocess.Popen[bytes]) -> None:
        """Hand all specifications over, then queue each picture, nothing for one that did not come."""
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # the process has ended, or was ended
            process.stdin.write(json.dumps(self._specs).encode() + b"\n")
            process.stdin.flush()  # it stays open: its end tells the process that we are gone
        for _ in self._specs:
            self._drawn.put(_framed(process.stdout))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            return
        self._process.kill()
        self._process.wait()
        self._talk.join()
        with contextlib.suppress(OSError):  # what was not taken in any more
            self._process.stdin.close()
        self._process.stdout.close()


def _framed(stream: IO[bytes]) -> bytes:
    """The next picture of a stream; nothing where it has ended."""
    try:
        size = int.from_bytes(stream.read(_SIZE_BYTES))
        data = stream.read(size)
    except (OSError, ValueError):
        return b""
    return data if len(data) == size else b""


def main() -> None:
    """Draw what comes in, and end when the one who asked has ended."""
    specs = json.loads(sys.stdin.buffer.readline())
    leave_with_parent(input_closed)
    for spec in specs:
        data = png_of(spec)
        sys.stdout.buffer.write(len(data).to_bytes(_SIZE_BYTES) + data)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
