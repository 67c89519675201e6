"""`timelines draws`: the arrivals behind an answer, draw by draw, as CSV or as ArviZ keeps them."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.gates import tell_gates
from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import question_options
from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.engine.draws import Draws

EXAMPLES = """\b
timelines draws --loss 1.24 --scale kaplan-webtext2 --budget 1e9 --out arrivals.csv
timelines draws --flop 2e29 --out arrivals.nc"""
FORMS = (".csv", ".nc")


@click.command(name="draws", epilog=EXAMPLES)
@question_options
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv|FILE.nc",
    help="Where they go: CSV, or NetCDF as ArviZ reads it.",
)
def draws(out: Path, **options: Any) -> None:
    """Write when each draw becomes affordable to a file: one row for each, in the posterior's order.

    CSV has draw, decimal_year (blank beyond the horizon and for never) and outcome: already, within_horizon,
    beyond_horizon or never. NetCDF has arrival_year and outcome in a group `posterior`, with what would reproduce them.
    """
    from forecast.forecaster import Forecaster
    from forecast.storage.atomic import make_folder, write_bytes

    if out.suffix not in FORMS:
        raise InputError(f"--out is {out.name!r:.80}; give a file that ends in {' or '.join(FORMS)}", field="out")
    asked = keywords(options)
    wanted = {name: asked.pop(name, None) for name in ("posterior", "as_of")}
    forecaster = Forecaster.load(**wanted)
    found = forecaster.draws(forecaster.question(**asked))
    data = csv_text(found).encode() if out.suffix == ".csv" else _netcdf(found)
    make_folder(out.parent)
    write_bytes(out, data)
    click.echo(f"{len(found.decimal_year):,} draws of {found.provenance.posterior}: {out}", err=True)
    tell_gates(found.gate, apart=True)


def csv_text(found: Draws) -> str:
    """Draws as CSV, ending in a newline."""
    from forecast.engine.arrival import POSITIONS

    named = zip(found.decimal_year.tolist(), found.outcome.tolist(), strict=True)
    rows = [
        f"{i},{repr(year) if math.isfinite(year) else ''},{POSITIONS[outcome]}"
        for i, (year, outcome) in enumerate(named)
    ]
    return "\n".join(["draw,decimal_year,outcome", *rows]) + "\n"


def _netcdf(found: Draws) -> bytes:
    from forecast.exports import to_arviz

    tree = to_arviz(found)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "arrivals.nc"
        tree.to_netcdf(file, engine="h5netcdf")
        return file.read_bytes()
