"""Forecasts on record, scored by what has happened since.

    date       CRPS of min(T, horizon) by quantile losses, years;  at = P(T <= came), half of p_already where it came
               before the forecast began
    so far     CRPS of min(T, t), t the day up to which facts settle questions: dates that came and dates that did not
               are scored alike, so that means over both favour neither
    waiting    ln P(T > t) for a date that had not come by t
    event      by the end of a year: Brier (p - o)^2 and -ln of the probability of what happened; settled 90 days after
               the year, also where it came early, since events that happen would else be counted before those that
               do not

Between its stored points a distribution is taken as linear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Literal

from forecast.engine.resolution import REVISION_DAYS
from forecast.engine.words import percent
from forecast.evaluation.quantile_scores import LEVELS, brier, crps, log_score, share_by
from forecast.evaluation.track_facts import Came, Facts, first_day, undecidable
from forecast.evaluation.track_questions import Passage, question_of
from forecast.evaluation.track_rows import Entry
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year

State = Literal["came", "waiting", "pending", "undecidable"]
"""It came; it had not come by the day up to which facts tell; they tell nothing since it was made; none ever can."""


@dataclass(frozen=True, slots=True)
class Event:
    """Arrival by the end of a year.

    Attributes
    ----------
    year : int
        Which.
    probability : float
        As recorded.
    happened : bool or None
        None while it is not settled.
    brier, log_score : float or None
        Scores; smaller is better.
    settled_on : date
        When facts settle it.
    by_silence : bool
        It did not happen by what was disclosed, after developers had ceased to tell of their largest runs.
    """

    year: int
    probability: float
    happened: bool | None
    brier: float | None
    log_score: float | None
    settled_on: date
    by_silence: bool = False

    @property
    def sure(self) -> bool:
        """Whether it was given under 1 % or over 99 %."""
        return not 0.01 <= self.probability <= 0.99


@dataclass(frozen=True, slots=True)
class ScoredEntry:
    """One forecast on record and what became of it.

    Attributes
    ----------
    entry : Entry
        As recorded.
    state : {"came", "waiting", "pending", "undecidable"}
        What facts say of it.
    why : str
        Why no facts can decide it, where they cannot.
    came_on, what : date or None, and str
        The day that settled it, and the run or price that did.
    at : float or None
        Share of the forecast at or before that day.
    crps_years : float or None
        Score of the date that came.
    so_far_years : float or None
        Score of the date as far as facts tell, whether it came or not.
    log_waited : float or None
        ln P(T > the day up to which facts settle), while it has not come.
    events : tuple of Event
        One for each year on record.
    """

    entry: Entry
    state: State
    why: str
    came_on: date | None
    what: str
    at: float | None
    crps_years: float | None
    so_far_years: float | None
    log_waited: float | None
    events: tuple[Event, ...]

    @property
    def settled(self) -> tuple[Event, ...]:
        """Events that are settled."""
        return tuple(event for event in self.events if event.happened is not None)

    @property
    def next_event(self) -> Event | None:
        """The next one that facts will settle."""
        return next((event for event in self.events if event.happened is None), None)

    @property
    def words(self) -> str:
        """What became of it, in a sentence."""
        if self.state == "undecidable":
            return f"{self.entry.words}: not scored; {self.why}."
        if self.came_on is not None and self.at is not None:
            return f"{self.entry.words}: {self.came_on} ({self.what}), at the {percent(self.at)} point."
        event = self.next_event
        later = f"; by the end of {event.year}: settled on {event.settled_on}" if event else ""
        not_yet = "not yet" if self.state == "waiting" else "pending"
        return f"{self.entry.words}: {not_yet}{later}."


@dataclass(frozen=True, slots=True)
class Totals:
    """Scores pooled over a track record; a mean of nothing is None.

    Attributes
    ----------
    dates, waiting, events : int
        Dates that came, dates that did not yet, and events that are settled.
    sure, by_silence : int
        How many of the events were given under 1 % or over 99 %, and how many were settled by silence alone.
    so_far_years, brier, log_score : float or None
        Means, the first over all dates.
    """

    dates: int
    waiting: int
    events: int
    sure: int
    by_silence: int
    so_far_years: float | None
    brier: float | None
    log_score: float | None


def scores(facts: Facts | Posterior, entries: Iterable[Entry]) -> tuple[ScoredEntry, ...]:
    """Score forecasts on record.

    Parameters
    ----------
    facts : Facts or Posterior
        What is known; a posterior's observed points.
    entries : iterable of Entry
        As recorded.
    """
    known = Facts.of(facts) if isinstance(facts, Posterior) else facts
    return tuple(_scored(entry, known) for entry in entries)


def totals(scored: Sequence[ScoredEntry]) -> Totals:
    """Means over what is settled."""
    events = [event for one in scored for event in one.settled]
    return Totals(
        dates=sum(one.state == "came" for one in scored),
        waiting=sum(one.state == "waiting" for one in scored),
        events=len(events),
        sure=sum(event.sure for event in events),
        by_silence=sum(event.by_silence for event in events),
        so_far_years=_mean(one.so_far_years for one in scored),
        brier=_mean(event.brier for event in events),
        log_score=_mean(event.log_score for event in events),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _scored(entry: Entry, facts: Facts) -> ScoredEntry:
    asked = question_of(entry)
    why = undecidable(asked)
    known = not why and facts.settled_until > entry.as_of
    came = first_day(facts, asked, entry.as_of) if known else None
    state: State = "undecidable" if why else "pending" if not known else "came" if came else "waiting"
    waited = log_score(probability_by(entry, facts.settled_until), happened=False)
    return ScoredEntry(
        entry=entry,
        state=state,
        why=why,
        came_on=came.day if came else None,
        what=came.what if came else "",
        at=_at(entry, came.day) if came else None,
        crps_years=_crps(entry, decimal_year(came.day), _horizon(entry)) if came else None,
        so_far_years=_so_far(entry, came, facts) if known else None,
        log_waited=0.0 - waited if state == "waiting" else None,
        events=() if why else tuple(_event(*one, came, facts, known) for one in entry.p_by_year),
    )


def probability_by(entry: Entry, day: date) -> float:
    """What a forecast on record gave to an arrival by a day."""
    return share_by(_points(entry), decimal_year(day))


def _points(entry: Entry) -> list[tuple[float, float]]:
    """The distribution as far as it is on record."""
    start, end = decimal_year(entry.as_of), _horizon(entry)
    ranked = zip(entry.quantiles, LEVELS, strict=True)
    return [
        (start, entry.p_already),
        *((year, level) for year, level in ranked if start < year <= end and level > entry.p_already),
        *((float(year + 1), p) for year, p in entry.p_by_year if year + 1 <= end),
        (end, 1 - entry.p_beyond - entry.p_never),
    ]


def _horizon(entry: Entry) -> float:
    """The end of the horizon's month, decimal year."""
    asked = question_of(entry)
    last = (asked.how if isinstance(asked, Passage) else asked).horizon_month()
    return last.year + last.month / 12


def _at(entry: Entry, day: date) -> float:
    return entry.p_already / 2 if day <= entry.as_of else probability_by(entry, day)


def _so_far(entry: Entry, came: Came | None, facts: Facts) -> float:
    until = min(decimal_year(facts.settled_until), _horizon(entry))
    return _crps(entry, decimal_year(came.day) if came else until, until)


def _crps(entry: Entry, year: float, until: float) -> float:
    """Score of the earlier of the date and `until`."""
    start = decimal_year(entry.as_of)
    return crps([min(max(quantile, start), until) for quantile in entry.quantiles], min(year, until))


def _event(year: int, probability: float, came: Came | None, facts: Facts, known: bool) -> Event:
    last = date(year, 12, 31)
    on = last + timedelta(REVISION_DAYS)
    if not known or last > facts.settled_until:
        return Event(year, probability, None, None, None, on)
    happened = came is not None and came.day <= last
    silent = not happened and last > facts.disclosed_until
    return Event(
        year, probability, happened, brier(probability, happened), log_score(probability, happened), on, silent
    )
