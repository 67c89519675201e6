"""The faces of a report: its question as it is, and as it is under every other scenario, each with what the top shows.

The page shows one face at a time and can switch between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast.batch.asking import question_of
from forecast.batch.layering import over
from forecast.batch.spec import Spec
from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.question import Question
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.reports import stories, yearly
from forecast.reports.picture import Picture
from forecast.reports.report.asking import lead_arguments, variants
from forecast.reports.sections import Tile
from forecast.reports.words import listed, percent, span, when

MOST_FACES = 6


@dataclass(frozen=True, slots=True)
class Face:
    """The question of a report under one set of assumptions.

    Attributes
    ----------
    name, slug : str
        As the spec calls it, and as part of file names; the lead's slug is empty.
    question : Question
        As it was asked.
    answer : Answer
        To it.
    sentence : str
        The answer in a sentence.
    tiles : tuple of Tile
        Its figures.
    figures : tuple of Picture
        Arrival, and arrivals by year.
    """

    name: str
    slug: str
    question: Question
    answer: Answer
    sentence: str
    tiles: tuple[Tile, ...]
    figures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces that there are, the lead first, and why others are not among them."""

    shown: tuple[Face, ...]
    left_out: tuple[str, ...]


def faces(spec: Spec, forecaster: Forecaster, checkpoint: Checkpoint = proceed) -> Faces:
    """The lead of a spec and its variants; a variant that the posterior cannot answer is left out, with the reason.

    Parameters
    ----------
    spec : Spec
        What is asked.
    forecaster : Forecaster
        That answers.
    checkpoint : callable
        Called between the answers.

    Raises
    ------
    InputError
        When the lead is no question, or does not fit the posterior.
    """
    asked = lead_arguments(spec)
    made: list[Face] = []
    left_out: list[str] = []
    for variant in variants(spec)[:MOST_FACES]:
        checkpoint()
        slug = _slug(variant.name, [face.slug for face in made]) if made else ""
        try:
            question = question_of(over(asked, variant.asked), forecaster.scenario)
            made.append(face(variant.name, slug, question, forecaster.ask(question, checkpoint)))
        except InputError as error:
            if not made:
                raise
            left_out.append(f"{variant.name} is left out: {error.message}")
    return Faces(tuple(made), tuple(left_out))


def face(name: str, slug: str, question: Question, answer: Answer) -> Face:
    """One face from its answer."""
    drawn = (replace(stories.single(answer), title=_reached(answer)), yearly.yearly_chart(answer))
    named = tuple(replace(one, slug=f"{one.slug}-{slug}") if slug else one for one in drawn)
    return Face(name, slug, question, answer, words.sentence(answer), tiles(answer), named)


def tiles(answer: Answer) -> tuple[Tile, ...]:
    """Median, interval, probabilities by year, beyond and never."""
    years = [Tile(f"by {told.year}", percent(told.probability)) for told in answer.p_by_year]
    return (
        Tile("median", when(answer)),
        Tile("80 % interval", span(answer)),
        *years,
        Tile(f"beyond {words.horizon_words(answer.question)}", percent(answer.p_beyond_horizon)),
        Tile("never", percent(answer.p_never)),
    )


def _reached(answer: Answer) -> str:
    """The chart of arrivals as a finding: what the headline does not say already."""
    told = [f"{percent(by.probability)} by {by.year}" for by in answer.p_by_year]
    left = [(answer.p_beyond_horizon, f"beyond {words.horizon_words(answer.question)}"), (answer.p_never, "never")]
    return f"The probability is {listed([*told, *(f'{percent(p)} {where}' for p, where in left)])}"


def _slug(name: str, taken: Sequence[str]) -> str:
    """A name as part of a file's name, unlike those that are taken."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "other"
    slug, count = plain, 2
    while slug in taken:
        slug, count = f"{plain}-{count}", count + 1
    return slug
