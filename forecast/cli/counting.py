"""The progress of many small things: a bar with rate and time left on a terminal, a line at each tenth elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Told = Callable[[int, int, str], None]

WINDOW = 20
"""Tellings over which the rate is taken: what was there already passes in a moment, and soon counts no more."""


class Pace:
    """How fast things are done of late.

    Parameters
    ----------
    clock : callable
        Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def add(self, done: int) -> None:
        """Note how many are done now."""
        self._seen.append((self._clock(), done))

    @property
    def rate(self) -> float | None:
        """Things a second; None before there is anything to go by."""
        if len(self._seen) < 2:
            return None
        (began, before), (ended, now) = self._seen[0], self._seen[-1]
        return (now - before) / (ended - began) if ended > began and now > before else None

    def words(self, left: int) -> str:
        """Rate and time left in a few words; empty before there is anything to go by."""
        rate = self.rate
        if rate is None:
            return ""
        per_second = f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
        return f"{per_second} a second" + (f", {duration(left / rate)} left" if left else "")


def duration(seconds: float) -> str:
    """A span of time as people say it: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@contextmanager
def counting(unit: str, clock: Callable[[], float] = time.monotonic) -> Iterator[Told]:
    """Show how many are done, of how many, how fast, and for how long it goes on.

    Parameters
    ----------
    unit : str
        What is counted, such as `questions`.
    clock : callable
        Seconds.

    Yields
    ------
    callable
        To be called with the number done, of all, and words beside it.
    """
    pace = Pace(clock)
    with _bar(unit, pace) if sys.stderr.isatty() else _lines(unit, pace) as told:
        yield told


@contextmanager
def _lines(unit: str, pace: Pace) -> Iterator[Told]:
    shown = -1

    def told(done: int, total: int, words: str) -> None:
        nonlocal shown
        pace.add(done)
        tenth = 10 * done // total if total else 10
        if done and tenth > shown:
            told_so_far = f"{done:,} of {total:,} {unit}"
            click.echo("; ".join(filter(None, (told_so_far, pace.words(total - done), words))), err=True)
        shown = max(shown, tenth)

    yield told


@contextmanager
def _bar(unit: str, pace: Pace) -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(unit, total=None)

        def told(done: int, total: int, words: str) -> None:
            pace.add(done)
            parts = (f"{done:,} of {total:,} {unit}", pace.words(total - done), words)
            bars.update(task, completed=done, total=total, description="; ".join(filter(None, parts)))

        yield told
