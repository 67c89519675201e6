"""Parts of a batch as Parquet files: the same rows give the same bytes, and a damaged file is known as such.

import pyarrow.dataset as ds
answers = ds.dataset("DIR/answers", partitioning="hive").to_table()

import pandas
answers = pandas.read_parquet("DIR/answers")
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = "answers"
SUMMARY = f"{FOLDER}/_summary.json"
"""Readers of datasets pass over names that begin with an underscore."""

PART = re.compile(rf"{FOLDER}/as_of=[^/]+/scenario=[^/]+/part-\d{{5,}}-[0-9a-f]{{20}}\.parquet")
_KEY, _ROWS = b"timelines.key", b"timelines.rows"
_LONGEST = 100
_CUT = re.compile(r"%[0-9A-F]?$")


def part_name(as_of: str, scenario: str, number: int, key: str) -> str:
    """The name of a part's file below the output's place."""
    return f"{FOLDER}/as_of={_safe(as_of)}/scenario={_safe(scenario)}/part-{number:05d}-{key[:20]}.parquet"


def _safe(value: str) -> str:
    """A value as the name of a folder anywhere: what may not stand there is percent-encoded, as readers expect it."""
    name = quote(value, safe="")
    if len(name) > _LONGEST:
        name = f"{_CUT.sub('', name[:_LONGEST])}-{hashlib.sha256(value.encode()).hexdigest()[:12]}"
    return f"{name[:-1]}%2E" if name.endswith(".") else name


def encode(table: pa.Table, key: str) -> bytes:
    """A part's file: the same table and key give the same bytes."""
    told = table.replace_schema_metadata({_KEY: key.encode(), _ROWS: str(table.num_rows).encode()})
    sink = pa.BufferOutputStream()
    texts = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    pq.write_table(
        told,
        sink,
        compression="zstd",
        use_dictionary=texts or False,
        write_statistics=["index"],
        write_page_checksum=True,
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def decode(data: bytes, key: str = "") -> pa.Table | None:
    """The table in a part's file; None where it is damaged, or not the part of that key.

    Parameters
    ----------
    data : bytes
        The file.
    key : str
        Of the part; empty for any.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        table = file.read(use_threads=False)
    except (pa.ArrowException, OSError, ValueError):
        return None
    told = table.schema.metadata or {}
    whole = told.get(_ROWS) == str(table.num_rows).encode()
    return table if whole and (not key or told.get(_KEY) == key.encode()) else None
