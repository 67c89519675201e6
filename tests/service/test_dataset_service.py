"""DatasetService on a real server: its pages are the tables, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import StatusCode

from forecast.data import stored
from forecast.data.schemas import TABLES
from forecast.data.sources import SOURCES
from tests.service.refusals import refused
from tests.service.running import RunningServer, start
from timelines.v1 import dataset_service_pb2 as pb
from timelines.v1.dataset_service_pb2_grpc import DatasetServiceStub

TIMEOUT_S = 20


@pytest.fixture(name="tables")
def tables_(server: RunningServer) -> Iterator[DatasetServiceStub]:
    """The service on the shipped tables."""
    with grpc.insecure_channel(server.address) as channel:
        yield DatasetServiceStub(channel)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with imports: a spend table of 40 rows, and a table of laws that breaks its schema."""
    home = tmp_path_factory.mktemp("imported")
    folder = home / "tables"
    folder.mkdir()
    rows = [{**row, "recorded_on": date(2026, 12, 1)} for row in stored.read_rows("spend")[:40]]
    rows[0]["source"], rows[0]["licence"] = "my-own-runs", "mine"
    (folder / "spend.csv").write_text(TABLES["spend"].to_text(rows), encoding="utf-8")
    laws = (stored.SHIPPED / "laws.csv").read_text(encoding="utf-8")
    (folder / "laws.csv").write_text(laws.replace("2020-05-28", "soon"), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def own(home: Path) -> Iterator[DatasetServiceStub]:
    """The service on those imports."""
    with start(home) as server, grpc.insecure_channel(server.address) as channel:
        yield DatasetServiceStub(channel)


def get(tables: DatasetServiceStub, name: str) -> pb.Table:
    return tables.GetTable(pb.GetTableRequest(name=name), timeout=TIMEOUT_S).table


def pages(tables: DatasetServiceStub, name: str, size: int, **filters: str) -> Iterator[pb.ListRowsResponse]:
    token, first = "", True
    while first or token:
        request = pb.ListRowsRequest(table=f"tables/{name}", page_size=size, page_token=token, **filters)
        page = tables.ListRows(request, timeout=TIMEOUT_S)
        yield page
        token, first = page.next_page_token, False


def value_of(cell: pb.Cell, kind: pb.ColumnKind) -> Any:
    field = cell.WhichOneof("value")
    if field is None:
        return None
    value = getattr(cell, field)
    return date.fromisoformat(value) if kind == pb.COLUMN_KIND_DATE else value


def rows_of(found: list[pb.ListRowsResponse]) -> list[dict[str, Any]]:
    columns = found[0].columns
    return [
        {column.name: value_of(cell, column.kind) for column, cell in zip(columns, row.cells, strict=True)}
        for page in found
        for row in page.rows
    ]


def test_every_table_is_listed_by_name_with_its_digest(tables: DatasetServiceStub) -> None:
    listed = tables.ListTables(pb.ListTablesRequest(), timeout=TIMEOUT_S)
    assert [table.name for table in listed.tables] == [f"tables/{name}" for name in sorted(TABLES)]
    assert {table.name: table.sha256 for table in listed.tables} == {
        f"tables/{name}": stored.digest(name) for name in TABLES
    }
    assert not any(table.imported or table.columns or table.sources for table in listed.tables)
    assert listed.next_page_token == ""


def test_tables_come_in_pages(tables: DatasetServiceStub) -> None:
    names, token = [], ""
    while not names or token:
        listed = tables.ListTables(pb.ListTablesRequest(page_size=4, page_token=token), timeout=TIMEOUT_S)
        names += [table.name for table in listed.tables]
        token = listed.next_page_token
    assert names == [f"tables/{name}" for name in sorted(TABLES)]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_has_the_columns_of_its_schema_and_the_sources_of_its_rows(
    tables: DatasetServiceStub, name: str
) -> None:
    table, rows = get(tables, f"tables/{name}"), stored.read_rows(name)
    assert [column.name for column in table.columns] == list(TABLES[name].header)
    assert [column.required for column in table.columns] == [column.required for column in TABLES[name].columns]
    assert (table.rows, table.about) == (len(rows), TABLES[name].about)
    assert [source.key for source in table.sources] == sorted({row["source"] for row in rows})
    for source in table.sources:
        if name != "refusals":  # those may be of a file from which nothing was taken
            assert source.key in SOURCES
        assert source == registered(source.key)


def registered(key: str) -> pb.Source:
    known = SOURCES.get(key)
    if known is None:
        return pb.Source(key=key)
    day = known.recorded_on.isoformat()
    return pb.Source(
        key=key, title=known.title, authors=known.authors, url=known.url, licence=known.licence, recorded_on=day
    )


@pytest.mark.parametrize("name", sorted(TABLES))
def test_all_pages_together_are_the_table(tables: DatasetServiceStub, name: str) -> None:
    found = list(pages(tables, name, 333))
    expected = stored.read_rows(name)
    assert {page.total_rows for page in found} == {len(expected)}
    assert all(len(page.rows) == 333 for page in found[:-1])
    rows = rows_of(found)
    assert rows == expected
    assert stored.digest_of_rows(name, rows) == get(tables, f"tables/{name}").sha256


def test_a_filter_leaves_rows_published_by_that_day_included(tables: DatasetServiceStub) -> None:
    day = date(2020, 5, 28)
    found = list(pages(tables, "training_runs", 50, published_by=day.isoformat()))
    expected = [row for row in stored.read_rows("training_runs") if row["published_on"] <= day]
    assert 50 < len(expected) < 529
    assert day in {row["published_on"] for row in expected}
    assert rows_of(found) == expected
    assert {page.total_rows for page in found} == {len(expected)}


def test_a_day_before_every_row_gives_an_empty_page_with_the_columns(tables: DatasetServiceStub) -> None:
    (page,) = pages(tables, "laws", 5, published_by="1940-01-01")
    assert (len(page.rows), page.total_rows, len(page.columns)) == (0, 0, len(TABLES["laws"].columns))


@pytest.mark.parametrize("day", ["", "soon", "2020-13-01", "20200528", "2020-W22-4", "2020-05-28T00:00:00"])
def test_a_day_of_another_form_is_refused(tables: DatasetServiceStub, day: str) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "give a date as YYYY-MM-DD") as told:
        next(pages(tables, "spend", 5, published_by=day))
    assert told.fields == ("published_by",)


