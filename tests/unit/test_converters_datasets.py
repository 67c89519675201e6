"""Tables to protos: a cell keeps its kind and its value, a blank stays blank."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.data.columns import Column, Kind, Schema
from forecast.errors import InputError
from timelines.v1 import dataset_service_pb2 as pb
from timelines_server.converters.datasets import published_by, rows_proto, table_name, table_proto, tables_proto
from timelines_server.handlers.datasets import Table

KINDS: tuple[tuple[Kind, str, st.SearchStrategy[Any]], ...] = (
    ("text", "text", st.text(st.characters(codec="utf-8"), min_size=1)),
    ("number", "number", st.floats(allow_nan=False, allow_infinity=False)),
    ("integer", "integer", st.integers(-(2**63), 2**63 - 1)),
    ("date", "text", st.dates()),
    ("flag", "flag", st.booleans()),
)
SCHEMA = Schema("t", tuple(Column(kind, kind, required=False) for kind, _, _ in KINDS), ("text",), "A table.")
ROWS = st.lists(st.fixed_dictionaries({kind: st.none() | values for kind, _, values in KINDS}), max_size=6)


def table(rows: list[dict[str, Any]], **fields: Any) -> Table:
    return Table(**{"schema": SCHEMA, "rows": rows, "sha256": "ab" * 32, "imported": False, **fields})


@given(ROWS)
def test_cells_keep_their_kind_and_their_value(rows: list[dict[str, Any]]) -> None:
    message = rows_proto(table(rows), pb.ListRowsRequest(table="tables/t"))
    message = pb.ListRowsResponse.FromString(message.SerializeToString())
    assert len(message.rows) == message.total_rows == len(rows)
    for row, sent in zip(rows, message.rows, strict=True):
        for (kind, field, _), cell in zip(KINDS, sent.cells, strict=True):
            value = row[kind]
            assert cell.WhichOneof("value") == (None if value is None else field)
            if value is not None:
                assert getattr(cell, field) == (value.isoformat() if kind == "date" else value)


def test_every_kind_of_column_has_its_name_on_the_wire() -> None:
    columns = rows_proto(table([]), pb.ListRowsRequest()).columns
    assert [pb.ColumnKind.Name(column.kind) for column in columns] == [f"COLUMN_KIND_{k.upper()}" for k, _, _ in KINDS]
    assert [column.name for column in columns] == [kind for kind, _, _ in KINDS]
    assert not any(column.required for column in columns)


def test_a_listing_has_neither_columns_nor_sources_and_one_table_has_both() -> None:
    schema = Schema("t", (Column("at", "integer"), Column("source")), ("at",), "A table.")
    found = table([{"at": 1, "source": "epoch-notable"}, {"at": 2, "source": "elsewhere"}], schema=schema)
    (listed,) = tables_proto([found], pb.ListTablesRequest()).tables
    assert (listed.name, listed.about, listed.rows, listed.sha256) == ("tables/t", "A table.", 2, "ab" * 32)
    assert not listed.columns and not listed.sources
    whole = table_proto(found)
    assert [column.required for column in whole.columns] == [True, True]
    assert [source.key for source in whole.sources] == ["elsewhere", "epoch-notable"]
    assert whole.sources[0] == pb.Source(key="elsewhere")
    assert whole.sources[1].url.startswith("https://")


def test_rows_in_pages_count_all_rows_on_each() -> None:
    rows = [{kind: None for kind, _, _ in KINDS} | {"integer": at} for at in range(7)]
    request = pb.ListRowsRequest(table="tables/t", page_size=3)
    sizes = []
    while not sizes or request.page_token:
        message = rows_proto(table(rows), request)
        assert message.total_rows == 7
        sizes.append(len(message.rows))
        request.page_token = message.next_page_token
    assert sizes == [3, 3, 1]


@given(st.dates())
def test_a_day_reads_back(day: date) -> None:
    assert published_by(pb.ListRowsRequest(published_by=day.isoformat())) == day


def test_without_a_day_nothing_is_left_out_and_a_blank_one_is_refused() -> None:
    assert published_by(pb.ListRowsRequest()) is None
    with pytest.raises(InputError, match="published_by is ''; give a date as YYYY-MM-DD"):
        published_by(pb.ListRowsRequest(published_by=""))


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_resource_name_holds_the_tables_name(name: str) -> None:
    assert table_name(f"tables/{name}") == name


@pytest.mark.parametrize("name", ["", "tables", "tables/", "table/spend", "Tables/spend", " tables/spend", "x" * 9_999])
def test_a_name_of_another_form_is_refused_and_cut_short(name: str) -> None:
    with pytest.raises(InputError, match="give tables/ and the name of one") as caught:
        table_name(name, "table")
    assert caught.value.field == "table"
    assert len(caught.value.message) < 200


def test_serving_tables_and_posteriors_loads_neither_pandas_nor_a_database() -> None:
    told = (
        "import sys, timelines_server.servicers.datasets, timelines_server.servicers.posteriors\n"
        "print(sorted({'pandas', 'sqlalchemy', 'alembic', 'pymc'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "[]\n"
