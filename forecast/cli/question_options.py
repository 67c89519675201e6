"""The options of a question and of how its answer is shown: one list for `timelines when` and `timelines ask`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import click

from forecast.engine.question import DEFAULT_HORIZON, DEFAULT_SEED
from forecast.errors import InputError
from forecast.priors import LogNormal

PRICE_BASES = {"realised": "realised", "list-rental": "list_rental", "amortized": "amortized_purchase"}
_HALVING_INTERVAL = re.compile(r"(\d+\.?\d*)\.\.(\d+\.?\d*)(?:mo)?")

_QUESTION = (
    click.option("--loss", type=float, metavar="V", help="A loss in nats per token, on --scale."),
    click.option("--scale", metavar="NAME", help="The loss's scale, such as kaplan-webtext2."),
    click.option("--flop", type=float, metavar="V", help="FLOP of one training run."),
    click.option("--gpt3", type=float, metavar="V", help="A multiple of GPT-3's compute, 3.14e23 FLOP."),
    click.option("--budget", type=float, metavar="USD", help="A fixed sum in constant 2023 US dollars."),
    click.option("--payer", type=click.Choice(["frontier-spend"]), help="Who pays, without --budget: the default."),
    click.option(
        "--criterion",
        type=click.Choice(["affordable", "on-trend"]),
        default="affordable",
        show_default=True,
        help="The payer can buy it, or the frontier of compute reaches it.",
    ),
    click.option("--law", metavar="pooled|mixture|NAME", help="The scaling law of a loss.  [default: pooled]"),
    click.option(
        "--noise", type=float, metavar="V", help="Relative noise of a published law in the pool.  [default: 0.01]"
    ),
    click.option(
        "--algorithms",
        metavar="off|8mo|16mo|LOW..HIGH",
        help="Halving time of the compute that a loss needs, or the 90 % interval of your own prior in months."
        "  [default: 8mo for a loss, else off]",
    ),
    click.option(
        "--price",
        type=click.Choice(list(PRICE_BASES)),
        default="realised",
        show_default=True,
        help="Which price of compute is meant.",
    ),
    click.option("--as-of", metavar="DATE", help="Start of the forecast; needs a posterior of that date."),
    click.option("--posterior", metavar="NAME", help="A posterior by name, instead of the current one."),
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

Command = Callable[..., Any]


def question_options(command: Command) -> Command:
    """A command with the options of a question."""
    return _with(_QUESTION, command)


def showing_options(command: Command) -> Command:
    """A command with the options of how an answer is shown."""
    return _with(_SHOWING, command)


def _with(options: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    return reduce(lambda made, option: option(made), reversed(options), command)


def keywords(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a question as keywords of `Forecaster.when`, which the client's `when` shares.

    Parameters
    ----------
    options : mapping
        What click parsed; `as_of` and `posterior` are None where they are not given.
    """
    return {
        "loss": options["loss"],
        "scale": options["scale"],
        "flop": options["flop"],
        "gpt3": options["gpt3"],
        "budget_usd": options["budget"],
        "payer": options["payer"] and options["payer"].replace("-", "_"),
        "criterion": options["criterion"].replace("-", "_"),
        "law": options["law"],
        "noise": options["noise"],
        "algorithms": algorithms_option(options["algorithms"]),
        "price": PRICE_BASES[options["price"]],
        **{name: options[name] for name in ("as_of", "posterior", "horizon", "seed", "max_draws")},
        **{name: options[name] for name in ("quantiles", "by_years") if options[name]},
    }


def algorithms_option(text: str | None) -> str | LogNormal | None:
    """A name as it is; `LOW..HIGH` as the log-normal with that 90 % interval of the halving time in months.

    Raises
    ------
    InputError
        When LOW is not under HIGH and above 0.
    """
    found = _HALVING_INTERVAL.fullmatch(text or "")
    if found is None:
        return text
    low, high = float(found[1]), float(found[2])
    if not 0 < low < high:
        raise InputError(
            f"--algorithms is {text!r}; give LOW..HIGH in months, 0 < LOW < HIGH", field="algorithms.prior"
        )
    return LogNormal.from_interval(low, high, "the asker's")


def check_showing(as_json: bool, as_csv: bool) -> None:
    """Refuse two forms of one answer.

    Raises
    ------
    InputError
        When both are asked for.
    """
    if as_json and as_csv:
        raise InputError("--json and --csv are both given; choose one", field="json")
