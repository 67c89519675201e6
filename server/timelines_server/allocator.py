"""What is freed goes back to the system: paths of 20 MB come and go with every scenario."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_M_MMAP_THRESHOLD = -3  # of malloc.h
_LARGE_BYTES = 1 << 20


def return_large_blocks() -> None:
    """Have glibc give every block of 1 MiB or more its own mapping, which ends with the block.

    By itself it raises that limit to the largest block ever freed, up to 32 MiB. From then on such blocks lie in the
    heaps of the threads, which shrink only from their ends: after many scenarios a server held 388 MiB, with this it
    holds 244. Elsewhere than on glibc nothing is done.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library has no such knob
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def return_free_pages() -> None:
    """Have glibc give back the pages between the blocks that are in use; it takes a few milliseconds, in any thread.

    What is smaller than 1 MiB lies in the heaps of some sixteen threads, and those shrink only from their ends. The
    paths of a posterior of few draws are of that size: when another took its place, some 10 to 20 MiB of holes were
    left. Elsewhere than on glibc nothing is done.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
