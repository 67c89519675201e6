"""`timelines belief`: what was read from a file that holds somebody's belief."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.listing import columns, fields

if TYPE_CHECKING:
    from forecast.families import Distribution

EXAMPLES = """\b
timelines belief metaculus.json
timelines belief slowdown.json --json
timelines when --flop 1e29 --prior power.watts_2030=@power.json"""
PROBABILITIES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_ABOUT = (0.05, 0.5, 0.95)
_USE = "--prior INPUT=@FILE, --slowdown @FILE, --brain-flop-per-s @FILE and --spend-growth @FILE read the same."


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, as a scenario's prior has it.")
def belief(file: Path, as_json: bool) -> None:
    """Show the belief in FILE: its form, its quantiles, and how a scenario would write it.

    FILE holds percentiles, a distribution function as Metaculus has it, an interval as the Direct Approach or AI 2027
    has it, a pair such as `9.84 to 290`, or a distribution of this program; at most 1 MB.
    """
    from forecast.cli.belief_files import read_file
    from forecast.engine.beliefs import belief_json

    form, read = read_file(file)
    click.echo(belief_json(read) if as_json else _described(form, read))


def _described(form: str, read: Distribution) -> str:
    points = read.ppf(PROBABILITIES).tolist()
    table = [(f"{100 * p:g} %", _spelt(value)) for p, value in zip(PROBABILITIES, points, strict=True)]
    about = ", ".join(_spelt(value) for value in read.ppf(_ABOUT).tolist())
    head = [("form", form), ("read as", _family(read)), ("5, 50, 95 %", about)]
    return "\n\n".join([fields(head), columns(("probability", "value"), table, right=("probability", "value")), _USE])


def _family(read: Distribution) -> str:
    from forecast.engine.distributions import distribution_dict

    kind, numbers = next(iter(distribution_dict(read).items()))
    name = kind.replace("_", "-")
    if kind == "tabulated":
        return f"a table of {len(numbers['value'])} values{_outside(numbers['probability'])}"
    if kind == "point":
        return f"one value, {numbers:g}"
    return f"{name}: {', '.join(f'{field} {value:.6g}' for field, value in numbers.items())}"


def _outside(probabilities: list[float]) -> str:
    """The mass below and above a table, where there is any."""
    sides = (("below", probabilities[0]), ("above", 1 - probabilities[-1]))
    told = [f"{100 * mass:.3g} % {side} it" for side, mass in sides if mass > 1e-9]
    return f", {' and '.join(told)}" if told else ""


def _spelt(value: float) -> str:
    if not math.isfinite(value):
        return "above the table" if value > 0 else "below the table"
    return f"{value:.2f}" if 1000 <= abs(value) < 10_000 else f"{value:.4g}"
