"""`timelines compare`: one question under several scenarios, side by side, beside what others believe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, showing_options
from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.engine.comparison import Comparison

EXAMPLES = """\b
timelines compare baseline no-physical-limits --flop 1e29
timelines compare baseline skeptic --flop 1e29 --overlay 'a friend=2028 to 2045' --chart compare.svg"""
_OF_A_SCENARIO = {"scenario": "--scenario", "sets": "--set", "priors": "--prior", "with_": "--with"} | {
    "without": "--without"
}


@click.command(name="compare", epilog=EXAMPLES)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="NAME=BELIEF|FILE",
    help="What somebody else believes about the date, such as 'Ann=2028 to 2045', 'Ann=@cdf.json'; repeatable.",
)
@question_options
@showing_options
def compare(
    scenarios: tuple[str, ...],
    overlays: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    chart: Path | None,
    **options: Any,
) -> None:
    """Ask one question under several scenarios, by name or file, and show the answers side by side."""
    from forecast.cli.comparing import render

    check_showing(as_json, as_csv)
    for name, option in _OF_A_SCENARIO.items():
        if options[name]:
            raise InputError(f"{option} has no part in a comparison: put it into a scenario's file", field="scenario")
    found = _compared(scenarios, overlays, options)
    if chart is not None:
        _draw(found, chart)
    click.echo(found.to_json() if as_json else found.to_csv() if as_csv else render(found), nl=False)


def _compared(scenarios: tuple[str, ...], overlays: tuple[str, ...], options: dict[str, Any]) -> Comparison:
    from forecast.cli.overlays import overlay_of
    from forecast.engine.comparison import Comparison
    from forecast.engine.question import Target
    from forecast.engine.scenario import Scenario
    from forecast.forecaster import Forecaster

    asked = keywords(options)
    wanted = {name: asked.pop(name, None) for name in ("posterior", "as_of")}
    believed = tuple(overlay_of(text) for text in overlays)
    forecaster = Forecaster.load(**wanted)
    found = [forecaster.scenario(name) for name in scenarios]
    first = next((one for one in found if one.target is not None), Scenario("none", target=Target.training_flop(1.0)))
    question = forecaster.question(**asked, scenario=first)
    return Comparison(forecaster.compare(question, found), believed)


def _draw(found: Comparison, path: Path) -> None:
    from forecast.reports.comparisons import comparison_chart

    comparison_chart(found).save(path)
    click.echo(f"Drawn: {path}", err=True)
