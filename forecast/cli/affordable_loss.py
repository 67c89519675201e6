"""`timelines affordable-loss`: the lowest loss that a payer can buy on a day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, showing_options
from forecast.cli.unfit import TARGETS, refuse, without
from forecast.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecast.engine.inverse import AffordableLoss

EXAMPLES = """\b
timelines affordable-loss --on 2030-01-01 --scale kaplan-webtext2
timelines affordable-loss --on 2030-01-01 --on 2040-01-01 --scale kaplan-webtext2 --budget 1e9
timelines affordable-loss --on 2035-01-01 --scale chinchilla-massivetext --chart loss.svg"""
UNFIT = {
    **dict.fromkeys(TARGETS, "the loss is what is asked for"),
    "inference_usd": "training is what is paid for",
    "by_years": "the days are given by --on",
}


@click.command(name="affordable-loss", epilog=EXAMPLES)
@click.option("--on", "days", multiple=True, required=True, metavar="DATE", help="A day, YYYY-MM-DD; repeatable.")
@question_options
@showing_options
def affordable_loss(days: tuple[str, ...], as_json: bool, as_csv: bool, chart: Path | None, **options: Any) -> None:
    """Say which loss on --scale a payer can buy on a day.

    The probabilities are those of a loss at or under the value. With several days, --json prints a list.
    """
    from forecast.forecaster import Forecaster

    check_showing(as_json, as_csv)
    refuse(options, UNFIT)
    if options["scale"] is None:
        raise InputError("--scale is missing: a loss means nothing without it", field="scale")
    asked = keywords(options)
    forecaster = Forecaster.load(asked.pop("posterior", None), asked.pop("as_of", None))
    question = forecaster.question(**asked, loss=1.0)
    found = [forecaster.affordable_loss(question, day) for day in days]
    if chart is not None:
        from forecast.reports.inverse_charts import loss_chart

        loss_chart(forecaster, asked, days, options["scale"]).save(chart)
        click.echo(f"Drawn: {chart}", err=True)
    click.echo(_text(found, as_json, as_csv), nl=False)


without(affordable_loss, UNFIT)


def _text(found: Sequence[AffordableLoss], as_json: bool, as_csv: bool) -> str:
    from forecast.cli import inverse_words
    from forecast.engine.encode_inverse import affordable_loss_dict

    if as_json:
        told = [affordable_loss_dict(one) for one in found]
        return json.dumps(told if len(told) > 1 else told[0], indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return inverse_words.losses_csv(found) if as_csv else inverse_words.losses(found)
