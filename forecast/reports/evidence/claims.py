"""The section of published claims: recomputed, asked again as of their day, and held against what has come since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from forecast.evaluation import hindsight, replay, retrospective
from forecast.evaluation.claims.claim import Replayed, Verdict
from forecast.evaluation.claims.gwern_2020 import DOUBLING_MONTHS
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.reports import retrospective_chart
from forecast.reports.sections import Section, Table, drawn, section
from forecast.reports.words import listed

SLUG, HEADING = "claims", "Published claims, replayed"
_TOLD: dict[Verdict, str] = {
    "FAILED": "failed",
    "PARTLY_HELD": "partly held",
    "HELD": "held",
    "TOO_EARLY": "too early to say",
    "NOT_SCORABLE": "cannot be scored",
    "ARITHMETIC_ONLY": "arithmetic alone",
}
"""Verdicts in the order of the table: what facts have decided comes first."""

_DECIDED: tuple[Verdict, ...] = ("FAILED", "PARTLY_HELD", "HELD")
_WHOLE = "Every claim at length, with its arithmetic and its own scenario: `timelines replay`."
_AGREES = {True: "agrees", False: "does not agree", None: "no figure"}


def claims_section(forecaster: Forecaster) -> Section:
    """The claims that facts have decided, counts of the others, and how forecasts as of July 2020 did.

    Parameters
    ----------
    forecaster : Forecaster
        Of the report; the claims are answered by the shipped posteriors of their days, whichever this one is.
    """
    return section(SLUG, HEADING, lambda: _section(forecaster))


def _section(forecaster: Forecaster) -> Section:
    replayed, rows = _replayed(), _rows()
    own, known = forecaster.posterior.as_of, selection.reference().as_of
    unseen = f"The facts run to {known}; the forecasts of this report, as of {own}, have not seen them."
    return Section(
        "",
        "",
        words=(_counted(replayed), hindsight.summary(rows).words),
        tables=(_table(replayed),),
        figures=drawn(retrospective_chart.picture(rows)),
        notes=(f"{_WHOLE} {replay.HONESTY}", *([unseen] if own < known else [])),
        values=_values(replayed, rows),
    )


@cache
def _replayed() -> tuple[Replayed, ...]:
    """Every claim; what the package ships does not change, so each process replays them once."""
    return replay.replay()


@cache
def _rows() -> tuple[hindsight.Row, ...]:
    return retrospective.rows()


def _counted(replayed: Sequence[Replayed]) -> str:
    """How many claims have each verdict, which wait, and how much of the arithmetic agrees."""
    counts, agrees = Counter(one.verdict for one in replayed), Counter(one.agrees for one in replayed)
    days = sorted(one.claim.published_on for one in replayed)
    verdicts = [f"{counts[name]} {words}" for name, words in _TOLD.items() if counts[name]]
    waiting = [one.id for one in replayed if one.verdict == "TOO_EARLY"]
    told = [
        f"{len(replayed)} claims about loss, compute and money, published from {days[0].year} to {days[-1].year}, are "
        "recomputed, asked again of the posterior of their day, which saw nothing published later, and held against "
        f"what came: {listed(verdicts)}.",
        f"Their arithmetic agrees in {agrees[True]} of the {agrees[True] + agrees[False]} that state a figure.",
    ]
    return " ".join(told + ([f"Too early: {listed(waiting)}."] if waiting else []))


def _table(replayed: Sequence[Replayed]) -> Table:
    """All of them; a page shows those that facts have decided."""
    order = list(_TOLD)
    ranked = sorted(replayed, key=lambda one: order.index(one.verdict))
    return Table(
        "Published claims, and what became of them",
        ("claim", "verdict", "arithmetic", "forecast of that day", "since"),
        tuple(_row(one) for one in ranked),
        wide_only=(2, 3, 4),
        slug="claims",
        on_page=sum(one.verdict in _DECIDED for one in ranked),
    )


def _row(one: Replayed) -> tuple[str, ...]:
    verdict = _TOLD[one.verdict]
    return (
        f"{one.id}: {one.claim.text}\n{one.claim.speaker}, {one.claim.published_on}",
        f"{verdict[:1].upper()}{verdict[1:]}. {one.judgement.why}",
        _AGREES[one.agrees],
        one.as_of_answer.words,
        one.since.words,
    )


def _values(replayed: Sequence[Replayed], rows: Sequence[hindsight.Row]) -> dict[str, Any]:
    """What the words say; under `data` every claim and every run, with all their numbers."""
    counts, agrees = Counter(one.verdict for one in replayed), Counter(one.agrees for one in replayed)
    retrospective, days = hindsight.to_dict(rows), sorted(one.claim.published_on.isoformat() for one in replayed)
    return {
        "count": len(replayed),
        "published": [days[0], days[-1]],
        "facts_until": selection.reference().as_of.isoformat(),
        "by_verdict": {name: counts[name] for name in _TOLD},
        "arithmetic": {"agrees": agrees[True], "with_a_figure": agrees[True] + agrees[False]},
        "retrospective": {**retrospective["summary"], "doubling_months": DOUBLING_MONTHS},
        "data": {"claims": [one.to_dict() for one in replayed], "retrospective": retrospective},
    }
