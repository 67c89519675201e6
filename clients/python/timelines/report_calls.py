"""The part of the client that blocks which saves reports."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from timelines.report_requests import TIMEOUT_S, Asked, Format, Progress, report_request, told
from timelines.report_saving import SavedReport, Saving
from timelines.v1.report_service_pb2_grpc import ReportServiceStub

if TYPE_CHECKING:
    from timelines.calls import Calls
    from timelines.options import AnyTarget


class ReportCalls:
    """Reports."""

    _calls: Calls

    @cached_property
    def _report(self) -> ReportServiceStub:
        return ReportServiceStub(self._calls.channel)

    def report(
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
        with saving, closing(self._calls.stream(self._report.CreateReport, request, timeout)) as parts:
            for part in parts:
                told(progress, part)
                saving.add(part)
            return saving.finish()
