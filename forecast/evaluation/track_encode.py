"""A track record and its scores as JSON values; a date beyond the horizon is told as text, what is unknown left out."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from forecast.engine.encode_question import told
from forecast.evaluation.quantile_scores import LEVELS
from forecast.evaluation.track_facts import Facts
from forecast.evaluation.track_rows import BEYOND, Entry
from forecast.evaluation.track_scores import Event, ScoredEntry, totals

PROSPECTIVE = (
    "Only this file is prospective: its rows were written before their outcomes could be known, and none is ever "
    "changed. Backtests and retrospective are hindsight."
)


def record_dict(entries: Sequence[Entry]) -> dict[str, Any]:
    """A track record, row by row; each question as an object that can be asked again."""
    return {"note": PROSPECTIVE, "rows": [_entry(entry) for entry in entries]}


def scores_dict(scored: Sequence[ScoredEntry], facts: Facts) -> dict[str, Any]:
    """What became of a track record, with the totals."""
    return {
        "note": PROSPECTIVE,
        "facts": facts.posterior,
        "settled_until": facts.settled_until.isoformat(),
        "disclosed_until": facts.disclosed_until.isoformat(),
        "totals": _flat(totals(scored)),
        "rows": [_scored(one) for one in scored],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    told_of = _flat(entry)
    quantiles = [{"probability": p, "decimal_year": _plain(q)} for p, q in zip(LEVELS, entry.quantiles, strict=True)]
    by_year = [{"year": year, "probability": p} for year, p in entry.p_by_year]
    made = {"quantiles": quantiles, "p_by_year": by_year, "question": json.loads(entry.question)}
    return told_of | made


def _scored(one: ScoredEntry) -> dict[str, Any]:
    entry = one.entry
    own = {name: getattr(one, name) for name in _OWN}
    return told(
        {"release": entry.release, "subject": entry.subject, "case": entry.case, "digest": entry.digest}
        | {name: _plain(value) for name, value in own.items()}
        | {"events": [_event(event) for event in one.events], "words": one.words}
    )


_OWN = ("state", "why", "came_on", "what", "at", "crps_years", "so_far_years", "log_waited")


def _event(event: Event) -> dict[str, Any]:
    return {name: value for name, value in _flat(event).items() if name != "by_silence" or value}


def _flat(record: Any) -> dict[str, Any]:
    return told({name: _plain(getattr(record, name)) for name in record.__slots__})


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else BEYOND
    return value
