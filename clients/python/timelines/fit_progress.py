"""The progress of a fit: a bar where standard error is a terminal, a line now and then elsewhere, or a callback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from timelines.fits import Fit

Progress = Callable[[Fit], object]

WIDTH = 24
LINES = 4
"""How many lines a model takes where there is no terminal."""


@contextmanager
def shown(progress: Progress | bool | None) -> Iterator[Progress]:
    """What to call with a fit whenever it has changed.

    Parameters
    ----------
    progress : callable or bool or None
        To be called; True to show it on standard error, None where that is a terminal, False for nothing.
    """
    terminal = sys.stderr is not None and sys.stderr.isatty()
    if callable(progress):
        yield progress
    elif progress is False or (progress is None and not terminal):
        yield lambda fit: None
    else:
        with _bar() if terminal else _lines() as show:
            yield show


@contextmanager
def saying_what_goes_on(fit: Fit) -> Iterator[None]:
    """On Ctrl-C, say that the fit goes on at the server, and how to find it again."""
    try:
        yield
    except KeyboardInterrupt:
        calls = f"client.watch_fit({fit.name!r}), client.cancel_fit({fit.name!r})"
        sys.stderr.write(f"\nInterrupted here; fit {fit.name} goes on at the server: {calls}\n")
        raise


def words(fit: Fit) -> str:
    """How a fit is, in one line.

    Parameters
    ----------
    fit : Fit
        As it is now.
    """
    chains = fit.chain_progress
    if fit.ended:
        return f"{fit.state}: {fit.posterior or fit.message}"
    if not chains:
        return fit.stage
    divergences = sum(chain.divergences for chain in chains)
    left = "" if fit.eta_s is None else f", {fit.eta_s:.0f} s left"
    return f"{chains[0].model} {_share(fit):.0%}, {divergences} divergences{left}"


def _share(fit: Fit) -> float:
    done, total = (sum(getattr(one, key) for one in fit.chain_progress) for key in ("finished_draws", "total_draws"))
    return done / total if total else 0.0


@contextmanager
def _bar() -> Iterator[Progress]:
    def show(fit: Fit) -> None:
        bar = ""
        if fit.chain_progress:
            full = round(WIDTH * _share(fit))
            bar = f"[{'#' * full}{'.' * (WIDTH - full)}] "
        sys.stderr.write(f"\r\x1b[Kfit {fit.name} {bar}{words(fit)}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\n")


@contextmanager
def _lines() -> Iterator[Progress]:
    last: tuple[str, int] | None = None

    def show(fit: Fit) -> None:
        nonlocal last
        now = (fit.stage if not fit.ended else fit.state, int(LINES * _share(fit)))
        if now != last:
            last = now
            sys.stderr.write(f"fit {fit.name} {words(fit)}\n")

    yield show
