"""`timelines when`: one question, one answer, printed in words, as JSON or as CSV, or drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, resolution_option, showing_options

EXAMPLES = """\b
timelines when --loss 1.24 --scale kaplan-webtext2 --budget 1e9
timelines when --flop 2e29
timelines when --flop 2e25 --criterion on-trend --as-of 2020-07-27
timelines when --flop 1e29 --scenario no-physical-limits
timelines when --flop 1e29 --if 'frontier_compute >= 1e28 by 2028-12-31'"""


@click.command(name="when", epilog=EXAMPLES)
@question_options
@resolution_option
@showing_options
def when(resolution: bool, as_json: bool, as_csv: bool, chart: Path | None, **options: Any) -> None:
    """Forecast when a loss, or an amount of training compute, becomes affordable."""
    from forecast.cli.showing import show
    from forecast.forecaster import Forecaster

    check_showing(as_json, as_csv, resolution)
    asked = keywords(options)
    wanted = {name: asked.pop(name, None) for name in ("posterior", "as_of")}
    asked["limit_effects"] = True
    answer = Forecaster.load(**wanted).when(**asked)
    show(answer, as_json, as_csv, chart, resolution)
