"""Any chart of a report for a question of its own: by its kind, or the reason why the question has no such chart.

    found = draw("cost", forecaster, [Asked("", question)])
    found.picture.svg() if found.picture else found.absent

The charts are those of the reports, made by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from forecast.batch.chart_kinds import BUDGETS_USD, COUNTS, KINDS, Asked
from forecast.engine.answer import Answer
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import checked_choice
from forecast.engine.parts import PosteriorStatus
from forecast.errors import InputError
from forecast.families import placed
from forecast.forecaster import Forecaster
from forecast.reports import (
    binding,
    cost_chart,
    drivers,
    fans,
    hindsight_chart,
    limits,
    overlay,
    stories,
    surface,
    tornado,
    waterfall,
    yearly,
)
from forecast.reports.drivers import Shown
from forecast.reports.fan_data import Fan
from forecast.reports.picture import Picture
from forecast.reports.shown import loss_picture, of_a_fan, shown_for

_NO_CHART: Mapping[str, str] = {
    "cost": "what it costs to write 100 pages is asked, and not what a run costs",
    "budgets": "no budget has a part in the question: it is one of the trend, or of the cost of 100 pages",
    "binding": "fewer than two limits are on, so that none can be tighter than another",
    "limits": "fewer than two physical limits are on and were known by the as-of date",
    "algorithms": "no estimate of the speed of algorithms was published by the as-of date",
    "scale": "the target is no loss, so that there is no scale on which to show one",
    "unlimited": "money is unlimited, so that any loss can be bought that can be reached at all",
    "hindsight": "nothing is known that came after the facts of this posterior: choose an earlier as-of date",
    "already": "both are the same question on the same posterior: there is nothing between them",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart, or why there is none.

    Attributes
    ----------
    picture : Picture or None
        The chart.
    absent : str
        Why there is none, in words; empty where there is one.
    gate : PosteriorStatus
        Of the posterior of the first question.
    """

    picture: Picture | None
    absent: str
    gate: PosteriorStatus


class _AbsentError(Exception):
    """There is no such chart of this question."""


class Subject:
    """What a chart is about.

    Parameters
    ----------
    forecaster : Forecaster
        That answers where a question names no posterior.
    asked : sequence of Asked
        The questions; most charts are of the first.
    budgets_usd : sequence of float
        Lines of money, 2023 US dollars.
    checkpoint : callable
        Called between steps.
    """

    def __init__(
        self, forecaster: Forecaster, asked: Sequence[Asked], budgets_usd: Sequence[float], checkpoint: Checkpoint
    ) -> None:
        self.current, self.asked, self.checkpoint = forecaster, asked, checkpoint
        self.budgets_usd = budgets_usd or BUDGETS_USD
        self.question = asked[0].question
        solver, ready = forecaster.ready(self.question)
        self.gate = solver.status
        self.settled = solver.plan(ready).settled
        own = solver.posterior.name == forecaster.posterior.name
        self.forecaster = forecaster if own else forecaster.on(solver.posterior)

    @cached_property
    def answer(self) -> Answer:
        """The answer to the first question."""
        return self.current.ask(self.question, self.checkpoint)

    @cached_property
    def shown(self) -> Shown:
        """The lines on the fans."""
        return shown_for(self.forecaster, self.settled, [self.settled.payer])

    def answers(self) -> list[tuple[str, Answer]]:
        """The answers to all questions, by their names."""
        return [(one.name, _answer(self, i)) for i, one in enumerate(self.asked)]


def draw(
    kind: str,
    forecaster: Forecaster,
    asked: Sequence[Asked],
    budgets_usd: Sequence[float] = (),
    checkpoint: Checkpoint = proceed,
) -> Drawn:
    """The chart of a kind, or why these questions have none.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    forecaster : Forecaster
        That answers where a question names no posterior.
    asked : sequence of Asked
        As many as the kind takes: see `COUNTS`.
    budgets_usd : sequence of float
        Lines of money on the chart of the cost, 2023 US dollars. Default: a million to a trillion.
    checkpoint : callable
        Called between steps, to end the work by raising.

    Raises
    ------
    InputError
        When there is no such kind, the questions are too many, too few or of one name, or one does not fit its
        posterior: `questions[0].question.FIELD`.
    PosteriorNotFoundError
        When a question names a posterior or an as-of date that is not there.
    """
    checked_choice(kind, "kind", KINDS)
    _check_questions(kind, asked)
    with placed("questions[0].question"):
        subject = Subject(forecaster, asked, budgets_usd, checkpoint)
    if kind in COUNTS:  # which of several is wrong is said by answering each
        subject.answers()
    checkpoint()
    try:
        return Drawn(_MAKERS[kind](subject), "", subject.gate)
    except _AbsentError as absent:
        return Drawn(None, str(absent), subject.gate)
    except InputError as error:  # the question has an answer, and no such inverse
        return Drawn(None, error.message, subject.gate)


