"""Fits in words, and their progress as the events that `forecast.cli.progress` shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forecast.cli.listing import columns, fields

_HEADER = ("name", "state", "as of", "draws", "asked at", "what came of it")
_RIGHT = ("draws",)
_CHAIN = {"chain": 0, "finished_draws": 0, "divergences": 0, "step_size": 0.0}
"""What a message leaves out where it is zero."""


def state_of(fit: Mapping[str, Any]) -> str:
    """Where it is, without the enum's prefix."""
    return str(fit["state"]).removeprefix("FIT_STATE_")


def events(fit: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What to show of a fit that has changed.

    Parameters
    ----------
    fit : mapping
        As `fit_places` tells it.
    """
    if chains := fit.get("chain_progress"):
        yield {"event": "progress", "chains": [{**_CHAIN, **chain} for chain in chains]}
    elif state_of(fit) in ("QUEUED", "RUNNING"):
        yield {"event": "stage", "text": f"fit {_bare(fit['name'])}: {fit['stage']}"}


def list_text(fits: Sequence[Mapping[str, Any]]) -> str:
    """A line for each fit."""
    rows = [
        (_bare(fit["name"]), state_of(fit), fit["as_of"], fit["draws"], fit["created_at"][:16] + "Z", outcome(fit))
        for fit in fits
    ]
    return columns(_HEADER, rows, _RIGHT) if rows else "no fits; ask a server for one: timelines fit --server HOST:PORT"


def fit_text(fit: Mapping[str, Any]) -> str:
    """Everything of one fit."""
    pairs: list[tuple[str, object]] = [("fit", _bare(fit["name"])), ("state", state_of(fit)), ("stage", fit["stage"])]
    pairs += [(name.replace("_", " "), fit[name]) for name in ("as_of", "data_cutoff", "only") if name in fit]
    pairs += [(name, fit.get(name, 0)) for name in ("draws", "tune", "chains", "seed", "attempts")]
    pairs += [(name.replace("_", " "), fit[name]) for name in ("made_by", "created_at", "started_at") if name in fit]
    pairs += [("ended at", fit["ended_at"])] if "ended_at" in fit else []
    for chain in ({**_CHAIN, **one} for one in fit.get("chain_progress", ())):
        said = f"{chain['finished_draws']} of {chain['total_draws']}, {chain['divergences']} divergences"
        pairs.append((f"{chain['model']} chain {chain['chain'] + 1}", f"{said}, step {chain['step_size']:.2g}"))
    if "eta_seconds" in fit:
        pairs.append(("until sampled", f"{fit['eta_seconds']:.0f} s"))
    return fields([*pairs, ("outcome", outcome(fit))])


def outcome(fit: Mapping[str, Any]) -> str:
    """What came of it, in one line; empty while it goes on."""
    if "posterior" not in fit:
        return str(fit.get("message", ""))
    name = fit["posterior"].removeprefix("posteriors/")
    status = fit["posterior_status"].removeprefix("POSTERIOR_STATUS_")
    return f"posterior {name}: {status}{', current since' if fit.get('became_current') else ''}"


def ended_text(fit: Mapping[str, Any]) -> str:
    """How a fit has ended, in a few lines.

    Parameters
    ----------
    fit : mapping
        One that has a posterior.
    """
    name, status = fit["posterior"].removeprefix("posteriors/"), fit["posterior_status"]
    lines = [
        f"{name}: {status.removeprefix('POSTERIOR_STATUS_')}",
        *(f"  {why}" for why in fit.get("gate_reasons", ())),
    ]
    if fit.get("became_current"):
        lines.append("It is current now: the server answers from it.")
    elif state_of(fit) == "SUCCEEDED":
        lines.append(fit.get("message") or f"Questions as of {fit['as_of']} find it; the current posterior stays.")
    return "\n".join(lines)


def _bare(name: str) -> str:
    return name.removeprefix("fits/")
