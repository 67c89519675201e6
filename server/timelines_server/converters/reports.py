"""Reports <-> their protos. A report is ordered as the spec of a batch, in which every question is told whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from forecast.batch.questions import MAX_NAME
from forecast.batch.reading import MAX_NOTES, MAX_TITLE, MAX_VARIANTS
from forecast.batch.spec import FORMATS
from forecast.engine.checks import checked_number
from forecast.engine.encode_question import question_dict
from forecast.engine.parts import PosteriorStatus
from forecast.engine.payers import USD_BOUNDS
from forecast.engine.question import Question
from forecast.engine.scenario import BASELINE, Scenario
from forecast.errors import InputError
from forecast.families import placed
from timelines.v1 import report_service_pb2 as pb
from timelines.v1.question_pb2 import Question as QuestionMessage
from timelines_server.converters.answer import gate_proto
from timelines_server.converters.names import EnumNames
from timelines_server.converters.question import question_of
from timelines_server.converters.scenarios import PREFIX, first_places, scenario_name
from timelines_server.handlers.reports import Order
from timelines_server.worker import File, Part, Progress

MAX_QUESTIONS = 1_000
MAX_BUDGETS = 50
MAX_FORMATS = 50
KINDS = EnumNames(pb.ReportFormat.Value, FORMATS, "REPORT_FORMAT")
NO_LEAD = "nothing is asked: give lead, the question that the report is about, or questions, the first of which it is"

_OWN = frozenset(field.name for field in pb.CreateReportRequest.DESCRIPTOR.fields)
_FIRST = re.compile(r"[.\[]")


def named_in(request: pb.CreateReportRequest) -> dict[str, str]:
    """The names of scenarios that have to be looked up, each with the place that names it first.

    Raises
    ------
    InputError
        When there are more questions or scenarios than may be.
    """
    _check_counts(request)
    variants = ((f"scenarios[{i}]", name.removeprefix(PREFIX)) for i, name in enumerate(request.scenarios))
    asked = ((f"{at}.scenario.name", scenario_name(one.scenario)) for at, one in _questions(request))
    return first_places(chain(variants, asked))


def order_of(request: pb.CreateReportRequest, named: Mapping[str, Scenario]) -> Order:
    """The report that a message asks for.

    Parameters
    ----------
    request : CreateReportRequest
        The message.
    named : mapping
        What each of the names in `named_in` stands for.

    Raises
    ------
    InputError
        When a value is missing or wrong; with its path in the message.
    """
    asked = {path: asked_question(path, question, named) for path, question in _questions(request)}
    if not asked:
        raise InputError(NO_LEAD, field="lead")
    place, lead = next(iter(asked.items()))
    spec = {
        "title": _text(request.title, "title", MAX_TITLE),
        "notes": _text(request.notes, "notes", MAX_NOTES, lines=True),
        "lead": {"question": question_dict(asked["lead"])} if "lead" in asked else None,
        "scenarios": _variants(request, lead, named),
        "budgets_usd": budgets_of(request.budgets_usd_2023),
        "formats": list(dict.fromkeys(KINDS.read(kind, f"formats[{i}]") for i, kind in enumerate(request.formats))),
        "questions": [_item(one, i, asked) for i, one in enumerate(request.questions)],
    }
    return Order({name: value for name, value in spec.items() if value}, lead, place, request.strict)


def asked_question(path: str, message: QuestionMessage, named: Mapping[str, Scenario]) -> Question:
    """The question at a place of a request, whose scenario is among those that were looked up; errors as `order_of`."""
    with placed(path):
        return question_of(message, named.get(scenario_name(message.scenario)))


def name_of(message: pb.ReportQuestion, i: int) -> str:
    """What the asker calls question `i`, or its number; errors as `order_of`."""
    return _text(message.name, f"questions[{i}].name", MAX_NAME) or f"question {i + 1}"


def budgets_of(budgets_usd_2023: Sequence[float]) -> list[float]:
    """Sums of money, 2023 US dollars; errors as `order_of`."""
    _check_count("budgets_usd_2023", len(budgets_usd_2023), MAX_BUDGETS)
    return [
        checked_number(usd, f"budgets_usd_2023[{i}]", *USD_BOUNDS, "a budget in 2023 US dollars")
        for i, usd in enumerate(budgets_usd_2023)
    ]


def part_proto(part: PosteriorStatus | Part) -> pb.CreateReportResponse:
    """The message of a part of a report."""
    match part:
        case bytes():
            return pb.CreateReportResponse(chunk=part)
        case Progress():
            progress = pb.ReportProgress(stage=part.stage, done=part.done, total=part.total)
            return pb.CreateReportResponse(progress=progress)
        case File():
            file = pb.ReportFile(name=part.name, size=part.size, sha256=part.sha256, media_type=part.media_type)
            return pb.CreateReportResponse(file=file)
    return pb.CreateReportResponse(posterior=gate_proto(part))


@contextmanager
def asked_fields() -> Iterator[None]:
    """Name what is wrong by its place in the request, where it is named by its place in the spec, or in the lead."""
    try:
        yield
    except InputError as error:
        field = error.field.replace("lead.question.", "lead.", 1).replace("budgets_usd[", "budgets_usd_2023[", 1)
        error.field = field if not field or _FIRST.split(field, maxsplit=1)[0] in _OWN else f"lead.{field}"
        raise


def _check_counts(request: pb.CreateReportRequest) -> None:
    most = {
        "questions": MAX_QUESTIONS,
        "scenarios": MAX_VARIANTS,
        "budgets_usd_2023": MAX_BUDGETS,
        "formats": MAX_FORMATS,
    }
    for name, limit in most.items():
        _check_count(name, len(getattr(request, name)), limit)


def _check_count(name: str, count: int, limit: int) -> None:
    if count > limit:
        raise InputError(f"{name} has {count:,} items; give at most {limit:,}", field=name)


def _questions(request: pb.CreateReportRequest) -> Iterator[tuple[str, QuestionMessage]]:
    """Every question that is asked, with its place."""
    if request.HasField("lead"):
        yield "lead", request.lead
    for i, one in enumerate(request.questions):
        yield _place(i), one.question


def _place(i: int) -> str:
    return f"questions[{i}].question"


def _item(message: pb.ReportQuestion, i: int, asked: Mapping[str, Question]) -> dict[str, Any]:
    return {"name": name_of(message, i), "question": question_dict(asked[_place(i)])}


def _variants(request: pb.CreateReportRequest, lead: Question, named: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """The lead under other scenarios, which fill in what the asker left to them; as it is, it is there anyway."""
    names = [name.removeprefix(PREFIX) for name in request.scenarios]
    others = [name for name in names if not name == lead.scenario.name == BASELINE.name]
    return [{"name": name, "question": question_dict(lead.under(named.get(name, BASELINE)))} for name in others]


def _text(text: str, path: str, limit: int, *, lines: bool = False) -> str:
    """A text of the asker's, without what would not show on a page."""
    if lines:
        text = text.replace("\r\n", "\n").expandtabs(4)
    if len(text) > limit or not all(line.isprintable() for line in (text.split("\n") if lines else [text])):
        held = "without control characters" if lines else "on one line, without control characters"
        message = f"{path} has {len(text):,} characters, or some that do not print; give at most {limit:,}, {held}"
        raise InputError(message, field=path)
    return text
