"""Keyword arguments -> the request for a report; shared by both clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from timelines.checks import checked_name
from timelines.errors import invalid
from timelines.question import Question, question_of
from timelines.question_messages import question_message
from timelines.requests import the_question
from timelines.v1 import report_service_pb2 as pb
from timelines.values import number, shown, text

Asked = Question | Mapping[str, Any]
"""A question, or its keywords; among several, with a `name` beside them."""

Format = Literal["html", "markdown", "json", "csv", "parquet", "pictures"]

Progress = Callable[[str, int, int | None], object]
"""Called with the words for a stage, its steps that are done, and all its steps where that is known."""

FORMATS: tuple[Format, ...] = ("html", "markdown", "json", "csv", "parquet", "pictures")
TIMEOUT_S = 600.0
"""A report waits for others, is worked out and drawn, and comes as fast as it is read."""


def report_request(
    lead: Asked | None,
    asked: dict[str, Any],
    questions: Mapping[str, Asked] | Iterable[Asked],
    *,
    title: str = "",
    notes: str = "",
    scenarios: Iterable[str] = (),
    budgets_usd: Iterable[float] = (),
    formats: Iterable[Format] | None = None,
    strict: bool = False,
) -> pb.CreateReportRequest:
    """The request for a report.

    Parameters
    ----------
    lead, asked : Question or mapping, and dict
        What it is about: a question, or its keywords.
    questions, title, notes, scenarios, budgets_usd, formats, strict
        As `Client.report` takes them.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit, or a question contradicts itself.
    TypeError
        When a question is given, and keywords beside it.
    """
    message = pb.CreateReportRequest(
        title=text(title, "title"),
        notes=text(notes, "notes"),
        questions=named_questions(questions),
        scenarios=[text(name, f"scenarios[{i}]") for i, name in enumerate(_listed(scenarios, "scenarios"))],
        budgets_usd_2023=[number(usd, f"budgets_usd_2023[{i}]") for i, usd in enumerate(budgets_usd)],
        formats=_formats(formats),
        strict=strict,
    )
    if lead is not None or asked:
        whole = the_question(None if lead is None else question_of(lead), asked)
        message.lead.CopyFrom(question_message(whole, "lead."))
    return message


def named_questions(questions: Mapping[str, Asked] | Iterable[Asked]) -> list[pb.ReportQuestion]:
    """Questions with their names, where they have some; errors as `report_request`."""
    return [_question(name, one, i) for i, (name, one) in enumerate(_named(questions))]


def told(progress: Progress | None, part: pb.CreateReportResponse) -> None:
    """Tell how far a report is, where the part says so and somebody wants to know."""
    if progress is not None and part.HasField("progress"):
        said = part.progress
        progress(said.stage, said.done, said.total or None)


def _formats(formats: Iterable[Format] | None) -> list[pb.ReportFormat.ValueType]:
    listed = [] if formats is None else _listed(formats, "formats")
    for i, name in enumerate(listed):
        checked_name(name, f"formats[{i}]", FORMATS)
    return [pb.ReportFormat.Value(f"REPORT_FORMAT_{name.upper()}") for name in listed]


def _listed(values: Iterable[str], path: str) -> list[str]:
    if isinstance(values, str):
        raise invalid(f"{path} is {shown(values)}; give a list of them", path)
    return list(values)


def _named(questions: Mapping[str, Asked] | Iterable[Asked]) -> Iterator[tuple[str, Asked]]:
    if isinstance(questions, Mapping):
        yield from questions.items()
        return
    for one in questions:
        if isinstance(one, Mapping):
            yield one.get("name", ""), {key: value for key, value in one.items() if key != "name"}
        else:
            yield "", one


def _question(name: str, asked: Asked, i: int) -> pb.ReportQuestion:
    path = f"questions[{i}]"
    question = question_message(question_of(asked), f"{path}.question.")
    return pb.ReportQuestion(name=text(name, f"{path}.name"), question=question)
