"""The sections about the question itself: what drives it, what it costs, what decides, what limits it, what if."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from forecast.batch.chart_kinds import BUDGETS_USD
from forecast.batch.spec import Spec
from forecast.engine.answer import Answer, BindingLimit
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.question import Question
from forecast.engine.words import horizon_words
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.reports import binding, cost_chart, drivers, limits, overlay, surface, tornado
from forecast.reports.picture import Picture
from forecast.reports.report.faces import Face
from forecast.reports.sections import Section, Table, drawn
from forecast.reports.shown import loss_picture, of_a_fan, shown_for
from forecast.reports.words import calendar_year, listed, percent


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
    payers = [face.answer.question.payer for face in subject.faces]
    made = drivers.pictures(subject.forecaster, shown_for(subject.forecaster, subject.settled, payers))
    return Section(
        "drivers",
        "What drives it",
        words=("A loss needs compute; money buys compute at a price, as far as limits allow; algorithms stretch it.",),
        figures=(*made, *drawn(_loss(subject))),
    )


def _loss(subject: Subject) -> Picture | None:
    """The loss that the payer can buy over time, on the scale of a target that is a loss."""
    scale = subject.settled.target.scale
    if scale is None or subject.settled.payer.kind == "unlimited":
        return None
    try:
        return loss_picture(subject.forecaster, subject.lead.question, scale)
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
    held = limits.limits_picture(subject.forecaster, of_a_fan(subject.settled))
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
