"""A posterior that its gates did not pass says so beside every answer that does not say it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from forecast.cli.layout import filled

if TYPE_CHECKING:
    from forecast.engine.parts import PosteriorStatus


def gate_text(gate: PosteriorStatus) -> str:
    """`Posterior NAME is FLAGGED: why.`; empty for one that passed."""
    if gate.status == "PASSED":
        return ""
    return filled(f"Posterior {gate.name} is {gate.status}: {'; '.join(gate.reasons)}.")


def tell_gates(gate: PosteriorStatus, *, apart: bool) -> None:
    """Print that line below a text; apart from data, on standard error."""
    if text := gate_text(gate):
        click.echo(text if apart else f"\n{text}", err=apart)
