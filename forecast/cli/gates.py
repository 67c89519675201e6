"""A posterior that its gates did not pass says so beside every answer that does not say it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from forecast.cli.layout import filled

if TYPE_CHECKING:
    from forecast.engine.parts import PosteriorStatus
    from forecast.posterior.artefact import Posterior


def gate_text(posterior: Posterior | PosteriorStatus) -> str:
    """`Posterior NAME is FLAGGED: why.`; empty for one that passed."""
    if posterior.status == "PASSED":
        return ""
    return filled(f"Posterior {posterior.name} is {posterior.status}: {'; '.join(posterior.reasons)}.")


def tell_gates(posterior: Posterior | PosteriorStatus, *, apart: bool) -> None:
    """Print that line below a text; apart from data, on standard error."""
    if text := gate_text(posterior):
        click.echo(text if apart else f"\n{text}", err=apart)
