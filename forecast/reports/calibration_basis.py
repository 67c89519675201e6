"""The second half of the calibration page: checks of the machinery, priors, hindsight, attempts, what to doubt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forecast.errors import ArtefactError
from forecast.evaluation import attempts as attempts_of
from forecast.evaluation import check_words, checks, retrospective, track_record
from forecast.evaluation.attempts import Attempt
from forecast.evaluation.bar import CAVEATS
from forecast.evaluation.calibration import Scored, fits, provenance
from forecast.evaluation.track_record import ScoredEntry, Totals
from forecast.reports import checks_charts, prior_charts, retrospective_chart, sbc_chart
from forecast.reports.quantity_words import short_words
from forecast.reports.sections import Section, Table, drawn, section
from forecast.reports.skill_chart import signed
from forecast.reports.words import percent

_JUDGED_BY = tuple((q, w) for q in ("largest_compute", "top_ten_compute") for w in ("2013-15", "2016+"))
_NEXT_EVENTS = 8


def sections(folder: Path, checked: Path = checks.STORED, attempts: Path = attempts_of.STORED) -> list[Section]:
    """The machinery, priors, retrospective, track record, attempts, and what to doubt.

    Parameters
    ----------
    folder : Path
        The folder of the backtest's tables.
    checked : Path
        That of the checks.
    attempts : Path
        That of what was tried.
    """
    return [
        section("machinery", "Does the machinery work?", lambda: _machinery(checked)),
        section("data", "Does it reproduce its data?", lambda: _reproduced(checked)),
        section("priors", "Prior or data?", lambda: _priors(checked)),
        section("july-2020", "What it would have said in July 2020", _retrospective),
        section("track-record", "The track record", _track_record),
        section("attempts", "What was tried and not kept", lambda: _attempts(attempts)),
        section("doubt", "What to doubt", lambda: _doubt(folder)),
    ]


def _machinery(folder: Path) -> Section:
    simulated, left_out = checks.load_sbc(folder), checks.load_loo(folder)
    notes = (*check_words.simulated(simulated), *check_words.left_out(left_out))
    return Section("", "", figures=drawn(sbc_chart.picture(simulated), checks_charts.pareto(left_out)), notes=notes)


def _reproduced(folder: Path) -> Section:
    rows = checks.load_predictive(folder)
    notes = tuple(check_words.predicted(rows))
    return Section("", "", figures=drawn(prior_charts.predictive_picture(rows)), notes=notes)


def _priors(folder: Path) -> Section:
    rows, scaled = checks.load_prior_posterior(folder), checks.load_power_scaling(folder)
    figures = (prior_charts.answer_picture(rows), prior_charts.parameter_picture(rows), checks_charts.power(scaled))
    notes = (*check_words.learned(rows), *check_words.listened(scaled))
    return Section("", "", figures=drawn(*figures), notes=notes)


def _retrospective() -> Section:
    rows = retrospective.rows()
    words = (retrospective.summary(rows).words, *retrospective.caveats(rows))
    return Section("", "", words=(words[0], " ".join(words[1:])), figures=drawn(retrospective_chart.picture(rows)))


def _track_record() -> Section:
    entries = track_record.load()
    if not entries:
        raise ArtefactError("no forecast is on record yet: run `timelines track-record add`", field="track_record")
    scored = track_record.scores(entries=entries)
    releases = ", ".join(dict.fromkeys(one.release for one in entries))
    opening = (
        f"{len(entries)} forecasts are on record, of release {releases}. {_totals_words(track_record.totals(scored))}"
    )
    return Section("", "", words=(track_record.PROSPECTIVE, opening), tables=_next_events(scored))


def _totals_words(found: Totals) -> str:
    if found.so_far_years is None:
        return "None of them is settled yet."
    told = [
        f"{found.dates} dates have come and {found.waiting} have not: mean CRPS so far {found.so_far_years:.2f} years"
    ]
    if found.brier is not None:
        told.append(
            f"{found.events} events are settled, {found.by_silence} of them by silence and {found.sure} of them given "
            f"under 1 % or over 99 %: mean Brier score {found.brier:.3f}"
        )
    return "; ".join(told) + "."


def _next_events(scored: Sequence[ScoredEntry]) -> tuple[Table, ...]:
    """What facts will settle next, the soonest first, of one day the least certain."""
    waiting = [(one.next_event, one.entry.words) for one in scored]
    open_ended = [(event, words) for event, words in waiting if event is not None]
    told = sorted(open_ended, key=lambda pair: (pair[0].settled_on, abs(pair[0].probability - 0.5), pair[1]))
    rows = tuple(
        (words, f"by {event.year}", percent(event.probability), event.settled_on.isoformat())
        for event, words in told[:_NEXT_EVENTS]
    )
    if not rows:
        return ()
    return (Table("What is settled next", ("forecast on record", "event", "probability", "settled on"), rows, (2,)),)


def _attempts(folder: Path) -> Section:
    tried = attempts_of.load(folder)
    rows = tuple(
        (f"{one.name}\n{_opened(one.reason)}", *(_better(one, *place) for place in _JUDGED_BY), _opened(one.verdict))
        for one in tried
    )
    scores = tuple(f"{short_words(quantity)}, {window}" for quantity, window in _JUDGED_BY)
    numbers = tuple(range(1, 1 + len(scores)))
    table = Table("Changes that were tried", ("change, and why", *scores, "verdict"), rows, numbers, numbers)
    kept = sum(one.kept for one in tried)
    told = (
        f"{len(tried)} changes of the joint model were tried, each for a reason stated before its score; {kept} "
        f"{'is' if kept == 1 else 'are'} part of it now. The numbers, on a wide screen, are skill against the model "
        "that ships, on the same outcomes: above nought the change is better. Blank: not scored on these outcomes."
    )
    return Section("", "", words=(told,), tables=(table,))


def _better(attempt: Attempt, quantity: str, window: str) -> str:
    """1 - CRPS / the shipped model's; empty where none is stored."""
    scores = [one for one in attempt.scores if (one.quantity, one.window) == (quantity, window)]
    pairs = [(one.crps, one.crps_shipped) for one in scores if one.crps is not None and one.crps_shipped]
    return signed(1 - pairs[0][0] / pairs[0][1]) if pairs else ""


