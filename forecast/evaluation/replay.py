"""Published claims, replayed: as published, recomputed, asked again as of their day, and held against the facts.

    for claim in replay(["G3", "J12"]):
        print(claim.id, claim.agrees, claim.verdict)

Forecasts are those of the shipped posteriors as of each claim's date, which saw nothing that was published later; facts
come from the shipped tables. Each claim is asked once more by its built-in scenario, which holds the claim's own inputs
where those differ from the posterior's. Nothing here is fitted, and nothing in the state folder is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.memory import Memory
from forecast.errors import UnknownNameError
from forecast.evaluation.claims import (
    gwern_2020,
    gwern_2020_means,
    jones_2020,
    jones_2020_limits,
    mt_nlg_2021,
    skeptic_2021,
)
from forecast.evaluation.claims.asking import asked_again, scenario_name
from forecast.evaluation.claims.claim import VERDICTS, Arithmetic, Claim, Figure, Judgement, Replayed, Told, Verdict
from forecast.evaluation.claims.evidence import Evidence, Row
from forecast.evaluation.claims.phrases import known_since as facts_since
from forecast.evaluation.claims.record import Record

__all__ = [
    "HONESTY",
    "IDS",
    "VERDICTS",
    "Arithmetic",
    "Claim",
    "Figure",
    "Judgement",
    "Replayed",
    "Told",
    "Verdict",
    "chosen",
    "known_since",
    "replay",
    "to_dict",
    "to_json",
]

HONESTY = (
    "This service speaks of loss, compute and money, and not of capability: where a claim calls a loss human-level, "
    "that is the claim's word."
)

_MODULES = (gwern_2020, gwern_2020_means, jones_2020, jones_2020_limits, mt_nlg_2021, skeptic_2021)


def _rows() -> Mapping[str, Row]:
    """Every claim by its id: by source, then by number."""
    found = {name: row for module in _MODULES for name, row in module.ROWS.items()}
    return dict(sorted(found.items(), key=lambda pair: ("GJMS".index(pair[0][0]), int(pair[0][1:]))))


_ROWS = _rows()
IDS: tuple[str, ...] = tuple(_ROWS)
"""Ids of all claims, in order."""


def replay(
    ids: Iterable[str] | None = None,
    home: Path | str | None = None,
    checkpoint: Checkpoint = proceed,
    memory: Memory | None = None,
) -> tuple[Replayed, ...]:
    """Replay claims.

    Parameters
    ----------
    ids : iterable of str, optional
        Which, such as G3 or J12, in any case; by default all.
    home : Path or str, optional
        The state folder; nothing in it is needed.
    checkpoint : callable
        Called before each claim.
    memory : Memory, optional
        What is remembered between questions; by default a memory for this call.

    Returns
    -------
    tuple of Replayed
        In the order asked, each once.

    Raises
    ------
    UnknownNameError
        For an id that is not there; lists those that are.
    PosteriorNotFoundError, ArtefactError
        When a shipped posterior is missing or damaged.
    """
    asked, evidence = chosen(ids), Evidence(home, memory=memory)
    return tuple(_replayed(_ROWS[name], evidence, checkpoint) for name in asked)


def chosen(ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """The ids of the claims that are meant, each once; by default all.

    Raises
    ------
    UnknownNameError
        For an id that is not there; lists those that are.
    """
    asked = IDS if ids is None else tuple(dict.fromkeys(name.strip().upper() for name in ids))
    for name in asked:
        if name not in _ROWS:
            raise UnknownNameError("claim", name, IDS, field="claims")
    return asked


def _replayed(row: Row, evidence: Evidence, checkpoint: Checkpoint) -> Replayed:
    checkpoint()
    found = row(evidence)
    again = asked_again(found.claim, evidence)
    return replace(found, scenario=scenario_name(found.id), scenario_answer=again)


@cache
def known_since() -> Told:
    """The facts that most claims are read against: the first runs of 10, 67, 100 and 1000 x GPT-3, and the largest."""
    return facts_since(Record(), gwern_2020.DAY)


def to_dict(replayed: Iterable[Replayed]) -> dict[str, Any]:
    """Replayed claims as JSON values of the service's message, with the facts since and what the verdicts mean."""
    return {
        "claims": [claim.to_dict() for claim in replayed],
        "known_since": known_since().words,
        "verdicts": [{"name": name, "meaning": meaning} for name, meaning in VERDICTS.items()],
        "note": HONESTY,
    }


def to_json(replayed: Iterable[Replayed]) -> str:
    """The same as JSON text, indented, ending in a newline."""
    return json.dumps(to_dict(replayed), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