def test_rows_without_a_day_cannot_be_filtered_by_one(tables: DatasetServiceStub) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "leave published_by out") as told:
        next(pages(tables, "refusals", 5, published_by="2020-01-01"))
    assert told.fields == ("published_by",)


def test_an_unknown_table_is_not_found_and_those_that_are_are_listed(tables: DatasetServiceStub) -> None:
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND", "there are: accelerators, chip_stock") as told:
        get(tables, "tables/../catalogue")
    assert told.fields == ("name",)
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND") as told:
        next(pages(tables, "prices", 5))
    assert told.fields == ("table",)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "give tables/ and the name of one"):
        get(tables, "spend")


def test_a_token_of_another_table_is_refused(tables: DatasetServiceStub) -> None:
    token = next(pages(tables, "spend", 5)).next_page_token
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "belongs to another request") as told:
        tables.ListRows(pb.ListRowsRequest(table="tables/macro", page_token=token), timeout=TIMEOUT_S)
    assert told.fields == ("page_token",)


# --- imports ----------------------------------------------------------------------------------------------------------


def test_an_import_stands_in_for_the_shipped_table_and_says_so(own: DatasetServiceStub, home: Path) -> None:
    table = get(own, "tables/spend")
    assert (table.imported, table.rows) == (True, 40)
    assert table.sha256 == stored.digest("spend", home / "tables") != stored.digest("spend")
    assert not get(own, "tables/macro").imported
    mine = next(source for source in table.sources if source.key == "my-own-runs")
    assert (mine.title, mine.licence, mine.recorded_on) == ("", "mine", "2026-12-01")
    known = next(source for source in table.sources if source.key in SOURCES)
    assert (known.title, known.recorded_on) == (SOURCES[known.key].title, "2026-12-01")


def test_a_new_import_is_seen_and_ends_listings_of_the_old_one(own: DatasetServiceStub, home: Path) -> None:
    old = next(pages(own, "macro", 5)).next_page_token
    rows = stored.read_rows("macro")
    newest = replace_last(rows, us_cpi=999.0)
    (home / "tables" / "macro.csv").write_text(TABLES["macro"].to_text(newest), encoding="utf-8")
    assert rows_of(list(pages(own, "macro", 500)))[-1]["us_cpi"] == 999.0
    request = pb.ListRowsRequest(table="tables/macro", page_size=5, page_token=old)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "what is listed has changed"):
        own.ListRows(request, timeout=TIMEOUT_S)
    (home / "tables" / "macro.csv").unlink()
    assert own.ListRows(request, timeout=TIMEOUT_S).total_rows == len(rows)


def replace_last(rows: list[dict[str, Any]], **cells: Any) -> list[dict[str, Any]]:
    return [*rows[:-1], {**rows[-1], **cells}]


def test_an_import_that_breaks_its_schema_is_a_fault_of_the_server_not_of_the_caller(own: DatasetServiceStub) -> None:
    with refused(
        StatusCode.FAILED_PRECONDITION, "DAMAGED_TABLE", r"table laws .* row \d, column 'published_on'"
    ) as told:
        next(pages(own, "laws", 5))
    assert told.fields == ()
    assert next(pages(own, "spend", 5)).total_rows == 40
