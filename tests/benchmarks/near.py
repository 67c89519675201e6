"""Numbers that are never the same and lie close together, so that every question is a new one and none is cold."""

from __future__ import annotations

from itertools import count

SPREAD = 0.02
GOLDEN = (5**0.5 - 1) / 2

_numbers = count()


def slightly() -> float:
    """A factor from 1 to 1.02, never the same; all together they are spread evenly, however many were taken before.

    What a question costs whose neighbours are known depends on where it lies between two levels that are kept, and
    these are a few: so a row's figure is a mean over them, and the same whether the row runs alone or late in a run.
    """
    return 1 + SPREAD * (next(_numbers) * GOLDEN % 1)
