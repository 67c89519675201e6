"""Arrays as the wire has them, and what they stand in: written as bytes in a tenth of the time of number by number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct

import numpy as np
from numpy.typing import NDArray

_LENGTH_DELIMITED = 2  # how the bytes of a packed field are marked


def embedded(field: int, message: bytes) -> bytes:
    """A field that holds a message, as bytes.

    Parameters
    ----------
    field : int
        Number of the field.
    message : bytes
        The message as bytes.
    """
    return _head(field, len(message)) + message


def packed_doubles(field: int, values: Sequence[float]) -> bytes:
    """A field of `repeated double` as bytes.

    Parameters
    ----------
    field : int
        Number of the field.
    values : sequence of float
        What it holds.
    """
    head, doubles = _layout(field, len(values))
    return head + doubles.pack(*values)


def packed_array(field: int, values: NDArray[np.float64]) -> bytes:
    """The same of an array.

    Parameters
    ----------
    field : int
        Number of the field.
    values : ndarray
        What it holds.
    """
    return _head(field, values.nbytes) + values.astype("<f8", copy=False).tobytes()


@lru_cache(64)
def _layout(field: int, count: int) -> tuple[bytes, Struct]:
    """What goes before the numbers, and the numbers' own form."""
    doubles = Struct(f"<{count}d")
    return _head(field, doubles.size), doubles


@lru_cache(1024)  # messages of one kind are of a few sizes
def _head(field: int, size: int) -> bytes:
    return _varint(field << 3 | _LENGTH_DELIMITED) + _varint(size)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the low ones first; all bytes but the last have the eighth bit."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*written, number))
