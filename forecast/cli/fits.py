"""`timelines fit list|show|watch|cancel`, and a fit that a server makes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from forecast.cli.connection import connected, server_options
from forecast.cli.fit_places import Told, as_told, opened
from forecast.cli.fit_words import ended_text, events, fit_text, list_text, outcome, state_of
from forecast.errors import FitError, InputError

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON, as the service's messages are.")
NAME = click.argument("name")
STATES = click.Choice(["queued", "running", "succeeded", "refused", "failed", "cancelled"])


@click.command(name="list")
@click.option("--state", "states", type=STATES, multiple=True, help="Only those; may be given several times.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="The newest N.")
@JSON
@server_options
def list_(states: tuple[str, ...], limit: int, as_json: bool, **options: Any) -> None:
    """List fits that servers were asked for, the newest first."""
    with opened(options) as place:
        found = place.newest(limit, tuple(state.upper() for state in states))
    click.echo(_json(found) if as_json else list_text(found))


@click.command()
@NAME
@JSON
@server_options
def show(name: str, as_json: bool, **options: Any) -> None:
    """Show the fit NAME: how far each chain is, or how it ended."""
    with opened(options) as place:
        found = place.get(name)
    click.echo(_json(found) if as_json else fit_text(found))


@click.command()
@NAME
@JSON
@server_options
def watch(name: str, as_json: bool, **options: Any) -> None:
    """Follow the fit NAME to its end; exit code 0 if it succeeded."""
    with opened(options) as place:
        ended = _followed(place.watch(name), as_json)
    _tell([ended], as_json)


@click.command()
@NAME
@JSON
@server_options
def cancel(name: str, as_json: bool, **options: Any) -> None:
    """Cancel the fit NAME: one that waits at once, one that runs within a second."""
    with opened(options) as place:
        told = place.cancel(name)
    if as_json:
        click.echo(_json(told))
    elif state_of(told) == "RUNNING":
        click.echo(f"{name} is being cancelled")
    else:
        click.echo(f"{name}: {state_of(told)} {outcome(told)}")


def at_server(requests: Sequence[Mapping[str, Any]], as_json: bool, options: Mapping[str, Any]) -> None:
    """Have a server make fits, one after the other, and follow each to its end.

    Parameters
    ----------
    requests : sequence of mapping
        `as_of`, `data_cutoff`, `only`, `draws`, `tune`, `chains` and `seed` of each.
    as_json : bool
        Print them as JSON, without progress.
    options : mapping
        Of the connection.

    Raises
    ------
    FitError
        When one of them did not succeed.
    """
    ended = []
    with connected(options) as client:
        made = [client.create_fit(**request) for request in requests]
        for fit in made:
            try:
                ended.append(_followed((as_told(one.raw) for one in client.watch_fit(fit)), as_json))
            except KeyboardInterrupt:
                where = f"{fit.name} --server {options['server']}"
                click.echo(f"Interrupted here; the fit goes on: timelines fit watch|cancel {where}", err=True)
                raise
    _tell(ended, as_json)


def refuse_local(given: Mapping[str, Any]) -> None:
    """Refuse options about files and machines here together with `--server`.

    Raises
    ------
    InputError
        Naming the option.
    """
    for name in ("tables", "cluster"):
        if given[name] is not None:
            message = f"--{name} is about this machine, and --server fits on its own tables: leave one of them out"
            raise InputError(message, field=name)


def _followed(changes: Iterable[Told], quiet: bool) -> Told:
    """The fit as it ended."""
    from forecast.cli.progress import live, silent

    fit: Told = {}
    said = ""
    with silent() if quiet else live() as tell:
        for fit in changes:
            for event in events(fit):
                if event.get("text", "") != said or event["event"] == "progress":
                    tell(event)
                said = event.get("text", said)
    return fit


def _tell(fits: Sequence[Told], as_json: bool) -> None:
    """Print how fits have ended; an error for those that did not succeed."""
    for fit in fits:
        if as_json:
            click.echo(_json(fit))
        elif "posterior" in fit:
            click.echo(ended_text(fit))
    wrong = [fit for fit in fits if state_of(fit) != "SUCCEEDED"]
    if wrong:
        told = "; ".join(f"fit {fit['name'].removeprefix('fits/')} {state_of(fit)}: {_why(fit)}" for fit in wrong)
        raise FitError(told)


def _why(fit: Told) -> str:
    if state_of(fit) == "REFUSED":
        return f"{outcome(fit)} by the gates: kept for a look, and never current"
    return str(fit.get("message", "no reason given"))


def _json(told: object) -> str:
    return json.dumps(told, sort_keys=True, indent=2, ensure_ascii=False)
