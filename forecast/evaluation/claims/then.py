"""What the posterior of a day says, in words and numbers."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import Answer
from forecast.engine.words import expectation, interval, money, month, number, percent
from forecast.evaluation.claims.claim import Number, Told
from forecast.units import FLOP_PER_PF_DAY, GPT3_FLOP, decimal_year

if TYPE_CHECKING:
    from typing import Unpack

    from forecast.engine.arguments import Asked
    from forecast.engine.question import PriceBasis
    from forecast.forecaster import Forecaster

Array = NDArray[np.float64]
BAND = (0.1, 0.5, 0.9)
_NAMES = ("10 %", "median", "90 %")
SCALE = "kaplan-webtext2"
_CONSUMER = 0


class Then:
    """The shipped posterior as of a day.

    Parameters
    ----------
    forecaster : Forecaster
        On that posterior.
    """

    def __init__(self, forecaster: Forecaster) -> None:
        self.forecaster = forecaster
        self.ask = forecaster.when

    @property
    def as_of(self) -> date:
        """Its day."""
        return self.forecaster.posterior.as_of

    def on_trend(self, gpt3: float) -> Answer:
        """When the frontier of compute reaches a multiple of GPT-3."""
        return self.ask(gpt3=gpt3, criterion="on_trend")

    def usd_2023_per_pf_day(self, basis: PriceBasis = "realised") -> Array:
        """Price of a petaflop/s-day in the first month: 10, 50 and 90 % points, shape (3,)."""
        fan = self.forecaster.fan("price", quantiles=BAND, price=basis, horizon=f"{self.as_of.year + 1}-12")
        return np.asarray(10 ** fan.values[:, 0] * FLOP_PER_PF_DAY)

    def cost(self, subject: str, day: date | None = None, **asked: Unpack[Asked]) -> Told:
        """What a target costs on a day, by default in the first month: median and 80 % interval."""
        asked["quantiles"] = BAND
        question = self.forecaster.question(**asked)
        found = self.forecaster.required_budget(question, [day or self.as_of]).dates[0].usd_2023
        low, middle, high = (money(quantile.value or math.inf) for quantile in found)
        named = zip(_NAMES, found, strict=True)
        return Told(
            f"{subject}: {middle} (80 %: {low} to {high}, 2023 dollars).",
            tuple(Number(f"{subject}: {name}", quantile.value, "2023 USD") for name, quantile in named),
        )

    def price(self) -> Told:
        """The three prices of a petaflop/s-day, in words."""
        bases: tuple[PriceBasis, ...] = ("realised", "list_rental", "amortized_purchase")
        medians = {basis: float(self.usd_2023_per_pf_day(basis)[1]) for basis in bases}
        realised, rental, purchase = (money(usd) for usd in medians.values())
        words = (
            f"A petaflop/s-day cost {realised} as past runs paid, {rental} at list rental, {purchase} on purchased "
            "datacentre chips (2023 dollars)."
        )
        return Told(words, tuple(Number(basis, usd, "2023 USD per petaflop/s-day") for basis, usd in medians.items()))

    def spend(self, year: int) -> Array:
        """Spend on the largest run by mid-year, log10 2023 dollars: 10, 50 and 90 % points, shape (3,)."""
        fan = self.forecaster.fan("spend", quantiles=BAND, horizon=f"{year}-12")
        return np.asarray(fan.values[:, int(np.argmin(np.abs(fan.decimal_year - (year + 0.5))))])

    def price_rate(self) -> Array:
        """Fall of the realised price in the long run, oom per year, shape (draws,)."""
        return np.asarray(self.forecaster.posterior.blocks["compute"]["r_realised"])

    def compute_rate(self) -> Array:
        """Growth of frontier compute in the long run, oom per year, shape (draws,)."""
        return self.price_rate() + self.forecaster.posterior.blocks["compute"]["g_spend"]

    def consumer_year(self, flop_per_s: float, usd_2023: float) -> Array:
        """When a sum buys so many peak tensor FLOP/s of consumer card, decimal years, shape (draws,).

        a_c + ten - r_c (t - 2020) = log10(usd / FLOP/s)
        """
        block = self.forecaster.posterior.blocks["price"]
        level, rate = block["a"][:, _CONSUMER] + block["ten"], block["r"][:, _CONSUMER]
        return np.asarray(2020 + (level - math.log10(usd_2023 / flop_per_s)) / rate)


def arrival(subject: str, answer: Answer) -> Told:
    """A date, its 80 % interval, and the mass of never where there is any."""
    never = f"; {percent(answer.p_never)} never" if answer.p_never > 0 else ""
    return Told(f"{subject}: {expectation(answer)} ({interval(answer)}{never}).", arrival_numbers(subject, answer))


def arrival_numbers(subject: str, answer: Answer) -> tuple[Number, ...]:
    """The 10, 50 and 90 % points of an arrival, and the mass of never."""
    points = zip(_NAMES, (answer.quantile(p) for p in BAND), strict=True)
    dates = (Number(f"{subject}: {name}", _finite(year), "decimal year") for name, year in points)
    return (*dates, Number(f"{subject}: never", answer.p_never, "probability"))


def probability(subject: str, answer: Answer, until: date) -> Told:
    """The probability of an arrival by the month of a day."""
    reached = probability_by(answer, until)
    return Told(
        f"{subject} by {month(decimal_year(until))}: {percent(reached)}.",
        (Number(f"{subject} by {until:%Y-%m}", reached, "probability"),),
    )


def probability_by(answer: Answer, until: date) -> float:
    """The probability of an arrival by the month of a day; 0 before the forecast starts."""
    last = decimal_year(until) + 1 / 24
    passed = zip(answer.cdf.decimal_year, answer.cdf.probability, strict=True)
    return max((reached for year, reached in passed if year <= last), default=0.0)


def band(subject: str, values: Array, unit: str) -> tuple[Number, ...]:
    """The 10, 50 and 90 % points of draws as numbers."""
    points = zip(_NAMES, np.quantile(values, BAND), strict=True)
    return tuple(Number(f"{subject}: {name}", float(point), unit) for name, point in points)


def multiple(gpt3: float) -> str:
    """A multiple of GPT-3 in words, with its FLOP."""
    return f"{number(gpt3)} x GPT-3 ({number(gpt3 * GPT3_FLOP)} FLOP)"


def _finite(year: float) -> float | None:
    return year if math.isfinite(year) else None
