"""Cases of a test that are many: the first in `make test`, all of them in `make test-long`."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def shortened[Case](cases: Iterable[Case], most: int = 2) -> list[Case | object]:
    """The cases, those after the first few marked `long`.

    Parameters
    ----------
    cases : iterable
        For `pytest.mark.parametrize`.
    most : int
        How many are for `make test`.
    """
    return [case if place < most else pytest.param(case, marks=pytest.mark.long) for place, case in enumerate(cases)]
