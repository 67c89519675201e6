"""Published forecasts -> their protos; requests -> what to publish, list and compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.json_format import ParseDict

from forecast.catalogue.entries.published import Published
from forecast.publishing.differing import Difference
from forecast.publishing.encode import published_dict
from forecast.publishing.series import checked_series
from timelines.v1 import forecast_record_service_pb2 as pb
from timelines_server.converters.paging import place_of, size_of, token_after
from timelines_server.converters.resource_names import bare_name

COLLECTION = "forecasts"


@dataclass(frozen=True, slots=True)
class Page:
    """Which published forecasts to list.

    Attributes
    ----------
    size : int
        How many.
    after : str or None
        The last one of the page before.
    series : str or None
        Only those of it.
    """

    size: int
    after: str | None
    series: str | None


def record_name(name: str, field: str = "name") -> str:
    """The published forecast that a resource name names.

    Raises
    ------
    InputError
        When it is not of the form `forecasts/...`.
    """
    return bare_name(name, COLLECTION, field)


def record_proto(published: Published, *, whole: bool = True) -> pb.ForecastRecord:
    """The message of a published forecast; what a newer version added to its answer is left out."""
    return ParseDict(published_dict(published, whole=whole), pb.ForecastRecord(), ignore_unknown_fields=True)


def page_of(request: pb.ListForecastRecordsRequest) -> Page:
    """Which page a request asks for.

    Raises
    ------
    InputError
        When the page is not one of this listing, or no series can be called so.
    """
    series = checked_series(request.series) if request.series else None
    return Page(size_of(request), place_of(request) or None, series)


def listing_proto(found: Sequence[Published], request: pb.ListForecastRecordsRequest) -> pb.ListForecastRecordsResponse:
    """The page of a listing; what was found beyond its size tells that there is another."""
    size = size_of(request)
    listed = [record_proto(one, whole=False) for one in found[:size]]
    token = token_after(found[size - 1].name, request) if len(found) > size else ""
    return pb.ListForecastRecordsResponse(records=listed, next_page_token=token)


def difference_proto(found: Difference) -> pb.DiffForecastRecordsResponse:
    """The message of what changed between two published forecasts."""
    return ParseDict(found.to_dict(), pb.DiffForecastRecordsResponse())
