"""DatasetService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import dataset_service_pb2 as pb
from timelines.v1.dataset_service_pb2_grpc import DatasetServiceServicer
from timelines_server.converters.datasets import published_by, rows_proto, table_name, table_proto, tables_proto
from timelines_server.handlers.datasets import DatasetHandlers

Context = ServicerContext[Any, Any]


class DatasetServicer(DatasetServiceServicer):
    """Serves the tables.

    Parameters
    ----------
    handlers : DatasetHandlers
        What each call does.
    """

    def __init__(self, handlers: DatasetHandlers) -> None:
        self._handlers = handlers

    async def ListTables(self, request: pb.ListTablesRequest, context: Context) -> pb.ListTablesResponse:
        """Tell which tables there are, page by page."""
        return tables_proto(await self._handlers.list_tables(), request)

    async def GetTable(self, request: pb.GetTableRequest, context: Context) -> pb.GetTableResponse:
        """Tell a table's columns and sources."""
        table = await self._handlers.get_table(table_name(request.name))
        return pb.GetTableResponse(table=table_proto(table))

    async def ListRows(self, request: pb.ListRowsRequest, context: Context) -> pb.ListRowsResponse:
        """Tell a table's rows, page by page."""
        table = await self._handlers.list_rows(table_name(request.table, "table"), published_by(request))
        return rows_proto(table, request)
