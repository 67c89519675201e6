"""The forecaster that answers gives way to the next one without a trace."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from forecast.forecaster import Forecaster
from tests.synthetic import synthetic_posterior
from timelines_server.state.current import Current


@contextmanager
def no_look_for_cycles() -> Iterator[None]:
    """As in a server between two of its looks, which are seldom: each posterior is megabytes."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_a_forecaster_that_was_replaced_is_gone_at_once() -> None:
    current, known = Current(), list[weakref.ref[Forecaster]]()
    with no_look_for_cycles():
        for seed in range(3):
            made = Forecaster(synthetic_posterior(50, seed), memory=current.memory)
            assert made.when(flop=1e29).to_json()
            current.use(made)
            known.append(weakref.ref(made))
            del made
        assert [one() is None for one in known] == [True, True, False]
