"""`timelines chart`: one chart of a report, for a question of its own, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from forecast.batch.chart_kinds import COUNTS, KINDS, LAYOUTS
from forecast.cli.connection import connected, server_options
from forecast.cli.explain import changed
from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import question_options
from forecast.errors import InputError

EXAMPLES = """\b
timelines chart cost --flop 2e29 --out cost.svg
timelines chart tornado --loss 1.24 --scale kaplan-webtext2 --out tornado.png
timelines chart hindsight --flop 2e29 --as-of 2020-07-27 --out hindsight.html
timelines chart overlay --flop 2e29 --out overlay.svg -- --budget 1e9 -- --budget 1e10"""
FIRST = "as asked"
CHOSEN = tuple(kind.replace("_", "-") for kind in KINDS)


@click.command(name="chart", epilog=EXAMPLES)
@click.argument("kind", type=click.Choice(CHOSEN), metavar="KIND")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Ends in .svg, .png or .html; or .json, its Vega-Lite specification; or .csv, the numbers behind it.",
)
@click.option("--layout", type=click.Choice(LAYOUTS), default="wide", show_default=True, help="Its size.")
@click.option(
    "--colours", type=click.Choice(["light", "dark"]), default="light", show_default=True, help="Its colours."
)
@click.option("--line", "lines", type=float, multiple=True, metavar="USD", help="A budget, of a cost; repeatable.")
@server_options
@question_options
@click.argument("changes", nargs=-1, type=click.UNPROCESSED, metavar="[-- CHANGES]...")
def chart(
    kind: str,
    out: Path,
    layout: str,
    colours: str,
    lines: tuple[float, ...],
    changes: tuple[str, ...],
    **options: Any,
) -> None:
    """Draw the chart of a KIND for a question, to a file.

    KIND is arrival, yearly, frontier-compute, price, spend, algorithms, cost, binding, limits, tornado, budgets, loss
    or hindsight; or of several questions, difference or overlay. Those name their other questions after `--`, by what
    is otherwise in each.
    """
    from forecast.cli.chart_files import Asking, check_file, write

    check_file(out)
    chosen = kind.replace("-", "_")
    if changes and chosen not in COUNTS:
        raise InputError(f"a chart of the kind {kind} is of one question; leave out `--` and what is after it")
    asking = Asking(chosen, _questions(options, changes), layout, colours, lines)
    if options["server"] is None:
        title = write(asking.here(), out)
    else:
        with connected(options) as client:
            title = write(asking.there(client), out)
    click.echo(f"{title}.")
    click.echo(f"Drawn: {out}", err=True)


def _questions(options: Mapping[str, Any], changes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The first question, and each of the others by what is otherwise in it."""
    asked = {FIRST: keywords(dict(options))}
    parts = [list(part) for is_end, part in groupby(changes, lambda word: word == "--") if not is_end]
    for part in parts:
        name = " ".join(word.removeprefix("--") for word in part)
        asked[name] = keywords(changed(dict(options), tuple(part)))
    return asked
