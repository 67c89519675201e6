"""Arrow tables from Python values, made of their buffers.

`pyarrow.array` imports pandas wherever it is installed, to see whether it was given some; that takes half a second and
sixty megabytes of every worker. What a table of answers needs is numbers, flags, texts and lists of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from forecast.batch.columns import Columns

TEXT = pa.dictionary(pa.int32(), pa.string())
"""Text that is kept once however often it stands in a column."""


KINDS: Mapping[str, pa.DataType] = {
    "number": pa.float64(),
    "whole": pa.int64(),
    "text": TEXT,
    "name": pa.string(),
    "day": pa.date32(),
    "flag": pa.bool_(),
    "curve": pa.list_(pa.float32()),
}
"""By the kinds of `forecast.batch.columns`."""


def table_of(kinds: Mapping[str, str], columns: Columns) -> pa.Table:
    """A table of columns by their kinds; None is null, days are counted from 1970."""
    schema = pa.schema([(name, KINDS[kind]) for name, kind in kinds.items()])
    return pa.Table.from_arrays([array(*one) for one in zip(columns, schema.types, strict=True)], schema=schema)


def array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """An array of one of the types of `KINDS`."""
    if kind == TEXT:
        return _texts(values).dictionary_encode()
    if kind == pa.string():
        return _texts(values)
    if kind == pa.bool_():
        return pa.Array.from_buffers(kind, len(values), [_valid(values), _bits(bool(value) for value in values)])
    if pa.types.is_list(kind):
        return _lists(values, kind)
    numbers = np.array([0 if value is None else value for value in values], _NUMPY[kind])
    return pa.Array.from_buffers(kind, len(values), [_valid(values), pa.py_buffer(numbers)])


_NUMPY = {pa.float64(): np.float64, pa.float32(): np.float32, pa.int64(): np.int64, pa.date32(): np.int32}


def _texts(values: Sequence[Any]) -> pa.Array:
    pieces = [(value or "").encode() for value in values]
    return pa.Array.from_buffers(
        pa.string(), len(values), [_valid(values), _offsets(map(len, pieces)), pa.py_buffer(b"".join(pieces))]
    )


def _lists(values: Sequence[Any], kind: pa.ListType) -> pa.Array:
    flat = array([one for value in values for one in value or ()], kind.value_type)
    lengths = (len(value or ()) for value in values)
    return pa.Array.from_buffers(kind, len(values), [_valid(values), _offsets(lengths)], children=[flat])


def _offsets(lengths: Iterable[int]) -> pa.Buffer:
    return pa.py_buffer(np.array([0, *accumulate(lengths)], np.int32))


def _valid(values: Sequence[Any]) -> pa.Buffer | None:
    """Which values are there; None where all are."""
    return None if None not in values else _bits(value is not None for value in values)


def _bits(flags: Iterable[bool]) -> pa.Buffer:
    packed: NDArray[np.uint8] = np.packbits(np.fromiter(flags, bool), bitorder="little")
    return pa.py_buffer(packed)
