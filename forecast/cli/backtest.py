"""`timelines backtest`: refit as of past dates, score what came after, print and store the tables."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.evaluation.calibration import Summary
    from forecast.experiments.backtest import Backtest

Told = Callable[[int, int, str], None]

_HEADER = (
    *("origins", "years", "n", "n eff", "CRPS", "line", "runs on line", "log", "50 %", "80 %", "95 %"),
    *("80 % width", "rms error", "median error"),
)


@click.command()
@click.option("--origins", metavar="YEARS", help="Only these year-ends, such as 2016,2020; losses are left out then.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the tables go (default: the stored results).")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=min(2, os.cpu_count() or 1),
    show_default=True,
    help="Processes side by side.",
)
@click.option("--draws", type=click.IntRange(50, 100_000), help="Draws per chain (default: as for the stored results).")
@click.option("--tune", type=click.IntRange(50, 100_000), help="Warm-up per chain (default: the same).")
def backtest(origins: str | None, out: Path | None, jobs: int, **counts: int | None) -> None:
    """Refit as of past year-ends, forecast what came after, score it beside straight lines.

    An interrupted backtest goes on where it stopped. Stored are scores.csv, summary.csv, fits.csv, provenance.json.
    """
    years = _years(origins)
    if out is None and origins is not None:
        raise InputError(
            "some origins alone would replace the stored results of all: say where with --out", field="out"
        )
    from forecast.inference.sampling import prepare_environment
    from forecast.posterior.state import state_folder

    state = state_folder()
    prepare_environment(state.compile_cache)  # before anything imports the sampler; the processes inherit it
    plan = _plan(state.root / "backtest", years, counts)
    summaries, folder = _run_and_store(plan, jobs, out)
    click.echo(table(summaries))
    click.echo(_notes(folder))


def _years(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        return [int(year) for year in text.split(",")]
    except ValueError:
        raise InputError(f"--origins {text!r} is no list of years: write it as 2016,2020", field="origins") from None


def _plan(checkpoints: Path, years: list[int] | None, counts: Mapping[str, int | None]) -> Backtest:
    from dataclasses import replace

    from forecast.experiments.backtest import Backtest
    from forecast.experiments.origins import ORIGINS, origins_of
    from forecast.experiments.refits import SETTINGS

    chosen: dict[str, Any] = {name: count for name, count in counts.items() if count is not None}
    settings = replace(SETTINGS, **chosen)
    return Backtest(
        checkpoints, ORIGINS if years is None else origins_of(years), losses=years is None, settings=settings
    )


def _run_and_store(plan: Backtest, jobs: int, out: Path | None) -> tuple[list[Summary], Path]:
    from forecast.evaluation.calibration import STORED
    from forecast.experiments.backtest import run
    from forecast.experiments.storing import store

    with _progress() as told:
        results = run(plan, jobs, told)
    folder = out or STORED
    return store(folder, plan, results), folder


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar where standard error is a terminal, a line for every finished task elsewhere."""
    if not sys.stderr.isatty():
        yield lambda finished, total, text: click.echo(f"{finished} of {total} done  {text}".rstrip(), err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("refitting", total=None)

        def told(finished: int, total: int, text: str) -> None:
            progress.update(task, completed=finished, total=total, description=text or "refitting")

        yield told


def table(summaries: Sequence[Summary]) -> str:
    """The model's scores as text: a heading a quantity, a line a window, the baselines' CRPS beside the model's."""
    from forecast.evaluation.calibration import MODEL

    mine = [summary for summary in summaries if summary.forecaster == MODEL]
    cells = [_cells(summary, summaries) for summary in mine]
    widths = [max(len(row[column]) for row in (_HEADER, *cells)) for column in range(len(_HEADER))]
    lines, heading = [_aligned(_HEADER, widths)], ""
    for summary, row in zip(mine, cells, strict=True):
        if heading != (heading := _heading(summary)):
            lines.append(heading)
        lines.append(_aligned(row, widths))
    return "\n".join(lines)


def _heading(summary: Summary) -> str:
    from forecast.evaluation.calibration import QUANTITIES

    quantity = QUANTITIES[summary.quantity]
    return f"{quantity.words}{summary.part and f', {summary.part}'} ({quantity.unit})"


def _cells(summary: Summary, summaries: Sequence[Summary]) -> tuple[str, ...]:
    from forecast.evaluation.calibration import BASELINES, QUANTITIES, baseline_crps

    decimals = 4 if QUANTITIES[summary.quantity].unit == "ln" else 3
    crps = [summary.crps, *(baseline_crps(summary, summaries, name) for name in BASELINES)]
    coverage = [f"{100 * share:.0f}" for share in (summary.inside_50, summary.inside_80, summary.inside_95)]
    errors = [_number(value, decimals) for value in (summary.width_80, summary.rms_error, summary.median_error)]
    counts = (str(summary.n), f"{summary.effective_n:.0f}")
    scores = [*(_number(value, decimals) for value in crps), _number(summary.log_score)]
    return (summary.window, summary.years, *counts, *scores, *coverage, *errors)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    return "  ".join(["", *left, *(c.rjust(w) for c, w in zip(row[2:], widths[2:], strict=True))]).rstrip()


def _number(value: float, decimals: int = 3) -> str:
    return "" if math.isnan(value) else f"{value:.{decimals}f}"


def _notes(folder: Path) -> str:
    from forecast.evaluation import calibration

    lines = [f"line: {calibration.BASELINES['line']}.", f"runs on line: {calibration.BASELINES['runs_on_line']}."]
    lines.append(
        "n eff: how many independent outcomes these dependent ones are worth. oom: log10; ln: natural logarithm."
    )
    fits = calibration.fits(folder)
    lines.append(f"Fits: {sum(fit['status'] == 'PASSED' for fit in fits)} of {len(fits)} passed the gates.")
    lines += [f"  {fit['fit']}: {fit['status']}, {fit['reasons']}" for fit in fits if fit["status"] != "PASSED"]
    pending = calibration.provenance(folder)["pending_origins"]
    lines += [f"Pending: the origin {origin}: {why}." for origin, why in pending.items()]
    return "\n".join([*lines, f"Stored in {folder}"])
