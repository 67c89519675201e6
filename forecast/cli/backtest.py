"""`timelines backtest`: refit as of past dates, score what came after, print and store the tables."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.tasks import open_shared, progress, sharing_options
from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.evaluation.calibration import Summary
    from forecast.executors.executor import Executor
    from forecast.experiments.backtest import Backtest


@click.command()
@click.option("--origins", metavar="YEARS", help="Only these year-ends, such as 2016,2020; losses are left out then.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the tables go (default: the stored results).")
@click.option("--name", help="Store them in the state folder under this name instead.")
@sharing_options
@click.option("--draws", type=click.IntRange(50, 100_000), help="Draws per chain (default: as for the stored results).")
@click.option("--tune", type=click.IntRange(50, 100_000), help="Warm-up per chain (default: the same).")
def backtest(
    origins: str | None,
    out: Path | None,
    name: str | None,
    jobs: int | None,
    cluster: str | None,
    **counts: int | None,
) -> None:
    """Refit as of past year-ends, forecast what came after, score it beside plain forecasters.

    An interrupted backtest goes on where it stopped. Stored are scores.csv, summary.csv, skill.csv, fans.csv, fits.csv,
    law_weights.json and provenance.json; and timing.json where every fit was made anew.
    """
    years, folder = _years(origins), _folder(out, name)
    if folder is None and origins is not None:
        raise InputError(
            "some origins alone would replace the stored results of all: say where with --out", field="out"
        )
    from forecast.inference.sampling import prepare_environment
    from forecast.posterior.state import state_folder

    state = state_folder()
    prepare_environment(state.compile_cache)  # before anything imports the sampler; the processes inherit it
    plan = _plan(state.root / "backtest", years, counts)
    with open_shared(jobs, cluster) as executor:
        summaries, folder = _run_and_store(plan, executor, folder)
    click.echo(_told(summaries, folder))


def _folder(out: Path | None, name: str | None) -> Path | None:
    if name is None:
        return out
    from forecast.evaluation.backtests import place_of

    if out is not None:
        raise InputError("--out and --name both say where the tables go: give one of them", field="name")
    return place_of(name)


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


def _run_and_store(plan: Backtest, executor: Executor, out: Path | None) -> tuple[list[Summary], Path]:
    from forecast.evaluation.calibration import STORED
    from forecast.experiments.backtest import run
    from forecast.experiments.checkpoints import count
    from forecast.experiments.storing import store, store_timing

    began, known = time.monotonic(), count(plan.checkpoints)
    with progress("refitting") as told:
        results = run(plan, executor, told)
    folder = out or STORED
    summaries = store(folder, plan, results)
    if count(plan.checkpoints) - known == sum(len(done.fits) for done in results):
        store_timing(folder, results, time.monotonic() - began, executor.workers)
    return summaries, folder


def _told(summaries: list[Summary], folder: Path) -> str:
    from forecast.cli.backtest_table import skill_table, table
    from forecast.evaluation import skill

    return "\n\n".join(
        [
            table(summaries),
            "Skill, 1 - CRPS / the baseline's on the same outcomes, with its 90 % interval over blocks of origins",
            skill_table(skill.load(folder)),
            _notes(folder),
        ]
    )


def _notes(folder: Path) -> str:
    from forecast.evaluation import calibration, stacking
    from forecast.evaluation.quantities import BASELINES

    lines = [f"{name.replace('_', ' ')}: {words}." for name, words in BASELINES.items()]
    lines.append(
        "n eff: how many independent outcomes these dependent ones are worth. oom: log10; ln: natural logarithm. "
        "bounds: outcomes known as a lower bound b, with -ln P(X >= b) and the CRPS below b."
    )
    if (folder / stacking.LAW_WEIGHTS).is_file():
        weights = stacking.load(folder)
        lines.append(
            f"Stacking gives {weights.floor:.2f} [{weights.low:.2f}, {weights.high:.2f}] to the law with a floor "
            f"and {weights.power_law:.2f} to the power law ({weights.n} held-out losses of {weights.groups} groups)."
        )
    fits = calibration.fits(folder)
    lines.append(f"Fits: {sum(fit['status'] == 'PASSED' for fit in fits)} of {len(fits)} passed the gates.")
    lines += [f"  {fit['fit']}: {fit['status']}, {fit['reasons']}" for fit in fits if fit["status"] != "PASSED"]
    pending = calibration.provenance(folder)["pending_origins"]
    lines += [f"Pending: the origin {origin}: {why}." for origin, why in pending.items()]
    return "\n".join([*lines, f"Stored in {folder}"])
