"""Verdicts of the stored checks in words, generated from their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from forecast.evaluation import checks
from forecast.evaluation.checks import (
    CONFLICT,
    MODELS,
    PRIOR_DOMINATED,
    STORED,
    TRUSTED_K,
    Loo,
    PowerScaling,
    Predictive,
    PriorPosterior,
    Sbc,
)

_WIDE, _MOVED = 0.8, 0.1
_TOLD = 6


def verdicts(folder: Path = STORED) -> list[str]:
    """Every verdict, one sentence a line.

    Raises
    ------
    ArtefactError
        When a table is not there: the message names the command that makes it.
    """
    return [
        *simulated(checks.load_sbc(folder)),
        *left_out(checks.load_loo(folder)),
        *listened(checks.load_power_scaling(folder)),
        *predicted(checks.load_predictive(folder)),
        *learned(checks.load_prior_posterior(folder)),
    ]


def simulated(rows: Sequence[Sbc]) -> Iterator[str]:
    """Simulation-based calibration: what passed, by model, and every failure."""
    for model in dict.fromkeys(row.model for row in rows):
        mine = [row for row in rows if row.model == model]
        failed = [row for row in mine if not row.passed]
        lowest = min(mine, key=lambda row: row.p_value)
        yield (
            f"Simulated truths, {MODELS.get(model, model)}: {len(mine) - len(failed)} of {len(mine)} quantities have "
            f"uniform ranks in {mine[0].simulations} simulations (smallest p {lowest.p_value:.2g}, of "
            f"{lowest.parameter}; {lowest.adjusted_p_value:.2g} among all {len(rows)})."
        )
        yield from (f"{model} FAILED: {row.parameter}, {shape(row)}." for row in failed)


def shape(row: Sbc) -> str:
    """What is wrong with ranks that are not uniform."""
    outer = (row.ranks[0] + row.ranks[1] + row.ranks[-1] + row.ranks[-2]) / row.simulations
    bias, wide = row.mean_rank - 0.5, 4 / len(row.ranks)
    if abs(bias) > 3 * math.sqrt(1 / 12 / row.simulations):
        return f"its posteriors lie too {'low' if bias > 0 else 'high'} (mean rank {row.mean_rank:.2f} of 1)"
    if outer > wide:
        return f"its posteriors are too narrow ({100 * outer:.0f} % of truths in the outer {100 * wide:.0f} % of ranks)"
    return f"its posteriors are too wide ({100 * outer:.0f} % of truths in the outer {100 * wide:.0f} % of ranks)"


def left_out(rows: Sequence[Loo]) -> Iterator[str]:
    """Leave-one-out: whose estimates can be trusted, and whose intervals hold rows that they have not seen."""
    for model in dict.fromkeys(row.model for row in rows):
        mine = [row for row in rows if row.model == model]
        total = sum(row.rows for row in mine)
        inside = sum(row.inside_80 * row.rows for row in mine) / total
        above = [row for row in mine if row.above_07]
        words = (
            f"Leave-one-out, {MODELS.get(model, model)}: {100 * inside:.0f} % of {total} rows lie inside the 80 % "
            f"interval that the others give them"
        )
        if not above:
            yield f"{words}; every Pareto k is at most {max(row.max_k for row in mine):.2f}."
            continue
        count = sum(row.above_07 for row in above)
        worst = max(above, key=lambda row: row.max_k)
        yield (
            f"{words}; {count} {'row hangs' if count == 1 else 'rows hang'} on themselves (Pareto k above "
            f"{TRUSTED_K:g}), most of all {worst.worst} of {worst.group} ({worst.max_k:.2f}): what leave-one-out says "
            f"of {_some([row.group for row in above])} is not to be trusted."
        )


def listened(rows: Sequence[PowerScaling]) -> Iterator[str]:
    """Power scaling: what is its prior, and where prior and data pull apart."""
    whole = [row for row in rows if not row.scaled]
    own = [row.parameter for row in whole if row.verdict == PRIOR_DOMINATED and row.model != "headline"]
    torn = [row.parameter for row in whole if row.verdict == CONFLICT and row.model != "headline"]
    parameters = sum(row.model != "headline" for row in whole)
    if own:
        yield f"Of {parameters} parameters the prior decides {len(own)}: {_some(own)}."
    if torn:
        yield f"Prior and data both move {len(torn)} of {parameters} parameters, which may be at odds: {_some(torn)}."
    for row in whole:
        if row.model == "headline" and row.verdict in (PRIOR_DOMINATED, CONFLICT):
            loud = [one.scaled for one in rows if one.parameter == row.parameter and one.scaled]
            most = f", most of all by that of {_some(loud)}" if loud else ""
            yield f"The answer to “{row.parameter}” is moved by the priors ({row.prior:.2f}){most}."


def predicted(rows: Sequence[Predictive]) -> Iterator[str]:
    """Predictive checks: how many statistics the models would produce, and which they would not."""
    for kind in dict.fromkeys(row.kind for row in rows):
        mine = [row for row in rows if row.kind == kind]
        odd = [row for row in mine if row.extreme]
        yield f"The {kind} would produce {len(mine) - len(odd)} of {len(mine)} statistics of the data."
        if kind == "posterior":
            for row in odd:
                yield (
                    f"It would not produce {row.statistic}: {row.observed:.3g} in the data, {row.q5:.3g} to "
                    f"{row.q95:.3g} in replicates (90 %)."
                )


def learned(rows: Sequence[PriorPosterior]) -> Iterator[str]:
    """What the data made of priors: no prior alone gives the answer."""
    before = {(row.model, row.quantity): row for row in rows if row.kind == "prior"}
    after = {(row.model, row.quantity): row for row in rows if row.kind == "posterior"}
    for key in before.keys() & after.keys():
        if key[0] == "headline" and key[1] == "growth of compute":
            yield (
                f"No prior alone gives the answer: growth of compute was {before[key].q10:.2f} to "
                f"{before[key].q90:.2f} oom/year before the data (80 %), {after[key].q10:.2f} to "
                f"{after[key].q90:.2f} after them."
            )
    same = [key[1] for key in before if key in after and _kept(before[key], after[key])]
    if same:
        yield f"The same after the data as before them: {_some(same)}; what hangs on that is a judgement."


def _kept(before: PriorPosterior, after: PriorPosterior) -> bool:
    """Whether the 90 % interval after the data is about as wide as the one before, and about the same median."""
    width = before.q95 - before.q5
    if not math.isfinite(width) or width <= 0:
        return False
    return (after.q95 - after.q5) / width > _WIDE and abs(after.q50 - before.q50) / width < _MOVED


def _some(names: Sequence[str]) -> str:
    """Names in a row, the first few where there are many."""
    kept = list(dict.fromkeys(names))
    more = [f"{len(kept) - _TOLD} more"] if len(kept) > _TOLD else []
    told = [*kept[:_TOLD], *more]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
