"""`timelines serve` with toy fits, for tests of faults: `python entry.py serve --port 0 ...`.

    TIMELINES_TEST_LEASE_S   after how many seconds a fit counts as lost whose server is silent
    TIMELINES_TEST_CLOCK     a file that holds by how many seconds the clock of this process is wrong
    TIMELINES_TEST_BLOCKS    a file that is told at SIGUSR1 how many blocks of memory Python holds

The clock is that of everything in Python which asks for the time of day. What the system itself tells (when files were
written) and what never goes back (deadlines, pauses) stays as it is, as on a machine whose clock was set.
"""

from __future__ import annotations

import datetime
import gc
import os
import signal
import sys
import time
from importlib import import_module
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

COMMAND = (sys.executable, str(Path(__file__).resolve()), "serve")
LEASE, CLOCK, BLOCKS = "TIMELINES_TEST_LEASE_S", "TIMELINES_TEST_CLOCK", "TIMELINES_TEST_BLOCKS"

_Real, _real_time = datetime.datetime, time.time


class _AlsoReal(type):
    """Times that C code made are of the real class."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, _Real)


class _Wrong(_Real, metaclass=_AlsoReal):  # type: ignore[misc, valid-type]  # it is a class and no variable
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return _Real.fromtimestamp(time.time(), tz)


def set_clock(file: Path) -> None:
    """Let this process's clock be wrong by what the file says at each look.

    gRPC is left out: it compares the time of day with what its core has made of the system's clock.
    """
    vars(import_module("grpc._cython.cygrpc"))["time"] = SimpleNamespace(**vars(time))
    time.time = lambda: _real_time() + float(file.read_text() or 0)
    datetime.datetime = _Wrong  # type: ignore[misc]


def tell_blocks(file: Path) -> None:
    """Have a file told the number of the look and what Python holds then, after a look for cycles."""
    looks = count(1)

    def told(*_: object) -> None:
        gc.collect()
        made = file.with_suffix(".new")
        made.write_text(f"{next(looks)} {sys.getallocatedblocks()}")
        made.replace(file)

    signal.signal(signal.SIGUSR1, told)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    if CLOCK in os.environ:
        set_clock(Path(os.environ[CLOCK]))
    if BLOCKS in os.environ:
        tell_blocks(Path(os.environ[BLOCKS]))
    from forecast.catalogue.entries import fits
    from forecast.cli.main import main
    from tests.service.toy_fit import COMMAND as TOY
    from timelines_server.fits import fitting

    fits.LEASE_S = float(os.environ.get(LEASE, fits.LEASE_S))
    fitting.COMMAND = TOY  # type: ignore[assignment]  # another number of words
    main()
