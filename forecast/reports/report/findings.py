"""The sections about the question itself: what drives it, what it costs, what decides, what limits it, what if."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forecast.batch.spec import Spec
from forecast.engine import laws, scaling
from forecast.engine.answer import Answer, BindingLimit
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.question import Question
from forecast.engine.words import horizon_words
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.priors import ALGORITHMS_PUBLISHED_ON
from forecast.reports import binding, cost_chart, drivers, inverse_charts, limits, overlay, surface, tornado
from forecast.reports.fan_data import Level
from forecast.reports.picture import Picture
from forecast.reports.report.faces import Face
from forecast.reports.sections import Section, Table, drawn
from forecast.reports.words import calendar_year, listed, percent, scientific, usd
from forecast.units import GPT3_FLOP

BUDGETS_USD = (1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12)
_OF_A_FAN = ("scenario", "condition", "horizon", "seed", "max_draws", "posterior")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the sections are about.

    Attributes
    ----------
    spec : Spec
        What was asked for.
    forecaster : Forecaster
        That answers.
    faces : tuple of Face
        The lead first.
    left_out : tuple of str
        Which scenarios cannot be shown, and why.
    checkpoint : callable
        Called between steps.
    """

    spec: Spec
    forecaster: Forecaster
    faces: tuple[Face, ...]
    left_out: tuple[str, ...] = ()
    checkpoint: Checkpoint = proceed

    @property
    def lead(self) -> Face:
        """The question that the report is about."""
        return self.faces[0]

    @property
    def settled(self) -> Question:
        """The lead with every default filled in."""
        return self.lead.answer.question


Build = Callable[[Subject], Section | None]


def cost(subject: Subject) -> Section | None:
    """The target's cost over time, crossing budgets; none where it is no matter of money."""
    if subject.settled.criterion == "inference_affordable":
        return None
    budgets = subject.spec.budgets_usd or BUDGETS_USD
    picture = cost_chart.cost_chart(subject.forecaster, subject.lead.question, budgets)
    return Section("costs", "What it costs", figures=(picture,))


def driving(subject: Subject) -> Section:
    """The drivers as fans."""
    shown = drivers.Shown(_targets(subject), _budgets(subject), _algorithms(subject), _of_a_fan(subject.settled))
    made = drivers.pictures(subject.forecaster, shown)
    return Section(
        "drivers",
        "What drives it",
        words=("A loss needs compute; money buys compute at a price, as far as limits allow; algorithms stretch it.",),
        figures=(*made, *drawn(_loss(subject))),
    )


def _of_a_fan(question: Question) -> dict[str, Any]:
    """What a driver's fan takes from the question."""
    return {name: getattr(question, name) for name in _OF_A_FAN}


def _targets(subject: Subject) -> tuple[Level, ...]:
    """The lead's target as compute: FLOP as they are, a loss on the newest published law of its scale."""
    target = subject.settled.target
    if target.kind in ("training_flop", "gpt3_multiple"):
        flop = target.value * (GPT3_FLOP if target.kind == "gpt3_multiple" else 1.0)
        return (Level(f"a run of {scientific(flop)} FLOP", scientific(flop), math.log10(flop)),)
    if target.kind != "loss" or target.scale is None:
        return ()
    posterior = subject.forecaster.posterior
    try:
        law = laws.newest_of_scale(posterior, target.scale)
    except InputError:
        return ()
    needed = float(scaling.required_log10_flop(scaling.published_law(law, 1), target.value)[0])
    if not math.isfinite(needed):
        return ()
    short = f"{target.value:g}: {scientific(10**needed)}"
    return (Level(f"loss {target.value:g} on the law {law['name']}: {scientific(10**needed)}", short, needed),)


def _budgets(subject: Subject) -> tuple[Level, ...]:
    payers = [face.answer.question.payer for face in subject.faces]
    sums = dict.fromkeys(payer.usd_2023 for payer in payers if payer.kind == "fixed_usd_2023" and payer.usd_2023)
    return tuple(Level(usd(sum_), usd(sum_), math.log10(sum_)) for sum_ in sums)


