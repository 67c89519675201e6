"""The work of many tasks: who does it, and its progress, a bar on a terminal and a line for every task elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.executors.executor import Executor

Told = Callable[[int, int, str], None]

JOBS = 2

cluster_option = click.option(
    "--cluster", metavar="ADDRESS", help="Share the work out on a Dask cluster: its scheduler, as tcp://host:8786."
)


def sharing_options[Command: Callable[..., object]](command: Command) -> Command:
    """The options --jobs and --cluster of commands that share fits out."""
    jobs = click.option("--jobs", type=click.IntRange(1, 64), help=f"Processes side by side (default: {JOBS}).")
    return jobs(cluster_option(command))


def open_shared(jobs: int | None, cluster: str | None) -> Executor:
    """Processes of their own for fits, or the cluster.

    Raises
    ------
    InputError
        When both are given, or the cluster cannot be joined.
    """
    if jobs is not None and cluster is not None:
        raise InputError("--jobs are processes of this machine, and --cluster has its own: give one", field="cluster")
    from forecast.executors.executor import open_executor

    return open_executor(cluster, jobs or min(JOBS, os.cpu_count() or 1), apart=True)


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
