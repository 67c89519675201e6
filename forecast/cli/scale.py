"""`timelines scale`: the scales on which a loss can be asked for, and a study of one's own as one of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.listing import columns, fields
from forecast.engine.words import number, published_law

if TYPE_CHECKING:
    from forecast.catalogue.named.scales import ScaleRecord
    from forecast.engine.imported import ImportedScale
    from forecast.posterior.artefact import Posterior

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON, as the service's messages are.")
COLUMNS = ("training_flop", "loss_nats_per_token")
_HEADER = ("name", "origin", "corpus", "measured on", "published", "from FLOP", "to FLOP")


@click.group()
def scale() -> None:
    """List, show, import and remove loss scales.

    A loss means nothing without the scale that it is measured on: corpus, tokenizer and evaluation set.
    """


@scale.command(name="list")
@JSON
def list_(as_json: bool) -> None:
    """List every scale that questions to the current posterior can name."""
    from forecast.catalogue.named import scales
    from forecast.catalogue.named.studies import StudyStore

    found = scales.known(_posterior())
    for problem in StudyStore().problems().values():
        click.echo(f"Warning: {problem}", err=True)
    if as_json:
        click.echo(_json([scales.scale_dict(record, points=False) for record in found]))
    else:
        click.echo(columns(_HEADER, [_row(record) for record in found], right=("from FLOP", "to FLOP")))


@scale.command()
@click.argument("name")
@JSON
def show(name: str, as_json: bool) -> None:
    """Show where the scale NAME comes from: its published laws, or the points of an imported study."""
    from forecast.catalogue.named import scales

    record = scales.find(name, _posterior())
    click.echo(_json(scales.scale_dict(record)) if as_json else _description(record))


@scale.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name for questions: 3 to 63 small letters, digits and hyphens.")
@click.option("--corpus", required=True, metavar="TEXT", help="What the models were trained on.")
@click.option("--eval-set", required=True, metavar="TEXT", help="What the loss is measured on.")
@click.option("--source", required=True, metavar="TEXT", help="Where the study was published, or who measured it.")
@click.option("--published-on", required=True, metavar="DATE", help="Forecasts as of an earlier day do not know it.")
@click.option("--tokenizer", default="", metavar="TEXT", help="What a token is, if it is known.")
@click.option("--noise", type=float, help="Relative noise of the points, .0005 to .2.  [default: it is learned]")
@click.option("--check", "check_only", is_flag=True, help="Check everything, keep nothing.")
@JSON
def import_(
    file: Path,
    name: str,
    corpus: str,
    eval_set: str,
    source: str,
    published_on: str,
    tokenizer: str,
    noise: float | None,
    check_only: bool,
    as_json: bool,
) -> None:
    """Make a scale of FILE, a scaling study of your own.

    FILE is a CSV table of 4 to 150 compute-efficient runs with the columns training_flop and loss_nats_per_token;
    other columns are left aside. The law is fitted with the pool of published studies as prior, when it is asked for.
    """
    from forecast.catalogue.named import scales
    from forecast.engine.checks import parse_day
    from forecast.engine.imported import ImportedScale

    day = parse_day(published_on, "published_on")
    study = ImportedScale(name, _points(file), corpus, eval_set, source, day, tokenizer, noise)
    posterior = _posterior()
    kept = scales.import_study(study, posterior, validate_only=check_only)
    if as_json:
        click.echo(_json(scales.scale_dict(scales.of_import(kept))))
    else:
        click.echo(_report(kept, posterior, check_only))


@scale.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove the imported scale NAME; answers that were given on it stay as they are."""
    from forecast.catalogue.named import scales

    scales.remove(name, _posterior())
    click.echo(f"Scale {name} is removed.")


def _posterior() -> Posterior:
    from forecast.posterior import selection

    return selection.current()


def _points(file: Path) -> tuple[tuple[float, float], ...]:
    from forecast.data.raw import read_csv

    rows = read_csv(file, required=COLUMNS)
    return tuple((_number(row[COLUMNS[0]]), _number(row[COLUMNS[1]])) for row in rows)


def _number(cell: str) -> float:
    """The cell as a number; else as it is, for the check that names its row."""
    from forecast.data.raw import number as parsed

    try:
        value = parsed(cell)
    except ValueError:
        value = None
    return cell if value is None else value  # type: ignore[return-value]


def _row(record: ScaleRecord) -> tuple[str, ...]:
    low = number(record.flop_low) if record.flop_low else "?"
    origin = record.origin.replace("_", " ")
    return record.name, origin, record.corpus, record.eval_set, record.published_on, low, number(record.flop_high)


def _description(record: ScaleRecord) -> str:
    noise = "learned" if record.relative_noise is None else f"{100 * record.relative_noise:.3g} %"
    top = [
        ("name", record.name),
        ("origin", record.origin.replace("_", " ")),
        ("corpus", record.corpus),
        ("tokenizer", record.tokenizer or "not known"),
        ("measured on", record.eval_set),
        ("source", record.source),
        ("published", record.published_on),
        ("compute", f"{number(record.flop_low) if record.flop_low else '?'} to {number(record.flop_high)} FLOP"),
        *[("noise", noise) for _ in record.points[:1]],
        *[(f"law {law['name']}", published_law(law)) for law in record.laws],
    ]
    return fields(top) + (f"\n\n{_table(record)}" if record.points else "")


def _table(record: ScaleRecord) -> str:
    rows = [(f"{flop:.6g}", f"{loss:.6g}") for flop, loss in record.points]
    return columns(COLUMNS, rows, right=COLUMNS)


def _report(kept: ImportedScale, posterior: Posterior, check_only: bool) -> str:
    flop = [flop for flop, _ in kept.points]
    done = "passes every check; nothing is kept" if check_only else "is a scale now"
    lines = [f"{kept.name} {done}: {len(flop)} points from {number(min(flop))} to {number(max(flop))} FLOP."]
    if kept.published_on > posterior.as_of:
        lines.append(
            f"The current posterior is as of {posterior.as_of} and does not know a study of {kept.published_on}: make "
            f"a later one with `timelines fit --as-of {kept.published_on}`."
        )
    elif "loss" in posterior.prior_only:
        lines.append(f"The current posterior, as of {posterior.as_of}, has no pool of studies to fit it with.")
    elif not check_only:
        lines.append(f"Ask on it: timelines when --loss {min(loss for _, loss in kept.points):.3g} --scale {kept.name}")
    return "\n".join(lines)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
