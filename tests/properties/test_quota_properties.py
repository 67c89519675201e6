"""Quotas hold their limit at every pace, and lose nobody a call."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import example, given
from hypothesis import strategies as st

from timelines_server.access.quotas import Bucket, QuotaError
from timelines_server.access.tokens import MOST_A_MINUTE

limits = st.integers(1, MOST_A_MINUTE) | st.integers(1, 60)
starts = st.floats(0, 1e9)
paces = st.lists(st.floats(0, 0.01) | st.floats(0, 120), min_size=1, max_size=200)
ROUNDING = 1e-3
LACKING = 1.1e-6
"""A call is let in that lacks a millionth, and the next waits for that as well."""


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@given(limits, starts, paces)
@example(1, 0.0, [0.0] * 50)
@example(60, 1e6, [0.99] * 200)
def test_no_stretch_of_time_sees_more_than_a_full_bucket_and_what_comes_back(
    limit: int, start: float, pauses: list[float]
) -> None:
    clock = Clock(start)
    bucket = Bucket(limit, clock)
    taken = []
    for clock.now in accumulate(pauses, initial=start):
        if bucket.take() == 0:
            taken.append(clock.now)
    for i, first in enumerate(taken):
        for count, last in enumerate(taken[i:], 1):
            assert count <= limit + limit * (last - first) / 60 + ROUNDING


@given(limits.filter(lambda limit: limit <= 300), starts)
def test_all_of_it_may_be_taken_at_once_and_is_back_after_a_minute(limit: int, start: float) -> None:
    clock = Clock(start)
    bucket = Bucket(limit, clock)
    for _ in range(2):
        assert [bucket.take() for _ in range(limit)] == [0.0] * limit
        assert bucket.take() > 0
        clock.now += 60 + 1e-6


@given(limits, starts, paces)
@example(2, 536870882.0, [0.0, 0.0, 0.009999999999999998, 0.0, 0.0])  # let in with a millionth of a call too little
def test_whoever_comes_back_when_told_is_let_in_and_a_moment_before_is_not(
    limit: int, start: float, pauses: list[float]
) -> None:
    clock = Clock(start)
    bucket = Bucket(limit, clock)
    for pause in pauses:
        clock.now += pause
        wait_s = bucket.take()
        assert 0 <= wait_s <= 60 / limit * (1 + LACKING)
        if wait_s:
            pushback_s = QuotaError("ci", limit, wait_s).pushback_ms / 1000
            assert pushback_s >= wait_s
            if wait_s > ROUNDING:
                clock.now += wait_s / 2
                assert bucket.take() > 0
                clock.now -= wait_s / 2
            clock.now += pushback_s
            assert bucket.take() == 0


@given(limits, st.integers(1, 300))
def test_a_caller_who_keeps_to_the_pace_is_never_refused(limit: int, calls: int) -> None:
    clock = Clock(0.0)
    bucket = Bucket(limit, clock)
    for i in range(calls):
        clock.now = i * 60 / limit
        assert bucket.take() == 0
