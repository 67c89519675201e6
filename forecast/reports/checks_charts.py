"""Checks of the machinery: how far single observations pull a fit (Pareto k), and what a parameter listens to."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

from forecast.evaluation.checks import SENSITIVE, TRUSTED_K, Loo, PowerScaling
from forecast.reports.lanes import Lanes, lanes
from forecast.reports.picture import Picture
from forecast.reports.quantity_words import model_words
from forecast.reports.theme import Theme

_KEY_PX = 24.0


def pareto(found: Sequence[Loo]) -> Picture | None:
    """The largest Pareto k by group; None where none is stored."""
    if not found:
        return None
    rows, above = sum(one.rows for one in found), sum(one.above_07 for one in found)
    worst = max(found, key=lambda one: one.max_k)
    return Picture(
        slug="pareto-k",
        title=f"{above} of {rows:,} observations pull a fit too far for leave-one-out; "
        f"the largest k is {worst.max_k:.2f}, in {_group(worst)}",
        subtitle="Largest Pareto k of each group of observations (PSIS-LOO). Up to 0.5 an observation could be left "
        "out without a new fit; above 0.7 (orange) the estimate is not to be trusted, and a ring marks the group.",
        description="Dots by group. " + "; ".join(_told(one) for one in found) + ".",
        columns=("model", "group", "rows", "elpd", "se", "p_loo", "largest k", "above 0.7"),
        rows=tuple(
            (
                one.model,
                one.group,
                one.rows,
                *(round(v, 4) for v in (one.elpd, one.se, one.p_loo, one.max_k)),
                one.above_07,
            )
            for one in found
        ),
        draw=functools.partial(_draw_pareto, found),
    )


def _group(loo: Loo) -> str:
    return f"{loo.model} ({loo.group})" if loo.group else loo.model


def _told(loo: Loo) -> str:
    return f"{_group(loo)}: largest k {loo.max_k:.2f} of {loo.rows} rows, {loo.above_07} above 0.7"


def _draw_pareto(found: Sequence[Loo], theme: Theme) -> dict[str, Any]:
    groups = {
        model_words(m): {one.group or "all": one for one in found if one.model == m}
        for m in dict.fromkeys(one.model for one in found)
    }
    low, high = min(-0.1, *(one.max_k for one in found)), max(0.9, *(one.max_k + 0.05 for one in found))
    made = lanes(theme, groups, (low, high), [(0.0, "0"), (0.5, "0.5"), (TRUSTED_K, f"{TRUSTED_K:g}")])
    sheet, cell = made.sheet, made.cell
    at = cell.across(TRUSTED_K)
    sheet.rules([{"year": at, "until": at, "low": cell.bottom, "high": cell.top}], sheet.palette.asked, 1.5)
    zero = cell.across(0.0)
    stems = [{"year": zero, "until": cell.across(one.max_k), "low": y, "high": y} for one, y in made.rows]
    sheet.rules(stems, sheet.palette.uncertainty, 1.5)
    tips = {"": "what", "largest k": "k", "rows": "rows", "elpd": "elpd"}
    for good in (True, False):
        dots = [
            {"year": cell.across(one.max_k), "level": y, "what": _group(one), "k": f"{one.max_k:.2f}"}
            | {"rows": str(one.rows), "elpd": f"{one.elpd:.1f} ± {one.se:.1f}"}
            for one, y in made.rows
            if (one.max_k <= TRUSTED_K) == good
        ]
        sheet.dots(dots, sheet.palette.uncertainty, 56, hollow=not good, tips=tips)
    return sheet.finish()


def power(found: Sequence[PowerScaling]) -> Picture | None:
    """What each parameter listens to, its priors or the data; None where nothing is stored."""
    found = [one for one in found if not one.scaled]
    if not found:
        return None
    prior = [one for one in found if one.prior > SENSITIVE]
    heard = f"{len(prior)} of {len(found)} parameters listen to their prior"
    loudest = max(found, key=lambda one: one.prior)
    return Picture(
        slug="power-scaling",
        title=f"{heard}, most of all {loudest.parameter} of {loudest.model}",
        subtitle="How far a posterior moves when its prior (orange ring) or its likelihood (blue dot) is weighed a "
        f"little more or less. Right of {SENSITIVE:g} it listens. A ring right of the dot: the prior says more than "
        "the data.",
        description="Two marks a parameter. " + "; ".join(_listens(one) for one in found) + ".",
        columns=("model", "parameter", "prior", "likelihood", "verdict"),
        rows=tuple((o.model, o.parameter, round(o.prior, 4), round(o.likelihood, 4), o.verdict) for o in found),
        draw=functools.partial(_draw_power, found),
    )


def _listens(one: PowerScaling) -> str:
    return f"{one.model} {one.parameter}: prior {one.prior:.2f}, likelihood {one.likelihood:.2f} ({one.verdict})"


_FLOOR = 0.001


def _log(value: float) -> float:
    return math.log10(max(value, _FLOOR))


def _draw_power(found: Sequence[PowerScaling], theme: Theme) -> dict[str, Any]:
    models = dict.fromkeys(one.model for one in found)
    groups = {model_words(model): {one.parameter: one for one in found if one.model == model} for model in models}
    top = max(0.0, *(_log(value) for one in found for value in (one.prior, one.likelihood))) + 0.1
    ticks = [(_log(value), f"{value:g}") for value in (0.001, 0.01, 0.05, 0.2, 1.0)]
    made = lanes(theme, groups, (_log(_FLOOR), top), ticks, _KEY_PX)
    _power_marks(made)
    return made.sheet.finish()


def _power_marks(made: Lanes[PowerScaling]) -> None:
    sheet, cell = made.sheet, made.cell
    at, size, level = cell.across(_log(SENSITIVE)), sheet.theme.layout.small, sheet.height - 4
    sheet.rules([{"year": at, "until": at, "low": cell.bottom, "high": cell.top}], sheet.palette.axis, 1.5)
    tips = {"": "what", "prior": "prior", "likelihood": "likelihood", "verdict": "verdict"}
    told = [(one, y, {"what": f"{one.model}, {one.parameter}", "verdict": one.verdict}) for one, y in made.rows]
    joins = [
        {"year": cell.across(_log(one.prior)), "until": cell.across(_log(one.likelihood)), "low": y, "high": y}
        for one, y, _ in told
    ]
    sheet.rules(joins, sheet.palette.grid, 2)
    start = 9.0 - sheet.theme.layout.left
    for name, colour, hollow, x in (
        ("likelihood", sheet.palette.uncertainty, False, start),
        ("prior", sheet.palette.asked, True, start + 86),
    ):
        dots = [
            {"year": cell.across(_log(getattr(one, name))), "level": y}
            | {"prior": f"{one.prior:.3f}", "likelihood": f"{one.likelihood:.3f}", **tip}
            for one, y, tip in told
        ]
        sheet.dots(dots, colour, 46, hollow=hollow, tips=tips)
        sheet.dots([{"year": x, "level": level}], colour, 46, hollow=hollow)
        sheet.words([{"year": x + 9, "level": level, "text": name}], colour, size)
