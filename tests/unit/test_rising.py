"""Running maxima in place are NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from forecast.engine.rising import raise_by_month, raise_where_falling

PATHS = arrays.arrays(
    float,
    st.tuples(st.integers(1, 6), st.integers(1, 9)),
    elements=st.floats(-40, 40) | st.just(-np.inf),
)


@pytest.mark.parametrize("raised", [raise_by_month, raise_where_falling])
@given(path=PATHS)
def test_every_row_becomes_its_running_maximum(raised, path) -> None:  # type: ignore[no-untyped-def]
    expected = np.maximum.accumulate(path, axis=1)
    raised(path)
    assert np.array_equal(path, expected)


def test_rows_beyond_one_block_are_raised_too() -> None:
    path = np.random.default_rng(1).normal(size=(4_100, 3))
    expected = np.maximum.accumulate(path, axis=1)
    raise_by_month(path)
    assert np.array_equal(path, expected)
