"""`timelines required-budget`: the budget that a target needs by a day, and how likely given budgets are enough."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, showing_options
from forecast.cli.unfit import PAYERS, refuse, without

if TYPE_CHECKING:
    from forecast.engine.inverse import RequiredBudget

EXAMPLES = """\b
timelines required-budget --by 2030-01-01 --flop 1e29
timelines required-budget --by 2030-01-01 --by 2035-01-01 --flop 1e29 --at 1e9 --at 1e10 --at 1e11
timelines required-budget --by 2035-01-01 --loss 0.86 --scale kaplan-webtext2 --chart budget.svg"""
UNFIT = {
    **dict.fromkeys(PAYERS, "the budget is what is asked for"),
    "inference_usd": "training is what is paid for",
    "by_years": "the days are given by --by",
}


@click.command(name="required-budget", epilog=EXAMPLES)
@click.option("--by", "days", multiple=True, required=True, metavar="DATE", help="A day, YYYY-MM-DD; repeatable.")
@click.option(
    "--at",
    "budgets",
    type=float,
    multiple=True,
    metavar="USD",
    help="How likely is this sum enough? Constant 2023 US dollars; repeatable.",
)
@question_options
@showing_options
def required_budget(
    days: tuple[str, ...],
    budgets: tuple[float, ...],
    as_json: bool,
    as_csv: bool,
    chart: Path | None,
    **options: Any,
) -> None:
    """Say which budget makes a target affordable by a day.

    The probabilities are those of the budget being enough, in constant 2023 US dollars. Where chips, power or data
    forbid the run on that day, no budget is enough.
    """
    from forecast.forecaster import Forecaster

    check_showing(as_json, as_csv)
    refuse(options, UNFIT)
    asked = keywords(options)
    forecaster = Forecaster.load(asked.pop("posterior", None), asked.pop("as_of", None))
    question = forecaster.question(**asked)
    found = forecaster.required_budget(question, days, budgets)
    if chart is not None:
        from forecast.reports.inverse_charts import budget_chart

        budget_chart(forecaster, asked, days, budgets).save(chart)
        click.echo(f"Drawn: {chart}", err=True)
    click.echo(_text(found, as_json, as_csv), nl=False)


without(required_budget, UNFIT)


def _text(found: RequiredBudget, as_json: bool, as_csv: bool) -> str:
    from forecast.cli import inverse_words
    from forecast.engine.encode_inverse import required_budget_dict

    if as_json:
        return json.dumps(required_budget_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return inverse_words.budgets_csv(found) if as_csv else inverse_words.budgets(found)
