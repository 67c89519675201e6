"""The part of the client that blocks which is about published forecasts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from timelines.paging import pages
from timelines.records import ForecastRecord, RecordDifference, diff_request, get_request, record_request
from timelines.v1 import forecast_record_service_pb2 as messages
from timelines.v1.forecast_record_service_pb2_grpc import ForecastRecordServiceStub

if TYPE_CHECKING:
    from timelines.calls import Calls
    from timelines.inquiry_requests import Asked
    from timelines.options import AnyTarget


class RecordCalls:
    """Publishes forecasts, and tells what was published."""

    _calls: Calls

    @cached_property
    def _record(self) -> ForecastRecordServiceStub:
        return ForecastRecordServiceStub(self._calls.channel)

    def record(
        self,
        question: Asked | None = None,
        *,
        series: str = "",
        title: str = "",
        note: str = "",
        request_id: str | None = None,
        timeout: float | None = None,
        **asked: Unpack[AnyTarget],
    ) -> ForecastRecord:
        """Have a question answered, and the answer published for good. Needs a token of the scope `fit`.

        Parameters
        ----------
        question : Question or mapping, optional
            Instead of keywords.
        series : str
            What it belongs to: 3 to 63 small letters, digits and hyphens; default: what the question itself says, so
            that the same question asked again follows this one.
        title, note : str
            Words of your own, at most 200 and 4,000 characters.
        request_id : str, optional
            A UUID by which a repeated request is known as one; default: a new one.
        timeout : float, optional
            Seconds for this call.
        **asked
            The keywords of `Question`, as in `when`.

        Raises
        ------
        InvalidQuestionError
            Naming the field that is wrong.
        UnreachableError
            When the server cannot keep it now; then nothing was published.
        """
        request = record_request(question, asked, series=series, title=title, note=note, request_id=request_id)
        return ForecastRecord.from_raw(self._calls.unary(self._record.RecordForecast, request, timeout).record)

    def records(
        self, *, series: str = "", page_size: int = 0, timeout: float | None = None
    ) -> Iterator[ForecastRecord]:
        """Published forecasts, newest first and without question and answer, page after page as they are read.

        Parameters
        ----------
        series : str
            Only those of it; default: all.
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        def _fetch(token: str) -> messages.ListForecastRecordsResponse:
            request = messages.ListForecastRecordsRequest(page_size=page_size, page_token=token, series=series)
            return self._calls.unary(self._record.ListForecastRecords, request, timeout)

        return (ForecastRecord.from_raw(one) for page in pages(_fetch) for one in page.records)

    def get_record(self, name: str | ForecastRecord, *, timeout: float | None = None) -> ForecastRecord:
        """One published forecast, whole."""
        reply = self._calls.unary(self._record.GetForecastRecord, get_request(name), timeout)
        return ForecastRecord.from_raw(reply.record)

    def diff_record(
        self,
        name: str | ForecastRecord,
        other: str | ForecastRecord | None = None,
        *,
        year: int | None = None,
        explain: bool = True,
        timeout: float | None = None,
    ) -> RecordDifference:
        """What changed since another published forecast.

        Parameters
        ----------
        name : str or ForecastRecord
            The later one.
        other : str or ForecastRecord, optional
            The earlier one; default: the one before in its series.
        year : int, optional
            For the probability that is explained where a median lies beyond the horizon.
        explain : bool
            Whether to explain the change, which takes a second or more.
        timeout : float, optional
            Seconds for this call.

        Raises
        ------
        NotFoundError
            When there is none of a name.
        """
        request = diff_request(name, other, year, explain)
        return RecordDifference.from_raw(self._calls.unary(self._record.DiffForecastRecords, request, timeout))
