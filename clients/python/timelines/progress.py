"""Progress of a batch: a callable of the caller's, a tqdm bar where tqdm is installed, else one line on stderr."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import aclosing, closing, contextmanager
from importlib import import_module
from time import monotonic
from typing import Any

Progress = Callable[[int, int | None], object]
Report = Callable[[int], object]

LINE_EVERY_S = 0.1


@contextmanager
def reporting(progress: Progress | bool | None, total: int | None) -> Iterator[Report]:
    """What to call with the number of questions done.

    Parameters
    ----------
    progress : callable or bool or None
        Called with (done, total); True for a bar or a line on stderr; None or False for nothing.
    total : int or None
        Number of questions, where it is known.
    """
    if callable(progress):
        yield lambda done: progress(done, total)
    elif progress:
        with _bar(total) as report:
            yield report
    else:
        yield lambda done: None


def reported[Item](
    items: Generator[Item, None, None], progress: Progress | bool | None, total: int | None
) -> Generator[Item, None, None]:
    """The items as they are, counted."""
    with closing(items), reporting(progress, total) as report:
        for done, item in enumerate(items, 1):
            report(done)
            yield item


async def async_reported[Item](
    items: AsyncGenerator[Item, None], progress: Progress | bool | None, total: int | None
) -> AsyncGenerator[Item, None]:
    """The items as they are, counted."""
    done = 0
    async with aclosing(items):
        with reporting(progress, total) as report:
            async for item in items:
                done += 1
                report(done)
                yield item


def total_of(questions: object) -> int | None:
    """How many questions there are, where they say so."""
    return len(questions) if hasattr(questions, "__len__") else None


@contextmanager
def _bar(total: int | None) -> Iterator[Report]:
    try:
        tqdm: Any = import_module("tqdm").tqdm
    except ModuleNotFoundError:
        with _line(total) as report:
            yield report
        return
    with tqdm(total=total, unit="questions") as bar:
        yield lambda done: bar.update(done - bar.n)


@contextmanager
def _line(total: int | None) -> Iterator[Report]:
    last = [0, -LINE_EVERY_S]

    def report(done: int) -> None:
        last[0] = done
        if monotonic() - last[1] >= LINE_EVERY_S:
            last[1] = monotonic()
            _write(done, total)

    try:
        yield report
    finally:
        _write(int(last[0]), total)
        sys.stderr.write("\n")


def _write(done: int, total: int | None) -> None:
    sys.stderr.write(f"\r{done} answered" if total is None else f"\r{done} of {total} answered")
    sys.stderr.flush()