def _algorithms(subject: Subject) -> tuple[str, ...]:
    as_of = subject.forecaster.posterior.as_of.isoformat()
    known = [kind for kind in ("16mo", "8mo") if ALGORITHMS_PUBLISHED_ON.get(kind, "") <= as_of]
    return drivers.newest_first(known)


def _loss(subject: Subject) -> Picture | None:
    """The loss that the payer can buy over time, on the scale of a target that is a loss."""
    scale = subject.settled.target.scale
    if scale is None or subject.settled.payer.kind == "unlimited":
        return None
    days = [f"{year}-12-31" for year in (2030, 2040) if year > subject.forecaster.posterior.as_of.year]
    try:
        return inverse_charts.loss_chart(subject.forecaster, subject.lead.question, days, scale)
    except InputError:  # a criterion or a condition that has no such inverse
        return None


def deciding(subject: Subject) -> Section:
    """The tornado."""
    found = subject.forecaster.sensitivity(subject.lead.question, subject.checkpoint, shapley=False)
    return Section("decides", "What decides it", figures=(tornado.tornado_chart(found),))


def limiting(subject: Subject) -> Section:
    """Which limit binds when, as a strip over time and as a table."""
    asked = replace(subject.lead.question, limit_effects=True)
    answer = subject.forecaster.ask(asked, subject.checkpoint)
    strip = binding.binding_chart(subject.forecaster, subject.lead.question)
    held = limits.limits_picture(subject.forecaster)
    table = (_limit_table(answer),) if answer.binding_limits else ()
    told = _limit_words(answer)
    return Section(
        "limiting", "What limits it", words=(told,) if told else (), tables=table, figures=drawn(strip, held)
    )


def _limit_words(answer: Answer) -> str:
    ranked = sorted(answer.binding_limits, key=lambda one: -one.share_of_arrivals)
    ranked = [one for one in ranked if one.share_of_arrivals > 0]
    if not ranked:
        return ""
    told = listed([f"{_limit(one)} in {percent(one.share_of_arrivals)}" for one in ranked])
    return f"Of the arrivals by {horizon_words(answer.question)}, the last obstacle was {told}."


def _limit(limit: BindingLimit) -> str:
    return limits.NAMES.get(limit.limit, limit.limit.replace("_", " "))


def _limit_table(answer: Answer) -> Table:
    horizon = horizon_words(answer.question)
    headings = ("limit", "waited for last", f"tightest in {horizon}", f"by {horizon} without it", "median without it")
    rows = tuple(_limit_row(limit, answer) for limit in answer.binding_limits)
    caption = "What each limit does, and what the answer would be without it"
    return Table(caption, (*headings, "years added"), rows, (1, 2, 3, 4, 5), (2,), slug="limits-table")


def _limit_row(limit: BindingLimit, answer: Answer) -> tuple[str, ...]:
    without, added = limit.median_without, limit.years_moved
    already = without is not None and without <= answer.cdf.decimal_year[0]
    median = "now" if already else "not within" if without is None else calendar_year(without)
    reached = limit.p_by_horizon_without
    return (
        _limit(limit),
        percent(limit.share_of_arrivals),
        percent(limit.share_at_horizon),
        "" if reached is None else percent(reached),
        median,
        "" if added is None else f"{added:.1f}",
    )


def what_if(subject: Subject) -> Section | None:
    """Every face in one chart, and their percentiles in a table."""
    if len(subject.faces) < 2:
        return Section("what-if", "What if", words=subject.left_out) if subject.left_out else None
    answers = [(face.name, face.answer) for face in subject.faces]
    picture, table = overlay.overlay_chart(answers), overlay.percentile_table(answers)
    return Section("what-if", "What if", tables=(table,), figures=(picture,), notes=subject.left_out)


def any_budget(subject: Subject) -> Section | None:
    """The probability over dates and budgets; none where no budget has a part in it."""
    if subject.settled.criterion != "affordable":
        return None
    return Section(
        "budgets",
        "By any date, for any budget",
        figures=(surface.surface_chart(subject.forecaster, subject.lead.question),),
    )


SECTIONS: Sequence[tuple[str, Build]] = (
    ("drivers", driving),
    ("cost", cost),
    ("tornado", deciding),
    ("limits", limiting),
    ("scenarios", what_if),
    ("budgets", any_budget),
)
"""What is told while each is made, and what makes it, in the order of the page."""
