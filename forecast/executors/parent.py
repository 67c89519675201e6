"""How a process of ours lives that another one started: behind everything else, and never longer than that one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

NICENESS = 10
"""Work in the background steps back for answers."""

EXIT_ORPHANED = 3
"""The exit code of a process whose parent went first: nobody waits for what it makes."""


def leave_with_parent(gone: Callable[[], object]) -> None:
    """End this process, in the middle of whatever it does, when its parent is gone.

    Parameters
    ----------
    gone : callable
        Returns when the parent is gone, and not before; it waits in a thread of its own.
    """
    threading.Thread(target=_leave_after, args=(gone,), daemon=True).start()


def input_closed() -> None:
    """Wait for the end of standard input, whose other end the parent holds open as long as it lives.

    It is read past Python's buffer: a thread that waits in there holds a lock that the interpreter needs to end.
    """
    while os.read(0, 1024):
        pass


def _leave_after(gone: Callable[[], object]) -> None:
    gone()
    os._exit(EXIT_ORPHANED)
