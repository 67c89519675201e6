"""`timelines explain`: why two answers differ, shared out exactly between what differs in their questions."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.gates import tell_gates
from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import question_options
from forecast.cli.unfit import PAYERS, TARGETS
from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.engine.explain import Explanation
    from forecast.engine.question import Question
    from forecast.forecaster import Forecaster

EXAMPLES = """\b
timelines explain --flop 1e29 -- --budget 1e9
timelines explain --flop 1e29 --as-of 2020-07-27 -- --as-of 2026-11-20
timelines explain --loss 1.24 --scale kaplan-webtext2 -- --algorithms off --without power"""

TOGETHER = (
    ("scale", *TARGETS),
    PAYERS,
    ("law", "noise", "power_law_weight"),
    ("algorithms", "algorithms_ceiling"),
    ("criterion", "inference_usd"),
    ("posterior", "as_of"),
)
"""Options that say one thing together: where the second question names one of them, the first one's are dropped."""


@click.command(name="explain", epilog=EXAMPLES)
@click.option(
    "--year", type=int, metavar="YEAR", help="For the probability, where there is no median.  [default: 2040]"
)
@click.option("--refit", is_flag=True, help="Fit the models anew to tell dates, data and priors apart: minutes.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@question_options
@click.argument("changes", nargs=-1, type=click.UNPROCESSED, metavar="-- CHANGES")
def explain(year: int | None, refit: bool, as_json: bool, changes: tuple[str, ...], **options: Any) -> None:
    """Explain why the answer to a question differs from the answer after some changes.

    The options before `--` are the first question; those after it say what is otherwise in the second.
    """
    from forecast.forecaster import Forecaster

    if not changes:
        raise InputError("nothing is changed: write the second question's options after `--`", field="after")
    first, second = keywords(options), keywords(changed(options, changes))
    forecaster = Forecaster.load(first.get("posterior"), first.get("as_of"))
    before, after = (forecaster.question(**one) for one in (first, second))
    found = _refitted(forecaster, before, after, year) if refit else forecaster.explain(before, after, year)
    click.echo(found.to_json() if as_json else render(found), nl=False)
    for gate in () if as_json else found.gates:
        tell_gates(gate, apart=False)


def _refitted(forecaster: Forecaster, before: Question, after: Question, year: int | None) -> Explanation:
    from forecast.experiments.explain_refit import explain_refit

    click.echo("Fitting the models on every mixture of what the posteriors were made with ...", err=True)
    return explain_refit(forecaster.ready(before), forecaster.ready(after), year)


def changed(options: dict[str, Any], changes: tuple[str, ...]) -> dict[str, Any]:
    """The options with those of the second question in their place.

    Parameters
    ----------
    options : dict
        As click parsed them.
    changes : tuple of str
        What is otherwise, as it is written after `--`.
    """
    given: dict[str, Any] = {}

    @click.command(name="explain ... --")
    @question_options
    @click.pass_context
    def second(context: click.Context, /, **parsed: Any) -> None:
        """Keep what was written, without the defaults."""
        default = click.core.ParameterSource.DEFAULT
        given.update({name: v for name, v in parsed.items() if context.get_parameter_source(name) is not default})

    second.main(list(changes), standalone_mode=False)
    dropped = {name for names in TOGETHER if given.keys() & set(names) for name in names}
    return {name: None if name in dropped else value for name, value in options.items()} | given


def render(found: Explanation) -> str:
    """The whole as plain text, ending in a newline."""
    lines = [_head(found)]
    for part in found.parts:
        label = f" ({part.label}: {', '.join(part.causes)})" if part.label == "refit needed" else ""
        label = f" ({part.label})" if part.label and not label else label
        lines.append(
            textwrap.fill(
                f"{_amount(found, part.change)}  {part.switch}{label}: {part.words}",
                80,
                initial_indent="  ",
                subsequent_indent="      ",
                break_on_hyphens=False,
                break_long_words=False,
            )
        )
    return "\n".join(lines) + "\n"


def _head(found: Explanation) -> str:
    from forecast.engine.words import month, percent

    if found.measure == "median":
        what, ends = "median", [month(value) for value in (found.value_before, found.value_after)]
    else:
        ends = [percent(value) for value in (found.value_before, found.value_after)]
        what = f"probability of arrival by the end of {found.year}"
    if not found.parts:
        return f"The two are the same question on the same posterior: the {what} is {ends[0]} in both."
    return f"The {what} moves from {ends[0]} to {ends[1]}, by {_amount(found, found.change)}:"


def _amount(found: Explanation, change: float) -> str:
    return f"{change:+.2f} years" if found.measure == "median" else f"{100 * change:+.1f} points"
