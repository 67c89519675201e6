"""Answers a question and publishes what it answered; nobody else's answer can be published."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.catalogue.entries.published import Published, Record
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.decode_question import question_from_dict
from forecast.engine.encode_question import question_dict
from forecast.engine.question import Question
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.publishing.citing import statement
from forecast.publishing.replays import check_is_here
from forecast.publishing.series import checked_series, series_of
from forecast.storage.store import is_url

if TYPE_CHECKING:
    from forecast.catalogue.entries.records import RecordStore

MOST_TITLE = 200
"""Characters of a title."""

MOST_NOTE = 4_000
"""Characters of a note."""


def publish(
    records: RecordStore,
    forecaster: Forecaster,
    question: Question,
    *,
    series: str = "",
    title: str = "",
    note: str = "",
    request_id: str = "",
    published_by: str = "",
    home: Path | str | None = None,
    checkpoint: Checkpoint = proceed,
) -> Published:
    """Answer a question and keep the answer under a permanent name.

    Parameters
    ----------
    records : RecordStore
        Where it is kept.
    forecaster : Forecaster
        Answers.
    question : Question
        What is asked.
    series, title, note, checkpoint
        As for `record_of`.
    request_id : str
        A UUID by which a repeated request is known as one, or empty.
    published_by : str
        Name of the publisher's token, or empty.
    home : Path or str, optional
        The state folder, in which the posterior must lie, or in the package.

    Raises
    ------
    PosteriorGoneError
        When its files are gone.
    InputError
        As `record_of`; also when the request_id was used for another question.
    StorageError
        When the catalogue cannot be written; then nothing was published.
    """
    record = record_of(forecaster, question, series=series, title=title, note=note, checkpoint=checkpoint)
    checkpoint()  # nothing is published for nobody
    return records.add(record, request_id, published_by, partial(check_is_here, record.posterior, home))


def record_of(
    forecaster: Forecaster,
    question: Question,
    *,
    series: str = "",
    title: str = "",
    note: str = "",
    checkpoint: Checkpoint = proceed,
) -> Record:
    """A question and its answer as they are published, kept nowhere yet.

    The question is answered as it is read back from its JSON, so that it can be asked again to the letter: where a
    prior of the asker's comes from is not told there, and no years at all stand for the usual ones.

    Parameters
    ----------
    forecaster : Forecaster
        Answers.
    question : Question
        What is asked.
    series : str
        What it belongs to; empty for that of its own content.
    title, note : str
        In the publisher's words: at most 200 characters on one line, and at most 4,000.
    checkpoint : callable
        As for `Forecaster.ask`.

    Raises
    ------
    InputError
        When the series, the title or the note cannot be one, or as `Forecaster.ask`.
    PosteriorNotFoundError
        As `Forecaster.ask`.
    """
    asked = question_from_dict(question_dict(question))
    said = {"title": _text(title, "title", MOST_TITLE), "note": _text(note, "note", MOST_NOTE, several_lines=True)}
    named = checked_series(series) if series else series_of(asked)
    solver, ready = forecaster.ready(asked)
    answer = solver.ask(ready, checkpoint)
    if asked.posterior is not None and is_url(asked.posterior):  # where it was fetched from is nobody's business
        asked = replace(asked, posterior=solver.posterior.name)
    return Record(
        series=named,
        **said,
        question=question_dict(asked),
        answer=answer.to_dict(),
        posterior=solver.posterior.name,
        posterior_sha256=solver.posterior.manifest["sha256"],
        code_version=answer.provenance.code_version,
        citation=statement(answer),
    )


def _text(value: str, field: str, most: int, *, several_lines: bool = False) -> str:
    text = value.strip()
    lines = text.split("\n") if several_lines else [text]
    if len(text) > most or not all(line.isprintable() for line in lines):
        where = "" if several_lines else ", on one line"
        message = f"{field} is {text!r:.80}; give at most {most:,} characters that can be printed{where}"
        raise InputError(message, field=field)
    return text
