"""Python's collector of cycles, for a process that keeps most of what it has and makes hardly any cycles.

What a call makes is freed as soon as nobody refers to it. The collector finds nothing there, and costs time all the
same: it looks through the answers that are remembered again and again, and now and then through every module, which
holds up all calls for some 45 ms.
"""

from __future__ import annotations

import gc

_ALLOCATED = 20_000
"""How many more objects than were freed let it look: more than the answers hold that a server remembers."""


def look_seldom() -> None:
    """Leave out what is there by now, which stays until the process ends, and look through the rest less often."""
    gc.freeze()
    gc.set_threshold(_ALLOCATED)
