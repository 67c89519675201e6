"""A memory of recent results, bounded by bytes: what was used longest ago goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock


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
        self._held = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The result under `key`, made when it is not there. Two threads may both make it; the results are equal."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()
        with self._lock:
            self._keep(key, value)
        return value

    def _keep(self, key: Hashable, value: Value) -> None:
        if key in self._kept:  # another thread made it meanwhile
            self._held -= self._size_of(self._kept.pop(key))
        self._kept[key] = value
        self._held += self._size_of(value)
        while self._held > self._limit and len(self._kept) > 1:
            self._held -= self._size_of(self._kept.popitem(last=False)[1])
