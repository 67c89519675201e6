"""Numbers in plain words: dates, money, probabilities, and the sentence that an answer opens with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from forecast.engine.answer import Answer
from forecast.engine.condition import Condition
from forecast.engine.imported import ImportedScale
from forecast.engine.question import BASELINE, Algorithms, Payer, Question, Scenario, Target
from forecast.engine.scenario import PHYSICAL_LIMITS, Override
from forecast.posterior.manifest import LawManifest
from forecast.units import date_of

PRICE_BASIS = {
    "realised": "what past training runs paid per FLOP, all in",
    "list_rental": "on-demand rental of datacentre chips at list price, 35 % utilization",
    "amortized_purchase": "datacentre chips bought: 4 years, 90 % busy, 60 % overhead, 35 % utilization",
}
COST_SCOPE = {
    "with_staff": "the final run and the staff that made it",
    "development": "the final run, the staff, and the experiments before it",
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONEY = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))


def number(value: float) -> str:
    """Three significant digits, powers of ten written as 2e25."""
    if value and not 1e-3 <= abs(value) < 1e6:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def money(usd_2023: float) -> str:
    """Dollars with the usual suffix: $1bn, $2.5M, $300."""
    for unit, suffix in _MONEY:
        if usd_2023 >= unit * 0.9995:
            return f"${number(usd_2023 / unit)}{suffix}"
    return f"${number(usd_2023)}"


def percent(probability: float) -> str:
    """A probability to the percent; under 1 % or over 99 %, but not certain, it says so."""
    if 0 < probability < 0.005:
        return "under 1 %"
    if 0.995 <= probability < 1:
        return "over 99 %"
    return f"{probability:.0%}".replace("%", " %")


def month(decimal_year: float) -> str:
    """A decimal year as month and year: May 2023."""
    day = date_of(decimal_year)
    return f"{_MONTHS[day.month - 1]} {day.year}"


@lru_cache(1024)  # the dates of an answer are months of one grid
def day(decimal_year: float) -> str:
    """A decimal year as `YYYY-MM-DD`."""
    return date_of(decimal_year).isoformat()


_TARGETS = {
    "gpt3_multiple": "A run of {} times GPT-3's compute",
    "reducible_loss": "A loss {} nats per token above the floor on {}",
    "bits_per_character": "A loss of {} bits per character on {}",
    "indistinguishable_tokens": "Text that a judge cannot tell from {1} for {0} tokens",
    "brain_anchor": "The compute of a brain over {} seconds",
}


def target_words(target: Target) -> str:
    """The target as the subject of a sentence."""
    if target.kind == "loss":
        return f"A loss of {target.value:g} {'nat' if target.value == 1 else 'nats'} per token on {target.scale}"
    if target.kind in _TARGETS:
        return _TARGETS[target.kind].format(number(target.value), target.scale)
    article = "An" if number(target.value).startswith(("8", "11", "18")) else "A"
    return f"{article} {number(target.value)} FLOP run"


def payer_words(payer: Payer) -> str:
    """Who pays, as it ends a sentence; a sum in the dollars in which it was stated."""
    if payer.kind == "unlimited":
        return "whatever it costs"
    if payer.stated is not None:
        year = payer.stated.currency_year
        return f"for {money(payer.stated.usd)} in dollars of {f'{year}' if year else 'the day'}"
    if payer.kind == "spend_path" and payer.usd_2023 and payer.from_date:
        return f"for a growing budget ({money(payer.usd_2023)} in {payer.from_date.year})"
    return f"for {money(payer.usd_2023)}" if payer.usd_2023 else "for the frontier's spend"


def budget_words(payer: Payer) -> str:
    """A budget and where it comes from, in words."""
    if payer.kind == "unlimited":
        return "money is no limit"
    told = f"{money(payer.usd_2023 or 0.0)}, fixed in constant 2023 US dollars"
    if payer.kind == "spend_path" and payer.from_date and payer.growth:
        low, middle, high = (f"{10**oom:.3g}" for oom in payer.growth.ppf([0.05, 0.5, 0.95]).tolist())
        rate = f"{middle} a year" if low == high else f"{middle} a year (90 % {low} to {high})"
        ceiling = f", at most {money(payer.ceiling_usd_2023)}" if payer.ceiling_usd_2023 else ""
        told = f"{money(payer.usd_2023 or 0.0)} in 2023 US dollars on {payer.from_date}, times {rate}{ceiling}"
    if payer.stated is None:
        return told
    said = payer.stated
    dollars = f"dollars of {said.currency_year}" if said.currency_year else "dollars of the day, not indexed"
    return f"{told}; stated as {money(said.usd)} in {dollars}"


def condition_words(condition: Condition) -> str:
    """An event on a driver, in words."""
    return f"only where {event_words(condition)}"


def event_words(condition: Condition) -> str:
    """An event on a driver, as a clause."""
    what, unit = _DRIVERS[condition.driver]
    side = condition.comparison.replace("_", " ")
    when = f"{_MONTHS[condition.by.month - 1]} {condition.by.year}"
    return f"{what} is {side} {number(condition.value)} {unit} in {when}"


_DRIVERS = {
    "frontier_compute": ("the largest run so far", "FLOP"),
    "price": ("the price of compute", "2023 US dollars per FLOP"),
    "algorithms": ("algorithmic efficiency", "times that of the as-of date"),
    "spend": ("the spend on the largest run so far", "2023 US dollars"),
}


def scenario_words(scenario: Scenario) -> str:
    """What a scenario assumes otherwise, in words."""
    told = [f"{name.replace('_', ' ')} {'on' if on else 'off'}" for name, on in scenario.switches]
    told += [_override_words(override) for override in scenario.overrides]
    return "; ".join(told) or "nothing assumed otherwise"


def _override_words(override: Override) -> str:
    if override.prior is None:
        return f"{override.name} set to {number(override.value or 0.0)}"
    low, high = (number(end) for end in override.prior.ppf([0.05, 0.95]).tolist())
    return f"{override.name} from {low} to {high} (90 %)"


def listed(names: Sequence[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {conjunction} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def algorithms_words(algorithms: Algorithms, halving: tuple[float, float, float] | None) -> str:
    """What is assumed of algorithms; `halving` is the 5, 50 and 95 % point of the halving time in months."""
    if halving is None:
        return "no algorithmic progress"
    low, middle, high = (number(months) for months in halving)
    ceiling = f", at most {algorithms.ceiling_oom:g} orders of magnitude in all" if algorithms.ceiling_oom else ""
    return f"the compute that a fixed loss needs halves every {middle} months (90 % {low} to {high}){ceiling}"


def published_law(law: LawManifest) -> str:
    """A published law as a formula, and its date."""
    floor = f"{law['floor_nats']:g} + " if law["floor_nats"] else ""
    reducible = f"{law['coefficient_nats']:.4g} (C / {number(law['flop_unit'])})^-{law['exponent']:.3g}"
    return f"L = {floor}{reducible}, published {law['published_on']}"


def imported_law(scale: ImportedScale) -> str:
    """Where the law of an imported scale comes from."""
    flop = [flop for flop, _ in scale.points]
    known = scale.relative_noise
    noise = f"stated {100 * known:.3g} % noise" if known is not None else "learned noise"
    return (
        f"your study {scale.name}, {len(flop)} points from {number(min(flop))} to {number(max(flop))} FLOP at {noise}, "
        f"published {scale.published_on}, pooled with other studies, with an irreducible floor"
    )


def horizon_words(question: Question) -> str:
    """The horizon: its year when it ends with the year, else its month."""
    last = question.horizon_month()
    return f"{last.year}" if last.month == 12 else f"{_MONTHS[last.month - 1]} {last.year}"


def end_words(answer: Answer, probability: float) -> str:
    """A quantile in words: a month, `already`, `beyond 2060` or `never`."""
    if probability <= answer.p_already + 1e-12:
        return "already"
    year = answer.quantile(probability)
    if math.isfinite(year):
        return month(year)
    if probability > 1 - answer.p_never + 1e-12:
        return "never"
    return f"beyond {horizon_words(answer.question)}"


def expectation(answer: Answer) -> str:
    """What the median says: `already`, `May 2023`, `more likely than not beyond 2060`, `more likely than not never`."""
    words = end_words(answer, 0.5)
    return f"more likely than not {words}" if words == "never" or words.startswith("beyond") else words


def interval(answer: Answer, mass: float = 0.8) -> str:
    """The central interval in words: `80 %: June 2022 to May 2024`."""
    low, high = (end_words(answer, (1 + side * mass) / 2) for side in (-1, 1))
    both = low if low == high else f"{low} to {high}"
    return f"{percent(mass)}: {both}"


def sentence(answer: Answer) -> str:
    """The answer in one sentence, with what it is subject to."""
    question = answer.question
    return f"{subject_to(question, target_words(question.target))} {_when(answer)} ({interval(answer)})."


def subject_to(question: Question, subject: str) -> str:
    """The beginning of a sentence, after the scenario and the condition that it is subject to."""
    under = _under(question.scenario)
    if question.condition is not None:
        under += f"if {event_words(question.condition)}, "
    return f"{under[0].upper()}{under[1:]}{subject[0].lower()}{subject[1:]}" if under else subject


def _under(scenario: Scenario) -> str:
    """A scenario as a sentence begins: its name, or what one without a name switches and sets."""
    if scenario.name != "inline":
        return "" if scenario.name == BASELINE.name else f"in the scenario {scenario.name}, "
    told = listed([*_turned(scenario, on=False), *_turned(scenario, on=True), *_set_otherwise(scenario)])
    return f"with {told}, " if told else ""


def _turned(scenario: Scenario, *, on: bool) -> list[str]:
    names = [name for name, is_on in scenario.switches if is_on == on]
    limits = [name.replace("_", " ") for name in names if name in PHYSICAL_LIMITS]
    others = [name.replace("_", " ") for name in names if name not in PHYSICAL_LIMITS]
    told = [f"the limit{'s' if len(limits) > 1 else ''} of {listed(limits)}"] if limits else []
    return [f"{listed([*told, *others])} {'on' if on else 'off'}"] if names else []


def _set_otherwise(scenario: Scenario) -> list[str]:
    if len(scenario.overrides) > 2:
        return [f"{len(scenario.overrides)} inputs set otherwise"]
    return [
        f"another prior of {one.name}" if one.value is None else f"{one.name} set to {number(one.value)}"
        for one in scenario.overrides
    ]


def _when(answer: Answer) -> str:
    question = answer.question
    on_trend = question.criterion == "on_trend"
    how = "on trend" if on_trend else f"affordable {_for_whom(question)}"
    median = end_words(answer, 0.5)
    if median == "already":
        return f"is {how} already, with probability {percent(answer.p_already)}"
    if median == "never":
        return f"is never {how}, with probability {percent(answer.p_never)}"
    if median.startswith("beyond"):
        within = percent(answer.cdf.probability[-1])
        return f"is {how} by {horizon_words(question)} with probability {within}; later or never is more likely"
    return f"is expected {how if on_trend else f'to be {how}'} in {median}"


def _for_whom(question: Question) -> str:
    if question.inference_usd_per_100_pages is not None:
        return f"to run at {money(question.inference_usd_per_100_pages)} for 100 pages"
    beside = {"with_staff": ", staff included,", "development": ", staff and experiments included,"}
    return f"{payer_words(question.payer)}{beside.get(question.cost_scope, '')}"
