"""`timelines check`: calibrate the machinery, print the verdicts, store the tables."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli.tasks import open_shared, progress, sharing_options
from forecast.errors import InputError


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Where the tables go (default: the stored results).")
@sharing_options
@click.option(
    "--simulations",
    type=click.IntRange(1, 100_000),
    help="The most of any model (default: 100 to 500, as for the stored results).",
)
def check(out: Path | None, jobs: int | None, cluster: str | None, simulations: int | None) -> None:
    """Check the machinery: that simulated truths are found, and whether single rows or priors decide a fit.

    Simulation-based calibration of every model, leave-one-out, power scaling of priors and data, and predictive checks;
    about half an hour of one processor. An interrupted check goes on where it stopped.
    """
    if out is None and simulations is not None:
        raise InputError(
            "fewer simulations would replace the stored results: say where the tables go with --out", field="out"
        )
    from forecast.evaluation import check_words, checks
    from forecast.inference.sampling import prepare_environment
    from forecast.posterior.state import state_folder

    state = state_folder()
    prepare_environment(state.compile_cache)  # before anything imports the sampler; the processes inherit it
    from forecast.experiments.checks import run, storing

    with open_shared(jobs, cluster) as executor, progress("checking") as told:
        found = run.check(state.root / "checks", executor, told, simulations)
    folder = out or checks.STORED
    storing.store(folder, found)
    click.echo("\n".join([*check_words.verdicts(folder), f"Stored in {folder}"]))
