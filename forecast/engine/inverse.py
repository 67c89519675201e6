"""The inverses of the question: the loss that money buys on a day, and the budget that a target needs by a day.

    affordable loss    l_i(t) = l*[X_i(t)]                   X the least of the envelopes, the payer's money among them
    required budget    log B_i(t) = C*_i - X_money,i(t)      where X_physical,i(t) >= C*_i, else no budget is enough

Both run on the envelopes that the answers run on. The budget's probabilities over days and sums are a surface, and its
quantiles over days are the lines of equal probability on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import checked_number, parse_day
from forecast.engine.choices import choices
from forecast.engine.compose import provenance
from forecast.engine.conditional import rows_under
from forecast.engine.inverse_parts import AffordableLoss as AffordableLoss
from forecast.engine.inverse_parts import BudgetAtDate as BudgetAtDate
from forecast.engine.inverse_parts import BudgetSurface as BudgetSurface
from forecast.engine.inverse_parts import RequiredBudget as RequiredBudget
from forecast.engine.inverse_parts import ValueQuantile as ValueQuantile
from forecast.engine.lowest import before_changes, lowest_loss
from forecast.engine.payers import USD_BOUNDS, Payer
from forecast.engine.plan import Plan
from forecast.engine.progress import Progress
from forecast.engine.question import Question
from forecast.engine.settle import months_within
from forecast.errors import InputError
from forecast.units import date_of, months_until

if TYPE_CHECKING:
    from forecast.engine.solver import Solver

Array = NDArray[np.float64]

MAX_DATES = 50
MAX_BUDGETS = 50


def affordable_loss(
    solver: Solver, asked: Question, day: date | str, checkpoint: Checkpoint = proceed
) -> AffordableLoss:
    """The lowest loss that a payer can buy on a day.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    asked : Question
        Payer, law, algorithms, scenario and the rest; of its target only the scale counts.
    day : date or str
        From the as-of month to the horizon.
    checkpoint : callable
        Called between the steps.

    Raises
    ------
    InputError
        When the question has no scale, has another criterion than these, or the day lies outside.
    """
    if not asked.target.is_loss:
        raise InputError(f"target {asked.target.kind} has no scale; name the scale of the loss", field="scale")
    _require_criterion(asked, ("affordable", "on_trend"))
    plan = solver.plan(asked)
    month = _month(plan.settled, day, "date")
    effective, law = _reach(solver, plan, month, checkpoint), solver.law(plan, checkpoint)
    assert law is not None  # a loss has a law
    losses = lowest_loss(law, before_changes(effective, plan.on, solver.assumed(plan)))
    rows = _rows(solver, plan, checkpoint)
    physical = effective - _gained(solver, plan, month)
    ranked = plan.settled.quantiles
    return AffordableLoss(
        question=plan.settled,
        scale=str(plan.settled.target.scale),
        date=_mid_month(solver, plan, month),
        loss_nats_per_token=quantiles(losses[rows], ranked),
        reducible_nats_per_token=quantiles((losses - law.floor_nats)[rows], ranked) if law.floor_nats.all() else (),
        log10_flop=quantiles(physical[rows], ranked),
        **_common(solver, asked, plan, len(losses[rows])),
    )


def required_budget(
    solver: Solver,
    asked: Question,
    days: Sequence[date | str],
    budgets_usd_2023: Sequence[float] = (),
    checkpoint: Checkpoint = proceed,
) -> RequiredBudget:
    """The budget that a target needs by each of some days, and how likely given budgets are enough.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    asked : Question
        Target, law, algorithms, scenario and the rest; it names no payer.
    days : sequence of date or str
        1 to 50, from the as-of month to the horizon.
    budgets_usd_2023 : sequence of float
        At most 50; with none there is no surface.
    checkpoint : callable
        Called between the steps.

    Raises
    ------
    InputError
        When there is a payer, another criterion than affordable, or a day or a budget is out of bounds.
    """
    _require_criterion(asked, ("affordable",))
    if "payer" in asked.given and asked.payer.kind != "frontier_spend":
        raise InputError(f"payer {asked.payer.kind} is what is asked for; leave it out", field="question.payer")
    plan = solver.plan(replace(asked, payer=Payer.fixed(1.0)))
    months = sorted(
        {_month(plan.settled, day, f"dates[{i}]") for i, day in enumerate(_counted(days, MAX_DATES, "dates"))}
    )
    budgets = sorted({_budget(usd, i) for i, usd in enumerate(_at_most(budgets_usd_2023, MAX_BUDGETS))})
    rows = _rows(solver, plan, checkpoint)
    needed = [_needed(solver, plan, month, checkpoint)[rows] for month in months]
    named = [_mid_month(solver, plan, month) for month in months]
    each = zip(named, needed, strict=True)
    common = _common(solver, asked, plan, len(needed[0]))
    common["choices"] = tuple(choice for choice in common["choices"] if choice.name != "payer")
    return RequiredBudget(
        question=plan.settled,
        dates=tuple(_at_date(name, log10_usd, plan.settled.quantiles) for name, log10_usd in each),
        surface=_surface(named, needed, budgets) if budgets else None,
        **common,
    )


def quantiles(values: Array, probabilities: Sequence[float]) -> tuple[ValueQuantile, ...]:
    """Order statistics over all draws: the smallest value that at least that share lies at or under."""
    ranked = np.sort(values)
    ranks = np.maximum(np.ceil(np.asarray(probabilities) * len(ranked) - 1e-9).astype(int), 1) - 1
    found = ((p, float(value)) for p, value in zip(probabilities, ranked[ranks].tolist(), strict=True))
    return tuple(ValueQuantile(p, value if np.isfinite(value) else None) for p, value in found)


def _at_date(name: str, log10_usd: Array, probabilities: Sequence[float]) -> BudgetAtDate:
    with np.errstate(over="ignore"):
        usd = 10.0**log10_usd
    return BudgetAtDate(name, quantiles(usd, probabilities), float(np.isinf(log10_usd).mean()))


def _surface(named: list[str], needed: list[Array], budgets: list[float]) -> BudgetSurface:
    levels = np.log10(budgets)
    shares = [np.searchsorted(np.sort(log10_usd), levels, side="right") / len(log10_usd) for log10_usd in needed]
    return BudgetSurface(tuple(named), tuple(budgets), tuple(np.concatenate(shares).tolist()))


def _needed(solver: Solver, plan: Plan, month: int, checkpoint: Checkpoint) -> Array:
    """Budget that the target needs in a month, log10 2023 $, shape (draws,); +inf where none is enough."""
    free = solver.replan(plan, plan.on - {"commoditization"})
    required = solver.required(free, checkpoint)
    needed = np.full(len(required), -np.inf)
    for key, level in zip(free.keys, free.levels, strict=True):
        column = np.float64(1.0) * solver.envelope(free, key, checkpoint).column(month)
        short = required + level - column
        needed = np.maximum(needed, short if key.kind == "money" else np.where(short > 0, np.inf, -np.inf))
    if "commoditization" in plan.on:
        ceiling = np.log10(solver.assumed(plan)("commoditization.usd_2023"))
        needed = np.where(needed > ceiling, np.inf, needed)
    return needed


def _reach(solver: Solver, plan: Plan, month: int, checkpoint: Checkpoint) -> Array:
    """The largest effective compute of a run in a month, log10 FLOP, shape (draws,)."""
    columns = [
        solver.envelope(plan, key, checkpoint).column(month) - np.float64(level)
        for key, level in zip(plan.keys, plan.levels, strict=True)
    ]
    least: Array = np.min(columns, axis=0)
    return least


def _gained(solver: Solver, plan: Plan, month: int) -> Array | float:
    key = plan.keys[0]
    progress = Progress(key.algorithms, key.t_ref, "algorithmic_jump" in plan.on, solver.assumed(plan))
    gained = progress.path(solver.simulation(plan).years[month : month + 1])
    return 0.0 if gained is None else gained[:, 0]


def _rows(solver: Solver, plan: Plan, checkpoint: Checkpoint) -> NDArray[np.int64] | slice:
    rows = rows_under(plan.settled, solver.simulation(plan), solver.assumed(plan), checkpoint)
    return slice(None) if rows is None else rows


def _common(solver: Solver, asked: Question, plan: Plan, draws: int) -> dict[str, Any]:
    return {
        "posterior": solver.status,
        "choices": choices(solver, asked, plan),
        "data_notice": solver.posterior.manifest["data_notice"],
        "provenance": provenance(solver.posterior, plan, draws),
    }


def _require_criterion(asked: Question, known: tuple[str, ...]) -> None:
    if asked.criterion not in known:
        message = f"criterion {asked.criterion} has no inverse of this kind; choose {' or '.join(known)}"
        raise InputError(message, field="question.criterion")


def _month(settled: Question, day: date | str, path: str) -> int:
    when, as_of = parse_day(day, path), settled.as_of
    assert as_of is not None  # a settled question has one
    last = months_within(settled, as_of)
    month = months_until(as_of, when) - 1
    if not 0 <= month < last:
        message = (
            f"{path} is {when}; give a day from {as_of:%Y-%m} (the as-of month) to {settled.horizon} (the horizon)"
        )
        raise InputError(message, field=path)
    return month


def _mid_month(solver: Solver, plan: Plan, month: int) -> str:
    return date_of(float(solver.simulation(plan).years[month])).isoformat()


def _counted(values: Sequence[Any], most: int, path: str) -> Sequence[Any]:
    if not 1 <= len(values) <= most:
        raise InputError(f"{len(values)} {path}; give 1 to {most}", field=path)
    return values


def _at_most(values: Sequence[float], most: int) -> Sequence[float]:
    if len(values) > most:
        raise InputError(f"{len(values)} budgets; give at most {most}", field="budgets_usd_2023")
    return values


def _budget(usd: float, i: int) -> float:
    return checked_number(usd, f"budgets_usd_2023[{i}]", *USD_BOUNDS, "a budget in 2023 US dollars")
