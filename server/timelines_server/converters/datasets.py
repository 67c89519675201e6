"""Tables -> their protos: a cell is text, a number, a whole number or a flag, as its column says, or blank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, get_args

from forecast.data.columns import Column, Kind, Schema
from forecast.data.raw import Row
from forecast.errors import InputError
from timelines.v1 import dataset_service_pb2 as pb
from timelines_server.converters.names import EnumNames
from timelines_server.converters.paging import page
from timelines_server.converters.resource_names import bare_name
from timelines_server.handlers.datasets import Table, TableSource

COLLECTION = "tables"
KINDS = EnumNames(pb.ColumnKind.Value, get_args(Kind), "COLUMN_KIND")


def table_name(name: str, field: str = "name") -> str:
    """The table that a resource name names.

    Parameters
    ----------
    name : str
        Such as `tables/spend`.
    field : str
        The request's field that holds it.

    Raises
    ------
    InputError
        When it is not of the form `tables/...`.
    """
    return bare_name(name, COLLECTION, field)


def published_by(request: pb.ListRowsRequest) -> date | None:
    """The day that the request filters by, if it does.

    Raises
    ------
    InputError
        When it is not a date written YYYY-MM-DD.
    """
    if not request.HasField("published_by"):
        return None
    text = request.published_by
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InputError(f"published_by is {text!r:.60}; give a date as YYYY-MM-DD", field="published_by")
    return day


def tables_proto(tables: Sequence[Table], request: pb.ListTablesRequest) -> pb.ListTablesResponse:
    """The page of tables that the request asks for.

    Raises
    ------
    InputError
        When the page is not one of this listing.
    """
    listed, token = page(tables, request)
    return pb.ListTablesResponse(tables=[_table(table) for table in listed], next_page_token=token)


def table_proto(table: Table) -> pb.Table:
    """The message of one table, with columns and sources."""
    message = _table(table)
    message.columns.extend(_columns(table.schema))
    message.sources.extend(map(_source, table.sources))
    return message


def rows_proto(table: Table, request: pb.ListRowsRequest) -> pb.ListRowsResponse:
    """The page of a table's rows that the request asks for.

    Raises
    ------
    InputError
        When the page is not one of this listing, also because the table has changed since.
    """
    rows, token = page(table.rows, request, version=table.sha256)
    return pb.ListRowsResponse(
        columns=_columns(table.schema),
        rows=_rows(table.schema, rows),
        next_page_token=token,
        total_rows=len(table.rows),
    )


def _table(table: Table) -> pb.Table:
    return pb.Table(
        name=f"{COLLECTION}/{table.schema.name}",
        about=table.schema.about,
        rows=len(table.rows),
        sha256=table.sha256,
        imported=table.imported,
    )


def _source(source: TableSource) -> pb.Source:
    return pb.Source(
        key=source.key,
        title=source.title,
        authors=source.authors,
        url=source.url,
        licence=source.licence,
        recorded_on="" if source.recorded_on is None else source.recorded_on.isoformat(),
    )


def _columns(schema: Schema) -> list[pb.Column]:
    return [
        pb.Column(name=column.name, kind=KINDS.number[column.kind], required=column.required)
        for column in schema.columns
    ]


_CELLS: dict[Kind, Callable[[Any], pb.Cell]] = {
    "text": lambda value: pb.Cell(text=value),
    "number": lambda value: pb.Cell(number=value),
    "integer": lambda value: pb.Cell(integer=value),
    "date": lambda value: pb.Cell(text=value.isoformat()),
    "flag": lambda value: pb.Cell(flag=value),
}


def _rows(schema: Schema, rows: Sequence[Row]) -> list[pb.Row]:
    return [pb.Row(cells=[_cell(column, row[column.name]) for column in schema.columns]) for row in rows]


def _cell(column: Column, value: Any) -> pb.Cell:
    return pb.Cell() if value is None else _CELLS[column.kind](value)
