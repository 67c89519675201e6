"""Arrays as the wire has them: a message reads them in a tenth of the time that it takes number by number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct

_LENGTH_DELIMITED = 2  # how the bytes of a packed field are marked


def packed_doubles(field: int, values: Sequence[float]) -> bytes:
    """A field of `repeated double` as bytes, for `MergeFromString`.

    Parameters
    ----------
    field : int
        Number of the field.
    values : sequence of float
        What it holds.
    """
    head, doubles = _layout(field, len(values))
    return head + doubles.pack(*values)


@lru_cache(64)
def _layout(field: int, count: int) -> tuple[bytes, Struct]:
    """What goes before the numbers, and the numbers' own form."""
    doubles = Struct(f"<{count}d")
    return _varint(field << 3 | _LENGTH_DELIMITED) + _varint(doubles.size), doubles


def _varint(number: int) -> bytes:
    """Seven bits a byte, the low ones first; all bytes but the last have the eighth bit."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*written, number))