def _opened(words: str) -> str:
    """As it opens a sentence."""
    return words[:1].upper() + words[1:]


def _doubt(folder: Path) -> Section:
    made, verdicts = provenance(folder), fits(folder)
    passed = sum(fit["status"] == "PASSED" for fit in verdicts)
    not_passed = [f"{fit['fit']}: {fit['status']}, {fit['reasons']}" for fit in verdicts if fit["status"] != "PASSED"]
    refits = f"{passed} of {len(verdicts)} refits behind these figures passed the gates."
    hindsight = _hindsight_words([fit for fit in verdicts if fit["hindsight_rows"]])
    pending = [f"Pending: the origin {origin}; {why}." for origin, why in made["pending_origins"].items()]
    told = (*CAVEATS, hindsight, " ".join([refits, *(f"{one}." for one in not_passed)]), *pending)
    return Section("", "", words=tuple(words for words in told if words))


def _hindsight_words(dated: Sequence[dict[str, str]]) -> str:
    """How many rows of the refits are known as of later only."""
    if not dated:
        return ""
    rows, late = (sum(int(fit[name]) for fit in dated) for name in ("rows", "hindsight_rows"))
    return (
        f"Of {rows:,} rows in the refits as of {dated[0]['fit'][:4]} to {dated[-1]['fit'][:4]}, {late:,} are used with "
        "hindsight: the value of their day is not on record."
    )


def bounds_words(rows: Sequence[Scored]) -> str:
    """How many outcomes are known as a lower bound only."""
    bounds = sum(row.censored for row in rows)
    return (
        f"{bounds} outcomes are known as a lower bound only, since developers have ceased to tell of their largest "
        "runs."
    )
