"""Questions survive the way over the wire, whatever is asked; so do those that a posterior has settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.question import BASELINE, Law, Payer, Question
from forecast.engine.settle import settle
from forecast.errors import InputError
from forecast.posterior.artefact import Posterior
from tests.strategies import questions
from tests.synthetic import synthetic_posterior
from timelines.v1 import answer_pb2
from timelines.v1 import question_pb2 as pb
from timelines_server.converters.arrays import packed_doubles
from timelines_server.converters.question import given as told
from timelines_server.converters.question import question_of, question_proto


@cache
def posterior() -> Posterior:
    return synthetic_posterior(100)


@given(questions())
def test_a_question_comes_back_from_the_wire_as_it_went(question: Question) -> None:
    packed = question_proto(question).SerializeToString()
    assert question_of(pb.Question.FromString(packed)) == question


@given(questions())
def test_a_message_asks_what_it_asked_after_a_round_trip(question: Question) -> None:
    message = question_proto(question)
    assert question_proto(question_of(message)) == message


@given(questions(), st.floats(), st.floats())
def test_a_question_with_other_numbers_is_read_as_if_none_like_it_was_read_before(
    question: Question, value: float, usd_2023: float
) -> None:
    message = question_proto(question)
    question_of(message)
    if (kind := message.target.WhichOneof("target")) == "training_flop":
        message.target.training_flop = value
    elif kind == "loss":
        message.target.loss.nats_per_token = value
    if message.payer.WhichOneof("payer") == "fixed_usd_2023":
        message.payer.fixed_usd_2023 = usd_2023
    assert _read(lambda: question_of(message)) == _read(lambda: Question(**told(message, question.scenario)))


def _read(read: Callable[[], Question]) -> object:
    """The question, with what its asker gave himself, or the field and the words of a refusal."""
    try:
        found = read()
    except InputError as refused:
        return refused.field, str(refused)
    return found, found.given


@given(questions())
def test_a_settled_question_asks_the_same_again(question: Question) -> None:
    settled = settle(_answerable(question), posterior())
    again = question_of(question_proto(settled))
    assert settle(again, posterior()) == settled


@given(st.lists(st.floats(allow_nan=False), max_size=300), st.lists(st.floats(allow_nan=False), max_size=20))
def test_packed_numbers_are_read_as_those_that_a_message_is_made_of(years: list[float], shares: list[float]) -> None:
    cdf = answer_pb2.Cdf
    packed = [(cdf.DECIMAL_YEAR_FIELD_NUMBER, years), (cdf.PROBABILITY_FIELD_NUMBER, shares)]
    read = cdf.FromString(b"".join(packed_doubles(field, values) for field, values in packed))
    assert read == cdf(decimal_year=years, probability=shares)
    high = b"".join(packed_doubles(field, [1.0]) for field in (16, 2**29 - 1))
    assert cdf.FromString(high).SerializeToString() == high  # unknown fields, kept as they came


def _answerable(question: Question) -> Question:
    """The same question in so far as it does not hang on the posterior, its inputs and the price index."""
    law, target = question.law, question.target
    if target.is_loss:
        target = replace(target, scale="kaplan-webtext2")
        law = Law.published("kaplan") if law is not None and law.kind == "published" else law
    if target.kind in ("reducible_loss", "indistinguishable_tokens"):
        law = Law()  # they need its floor
    payer = Payer.fixed(1e9) if question.payer.kind == "stated" else question.payer
    here = {"posterior": None, "as_of": None, "horizon": "2050-03", "by_years": (2026, 2050), "scenario": BASELINE}
    return replace(question, target=target, law=law, payer=payer, **here)  # type: ignore[arg-type]