def _check_questions(kind: str, asked: Sequence[Asked]) -> None:
    least, most = COUNTS.get(kind, (1, 1))
    if not least <= len(asked) <= most:
        told = f"{least}" if least == most else f"{least} to {most}"
        raise InputError(f"{len(asked)} questions; a chart of the kind {kind} takes {told}", field="questions")
    for i, one in enumerate(asked if kind in COUNTS else ()):
        if one.name in (other.name for other in asked[:i]):
            message = f"two questions are called {one.name!r}; give each a name of its own"
            raise InputError(message, field=f"questions[{i}].name")


def _answer(subject: Subject, i: int) -> Answer:
    with placed(f"questions[{i}].question"):
        return subject.current.ask(subject.asked[i].question, subject.checkpoint)


def _made(picture: Picture | None, reason: str) -> Picture:
    if picture is None:
        raise _AbsentError(_NO_CHART[reason])
    return picture


def _arrival(subject: Subject) -> Picture:
    return stories.single(subject.answer)


def _yearly(subject: Subject) -> Picture:
    return yearly.yearly_chart(subject.answer)


def _fan(made: Callable[[Forecaster, Shown], Fan]) -> Callable[[Subject], Picture]:
    def _drawn(subject: Subject) -> Picture:
        return fans.picture(made(subject.forecaster, subject.shown))

    return _drawn


def _algorithms(subject: Subject) -> Picture:
    chosen = subject.settled.algorithms
    if chosen is not None and chosen.halving_months is not None:
        own = drivers.own_algorithms_fan(subject.forecaster, subject.shown, chosen, chosen.halving_months)
        return fans.picture(own)
    found = drivers.algorithms_fan(subject.forecaster, subject.shown)
    return _made(fans.picture(found[0]) if found else None, "algorithms")


def _cost(subject: Subject) -> Picture:
    if subject.settled.criterion == "inference_affordable":
        raise _AbsentError(_NO_CHART["cost"])
    return cost_chart.cost_chart(subject.forecaster, subject.question, subject.budgets_usd)


def _binding(subject: Subject) -> Picture:
    return _made(binding.binding_chart(subject.forecaster, subject.question), "binding")


def _limits(subject: Subject) -> Picture:
    return _made(limits.limits_picture(subject.forecaster, of_a_fan(subject.settled)), "limits")


def _tornado(subject: Subject) -> Picture:
    found = subject.forecaster.sensitivity(subject.question, subject.checkpoint, shapley=False)
    return tornado.tornado_chart(found)


def _overlay(subject: Subject) -> Picture:
    return overlay.overlay_chart(subject.answers(), questions=True)


def _difference(subject: Subject) -> Picture:
    before, after = subject.asked
    found = subject.current.explain(before.question, after.question, None, subject.checkpoint)
    if not found.parts:
        raise _AbsentError(_NO_CHART["already"])
    return waterfall.waterfall_chart(found, before.name, after.name)


def _budgets(subject: Subject) -> Picture:
    if subject.settled.criterion != "affordable":
        raise _AbsentError(_NO_CHART["budgets"])
    return surface.surface_chart(subject.forecaster, subject.question)


def _loss(subject: Subject) -> Picture:
    scale = subject.settled.target.scale
    if scale is None or subject.settled.payer.kind == "unlimited":
        raise _AbsentError(_NO_CHART["scale" if scale is None else "unlimited"])
    return loss_picture(subject.forecaster, subject.question, scale)


def _hindsight(subject: Subject) -> Picture:
    facts = hindsight_chart.facts_after(subject.current, subject.forecaster.posterior)
    if facts is None:
        raise _AbsentError(_NO_CHART["hindsight"])
    return hindsight_chart.hindsight_chart(subject.forecaster, facts, of_a_fan(subject.settled))


_MAKERS: Mapping[str, Callable[[Subject], Picture]] = {
    "arrival": _arrival,
    "yearly": _yearly,
    "frontier_compute": _fan(drivers.compute_fan),
    "price": _fan(drivers.price_fan),
    "spend": _fan(drivers.spend_fan),
    "algorithms": _algorithms,
    "cost": _cost,
    "binding": _binding,
    "limits": _limits,
    "tornado": _tornado,
    "overlay": _overlay,
    "difference": _difference,
    "budgets": _budgets,
    "loss": _loss,
    "hindsight": _hindsight,
}
