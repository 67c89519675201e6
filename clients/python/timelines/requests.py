"""Questions and keyword arguments -> request messages; shared by both clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from timelines.asked import asked_question as asked_question
from timelines.checks import checked_name
from timelines.question import Driver, FanOptions, Question
from timelines.question_messages import question_message as question_message
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.values import INT32, whole

if TYPE_CHECKING:
    from timelines.answers import Answer


def forecast_request(question: Question | None, asked: dict[str, Any]) -> forecasts.ForecastRequest:
    """The request of a question, or of its keywords.

    Raises
    ------
    TypeError
        When both are given, or a keyword is not there.
    """
    return forecasts.ForecastRequest(question=question_message(the_question(question, asked)))


def the_question(question: Question | None, asked: dict[str, Any]) -> Question:
    """The question that is given, or that keywords make.

    Raises
    ------
    TypeError
        When both are given, or a keyword is not there.
    """
    if question is not None and asked:
        raise TypeError(f"a question is given, and keywords beside it: {', '.join(sorted(asked))}")
    return Question(**asked) if question is None else question


def draws_request(asked: Question | Answer, chunk_draws: int | None) -> forecasts.StreamDrawsRequest:
    """The request for the draws of a question, or of an answer from its posterior."""
    message = forecasts.StreamDrawsRequest()
    if isinstance(asked, Question):
        message.question.CopyFrom(question_message(asked))
    else:
        message.question.CopyFrom(asked.raw.question)
        message.question.posterior = asked.raw.provenance.posterior
    if chunk_draws is not None:
        message.chunk_draws = whole(chunk_draws, "chunk_draws", INT32)
    return message


_ANY_TARGET = {"flop": 1.0}
"""Stands in where a driver has none; it is not sent."""


def trajectory_request(driver: Driver, options: FanOptions) -> forecasts.TrajectoryRequest:
    """The request for a fan of one driver.

    Raises
    ------
    InvalidQuestionError
        When the driver or another name is not known, or what goes with it contradicts itself.
    TypeError
        For a keyword that is not there.
    """
    for name in options.keys() - FanOptions.__optional_keys__:
        raise TypeError(f"trajectory() got an unexpected keyword argument {name!r}")
    checked_name(driver, "driver", get_args(Driver))
    asked: dict[str, Any] = dict(options)
    targets = asked.keys() & _TARGETS
    stands_in = {} if targets or asked.get("scenario") is not None else _ANY_TARGET
    told = question_message(Question(**stands_in | asked), "")
    if stands_in:
        told.ClearField("target")
    message = forecasts.TrajectoryRequest(driver=forecasts.Driver.Value(f"DRIVER_{driver.upper()}"))
    for field, value in told.ListFields():
        held = getattr(message, field.name)
        if field.is_repeated:
            held.extend(value)
        elif field.message_type is not None:
            held.CopyFrom(value)
        else:
            setattr(message, field.name, value)
    return message


_TARGETS = frozenset(
    {
        *("loss", "reducible_loss", "bits_per_character", "indistinguishable_tokens"),
        *("flop", "gpt3", "brain_seconds", "brain_flop_per_s"),
    }
)
