"""Inputs and observations in words: their values with units, and how far knowing one would move the answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from forecast.engine.tornado import Swing
from forecast.engine.words import money, month, number, percent
from forecast.units import FLOP_PER_PF_DAY

_SPELT: dict[str, Callable[[float], str]] = {
    "log10 FLOP": lambda value: f"{number(10**value)} FLOP",
    "log10 2023 USD": lambda value: money(10**value),
    "log10 2023 USD/FLOP": lambda value: f"{money(10**value * FLOP_PER_PF_DAY)} per petaflop/s-day",
    "log10 share": lambda value: f"{number(100 * 10**value)} %",
    "share": lambda value: f"{number(100 * value)} %",
    "2023 USD": money,
    "year": month,
    "1 per decade": lambda value: f"{number(100 * value)} % per decade",
    "1": number,
}


def value_words(value: float, unit: str) -> str:
    """A value with its unit: `2e27 FLOP`, `$1.5bn`, `0.1 %`, `0.46 oom/year`, `May 2031`.

    Parameters
    ----------
    value : float
        In `unit`.
    unit : str
        As the schema of posteriors and the registry of inputs write it; a logarithm is written out.
    """
    spelt = _SPELT.get(unit)
    return f"{number(value)} {unit}" if spelt is None else spelt(value)


def date_words(outcome: float, horizon: float, first: float = -math.inf) -> str:
    """A median in words: a month, `already`, or `beyond 2060`.

    Parameters
    ----------
    outcome, horizon, first : float
        Decimal years: the median, the mid-month of the horizon and of the forecast's first month.
    """
    if outcome >= horizon:
        return f"beyond {math.floor(horizon)}"
    return "already" if outcome <= first else month(outcome)


@dataclass(frozen=True, slots=True)
class Now:
    """The answer before anything is known.

    Attributes
    ----------
    median, horizon, first : float
        Decimal years: median of the outcome, the horizon, and the forecast's first month.
    p_horizon : float
        Probability of arrival within the horizon.
    """

    median: float
    horizon: float
    first: float
    p_horizon: float


def swing_words(swing: Swing, what: str, unit: str, now: Now) -> str:
    """How far the answer moves where an input lies at the end that moves it further, in one sentence.

    Parameters
    ----------
    swing : Swing
        The outcome given the input low and high.
    what : str
        The input as the subject of a clause: `the largest training run by November 2027`.
    unit : str
        Of the input.
    now : Now
        The answer as it is.
    """
    up = _moves_more(swing, now)
    edge, after, p = (
        (swing.high_edge, swing.median_high, swing.p_high) if up else (swing.low_edge, swing.median_low, swing.p_low)
    )
    side = f"{'highest' if up else 'lowest'} fifth ({'above' if up else 'under'} {value_words(edge, unit)})"
    given = f"If {what} lies in the {side}"
    dates = [date_words(outcome, now.horizon, now.first) for outcome in (now.median, after)]
    if dates[0] != dates[1]:
        return f"{given}, the median moves from {dates[0]} to {dates[1]}."
    reached = f"the probability of arrival by {math.floor(now.horizon)}"
    before, then = percent(now.p_horizon), percent(p)
    moves = f"stays {before}" if before == then else f"moves from {before} to {then}"
    return f"{given}, the median stays {dates[0]}, and {reached} {moves}."


def _moves_more(swing: Swing, now: Now) -> bool:
    """Whether the highest fifth moves the median further than the lowest; where neither does, the probability."""
    high, low = abs(swing.median_high - now.median), abs(swing.median_low - now.median)
    if high == low:
        return abs(swing.p_high - now.p_horizon) >= abs(swing.p_low - now.p_horizon)
    return high > low
