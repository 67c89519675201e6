"""`timelines replay`: published claims, recomputed, asked again as of their day, and held against what happened.

Beside them the retrospective: what the posterior of July 2020 says of the runs that came since.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.evaluation.claims.claim import Replayed

WIDTH = 100
_LABEL = 16
_INDENT = 4
_AGREES = {True: "agrees", False: "does not agree", None: ""}


@click.command()
@click.argument("claims", nargs=-1, metavar="[CLAIM]...")
@click.option(
    "--retrospective", is_flag=True, help="Only the runs that came since July 2020, forecast as of then and scored."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON (claims, or with --retrospective the runs).")
def replay(claims: tuple[str, ...], retrospective: bool, as_json: bool) -> None:
    """Replay published claims: all, or each CLAIM by its id, such as G3 or J12.

    For each claim: what was published, the same arithmetic by the engine, what the posterior as of that day forecasts,
    what the claim's own scenario gives (ask it again with one input changed: timelines scenario copy NAME), what has
    happened since, and a verdict. All of them end with the retrospective: when the frontier's runs since July 2020
    were to be expected then and what they were to cost, scored row by row.
    """
    if retrospective and claims:
        raise InputError("claims and --retrospective are both given; choose one", field="retrospective")
    click.echo(_hindsight(as_json) if retrospective else _claims(claims, as_json), nl=False)


def _claims(claims: tuple[str, ...], as_json: bool) -> str:
    from forecast.evaluation import replay as replaying

    replayed = replaying.replay(claims or None)
    if as_json:
        return replaying.to_json(replayed)
    return text(replayed, "" if claims else _hindsight())


def _hindsight(as_json: bool = False) -> str:
    from forecast.cli.retrospective import text as told
    from forecast.evaluation.retrospective import rows, to_json

    return (to_json if as_json else told)(rows())


def text(replayed: Sequence[Replayed], hindsight: str = "") -> str:
    """Replayed claims for a terminal, at most 100 columns wide, ending in a newline; with the retrospective's text."""
    from forecast.evaluation.replay import HONESTY, known_since

    parts = [_source_and_claims(source, replayed) for source in dict.fromkeys(one.claim.source for one in replayed)]
    facts = "Known since\n" + _filled(known_since().words, "  ", "  ")
    after = [hindsight.rstrip("\n")] if hindsight else []
    return "\n\n".join([*parts, facts, *after, _summary(replayed), _filled(HONESTY)]) + "\n"


def _source_and_claims(source: str, replayed: Iterable[Replayed]) -> str:
    own = [one for one in replayed if one.claim.source == source]
    opening = source[0].upper() + source[1:]
    return "\n\n".join([_filled(f"{opening} ({own[0].claim.published_on})"), *map(_block, own)])


def _block(one: Replayed) -> str:
    claim, arithmetic = one.claim, one.arithmetic
    agrees = _AGREES[arithmetic.agrees]
    lines = {
        "arithmetic": f"{arithmetic.words} ({agrees})" if agrees else arithmetic.words,
        f"as of {claim.published_on.year}-{claim.published_on.month:02d}": one.as_of_answer.words,
        **({"scenario": one.scenario_answer.words} if one.scenario else {}),
        "since": one.since.words,
        one.verdict.replace("_", " ").lower(): one.judgement.why,
    }
    opening = _filled(f"{claim.text} [{claim.speaker}]", f"{claim.id:<{_INDENT}}", " " * _INDENT)
    return "\n".join([opening, *(_labelled(label, words) for label, words in lines.items())])


def _labelled(label: str, words: str) -> str:
    return _filled(words, f"{'':<{_INDENT}}{label:<{_LABEL}}", " " * (_INDENT + _LABEL))


def _filled(words: str, first: str = "", rest: str = "") -> str:
    together = words.replace(" %", "\x00%")
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )
    return wrapper.fill(together).replace("\x00", " ")


def _summary(replayed: Sequence[Replayed]) -> str:
    """How many claims have each verdict and what it means, and how much of the arithmetic agrees."""
    from forecast.evaluation.replay import VERDICTS

    counts = Counter(one.verdict for one in replayed)
    agrees = Counter(one.agrees for one in replayed)
    total = "1 claim" if len(replayed) == 1 else f"{len(replayed)} claims"
    opening = (
        f"{total}; the arithmetic agrees in {agrees[True]}, does not in {agrees[False]}, and {agrees[None]} state no "
        "number."
    )
    rows = [
        _filled(meaning, f"{counts[name]:>5}  {name.replace('_', ' ').lower():<{_LABEL}}", " " * (7 + _LABEL))
        for name, meaning in VERDICTS.items()
        if counts[name]
    ]
    return "\n".join([_filled(opening), *rows])
