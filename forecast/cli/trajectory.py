"""`timelines trajectory`: one driver or limit by month, with what was observed of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from forecast.cli.gates import tell_gates
from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, showing_options
from forecast.cli.unfit import TARGETS, refuse, without
from forecast.engine.driver_paths import Driver

if TYPE_CHECKING:
    from forecast.engine.fan import Fan

EXAMPLES = """\b
timelines trajectory frontier-compute
timelines trajectory limit-power --scenario slow-price --json
timelines trajectory cost-of-target --loss 0.86 --scale kaplan-webtext2 --chart cost.svg"""
DRIVERS = tuple(driver.replace("_", "-") for driver in get_args(Driver))
UNFIT = {
    "criterion": "a driver is followed, and nothing is reached",
    "inference_usd": "a driver is followed, and nothing is reached",
    "by_years": "every month up to the horizon is shown",
}


@click.command(name="trajectory", epilog=EXAMPLES)
@click.argument("driver", type=click.Choice(DRIVERS), metavar="DRIVER")
@question_options
@showing_options
def trajectory(driver: str, as_json: bool, as_csv: bool, chart: Path | None, **options: Any) -> None:
    """Follow DRIVER by month: quantiles up to the horizon, and the observed points before.

    DRIVER is frontier-compute, price, algorithms or spend; cost-of-target, which needs a target; or what one run can
    have by limit-money, limit-chips, limit-power, limit-data or limit-data-movement. Values are log10 in --json and
    --csv.
    """
    from forecast.forecaster import Forecaster

    check_showing(as_json, as_csv)
    refuse(options, {**UNFIT, **_unfit_of(driver)})
    asked = keywords(options)
    forecaster = Forecaster.load(asked.pop("posterior", None), asked.pop("as_of", None))
    followed: Driver = driver.replace("-", "_")  # type: ignore[assignment]
    if followed == "cost_of_target":
        forecaster.question(**asked)  # which names the target that is missing
    found = forecaster.fan(followed, **asked)
    if chart is not None:
        from forecast.reports.charts import fan_chart

        fan_chart(forecaster, followed, **asked).save(chart)
        click.echo(f"Drawn: {chart}", err=True)
    click.echo(_text(found, as_json, as_csv), nl=False)
    if not as_json:
        tell_gates(found.gate, apart=as_csv)


without(trajectory, UNFIT)


def _unfit_of(driver: str) -> dict[str, str]:
    """What has no part in a driver, beside what the engine refuses itself."""
    unfit: dict[str, str] = {}
    if driver != "cost-of-target":
        unfit |= dict.fromkeys((*TARGETS, "scale"), f"{driver} is the same for every target")
    if driver not in ("cost-of-target", "limit-money"):
        unfit["cost_scope"] = f"{driver} has no budget"
    return unfit


def _text(found: Fan, as_json: bool, as_csv: bool) -> str:
    from forecast.cli import trajectory_words
    from forecast.engine.encode_inverse import trajectory_dict

    if as_json:
        return json.dumps(trajectory_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return trajectory_words.csv(found) if as_csv else trajectory_words.render(found)
