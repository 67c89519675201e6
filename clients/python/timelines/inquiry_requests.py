"""Requests for what can be asked beside a forecast; shared by both clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from timelines.belief_messages import belief_message
from timelines.errors import invalid
from timelines.question import Question, question_of
from timelines.question_messages import question_message, scenario_message
from timelines.records import ForecastRecord, record_name
from timelines.v1 import forecast_service_pb2 as pb
from timelines.values import INT32, day, number, shown, some, text, whole

if TYPE_CHECKING:
    from timelines.comparisons import Overlay

Asked = Question | Mapping[str, Any]
"""A question, or its keywords."""

Explained = Asked | str | ForecastRecord
"""A question, or a published forecast by its name."""


def affordable_loss_request(scale: str, on: date | str, asked: dict[str, Any]) -> pb.AffordableLossRequest:
    """The request for the loss that a payer can buy on a day.

    Raises
    ------
    InvalidQuestionError
        When the keywords contradict each other, or a value does not fit.
    """
    question = question_message(Question(loss=1.0, scale=text(scale, "scale"), **asked))
    question.ClearField("target")
    return pb.AffordableLossRequest(question=question, scale=scale, date=day(on, "date"))


def required_budget_request(
    asked: Asked, dates: Iterable[date | str], budgets_usd: Iterable[float] | None
) -> pb.RequiredBudgetRequest:
    """The request for the budget that a target needs.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit.
    """
    days = [day(one, f"dates[{i}]") for i, one in enumerate(some(dates, "dates"))]
    sums = () if budgets_usd is None else budgets_usd
    return pb.RequiredBudgetRequest(
        question=question_message(question_of(asked)),
        dates=days,
        budgets_usd_2023=[number(usd, f"budgets_usd_2023[{i}]") for i, usd in enumerate(sums)],
    )


def sensitivity_request(asked: Asked, inputs: int | None, shapley: bool | None) -> pb.SensitivityRequest:
    """The request for what an answer depends on.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit.
    """
    return pb.SensitivityRequest(
        question=question_message(question_of(asked)),
        inputs=None if inputs is None else whole(inputs, "inputs", INT32),
        shapley=None if shapley is None else bool(shapley),
    )


def compare_request(asked: Asked, scenarios: Sequence[object], overlays: Iterable[Overlay]) -> pb.CompareRequest:
    """The request for one question in several scenarios.

    Raises
    ------
    InvalidQuestionError
        When a scenario or a belief is none.
    """
    if isinstance(scenarios, str):
        raise invalid(f"scenarios is {shown(scenarios)}; give a list of them", "scenarios")
    named = [scenario_message(one, f"scenarios[{i}]") for i, one in enumerate(some(scenarios, "scenarios"))]
    return pb.CompareRequest(
        question=question_message(question_of(asked)),
        scenarios=named,
        overlays=[_overlay(overlay, f"overlays[{i}]") for i, overlay in enumerate(overlays)],
    )


def explain_request(before: Explained, after: Explained, year: int | None) -> pb.ExplainRequest:
    """The request for why two answers differ.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit.
    """
    request = pb.ExplainRequest(year=None if year is None else whole(year, "year", INT32))
    if isinstance(before, str | ForecastRecord):
        request.before_record = record_name(before)
    else:
        request.before.CopyFrom(question_message(question_of(before), "before."))
    if isinstance(after, str | ForecastRecord):
        request.after_record = record_name(after)
    else:
        request.after.CopyFrom(question_message(question_of(after), "after."))
    return request


def _overlay(overlay: Overlay, path: str) -> pb.Overlay:
    return pb.Overlay(
        name=text(overlay.name, f"{path}.name"),
        source=text(overlay.source, f"{path}.source"),
        decimal_year=belief_message(overlay.belief, f"{path}.decimal_year"),
    )
