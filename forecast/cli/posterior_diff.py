"""`timelines posterior diff`: where two posteriors came from, what moved, and what that does to the headline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.layout import filled_wide
from forecast.cli.listing import columns

if TYPE_CHECKING:
    from forecast.engine.answer import Answer
    from forecast.posterior.artefact import Posterior
    from forecast.posterior.differences import Change, Difference, Labels, Shift

SHOWN = 12
_TITLES = {
    "basis": "fitted otherwise",
    "tables": "tables whose rows differ (digests)",
    "models": "models and runs",
    "constants": "constants",
    "priors": "priors",
    "laws": "published laws",
    "libraries": "libraries",
    "diagnostics": "diagnostics",
    "gates": "gates",
}


@click.command(short_help="Show what differs between two posteriors.")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--all", "everything", is_flag=True, help="Every variable and every entry, also where there are many.")
@click.option("--no-headline", is_flag=True, help="Leave out what it does to the headline, which takes a second.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, everything.")
def diff(before: str, after: str, everything: bool, no_headline: bool, as_json: bool) -> None:
    """Show what differs from posterior A to posterior B, which are names or URLs.

    Where they came from (dates, data, seed, code, priors), how they were judged, how far the median of every variable
    moved in units of A's standard deviation, and what that does to the default question.
    """
    from forecast.posterior.differences import diff as compare
    from forecast.posterior.fetching import find

    pair = find(before), find(after)
    found = compare(*pair)
    headline = None if no_headline else _headline(*pair)
    if as_json:
        told = found.to_dict() | ({} if headline is None else {"headline": headline})
        click.echo(json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False))
    else:
        click.echo(_words(found, pair, headline, len(found.shifts) if everything else SHOWN))


def _headline(before: Posterior, after: Posterior) -> dict[str, Any]:
    """The default question on both: its words, and the answers or why there is none."""
    from forecast.engine.words import target_words
    from forecast.errors import InputError
    from forecast.forecaster import Forecaster
    from forecast.reports.specs import default

    first = Forecaster(before)
    question = first.question(**default(first.scenario).lead)
    told: dict[str, Any] = {"question": target_words(question.target)}
    for side, forecaster in (("before", first), ("after", first.on(after))):
        try:
            told[side] = _answer(forecaster.ask(question))
        except InputError as error:
            told[side] = {"error": error.message}
    return told


def _answer(answer: Answer) -> dict[str, Any]:
    from forecast.engine.words import end_words

    ends = {quantile.probability: quantile.decimal_year for quantile in answer.quantiles}
    return {
        "median": ends[0.5],
        "interval_80": [ends[0.1], ends[0.9]],
        "p_never": answer.p_never,
        "words": {"median": end_words(answer, 0.5), "interval_80": [end_words(answer, p) for p in (0.1, 0.9)]},
    }


def _words(found: Difference, pair: tuple[Posterior, Posterior], headline: dict[str, Any] | None, shown: int) -> str:
    if found.before == found.after:
        return f"The two are the same posterior, {found.before}."
    top = [f"{side}  {one.name}  ({one.status}, {one.draws:,} draws)" for side, one in zip("AB", pair, strict=True)]
    parts = ["\n".join(top)]
    parts += [_section(_TITLES[name], changes, shown) for name, changes in found.changes.items() if changes]
    same = [_TITLES[name].partition(" (")[0] for name, changes in found.changes.items() if not changes]
    parts += [filled_wide(f"The same in both: {', '.join(same)}.")] if same else []
    parts += ["\n".join(map(_label_words, found.labels))] if found.labels else []
    parts += [_shift_words(found, shown)]
    return "\n\n".join([*parts, *([] if headline is None else [_headline_words(headline)])])


def _section(title: str, changes: tuple[Change, ...], shown: int) -> str:
    rows = [(f"  {one.name}", _value(one.before), _value(one.after)) for one in changes[:shown]]
    more = [f"  and {len(changes) - shown} more; --all shows them"] if len(changes) > shown else []
    return "\n".join([columns((title, "A", "B"), rows), *more])


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return ", ".join(map(_value, value)) or "none"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{text[:12]}..." if len(text) == 64 else text[:60]


def _label_words(one: Labels) -> str:
    told = [(side, names) for side, names in (("A", one.only_before), ("B", one.only_after)) if names]
    only = "; ".join(f"only {side} has {', '.join(names)}" for side, names in told)
    return filled_wide(f"{one.dimension}: {only}", rest="  ")


def _shift_words(found: Difference, shown: int) -> str:
    moved = [shift for shift in found.shifts if shift.shift_sd is None or abs(shift.shift_sd) > found.noise_sd]
    head = filled_wide(
        f"Of {len(found.shifts)} variables, the medians of {len(moved)} moved by more than {found.noise_sd:.2f} of A's "
        "standard deviations, which is what two samplings of one posterior differ by. The largest first:"
    )
    rows = [_row(shift) for shift in found.shifts[:shown]]
    header = ("variable", "A", "B", "unit", "shift", "width")
    return f"{head}\n" + columns(header, rows, right=("A", "B", "shift", "width"))


def _row(shift: Shift) -> tuple[str, ...]:
    moved = "from none" if shift.shift_sd is None else f"{shift.shift_sd:+.2f} sd"
    width = "-" if shift.width_ratio is None else f"x {shift.width_ratio:.2f}"
    return shift.name, f"{shift.median_before:.4g}", f"{shift.median_after:.4g}", shift.unit, moved, width


def _headline_words(told: dict[str, Any]) -> str:
    from forecast.engine.words import percent

    lines = [f"{told['question']}, the default question:"]
    for label, side in (("A", "before"), ("B", "after")):
        answer = told[side]
        if "error" in answer:
            lines.append(filled_wide(f"{label}  not answered: {answer['error']}", "  ", "     "))
            continue
        low, high = answer["words"]["interval_80"]
        lines.append(
            f"  {label}  median {answer['words']['median']}, 80 % {low} to {high}, never {percent(answer['p_never'])}"
        )
    return "\n".join(lines)
