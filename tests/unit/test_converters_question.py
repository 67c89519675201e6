"""What a question message says and leaves out, and what is refused in it by the path of its field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict

from forecast.engine import question as engine
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.errors import InputError, UnknownNameError
from forecast.priors import LogNormal
from timelines.v1 import question_pb2 as pb
from timelines_server.converters import question as converter
from timelines_server.converters.question import question_of, question_proto

RUN = {"training_flop": 1e28}
LOSS = {"loss": {"nats_per_token": 1.24, "scale": "kaplan-webtext2"}}


def asked(**fields: Any) -> pb.Question:
    return ParseDict({"target": RUN, **fields}, pb.Question())


def test_what_is_left_out_is_left_to_the_engines_defaults() -> None:
    assert question_of(asked()) == Question(Target.training_flop(1e28))
    assert question_of(asked(target=LOSS)) == Question(Target.loss(1.24, "kaplan-webtext2"))
    assert question_of(asked(target={"gpt3_multiple": 7.0})) == Question(Target.gpt3_multiple(7.0))


def test_every_field_is_read() -> None:
    question = asked(
        target=LOSS,
        payer={"fixed_usd_2023": 1e9},
        criterion="CRITERION_AFFORDABLE",
        price_basis="PRICE_BASIS_LIST_RENTAL",
        law={"published": {"name": "kaplan"}},
        algorithms={"prior": {"halving_months": {"median": 9.0, "sd_ln": 0.5}}, "ceiling_oom": 3.0},
        posterior="posteriors/2020-07-27-7dfa1678306e",
        as_of="2020-07-27",
        horizon="2050-06",
        quantiles=[0.9, 0.5],
        by_years=[2040, 2030],
        seed=0,
        max_draws=100,
    )
    assert {field.name for field, _ in question.ListFields()} == set(converter._READERS) - converter.NOT_YET
    assert question_of(question) == Question(
        Target.loss(1.24, "kaplan-webtext2"),
        payer=Payer.fixed(1e9),
        price_basis="list_rental",
        law=Law.published("kaplan"),
        algorithms=Algorithms("prior", LogNormal(9.0, 0.5), 3.0),
        as_of=date(2020, 7, 27),
        posterior="2020-07-27-7dfa1678306e",
        horizon="2050-06",
        quantiles=(0.5, 0.9),
        by_years=(2030, 2040),
        seed=0,
        max_draws=100,
    )


def test_there_is_a_reader_for_every_field_of_a_question() -> None:
    assert set(converter._READERS) == set(pb.Question.DESCRIPTOR.fields_by_name)


@pytest.mark.parametrize(
    ("names", "enum"),
    [
        (converter.CRITERIA, pb.Criterion),
        (converter.PRICE_BASES, pb.PriceBasis),
        (converter.PRESETS, pb.AlgorithmsPreset),
    ],
)
def test_every_value_of_an_enum_has_its_name(names: Any, enum: Any) -> None:
    assert set(names.name) <= {number for number in enum.values() if number}


def test_the_presets_are_all_algorithms_that_need_no_prior() -> None:
    assert set(converter.PRESETS.number) == set(get_args(engine.AlgorithmsKind)) - {"prior"}


def test_a_posterior_may_be_named_as_a_resource() -> None:
    for name in ("2026-11-20-f888b7e49128", "posteriors/2026-11-20-f888b7e49128"):
        assert question_of(asked(posterior=name)).posterior == "2026-11-20-f888b7e49128"


def test_a_laws_noise_is_the_engines_default_where_it_is_left_out() -> None:
    for kind in ("pooled", "mixture"):
        assert question_of(asked(target=LOSS, law={kind: {}})).law == Law(kind)  # type: ignore[arg-type]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"target": {}}, "target", "give one"),
    ({"target": {"loss": {"nats_per_token": 1.2}}}, "target.loss.scale", "means nothing without its scale"),
    ({"target": {"loss": {"scale": "kaplan-webtext2"}}}, "target.loss.nats_per_token", "is 0.0"),
    ({"payer": {}}, "payer", "leave it out"),
    ({"target": LOSS, "law": {}}, "law", "leave it out"),
    ({"target": LOSS, "law": {"published": {}}}, "law.published.name", "''"),
    ({"algorithms": {}}, "algorithms", "leave it out"),
    ({"algorithms": {"ceiling_oom": 3.0}}, "algorithms", "a preset or a prior"),
    ({"algorithms": {"preset": 0}}, "algorithms.preset", "ALGORITHMS_PRESET_8MO"),
    ({"algorithms": {"prior": {}}}, "algorithms.prior.halving_months.median", "0.1 to 1200"),
    ({"posterior": ""}, "posterior", "leave it out"),
    ({"posterior": "posteriors/"}, "posterior", "leave it out"),
    ({"as_of": ""}, "as_of", "YYYY-MM-DD"),
    ({"as_of": "last year"}, "as_of", "YYYY-MM-DD"),
    ({"horizon": "2060"}, "horizon", "YYYY-MM"),
    ({"quantiles": [0.5, 1.0]}, "quantiles[1]", "below 1"),
    ({"quantiles": [0.5] * 51}, "quantiles", "1 to 50"),
    ({"by_years": [2030, -1]}, "by_years[1]", "a calendar year"),
    ({"max_draws": 0}, "max_draws", "from 100"),
    ({"max_draws": -5}, "max_draws", "from 100"),
]


@pytest.mark.parametrize(("fields", "field", "words"), REFUSED, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_refused_by_its_path(fields: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        question_of(asked(**fields))
    assert refused.value.field == field
    assert words in refused.value.message


def test_a_question_that_asks_nothing_misses_its_target() -> None:
    with pytest.raises(InputError) as refused:
        question_of(pb.Question())
    assert refused.value.field == "target"


@pytest.mark.parametrize(
    ("fields", "field", "known"),
    [
        ({"criterion": 9}, "criterion", "CRITERION_ON_TREND"),
        ({"price_basis": -1}, "price_basis", "PRICE_BASIS_REALISED"),
        ({"algorithms": {"preset": 4}}, "algorithms.preset", "ALGORITHMS_PRESET_OFF"),
    ],
)
def test_an_enum_number_from_the_future_is_refused(fields: dict[str, Any], field: str, known: str) -> None:
    with pytest.raises(UnknownNameError, match=known) as refused:
        question_of(asked(**fields))
    assert refused.value.field == field


def doubles(message: Descriptor, path: tuple[str, ...] = ()) -> Iterator[tuple[FieldDescriptor, tuple[str, ...]]]:
    """Every double field of a message, however deep, with its path."""
    for field in message.fields:
        if field.type == FieldDescriptor.TYPE_DOUBLE:
            yield field, (*path, field.name)
        elif field.message_type is not None:
            yield from doubles(field.message_type, (*path, field.name))


REFUSED_WHOLE = converter.NOT_YET | {"power_law_weight"}
DOUBLES = [
    (path, field.is_repeated) for field, path in doubles(pb.Question.DESCRIPTOR) if not REFUSED_WHOLE.intersection(path)
]


def test_the_double_fields_are_all_found() -> None:
    assert len(DOUBLES) == 10


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cost_scope": 2}, "cost_scope"),
        ({"scenario": {"name": "baseline"}}, "scenario"),
        ({"target": {"brain_anchor": {}}}, "target.brain_anchor"),
        ({"payer": {"unlimited": {}}}, "payer.unlimited"),
        ({"target": LOSS, "law": {"power_law": {}}}, "law.power_law"),
        ({"target": LOSS, "law": {"mixture": {"power_law_weight": 0.5}}}, "law.mixture"),
    ],
)
def test_what_is_not_served_yet_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match="not served yet") as refused:
        question_of(asked(**fields))
    assert refused.value.field == field


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("path", "repeated"), DOUBLES, ids=str)
def test_no_double_may_be_nan_or_infinite(path: tuple[str, ...], repeated: bool, value: float) -> None:
    message = pb.Question(target=pb.Target(loss=pb.Loss(nats_per_token=1.2, scale="kaplan-webtext2")))
    if "algorithms" in path:  # else the prior's other number, or the preset, would be wrong first
        message.algorithms.prior.halving_months.MergeFrom(pb.LogNormal(median=8, sd_ln=0.5))
    owner: Any = message
    for name in path[:-1]:
        owner = getattr(owner, name)
    if repeated:
        getattr(owner, path[-1]).append(value)
    else:
        setattr(owner, path[-1], value)
    with pytest.raises(InputError) as refused:
        question_of(message)
    assert refused.value.field == ".".join(path) + ("[0]" if repeated else "")
    assert str(value) in refused.value.message


def test_a_settled_question_is_told_whole() -> None:
    told = question_proto(Question(Target.training_flop(1e28), seed=0))
    assert told.HasField("seed") and told.payer.HasField("frontier_spend")
    assert told.horizon == "2060-12" and not told.HasField("law") and not told.HasField("as_of")
