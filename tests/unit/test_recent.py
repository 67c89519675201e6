"""What is remembered between questions, and the streams of chance."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from forecast.engine.recent import Recent
from forecast.engine.streams import stream


def test_a_result_is_made_once_and_the_oldest_goes_first() -> None:
    made: list[str] = []
    kept: Recent[str] = Recent(3, len)

    def get(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key)  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "d", "b"):
        assert get(key) == key
    assert made == ["a", "b", "c", "d", "b"]


def test_a_result_larger_than_the_memory_is_kept_until_the_next() -> None:
    kept: Recent[str] = Recent(3, len)
    assert kept.get("large", lambda: "large") == "large"
    assert kept.get("large", lambda: "made again") == "large"


def slow(started: Event, go: Event, result: str, made: list[str]) -> Callable[[], str]:
    def make() -> str:
        started.set()
        assert go.wait(10)
        made.append(result)
        if result == "failure":
            raise ValueError(result)
        return result

    return make


def test_what_two_threads_want_at_once_is_made_once() -> None:
    kept: Recent[str] = Recent(10, len)
    started, go, made = Event(), Event(), list[str]()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(kept.get, "a", slow(started, go, "first", made))
        assert started.wait(10)
        second = threads.submit(kept.get, "a", slow(started, go, "second", made))
        assert kept.get("b", lambda: "b") == "b"  # nobody waits for another key
        go.set()
        assert (first.result(10), second.result(10)) == ("first", "first")
    assert made == ["first"]


def test_when_the_maker_fails_the_next_one_makes_it() -> None:
    kept: Recent[str] = Recent(10, len)
    started, go, made = Event(), Event(), list[str]()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(kept.get, "a", slow(started, go, "failure", made))
        assert started.wait(10)
        second = threads.submit(kept.get, "a", slow(started, go, "second", made))
        go.set()
        with pytest.raises(ValueError, match="failure"):
            first.result(10)
        assert second.result(10) == kept.get("a", lambda: "third") == "second"


def test_what_is_found_was_made_before_and_counts_as_used() -> None:
    kept: Recent[str] = Recent(2, len)
    assert kept.find("a") is None
    for key in "ab":
        kept.get(key, lambda key=key: key)  # type: ignore[misc]
    assert kept.find("a") == "a"
    kept.get("c", lambda: "c")
    assert (kept.find("a"), kept.find("b")) == ("a", None)


def test_what_was_made_at_once_is_kept_unless_somebody_kept_it_meanwhile() -> None:
    kept: Recent[str] = Recent(10, len)
    assert [kept.keep("a", made) for made in ("first", "second")] == ["first", "second"]
    assert (kept.find("a"), kept.held) == ("first", 5)


def test_a_stream_belongs_to_its_component_and_seed() -> None:
    first = stream(7, "spend slopes").random(4)
    assert (first == stream(7, "spend slopes").random(4)).all()
    assert not np.isin(first, stream(7, "price slopes").random(4)).any()
    assert not np.isin(first, stream(8, "spend slopes").random(4)).any()
    assert stream(7, "spend slopes").integers(0, 2**32) == 267_766_841
