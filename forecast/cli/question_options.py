"""The options of a question and of how its answer is shown: one list for every command that asks one."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click

from forecast.engine.question import DEFAULT_HORIZON, DEFAULT_SEED
from forecast.errors import InputError

PRICE_BASES = {"realised": "realised", "list-rental": "list_rental", "amortized": "amortized_purchase"}

Command = Callable[..., Any]
Option = Callable[[Command], Command]


def _number(name: str, about: str, metavar: str = "V") -> Option:
    return click.option(name, type=float, metavar=metavar, help=about)


_TARGET = (
    _number("--loss", "A loss in nats per token, on --scale."),
    click.option("--scale", metavar="NAME", help="The loss's scale, such as kaplan-webtext2."),
    _number("--flop", "FLOP of one training run."),
    _number("--gpt3", "A multiple of GPT-3's compute, 3.14e23 FLOP."),
    _number("--reducible-loss", "Nats per token above the scale's floor."),
    _number("--bits-per-character", "A loss in bits per character, on --scale."),
    _number("--characters-per-token", "Of the scale, where it states none."),
    _number("--indistinguishable-tokens", "Tokens after which a judge tells the model from the scale's text.", "N"),
    _number("--judge-confidence", "Of that judge.  [default: 0.9]", "P"),
    click.option("--slowdown", metavar="LOW..HIGH|@FILE", help="Times more tokens that a human judge needs (90 %)."),
    _number("--brain-seconds", "A brain's FLOP/s times these seconds, such as 1e9.", "S"),
    click.option(
        "--brain-flop-per-s", metavar="LOW..HIGH|@FILE", help="A brain's FLOP/s (90 %).  [default: 1e13..1e17]"
    ),
)
_PAYER = (
    _number("--budget", "A fixed sum in constant 2023 US dollars.", "USD"),
    click.option("--currency-year", type=int, metavar="YEAR", help="The budget is in dollars of this year instead."),
    _number("--nominal-inflation", "The budget is in dollars of the day, which lose this share a year.", "SHARE"),
    _number("--spend", "A growing budget: its sum on --spend-from.", "USD"),
    click.option("--spend-from", metavar="DATE", help="When the growing budget is --spend."),
    click.option("--spend-growth", metavar="V|LOW..HIGH|@FILE", help="Its growth, orders of magnitude a year (90 %)."),
    _number("--spend-ceiling", "The most that it reaches.", "USD"),
    click.option(
        "--payer", type=click.Choice(["frontier-spend", "unlimited"]), help="Who pays, without a budget of your own."
    ),
    click.option(
        "--cost-scope",
        type=click.Choice(["final-run", "with-staff", "development"]),
        help="How much of the cost the budget bears.  [default: final-run]",
    ),
)
_ASSUMED = (
    click.option(
        "--criterion",
        type=click.Choice(["affordable", "on-trend", "inference-affordable"]),
        help="The payer can buy it and no limit forbids it, the frontier of compute reaches it, or 100 pages of it are "
        "cheap enough.  [default: affordable]",
    ),
    _number("--inference-usd", "What 100 pages may cost, for inference-affordable.", "USD"),
    click.option(
        "--law", metavar="pooled|mixture|power-law|NAME", help="The scaling law of a loss.  [default: pooled]"
    ),
    _number("--noise", "Relative noise of a published law in the pool.  [default: 0.01]"),
    _number("--power-law-weight", "Of the form without a floor in the mixture.  [default: 0.06]", "P"),
    click.option(
        "--algorithms",
        metavar="off|8mo|16mo|LOW..HIGH",
        help="Halving time of the compute that a loss needs, or the 90 % interval of your own prior in months."
        "  [default: 8mo for a loss, else off]",
    ),
    _number("--algorithms-ceiling", "The most that they can ever give, orders of magnitude.", "OOM"),
    click.option(
        "--price", type=click.Choice(list(PRICE_BASES)), help="Which price of compute is meant.  [default: realised]"
    ),
    click.option("--scenario", metavar="NAME|FILE", help="What is assumed otherwise; see `timelines scenario list`."),
    click.option("--set", "sets", multiple=True, metavar="INPUT=V", help="Set an input in every draw; repeatable."),
    click.option(
        "--prior", "priors", multiple=True, metavar="INPUT=LOW..HIGH|@FILE", help="Another prior (90 %); repeatable."
    ),
    click.option("--with", "with_", multiple=True, metavar="LIMIT", help="Switch a limit on; repeatable."),
    click.option("--without", multiple=True, metavar="LIMIT", help="Switch a limit off; repeatable."),
    click.option(
        "--if", "condition", metavar="EVENT", help="Only where this holds: 'frontier_compute >= 1e28 by 2028-12-31'."
    ),
)
_HOW = (
    click.option("--as-of", metavar="DATE", help="Start of the forecast; needs a posterior of that date."),
    click.option("--posterior", metavar="NAME|URL", help="A posterior, instead of the current one."),
    click.option("--horizon", metavar="MONTH", default=DEFAULT_HORIZON, show_default=True, help="Last month, YYYY-MM."),
    click.option(
        "--quantile", "quantiles", type=float, multiple=True, metavar="P", help="A quantile; may be repeated."
    ),
    click.option(
        "--by-year", "by_years", type=int, multiple=True, metavar="YEAR", help="P by its end; may be repeated."
    ),
    click.option(
        "--seed", type=int, default=DEFAULT_SEED, show_default=True, metavar="N", help="Seed of the simulation."
    ),
    click.option("--max-draws", type=int, default=4_000, show_default=True, metavar="N", help="Draws to use at most."),
)
_SHOWING = (
    click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON."),
    click.option("--csv", "as_csv", is_flag=True, help="Print the distribution as CSV."),
    click.option("--chart", type=click.Path(dir_okay=False, path_type=Path), help="Draw it to .html, .svg or .png."),
)


def question_options(command: Command) -> Command:
    """A command with the options of a question."""
    return with_options((*_TARGET, *_PAYER, *_ASSUMED, *_HOW), command)


def showing_options(command: Command) -> Command:
    """A command with the options of how an answer is shown."""
    return with_options(_SHOWING, command)


def with_options(options: tuple[Option, ...], command: Command) -> Command:
    """A command with options, in their order."""
    return reduce(lambda made, option: option(made), reversed(options), command)


def check_showing(as_json: bool, as_csv: bool, resolution: bool = False) -> None:
    """Refuse two forms of one answer.

    Raises
    ------
    InputError
        When two are asked for.
    """
    if as_json and as_csv:
        raise InputError("--json and --csv are both given; choose one", field="json")
    if resolution and (as_json or as_csv):
        raise InputError("--resolution is text, and --json or --csv is given too; choose one", field="resolution")


resolution_option = click.option(
    "--resolution", is_flag=True, help="Print how a question platform could resolve the question."
)
