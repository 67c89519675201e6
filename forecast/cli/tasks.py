"""The progress of many tasks: a bar where standard error is a terminal, a line for every finished task elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Told = Callable[[int, int, str], None]


@contextmanager
def progress(doing: str) -> Iterator[Told]:
    """Show how many tasks are finished, of how many, and the one that has just ended.

    Parameters
    ----------
    doing : str
        What the bar says while nothing has ended.
    """
    if not sys.stderr.isatty():
        yield lambda finished, total, text: click.echo(f"{finished} of {total} done  {text}".rstrip(), err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(doing, total=None)

        def told(finished: int, total: int, text: str) -> None:
            bars.update(task, completed=finished, total=total, description=text or doing)

        yield told
