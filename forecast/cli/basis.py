"""What an answer rests on and what it comes from, as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.cli.layout import filled, labelled
from forecast.engine.parts import Choice, PosteriorStatus, Provenance


def choices_text(choices: Sequence[Choice], notices: Sequence[str] = ()) -> str:
    """The choices, one labelled paragraph each; what the answer does not say goes below."""
    lines = [labelled(choice.name.replace("_", " "), choice.words) for choice in choices]
    below = [f"\n{filled(notice)}" for notice in notices]
    return "\n".join(["It rests on", *lines, *below])


def source_text(source: Provenance, status: PosteriorStatus, data_notice: str, conditioned: bool = False) -> str:
    """Posterior, simulation and licences; `conditioned` where only the draws under a condition count."""
    counted = f"{source.draws:,} draws{' that meet the condition' if conditioned else ''}"
    told = [
        ("posterior", f"{source.posterior} ({status.status}), data to {source.data_cutoff}"),
        ("simulation", f"{counted}, seed {source.seed}, version {source.code_version}"),
    ]
    if status.reasons:
        told.append((status.status.lower(), "; ".join(status.reasons)))
    if source.hindsight_rows:
        rows = ", ".join(f"{h.rows} rows of {h.table}" for h in source.hindsight_rows)
        told.append(("hindsight", f"{rows} (widened)"))
    told.append(("data", data_notice))
    return "\n".join(["It comes from", *(labelled(*line) for line in told)])
