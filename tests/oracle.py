"""An independent, slow answer: a plain loop over draws and months, written from the equations, sharing no engine code.

Chance is an input. The paths that only random numbers make (price, largest spend and compute, the run's residual), the
drawn inputs and the parameters of each draw's law are handed in as numbers; everything that is arithmetic is done again
here. All logs are log10; C* is in `tests.oracle_law`.

    A(t)      12 log(2) / T_h x max(t - t_ref, 0), at most the ceiling; a jump adds its size from its date on
    X_j(t)    running maximum of A + L_j, kept in single precision
    money     budget - p - q - scope                chips     log stock + log share + log peak + log busy seconds
    power     log watts + log FLOP/J + log busy s   data      log(6/k) + 2 log tokens + m
    movement  wall + log(months / 3) + w (t - t_w)
    T         first month with X_j(t) >= C* for every limit that is on; the binding one is the lowest the month before
    never     C* infinite, or not reached in the simulated months and X_j(inf) < C* for some limit

A fixed sum is not in X but on the other side: X(t) >= C* - log usd, which decides what is rounded.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.oracle_law import PointLaw, requirement

ALREADY, WITHIN, BEYOND, NEVER = "already", "within_horizon", "beyond_horizon", "never"
_ORDER = (ALREADY, WITHIN, BEYOND, NEVER)
LIMITS = ("money", "chips", "power", "data", "data_movement")
H100_FLOP_PER_S = 9.895e14
SECONDS_PER_MONTH = 365.25 * 86_400 / 12
GDP_GROWTH = math.log10(1.03)


@dataclass
class Draw:
    """One draw's numbers; a path has one value a month."""

    price: Sequence[float]
    spend: Sequence[float]
    flop: Sequence[float]
    residual: float
    inputs: Mapping[str, float]
    halving_months: float | None
    price_fall: float
    spend_growth: float
    budget_growth: float
    law: PointLaw | None


@dataclass
class Asked:
    """The question in plain numbers; `on` holds money, the physical limits and what else is switched on."""

    kind: str
    value: float
    on: frozenset[str]
    criterion: str
    payer: str
    months_within: int
    t_ref: float
    ceiling_oom: float | None = None
    usd: float | None = None
    usd_from: float = 0.0
    usd_ceiling: float | None = None
    cost_scope: str = "final_run"
    bound: float = 1.0
    characters_per_token: float = 0.0
    confidence: float = 0.0
    stock: tuple[float, float] = (0.0, 0.0)


@dataclass
class Found:
    """What became of one draw: its class, its month (the number of months where there is none), what it waited for."""

    name: str
    month: int
    required: float
    waited_for: str = ""
    tightest_at_horizon: str = ""


def single(x: float) -> float:
    """The nearest number in single precision."""
    return struct.unpack("f", struct.pack("f", x))[0]


def efficiency(draw: Draw, asked: Asked, year: float) -> float:
    """A(t)."""
    gained = 0.0
    if draw.halving_months is not None:
        gained = 12 * math.log10(2) / draw.halving_months * max(year - asked.t_ref, 0.0)
        if asked.ceiling_oom is not None:
            gained = min(gained, asked.ceiling_oom)
    if "algorithmic_jump" in asked.on and year >= draw.inputs["algorithmic_jump.decimal_year"]:
        gained += draw.inputs["algorithmic_jump.size_oom"]
    return gained


def free_budget(draw: Draw, asked: Asked, month: int, year: float) -> float:
    """What the payer could spend but for commoditization, log 2023 $."""
    if asked.payer == "frontier_spend":
        return draw.spend[month]
    if asked.payer != "spend_path":
        return math.log10(asked.usd)
    grown = math.log10(asked.usd) + draw.budget_growth * (year - asked.usd_from)
    return grown if asked.usd_ceiling is None else min(grown, math.log10(asked.usd_ceiling))


def level(asked: Asked, name: str) -> float:
    """What is on the other side of the comparison with X, beside C*."""
    if name == "money" and asked.payer == "fixed_usd_2023":
        return math.log10(asked.usd)
    if name == "inference":
        return 2 * math.log10(asked.bound)
    return 0.0


def limit(draw: Draw, asked: Asked, name: str, month: int, year: float) -> float:
    """L_j(t), log FLOP of one run, without `level`."""
    said = draw.inputs
    if name == "on_trend":
        return draw.flop[month]
    if name == "money":
        budget = free_budget(draw, asked, month, year)
        if "commoditization" in asked.on:
            budget = min(budget, math.log10(said["commoditization.usd_2023"]))
        return budget - level(asked, name) - draw.price[month] - draw.residual - scope(draw, asked)
    if name == "inference":
        tokens = 100 * said["inference.tokens_per_page"]
        served = draw.price[month] + draw.residual + math.log10(said["inference.price_ratio"]) + math.log10(2 * tokens)
        return math.log10(6 * said["data.tokens_per_parameter"]) - 2 * served
    if name == "data":
        tokens = math.log10(said["data.tokens_2030"]) + said["data.growth_oom_per_year"] * (year - 2030.5)
        longer = 0.0
        if "context_length" in asked.on:
            longer = math.log10(context(draw))
        return math.log10(6 / said["data.tokens_per_parameter"]) + 2 * tokens + longer
    if name == "data_movement":
        grown = said["data_movement.growth_oom_per_year"] * (year - 2024.84)
        return said["data_movement.wall_log10_flop"] + math.log10(said["run.months"] / 3) + grown
    busy = math.log10(said["run.months"] * SECONDS_PER_MONTH) + math.log10(said["run.utilization"])
    return (power(draw, year) if name == "power" else chips(draw, asked, year)) + busy


