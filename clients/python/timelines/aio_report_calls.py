"""The part of the asyncio client which saves reports, and asks for charts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from timelines.charts import Chart, ChartColours, ChartKind, ChartLayout, chart_request
from timelines.report_requests import TIMEOUT_S, Asked, Format, Progress, report_request, told
from timelines.report_saving import SavedReport, Saving
from timelines.v1.report_service_pb2_grpc import ReportServiceStub

if TYPE_CHECKING:
    from timelines.aio_calls import AsyncCalls
    from timelines.options import AnyTarget
    from timelines.v1.report_service_pb2_grpc import ReportServiceAsyncStub


class AsyncReportCalls:
    """Reports and charts."""

    _calls: AsyncCalls

    # Made in the event loop that calls run in, not where the client is made.
    @cached_property
    def _report(self) -> ReportServiceAsyncStub:
        return ReportServiceStub(self._calls.channel)

    async def report(
        self,
        path: str | os.PathLike[str],
        question: Asked | None = None,
        *,
        title: str = "",
        notes: str = "",
        questions: Mapping[str, Asked] | Iterable[Asked] = (),
        scenarios: Iterable[str] = (),
        budgets_usd: Iterable[float] = (),
        formats: Iterable[Format] | None = None,
        strict: bool = False,
        progress: Progress | None = None,
        timeout: float = TIMEOUT_S,
        **asked: Unpack[AnyTarget],
    ) -> SavedReport:
        """Have a report made, and save it: a page that reads offline, and every number on it as files.

        Everything is checked against its SHA-256, written beside its place and moved there when it is whole; what was
        there before is untouched until then. A report replaces an earlier one, and nothing else.

        Parameters
        ----------
        path : path
            Ends in `.html` for the page alone; else a folder for all files, new, empty or an earlier report's.
        question : Question or mapping, optional
            What the report is about, instead of keywords; without either, the first of `questions`.
        title, notes : str
            Words of your own on the page; notes may be Markdown.
        questions : mapping or iterable
            Questions that are answered beside it, at most 1,000: by their names, or one after the other, where keywords
            may have a `name` among them.
        scenarios : iterable of str
            Names of scenarios in which it is asked as well, at most 6.
        budgets_usd : iterable of float
            Budgets whose lines the chart of the cost shows, constant 2023 US dollars.
        formats : iterable of str, optional
            Which files: html, markdown, json, csv, parquet, pictures; default: all, or html for a page alone.
        strict : bool
            Refuse a report in which words and numbers disagree.
        progress : callable, optional
            Called with (words for the stage, its steps done, all its steps or None).
        timeout : float
            Seconds for all of it, until the last byte is here; `math.inf` for never.
        **asked
            The keywords of `Question` for what the report is about.

        Returns
        -------
        SavedReport
            Where it lies, its files, and the posterior that it rests on.

        Raises
        ------
        InvalidQuestionError
            Naming the field, its value and the remedy.
        FileExistsError
            When there is something at `path` that no report is.
        OverloadedError
            When too many reports wait already; ask again after `retry_after_s`.
        TimelinesError
            When there is no report; see `timelines.errors`.
        """
        saving = Saving(path)
        request = report_request(
            question,
            dict(asked),
            questions,
            title=title,
            notes=notes,
            scenarios=scenarios,
            budgets_usd=budgets_usd,
            formats=saving.wanted(formats),
            strict=strict,
        )
        with saving:
            async with aclosing(self._calls.stream(self._report.CreateReport, request, timeout)) as parts:
                async for part in parts:
                    told(progress, part)
                    await asyncio.to_thread(saving.add, part)
            return saving.finish()

    async def chart(
        self,
        kind: ChartKind,
        question: Asked | None = None,
        *,
        questions: Mapping[str, Asked] | Iterable[Asked] = (),
        layout: ChartLayout = "wide",
        colours: ChartColours = "light",
        titled: bool = False,
        budgets_usd: Iterable[float] = (),
        timeout: float | None = None,
        **asked: Unpack[AnyTarget],
    ) -> Chart:
        """One chart of a report, drawn by the server for a question of its own.

        Parameters
        ----------
        kind : str
            arrival, yearly, frontier_compute, price, spend, algorithms, cost, binding, limits, tornado, overlay,
            difference, budgets, loss or hindsight.
        question : Question or mapping, optional
            What it is about, instead of keywords.
        questions : mapping or iterable
            Of a chart of several, instead of one: two of a difference, before and after, and two to six of an overlay;
            by their names, or one after the other, where keywords may have a `name` among them.
        layout : str
            wide, medium or narrow.
        colours : str
            light, dark, or css_variables for a page that sets them.
        titled : bool
            Whether title and subtitle stand inside the picture, as a file needs them.
        budgets_usd : iterable of float
            Budgets whose lines the chart of the cost shows, constant 2023 US dollars.
        timeout : float, optional
            Seconds for this call.
        **asked
            The keywords of `Question` for what it is about.

        Returns
        -------
        Chart
            Its Vega-Lite specification, its words and its numbers; or in `absent` why the question has no such chart.

        Raises
        ------
        InvalidQuestionError
            Naming the field, its value and the remedy.
        OverloadedError
            When too many charts wait already; ask again after `retry_after_s`.
        TimelinesError
            When there is no chart; see `timelines.errors`.
        """
        request = chart_request(
            kind,
            question,
            dict(asked),
            questions,
            layout=layout,
            colours=colours,
            titled=titled,
            budgets_usd=budgets_usd,
        )
        return Chart.from_raw(await self._calls.unary(self._report.DrawChart, request, timeout))
