"""Requests for the inverses of a question -> the engine's arguments; what it finds -> responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.engine import inverse_parts as engine
from forecast.engine.question import Question, Target
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.converters.answer import choices_proto, gate_proto, provenance_proto
from timelines_server.converters.names import called
from timelines_server.converters.question import given, question_of, question_proto

SCALE = ("target.loss.scale", "scale")
"""Where the engine and the request say on which scale the loss is."""


@dataclass(frozen=True, slots=True)
class BudgetsAsked:
    """What a request for budgets asks.

    Attributes
    ----------
    question : Question
        Without a payer of its own.
    dates : tuple of str
        YYYY-MM-DD.
    budgets_usd_2023 : tuple of float
        For the surface; empty for none.
    """

    question: Question
    dates: tuple[str, ...]
    budgets_usd_2023: tuple[float, ...]


def affordable_loss_of(request: pb.AffordableLossRequest, scenario: Scenario | None = None) -> tuple[Question, str]:
    """The question whose target only names the scale, and the day.

    Parameters
    ----------
    request : AffordableLossRequest
        The request.
    scenario : Scenario, optional
        What the name of its scenario stands for.

    Raises
    ------
    InputError
        When a value is out of its bounds, or the question has a target.
    """
    if request.question.HasField("target"):
        raise InputError("the loss is what is asked for; leave the target out", field="question.target")
    with called(*SCALE):
        target = Target.loss(1.0, request.scale)
    return Question(**{**given(request.question, scenario), "target": target}), request.date


def affordable_loss_proto(found: engine.AffordableLoss) -> pb.AffordableLossResponse:
    """The message of the losses that money buys."""
    question = question_proto(found.question)
    question.ClearField("target")
    return pb.AffordableLossResponse(
        question=question,
        scale=found.scale,
        date=found.date,
        loss_nats_per_token=quantiles_proto(found.loss_nats_per_token),
        reducible_nats_per_token=quantiles_proto(found.reducible_nats_per_token),
        log10_flop=quantiles_proto(found.log10_flop),
        posterior=gate_proto(found.posterior),
        choices=choices_proto(found.choices),
        data_notice=found.data_notice,
        provenance=provenance_proto(found.provenance),
    )


def required_budget_of(request: pb.RequiredBudgetRequest, scenario: Scenario | None = None) -> BudgetsAsked:
    """The question, its days and its sums.

    Parameters
    ----------
    request : RequiredBudgetRequest
        The request.
    scenario : Scenario, optional
        What the name of its scenario stands for.

    Raises
    ------
    InputError
        When a value of the question is out of its bounds.
    """
    question = question_of(request.question, scenario)
    return BudgetsAsked(question, tuple(request.dates), tuple(request.budgets_usd_2023))


def required_budget_proto(found: engine.RequiredBudget) -> pb.RequiredBudgetResponse:
    """The message of the budgets that a target needs."""
    question = question_proto(found.question)
    question.ClearField("payer")
    return pb.RequiredBudgetResponse(
        question=question,
        dates=[_at_date(day) for day in found.dates],
        surface=None if found.surface is None else _surface(found.surface),
        posterior=gate_proto(found.posterior),
        choices=choices_proto(found.choices),
        data_notice=found.data_notice,
        provenance=provenance_proto(found.provenance),
    )


def quantiles_proto(quantiles: Sequence[engine.ValueQuantile]) -> list[pb.ValueQuantile]:
    """The messages of quantiles; one without a value is infinite."""
    return [pb.ValueQuantile(probability=one.probability, value=one.value) for one in quantiles]


def _at_date(day: engine.BudgetAtDate) -> pb.BudgetAtDate:
    return pb.BudgetAtDate(date=day.date, usd_2023=quantiles_proto(day.usd_2023), p_never_enough=day.p_never_enough)


def _surface(surface: engine.BudgetSurface) -> pb.BudgetSurface:
    return pb.BudgetSurface(
        dates=surface.dates, budgets_usd_2023=surface.budgets_usd_2023, probability=surface.probability
    )
