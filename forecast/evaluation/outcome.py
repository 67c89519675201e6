"""What has happened since a forecast of the past: the first run that reached its target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.engine.answer import Answer
from forecast.engine.question import Question
from forecast.engine.words import number, percent
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from forecast.units import GPT3_FLOP, date_of, decimal_year


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fact beside a forecast.

    Attributes
    ----------
    system : str
        The first run known to have reached the target after the forecast; empty where none is known.
    published_on : date or None
        Its publication.
    training_flop : float or None
        Its compute, FLOP.
    probability_by_then : float
        What the forecast gave to an arrival by that month; without a run, by the end of what is known.
    known_until : date
        Where the facts end: the data cutoff of the newest posterior.
    """

    system: str
    published_on: date | None
    training_flop: float | None
    probability_by_then: float
    known_until: date

    def in_words(self) -> str:
        """One sentence."""
        share = percent(self.probability_by_then)
        if self.published_on is None:
            return f"No disclosed run had reached it by {self.known_until}; the forecast gave {share} to one by then."
        flop = number(float(self.training_flop or 0))
        return f"{self.system}: {flop} FLOP, published {self.published_on}; the forecast gave {share} to one by then."


def outcome(answer: Answer, facts: Posterior) -> Outcome | None:
    """Find what happened, for a question about a run on trend; None where no fact can answer it.

    Parameters
    ----------
    answer : Answer
        A forecast.
    facts : Posterior
        One that knows more; its observed points are the facts.
    """
    as_of = date.fromisoformat(answer.provenance.as_of)
    target = _log10_flop(answer.question)
    if target is None or facts.data_cutoff <= as_of:
        return None
    years = np.asarray(facts.observed["compute_year"], float)
    reached = (years > decimal_year(as_of)) & (facts.observed["compute_log10_flop"] >= target)
    if not reached.any():
        said = _probability_by(answer, decimal_year(facts.data_cutoff))
        return Outcome("", None, None, said, facts.data_cutoff)
    first = int(np.flatnonzero(reached)[np.argmin(years[reached])])
    return Outcome(
        system=str(facts.observed["compute_name"][first]),
        published_on=date_of(float(years[first])),
        training_flop=float(10 ** facts.observed["compute_log10_flop"][first]),
        probability_by_then=_probability_by(answer, float(years[first])),
        known_until=facts.data_cutoff,
    )


def since_then(answer: Answer) -> Outcome | None:
    """`outcome` with the facts of the shipped reference posterior."""
    entry = selection.reference()
    if answer.provenance.as_of >= entry.as_of.isoformat():
        return None
    return outcome(answer, selection.find(entry.name))


def _log10_flop(question: Question) -> float | None:
    """The physical compute that a question asks for, log10 FLOP; None where it is not a plain run on trend."""
    plain = question.criterion == "on_trend" and question.algorithms is not None and question.algorithms.kind == "off"
    unit = {"training_flop": 1.0, "gpt3_multiple": GPT3_FLOP}.get(question.target.kind)
    return float(np.log10(question.target.value * unit)) if plain and unit is not None else None


def _probability_by(answer: Answer, year: float) -> float:
    passed = [p for y, p in zip(answer.cdf.decimal_year, answer.cdf.probability, strict=True) if y <= year + 1 / 24]
    return passed[-1] if passed else 0.0
