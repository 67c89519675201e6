"""`timelines sensitivity`: what the answer to a question depends on, without a refit."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.gates import tell_gates
from forecast.cli.listing import columns
from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, showing_options

if TYPE_CHECKING:
    from forecast.engine.sensitivity_answer import InformationValue, Sensitivity

EXAMPLES = """\b
timelines sensitivity --flop 1e29
timelines sensitivity --loss 1.24 --scale kaplan-webtext2 --budget 1e9 --inputs 5 --chart tornado.svg"""


@click.command(name="sensitivity", epilog=EXAMPLES)
@click.option("--inputs", type=int, default=10, show_default=True, metavar="N", help="How many inputs to tell of.")
@click.option("--shapley/--no-shapley", default=True, show_default=True, help="Share the variance out between blocks.")
@question_options
@showing_options
def sensitivity(inputs: int, shapley: bool, as_json: bool, as_csv: bool, chart: Path | None, **options: Any) -> None:
    """Say what an answer depends on, where its spread comes from, and what would be worth knowing."""
    from forecast.forecaster import Forecaster

    check_showing(as_json, as_csv)
    asked = keywords(options)
    wanted = {name: asked.pop(name, None) for name in ("posterior", "as_of")}
    forecaster = Forecaster.load(**wanted)
    found = forecaster.sensitivity(forecaster.question(**asked), inputs=inputs, shapley=shapley)
    if chart is not None:
        _draw(found, chart)
    click.echo(found.to_json() if as_json else _csv(found) if as_csv else render(found), nl=False)
    if not as_json:
        tell_gates(found.posterior, apart=as_csv)


def render(found: Sensitivity) -> str:
    """The whole as plain text, ending in a newline."""
    parts = [_head(found), _tornado(found), _effects(found), _worth(found)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(found: Sensitivity) -> str:
    from forecast.engine.words import sentence

    source = found.provenance
    spread = f"Two draws differ by {2 * found.half_difference_years:.3g} years on average"
    where = f"posterior {source.posterior}, {source.draws:,} draws, seed {source.seed}"
    return textwrap.fill(f"{sentence(found.answer)} {spread} ({where}).", 80, break_on_hyphens=False)


def _tornado(found: Sensitivity) -> str:
    from forecast.engine.input_words import date_words, value_words

    def cell(outcome: float, value: float, unit: str, last: bool = False) -> str:
        when = date_words(outcome, found.horizon, found.answer.cdf.decimal_year[0])
        name, _, year = when.partition(" ")
        short = f"{name[:3]} {year}" if year.isdigit() and name != "beyond" else when
        told = value_words(value, unit).replace(" per petaflop/s-day", "/PFd")
        return f"{short} ({told.removesuffix(f' {unit}') if last else told})"  # the unit stands in the cell before

    rows = [
        (
            bar.input,
            cell(bar.median_low, bar.low_value, bar.unit),
            cell(bar.median_high, bar.high_value, bar.unit, last=True),
        )
        for bar in found.tornado
    ]
    title = "The median where an input is in its lowest and in its highest fifth"
    table = columns(("input", "where low", "where high"), rows)
    return f"{title}\n{textwrap.indent(table, '  ')}" if rows else ""


def _effects(found: Sensitivity) -> str:
    rows = [
        (effect.block, f"{effect.effect:.1%}", f"{effect.mcse:.1%}", f"{effect.first_order:.1%}")
        for effect in found.shapley
    ]
    title = "Shares of the variance by independent block (Shapley effects, and their error)"
    header = ("block", "share", "error", "alone")
    table = columns(header, [tuple(cell.replace("%", " %") for cell in row) for row in rows], right=header[1:])
    return f"{title}\n{textwrap.indent(table, '  ')}" if rows else ""


def _worth(found: Sensitivity) -> str:
    listed = [
        textwrap.fill(
            f"{value.fall_years:.2f} years (error {value.mcse_years:.2f}{_narrower(value)}). {value.words}",
            80,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        for value in found.information
    ]
    title = "What knowing would take off half the difference of two draws"
    return "\n".join([title, *listed]) if listed else ""


def _narrower(value: InformationValue) -> str:
    fall = value.width_80_fall_years
    return "" if fall is None else f"; 80 % interval narrower by {fall:.1f}"


def _csv(found: Sensitivity) -> str:
    """One row for each bar of the tornado."""
    names = ("input", "unit", "low_value", "high_value", "median_low", "median_high", "p_low", "p_high")
    rows = [",".join(_cell(getattr(bar, name)) for name in names) for bar in found.tornado]
    return "\n".join([",".join(names), *rows]) + "\n"


def _cell(value: str | float) -> str:
    return repr(value) if isinstance(value, float) else value


def _draw(found: Sensitivity, path: Path) -> None:
    from forecast.reports.tornado import tornado_chart

    tornado_chart(found).save(path)
    click.echo(f"Drawn: {path}", err=True)
