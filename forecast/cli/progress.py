"""The progress of a fit: one bar a chain on a terminal, a line a tenth elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

Show = Callable[[Mapping[str, Any]], None]


@contextmanager
def silent() -> Iterator[Show]:
    """Show nothing."""
    yield lambda event: None


@contextmanager
def live() -> Iterator[Show]:
    """Bars where standard error is a terminal, plain lines elsewhere."""
    with _bars() if sys.stderr.isatty() else _lines() as show:
        yield show


@contextmanager
def _lines() -> Iterator[Show]:
    shown: dict[str, int] = {}

    def show(event: Mapping[str, Any]) -> None:
        if event["event"] == "stage":
            click.echo(event["text"], err=True)
            return
        model, share, divergences = _totals(event)
        if share // 25 > shown.get(model, -1):
            shown[model] = share // 25
            click.echo(f"{model}: {share:3d} % sampled, {divergences} divergences", err=True)

    yield show


def _totals(event: Mapping[str, Any]) -> tuple[str, int, int]:
    chains = event["chains"]
    finished, total = (sum(chain[key] for chain in chains) for key in ("finished_draws", "total_draws"))
    return chains[0]["model"], 100 * finished // total, sum(chain["divergences"] for chain in chains)


@contextmanager
def _bars() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def show(event: Mapping[str, Any]) -> None:
            if event["event"] == "stage":
                progress.console.print(event["text"])
                return
            for chain in event["chains"]:
                name = f"{chain['model']} chain {chain['chain'] + 1}"
                if name not in tasks:
                    tasks[name] = progress.add_task(name, total=chain["total_draws"], note="")
                note = f"step {chain['step_size']:.2g}, {chain['divergences']} divergences"
                progress.update(tasks[name], completed=chain["finished_draws"], note=note)

        yield show
