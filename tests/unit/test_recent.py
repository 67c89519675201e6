"""What is remembered between questions, and the streams of chance."""

from __future__ import annotations

import numpy as np

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


def test_a_stream_belongs_to_its_component_and_seed() -> None:
    first = stream(7, "spend slopes").random(4)
    assert (first == stream(7, "spend slopes").random(4)).all()
    assert not np.isin(first, stream(7, "price slopes").random(4)).any()
    assert not np.isin(first, stream(8, "spend slopes").random(4)).any()
    assert stream(7, "spend slopes").integers(0, 2**32) == 267_766_841
