"""A record like another one but for some of its fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

type Setter = Callable[[Any, Any], None]


def filled[Record](record: Record, **fields: Any) -> Record:
    """A frozen record with these fields; they are not checked again, which `dataclasses.replace` would.

    Parameters
    ----------
    record : object
        Of a frozen dataclass with slots.
    **fields
        What is to stand in it instead.
    """
    kind: Any = type(record)
    copy: Record = object.__new__(kind)
    held, setters = _slots(kind)
    for (name, put), value in zip(setters, held(record), strict=True):
        put(copy, fields.get(name, value))
    return copy


@lru_cache(64)  # a question's answer is made of half a dozen kinds
def _slots(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[tuple[str, Setter], ...]]:
    """What reads all fields of a kind of record, and what writes each."""
    names: tuple[str, ...] = kind.__slots__  # type: ignore[attr-defined]
    return attrgetter(*names), tuple((name, getattr(kind, name).__set__) for name in names)
