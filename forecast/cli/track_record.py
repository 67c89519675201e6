"""`timelines track-record`: what each release forecast before it could be known, added to and scored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from forecast.engine.question import Question
    from forecast.forecaster import Forecaster

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_FILE = click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The track record (default: the one that comes with the package).",
)


@click.group(invoke_without_command=True)
@_FILE
@_JSON
@click.pass_context
def track_record(context: click.Context, file: Path | None, as_json: bool) -> None:
    """Show the track record: every release's headline forecasts, as they were made.

    Only this file is prospective. Rows are only ever added at its end, and each is sealed by a digest over the one
    before, so that a changed row is noticed: the file is then refused.
    """
    from forecast.evaluation.track_record import STORED, load, record_dict

    context.obj = file or STORED
    if context.invoked_subcommand is not None:
        return
    from forecast.cli.track_words import record_text

    entries = load(context.obj)
    click.echo(_json(record_dict(entries)) if as_json else record_text(entries), nl=False)


@track_record.command()
@click.option("--posterior", metavar="NAME|URL", help="A posterior, instead of the shipped reference.")
@click.option(
    "--recorded-on", metavar="DATE", help="The day that goes on record (default: the posterior's as-of date)."
)
@click.pass_obj
def add(file: Path, posterior: str | None, recorded_on: str | None) -> None:
    """Append what this version forecasts: the headline, and the next years of compute, spend and price.

    A forecast that is on record for this version and posterior is refused; then nothing is added.
    """
    import forecast
    from forecast.engine.checks import parse_day
    from forecast.evaluation.track_record import append, check_new, on_record
    from forecast.forecaster import Forecaster
    from forecast.posterior import selection

    day = None if recorded_on is None else parse_day(recorded_on, "recorded_on")
    forecaster = Forecaster.load(posterior or selection.reference().name)
    check_new(forecast.__version__, forecaster.posterior.name, day or forecaster.posterior.as_of, file)
    added = append(on_record(forecaster, _headline(forecaster), forecast.__version__, day), file)
    click.echo(f"Added {len(added)} forecasts of {added[0].release}, recorded on {added[0].recorded_on}, to {file}")
    click.echo(f"Last digest: {added[-1].digest}")


@track_record.command()
@click.option("--facts", metavar="NAME|URL", help="The posterior whose points are the facts (default: the reference).")
@_JSON
@click.pass_obj
def score(file: Path, facts: str | None, as_json: bool) -> None:
    """Score what facts have settled, and list what waits and until when.

    Facts are the observed points of a later posterior. Events are scored by Brier and log score, dates by CRPS and by
    their place in the forecast, dates that have not come by the logarithm of the probability of having to wait so long.
    """
    from forecast.cli.track_words import scores_text
    from forecast.evaluation.track_record import Facts, load, scores, scores_dict
    from forecast.posterior import selection
    from forecast.posterior.fetching import find

    known = Facts.of(find(facts or selection.reference().name))
    scored = scores(known, load(file))
    click.echo(_json(scores_dict(scored, known)) if as_json else scores_text(scored, known), nl=False)


def _headline(forecaster: Forecaster) -> list[Question]:
    """The questions of the headline, as `timelines forecast` asks them."""
    from forecast.reports.tables import headline

    return [answer.question for row in headline(forecaster).rows for answer in row.answers.values()]


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
