"""A memory of recent results, bounded by bytes: what was used longest ago goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

_ABSENT: Any = object()


class Recent[Value]:
    """Results by their content key, safe to share between threads.

    Parameters
    ----------
    limit_bytes : int
        Memory to keep at most; the newest result stays even when it is larger.
    size_of : callable
        Bytes of one result.
    """

    def __init__(self, limit_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._limit, self._size_of = limit_bytes, size_of
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._held = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The result under `key`, made when it is not there; while one thread makes it, others wait for it.

        When the maker fails, each of the others makes it in turn, with its own `make`.
        """
        while True:
            with self._lock:
                kept: Value = self._kept.get(key, _ABSENT)
                if kept is not _ABSENT:
                    self._kept.move_to_end(key)
                    return kept
                making = self._making.get(key)
                if making is None:
                    making = self._making[key] = Lock()
                    making.acquire()
                    break
            with making:  # free once it is made, or was not
                pass
        try:
            return self._make(key, make)
        finally:
            with self._lock:
                del self._making[key]
            making.release()

    def keep(self, key: Hashable, value: Value) -> Value:
        """Keep what was made at once under `key`, unless somebody else did meanwhile."""
        with self._lock:
            self._keep(key, value)
        return value

    def find(self, key: Hashable) -> Value | None:
        """The result under `key` if it is there, at once."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    @property
    def held(self) -> int:
        """Bytes that are kept now."""
        return self._held

    def _make(self, key: Hashable, make: Callable[[], Value]) -> Value:
        value = make()
        with self._lock:
            self._keep(key, value)
        return value

    def _keep(self, key: Hashable, value: Value) -> None:
        if key in self._kept:
            return
        self._kept[key] = value
        self._held += self._size_of(value)
        while self._held > self._limit and len(self._kept) > 1:
            self._held -= self._size_of(self._kept.popitem(last=False)[1])