def power(draw: Draw, year: float) -> float:
    """Peak FLOP/s that one run can feed."""
    said = draw.inputs
    watts = math.log10(said["power.watts_2030"]) + said["power.growth_oom_per_year"] * (year - 2030.5)
    return (
        watts + math.log10(said["power.flop_per_joule_2030"]) + said["power.efficiency_oom_per_year"] * (year - 2030.5)
    )


def chips(draw: Draw, asked: Asked, year: float) -> float:
    """Peak FLOP/s of the chips that one run can use; the stock's growth decays over four years."""
    said, (counted, stock) = draw.inputs, asked.stock
    now, late, since = said["chips.growth_oom_per_year"], said["chips.long_run_growth_oom_per_year"], year - counted
    grown = late * since + (now - late) * 4 * (1 - math.exp(-since / 4))
    stock += grown + said["chips.stock_error_oom"]
    return stock + math.log10(said["chips.share_of_stock"]) + math.log10(H100_FLOP_PER_S)


def scope(draw: Draw, asked: Asked) -> float:
    """What staff and development add to the cost of a run."""
    if asked.cost_scope == "final_run":
        return 0.0
    staff = math.log10(draw.inputs["cost_scope.staff"])
    return staff if asked.cost_scope == "with_staff" else staff + math.log10(draw.inputs["cost_scope.development"])


def context(draw: Draw) -> float:
    """How many times more a longer context costs."""
    tokens, width = draw.inputs["context_length.tokens"], draw.inputs["context_length.model_width"]
    return (1 + tokens / (12 * width)) / (1 + 2048 / (12 * width))


def required(draw: Draw, asked: Asked) -> float:
    """C* with what changes it."""
    goal = requirement(asked.kind, asked.value, draw.law, draw.inputs, asked.characters_per_token, asked.confidence)
    if draw.law is None:
        return goal
    if "scaling_break" in asked.on and math.isfinite(goal):
        crossover = draw.inputs["scaling_break.log10_flop"]
        if goal > crossover:
            goal = crossover + (goal - crossover) / draw.inputs["scaling_break.exponent_share"]
    if "context_length" in asked.on:
        goal += math.log10(context(draw))
    return math.inf if goal > 120 else goal


def names_of(asked: Asked) -> list[str]:
    """The limits of a run; another criterion has one path of its own."""
    if asked.criterion == "on_trend":
        return ["on_trend"]
    return ["inference"] if asked.criterion == "inference_affordable" else [n for n in LIMITS if n in asked.on]


def eventually(draw: Draw, asked: Asked, name: str, last: float, reached: float) -> float:
    """X_j(inf): `last` is L_j in the last month, `reached` X_j there."""
    growth = long_run(draw, asked, name)
    bounded = draw.halving_months is None or asked.ceiling_oom is not None
    if not bounded:
        growth += 12 * math.log10(2) / draw.halving_months
    if growth > 0:
        return math.inf
    if not bounded:
        return reached
    jump = draw.inputs["algorithmic_jump.size_oom"] if "algorithmic_jump" in asked.on else 0.0
    return max(reached, last + (asked.ceiling_oom or 0.0) + jump)


def long_run(draw: Draw, asked: Asked, name: str) -> float:
    """Growth of L_j in the long run."""
    said = draw.inputs
    if name in ("chips", "power", "data", "data_movement"):
        return {
            "chips": said["chips.long_run_growth_oom_per_year"],
            "power": said["power.growth_oom_per_year"] + said["power.efficiency_oom_per_year"],
            "data": 2 * said["data.growth_oom_per_year"],
            "data_movement": said["data_movement.growth_oom_per_year"],
        }[name]
    if name == "inference":
        return 2 * draw.price_fall
    if name == "on_trend" or asked.payer == "frontier_spend":
        capped = "commoditization" in asked.on
        return draw.price_fall + (0.0 if capped else min(max(draw.spend_growth, 0.0), GDP_GROWTH))
    if asked.payer != "spend_path":
        return draw.price_fall
    capped = asked.usd_ceiling is not None or "commoditization" in asked.on
    return draw.price_fall + (min(draw.budget_growth, 0.0) if capped else draw.budget_growth)


def follow(draw: Draw, asked: Asked, years: Sequence[float]) -> Found:
    """What becomes of one draw."""
    goal, names, last = required(draw, asked), names_of(asked), asked.months_within - 1
    rising = dict.fromkeys(names, -math.inf)
    found = Found(NEVER, len(years), goal)
    arrived, before, now = False, rising, rising
    for month, year in enumerate(years):
        gained = efficiency(draw, asked, year)
        before, now = now, {n: max(now[n], gained + limit(draw, asked, n, month, year)) for n in names}
        if not arrived and all(single(now[n]) >= goal - level(asked, n) for n in names) and math.isfinite(goal):
            arrived, name = True, ALREADY if month == 0 else WITHIN if month <= last else BEYOND
            found = Found(name, month, goal, tightest(asked, now if month == 0 else before), found.tightest_at_horizon)
        if month == last:
            found.tightest_at_horizon = tightest(asked, now)
        if arrived and month >= last:
            return found
    if math.isfinite(goal):
        end = {n: limit(draw, asked, n, len(years) - 1, years[-1]) for n in names}
        if all(eventually(draw, asked, n, end[n], now[n]) >= goal - level(asked, n) for n in names):
            found.name = BEYOND
    return found


def tightest(asked: Asked, values: Mapping[str, float]) -> str:
    """The lowest limit; the first of those that are equal."""
    lowest, name = math.inf, ""
    for this, value in values.items():
        if value + level(asked, this) < lowest:
            lowest, name = value + level(asked, this), this
    return name
