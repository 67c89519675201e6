"""What the pictures and the page say: titles that are findings, built from the numbers of the run."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.reasons import is_stall
from forecast.reports import arrivals
from forecast.reports.arrivals import Arrivals, Curve
from forecast.reports.picture import Picture
from forecast.reports.tables import ALGORITHMS, OWN, POOLED, Headline
from forecast.reports.words import adverb, listed, percent

LEAD_LOSS = 0.86
LEAD_PAYER = "$1bn"
_IN_TITLE = ("scenario", "condition")
_SHORT = {"off": "off", "16mo": "16 mo", "8mo": "8 mo"}


def finding(headline: Headline) -> str:
    """The headline sentence: how the date hangs on algorithms, and whether there is one on the law."""
    own, pooled = (headline.find(LEAD_LOSS, law, LEAD_PAYER) for law in (OWN, POOLED))
    told = []
    if own is not None:
        dates = list(dict.fromkeys(adverb(own.answers[kind]) for kind in reversed(headline.algorithms)))
        depends = ": the speed of algorithms decides" if len(dates) > 1 else ""
        told.append(f"$1bn buys the loss {LEAD_LOSS:g} {listed(dates, 'or')} on Kaplan’s law{depends}")
    if pooled is not None:
        never = max(answer.p_never for answer in pooled.answers.values())
        told.append(f"If losses have a floor, no money ever buys it, with probability {percent(never)}")
    return ". ".join(told) + "."


def curve(answer: Answer, name: str, short: str) -> Curve:
    """An answer as a curve."""
    median = answer.median
    inside = math.isfinite(median) and answer.p_already < 0.5
    return Curve(
        name=name,
        short=short,
        decimal_year=np.array(answer.cdf.decimal_year),
        probability=np.array(answer.cdf.probability),
        p_already=answer.p_already,
        p_beyond=answer.p_beyond_horizon,
        p_never=answer.p_never,
        median=median if inside else None,
    )


def single(answer: Answer) -> Picture:
    """The arrival chart of one answer."""
    told = [choice for choice in answer.choices if choice.name not in _IN_TITLE]
    choices = "; ".join(f"{choice.name.replace('_', ' ')}: {choice.words}" for choice in told)
    name = ALGORITHMS.get(answer.choices[0].value, "halving as asked")
    return arrivals.picture(
        Arrivals(
            slug="arrival",
            title=words.sentence(answer).removesuffix("."),
            subtitle=choices[0].upper() + choices[1:] + ".",
            y_title="probability that it is reached by then",
            as_of=answer.provenance.as_of,
            curves=(curve(answer, name, "all"),),
        )
    )


def arrival_pictures(headline: Headline) -> list[Picture]:
    """The lead target under Kaplan's own law, then under the pooled one, each by algorithms."""
    made = [(law, headline.find(LEAD_LOSS, law, LEAD_PAYER)) for law in (OWN, POOLED)]
    return [_by_algorithms(headline, law, row.answers) for law, row in made if row is not None]


def _by_algorithms(headline: Headline, law: str, answers: Mapping[str, Answer]) -> Picture:
    where = "" if law == OWN else "If losses have a floor, "
    return arrivals.picture(
        Arrivals(
            slug="arrival-kaplan" if law == OWN else "arrival-pooled",
            title=f"{where}$1bn {_buys(headline, answers)}",
            subtitle=_law_subtitle(law, answers),
            y_title="probability that $1bn is enough by then",
            as_of=headline.posterior.as_of.isoformat(),
            curves=tuple(curve(answers[kind], ALGORITHMS[kind], _SHORT[kind]) for kind in headline.algorithms),
        )
    )


def _buys(headline: Headline, answers: Mapping[str, Answer]) -> str:
    """When the loss is bought, by algorithms; equal dates are said once."""
    by_date: dict[str, list[str]] = {}
    for kind, clause in _clauses(headline).items():
        by_date.setdefault(adverb(answers[kind]), []).append(clause)
    loss, anyhow = f"the loss {LEAD_LOSS:g}", "however fast algorithms improve"
    if len(by_date) > 1:
        dated = [f"{date} {listed(clauses, 'or')}" for date, clauses in by_date.items()]
        return f"buys {loss} {listed(dated)}"
    date = next(iter(by_date))
    if date == "never":
        return f"more likely than not never buys {loss}, {anyhow}"
    if date.startswith("not "):
        return f"more likely than not does not buy {loss} {date.removeprefix('not ')}, {anyhow}"
    return f"buys {loss} {date}, {anyhow}"


def _clauses(headline: Headline) -> dict[str, str]:
    """The fastest algorithms first: `with a halving every 8 months`, `with one every 16`, `without progress`."""
    halving: list[str] = [kind for kind in reversed(headline.algorithms) if kind != "off"]
    told = {kind: f"with one every {kind.removesuffix('mo')}" for kind in halving}
    told.update({kind: f"with a halving every {kind.removesuffix('mo')} months" for kind in halving[:1]})
    return {**told, "off": "without algorithmic progress"}


def _law_subtitle(law: str, answers: Mapping[str, Answer]) -> str:
    drawn = "Curves: medians marked. Bars: the whole mass, beyond and never included."
    if law == OWN:
        return f"Kaplan’s law, without a floor, read as exact; the price that training runs paid, 2023 dollars. {drawn}"
    found = [reason for answer in answers.values() for reason in answer.never_reasons if not is_stall(reason)]
    never = percent(max((reason.probability for reason in found), default=0.0))
    return (
        "Law pooled over all studies, Kaplan’s at 1 % noise. Its form decides whether there is a date at all: with "
        f"{never} no compute reaches the loss. {drawn}"
    )
