"""The README's tables about the service: each is written here from the protos and from the code that sets a bound."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from google.protobuf.descriptor import FieldDescriptor

from forecast import glossary
from forecast.batch.chart_kinds import COUNTS
from forecast.batch.reading import MAX_NOTES, MAX_TITLE, MAX_VARIANTS
from forecast.catalogue.entries.fits import MAX_ATTEMPTS, MAX_QUEUED
from forecast.engine import question, study
from forecast.engine.checks import MAX_BY_YEARS, MAX_QUANTILES
from forecast.engine.comparison import MAX_OVERLAYS
from forecast.engine.condition import LEAST_DRAWS
from forecast.engine.inverse import MAX_BUDGETS, MAX_DATES
from forecast.engine.scenario import MAX_OVERRIDES
from forecast.engine.sensitivity import MAX_INPUTS
from forecast.families.checks import MAX_TABULATED
from forecast.forecaster import MAX_COMPARED
from tests.docs import past_scores
from tests.docs.reference import MESSAGES, PARTS, protos, table
from timelines.report_requests import TIMEOUT_S
from timelines.settings import DEFAULT_TIMEOUT_S
from timelines.v1 import answer_pb2
from timelines_server.channel import MAX_REQUEST_BYTES
from timelines_server.configuration.settings import Settings
from timelines_server.converters.draws import MAX_CHUNK
from timelines_server.converters.fits import CHAINS, STEPS
from timelines_server.converters.paging import DEFAULT_SIZE, LARGEST_SIZE
from timelines_server.converters.reports import MAX_BUDGETS as MAX_REPORT_BUDGETS
from timelines_server.converters.reports import MAX_QUESTIONS
from timelines_server.converters.texts import MAX_WORDS
from timelines_server.handlers.reports import LONGEST_S
from timelines_server.manners.admission import CATALOGUE_OF_CALLS, CHARTS_WAITING, REPORTS_WAITING, STREAMS_OF_CALLS
from timelines_server.manners.status import VIOLATIONS
from timelines_server.manners.wording import MESSAGE_CHARACTERS
from timelines_server.server import STALLED_S
from timelines_server.worker import CHUNK_BYTES

MIB = 1 << 20
DEFAULTS = Settings()


def answer_fields() -> str:
    """Every field of an answer, with what its messages hold in their turn."""
    return table(("field", "what it holds"), _answer_rows()) + "\n"


def _answer_rows() -> Iterator[tuple[str, str]]:
    (proto,) = (proto for proto in protos() if proto.file.name.endswith("/answer.proto"))
    messages = [message.name for message in proto.file.message_type]
    for j, field in enumerate(answer_pb2.Answer.DESCRIPTOR.fields):
        yield f"`{_spelt(field)}`", proto.about(MESSAGES, messages.index("Answer"), PARTS, j)


def _spelt(field: FieldDescriptor) -> str:
    """`quantiles[] {probability, …}`; a settled question has a page of its own."""
    name = f"{field.name}[]" if field.is_repeated else field.name
    inner = field.message_type
    if inner is None or inner.name == "Question":
        return name
    return f"{name} {{{', '.join(part.name for part in inner.fields)}}}"


def limits() -> str:
    """The bounds that callers meet."""
    return "".join(
        textwrap.fill(f"- {' '.join(item.split())}", 120, subsequent_indent="  ") + "\n" for item in _limits()
    )


def _limits() -> Iterator[str]:
    low, high = question.DRAWS_BOUNDS
    yield f"""A request: {MAX_REQUEST_BYTES // MIB} MiB. A question: {MAX_QUANTILES} quantiles, {MAX_BY_YEARS} years,
        {low:,} to {high:,} draws, a horizon of {question.MAX_MONTHS} months. NaN and infinities are refused."""
    yield f"""A study: {study.LEAST_POINTS} to {study.MOST_POINTS} points. A page of a listing: {LARGEST_SIZE:,} items,
        {DEFAULT_SIZE} unless asked. A chunk of draws: {MAX_CHUNK:,}."""
    yield f"""A scenario: {MAX_OVERRIDES} inputs, {MAX_WORDS:,} characters of words. A table of a belief:
        {MAX_TABULATED:,} values. A comparison:
        {MAX_COMPARED} scenarios and {MAX_OVERLAYS} beliefs of others. Required budgets: {MAX_DATES} days and
        {MAX_BUDGETS} sums. A tornado: {MAX_INPUTS} inputs. A condition that leaves under {LEAST_DRAWS} draws is
        refused."""
    yield """A token: as many calls a minute as its line says (`timelines token --calls-per-minute`), each question of a
        batch counted; as many may be made at once, and they come back evenly. One more is refused at once."""
    yield f"""At once: {DEFAULTS.max_in_flight} calls, {DEFAULTS.max_in_flight // CATALOGUE_OF_CALLS} about fits and
        published forecasts, {DEFAULTS.max_in_flight // STREAMS_OF_CALLS} streams (`--max-in-flight`). One
        more is refused at once; health checks never are."""
    yield f"""A report: {MAX_QUESTIONS:,} questions, {MAX_VARIANTS} scenarios, {MAX_REPORT_BUDGETS} budgets, a title of
        {MAX_TITLE} and notes of {MAX_NOTES:,} characters. {DEFAULTS.reports} is made at a time (`--reports`) and
        {REPORTS_WAITING} wait; one more is refused at once. It is given up after {LONGEST_S:.0f} s, and when its
        reader takes nothing for {STALLED_S["/timelines.v1.ReportService/CreateReport"]:.0f} s; chunks hold at most
        {CHUNK_BYTES // 1024} KiB."""
    yield f"""A chart alone: {COUNTS["overlay"][1]} questions, {MAX_REPORT_BUDGETS} budgets. 1 is drawn at a time and
        {CHARTS_WAITING} wait; one more is refused at once."""
    yield f"""A fit: {STEPS[0]} to {STEPS[1]:,} draws and as many steps before them, {CHAINS[0]} to {CHAINS[1]} chains.
        {DEFAULTS.fits} runs at a time (`--fits`) and {MAX_QUEUED} wait; one more is refused at once. One that has lost
        {MAX_ATTEMPTS} servers is given up."""
    yield f"""Deadlines are honoured: work stops when the time is over or the caller is gone. The Python client and
        `timelines ask` give a call {DEFAULT_TIMEOUT_S:g} s unless told otherwise, and the client a report
        {TIMEOUT_S:g} s. A server that is stopped gives calls in flight {DEFAULTS.grace_s:g} s (`--grace`)."""
    yield f"An error: a message of {MESSAGE_CHARACTERS:,} characters and {VIOLATIONS} fields at most."


def vocabulary() -> str:
    """Every quantity, and how it is misread."""
    return f"\n{glossary.markdown()}\n"


BLOCKS: dict[str, Callable[[], str]] = {
    "answer-fields": answer_fields,
    "limits": limits,
    "glossary": vocabulary,
    "past-scores": past_scores.table,
}
