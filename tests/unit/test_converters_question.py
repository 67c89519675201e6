"""What a question message says and leaves out, and what is refused in it by the path of its field."""

from __future__ import annotations

import copy
import math
from datetime import date
from typing import Any, get_args

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from forecast.engine import question as engine
from forecast.engine.condition import Condition
from forecast.engine.payers import Payer, Stated
from forecast.engine.question import BASELINE, Algorithms, Law, Question, Target
from forecast.engine.scenario import Override, Scenario
from forecast.errors import InputError, UnknownNameError
from forecast.families import Beta, LogNormal, Normal, Point, Tabulated, Uniform
from tests.good_questions import GOOD, LOSS, RUN, every_field, leaves, message
from timelines.v1 import question_pb2 as pb
from timelines_server.converters import assumptions, question
from timelines_server.converters.question import MAX_KEPT_BYTES, READERS, question_of, question_proto
from timelines_server.converters.scenarios import scenario_name


def asked(**fields: Any) -> pb.Question:
    return ParseDict({"target": RUN, **fields}, pb.Question())


def test_what_is_left_out_is_left_to_the_engines_defaults() -> None:
    assert question_of(asked()) == Question(Target.training_flop(1e28))
    assert question_of(asked(target=LOSS)) == Question(Target.loss(1.24, "kaplan-webtext2"))
    assert question_of(asked(target={"gpt3_multiple": 7.0})) == Question(Target.gpt3_multiple(7.0))


SPEND_PATH = Payer.spend_path(1e8, date(2027, 1, 1), Normal(0.2, 0.1), 1e12)


def test_every_field_is_read() -> None:
    priors = (LogNormal(4.0, 0.5), Uniform(1.0, 9.0), Point(3.0), Tabulated((1, 2, 3), (0, 0.5, 1)), Beta(2.0, 3.0))
    named = [(f"group.name{i}", type(prior)) for i, prior in enumerate(priors)]
    found = question_of(message(GOOD[0]))
    assert [(one.name, type(one.prior)) for one in found.scenario.overrides if one.prior] == named
    assert {one.prior.source for one in found.scenario.overrides if one.prior} == {"Somebody."}
    assert found == Question(
        Target.loss(1.24, "kaplan-webtext2"),
        payer=Payer("fixed_usd_2023", 1e9, stated=Stated(9e8, 2020)),
        price_basis="list_rental",
        law=Law.published("kaplan"),
        algorithms=Algorithms("prior", LogNormal(9.0, 0.5), 3.0),
        cost_scope="development",
        scenario=Scenario(
            "of-ones-own",
            found.scenario.overrides,
            (("power", False), ("scaling_break", True)),
            Target.bits_per_character(0.7, "kaplan-webtext2", 4.2),
            SPEND_PATH,
            "affordable",
            Law("mixture", None, 0.02, 0.3),
            Algorithms("8mo", None, 3.0),
            "list_rental",
            "with_staff",
            about="What it assumes.",
            source="A test.",
            published_on="2020-07-27",
        ),
        condition=Condition("frontier_compute", "at_least", 1e28, date(2028, 12, 31)),
        as_of=date(2020, 7, 27),
        posterior="2020-07-27-a67844346196",
        horizon="2050-06",
        quantiles=(0.5, 0.9),
        by_years=(2030, 2040),
        seed=0,
        max_draws=100,
        limit_effects=True,
    )


def test_there_is_a_reader_for_every_field_of_a_question() -> None:
    assert set(READERS) == set(pb.Question.DESCRIPTOR.fields_by_name)


def test_the_good_questions_set_every_field_between_them() -> None:
    found: set[str] = set()
    for fields in GOOD:
        note(message(fields), found)
    assert found == every_field(pb.Question.DESCRIPTOR)


def note(held: Message, found: set[str]) -> None:
    """Note the fields that a message sets, however deep."""
    for field, value in held.ListFields():
        found.add(field.full_name)
        if field.message_type is not None:
            for item in value if field.is_repeated else [value]:
                note(item, found)


@pytest.mark.parametrize("fields", GOOD, ids=lambda fields: " ".join(fields))
def test_a_good_question_comes_back_as_it_went(fields: dict[str, Any]) -> None:
    question = question_of(message(fields))
    told = question_proto(question)
    assert question_of(told) == question
    assert question_proto(question_of(told)) == told


@pytest.mark.parametrize(
    ("names", "enum"),
    [
        (assumptions.CRITERIA, pb.Criterion),
        (assumptions.PRICE_BASES, pb.PriceBasis),
        (assumptions.COST_SCOPES, pb.CostScope),
        (assumptions.PRESETS, pb.AlgorithmsPreset),
        (assumptions.CONDITION_DRIVERS, pb.ConditionDriver),
        (assumptions.COMPARISONS, pb.Comparison),
    ],
)
def test_every_value_of_an_enum_has_its_name(names: Any, enum: Any) -> None:
    assert sorted(names.name) == sorted(number for number in enum.values() if number)


def test_the_presets_are_all_algorithms_that_need_no_prior() -> None:
    assert set(assumptions.PRESETS.number) == set(get_args(engine.AlgorithmsKind)) - {"prior"}


def test_a_posterior_may_be_named_as_a_resource() -> None:
    for name in ("2026-11-20-f888b7e49128", "posteriors/2026-11-20-f888b7e49128"):
        assert question_of(asked(posterior=name)).posterior == "2026-11-20-f888b7e49128"


def test_a_laws_noise_is_the_engines_default_where_it_is_left_out() -> None:
    for kind in ("pooled", "mixture", "power_law"):
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
    ({"target": {"bits_per_character": {"value": 0.7}}}, "target.bits_per_character.scale", "missing"),
    ({"target": {"indistinguishable_tokens": {"tokens": 1e4}}}, "target.indistinguishable_tokens.scale", "missing"),
    ({"target": {"brain_anchor": {"flop_per_s": {}}}}, "target.brain_anchor.flop_per_s", "give normal"),
    ({"payer": {"stated": {"usd": 5e6}}}, "payer.stated", "one of the two"),
    ({"payer": {"spend_path": {"usd_2023": 1e6}}}, "payer.spend_path.from_date", "YYYY-MM-DD"),
    ({"payer": {"spend_path": {"usd_2023": 1e6, "from_date": "2027-01-01"}}}, "payer.spend_path", "give both"),
    ({"scenario": {}}, "scenario", "leave it out"),
    ({"scenario": {"inline": {"payer": {}}}}, "scenario.inline.payer", "leave it out"),
    ({"scenario": {"inline": {"criterion": 0, "target": {}}}}, "scenario.inline.target", "give one"),
    ({"scenario": {"inline": {"overrides": [{}]}}}, "scenario.inline.overrides[0]", "choose one"),
    ({"scenario": {"inline": {"switches": [{"name": "power"}]}}}, "scenario.inline.switches[0].on", "is on"),
    ({"scenario": {"inline": {"switches": [{"name": "x", "on": True}]}}}, "scenario.inline.switches[0].name", "data"),
    ({"condition": {}}, "condition.driver", "CONDITION_DRIVER_PRICE"),
    ({"condition": {"driver": 1}}, "condition.comparison", "COMPARISON_AT_LEAST"),
    ({"condition": {"driver": 1, "comparison": 1, "value": 1e28}}, "condition.by", "YYYY-MM-DD"),
    ({"cost_scope": 2}, "cost_scope", "goes with a budget"),
    ({"inference_usd_per_100_pages": 1.0}, "inference_usd_per_100_pages", "give both or neither"),
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
        ({"cost_scope": 4}, "cost_scope", "COST_SCOPE_FINAL_RUN"),
        ({"scenario": {"inline": {"criterion": 9}}}, "scenario.inline.criterion", "CRITERION_ON_TREND"),
    ],
)
def test_an_enum_number_from_the_future_is_refused(fields: dict[str, Any], field: str, known: str) -> None:
    with pytest.raises(UnknownNameError, match=known) as refused:
        question_of(asked(**fields))
    assert refused.value.field == field


DOUBLES = [
    (i, path)
    for i, fields in enumerate(GOOD)
    for path, field, _, _ in leaves(message(fields))
    if field.type == FieldDescriptor.TYPE_DOUBLE
]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("which", "path"), DOUBLES)
def test_no_double_may_be_nan_or_infinite(which: int, path: str, value: float) -> None:
    held = message(copy.deepcopy(GOOD[which]))
    _, field, owner, at = next(leaf for leaf in leaves(held) if leaf[0] == path)
    if at is None:
        setattr(owner, field.name, value)
    else:
        getattr(owner, field.name)[at] = value
    with pytest.raises(InputError) as refused:
        question_of(held)
    assert path.startswith(refused.value.field)  # an override is refused whole
    assert str(value) in refused.value.message


def test_a_scenario_may_be_named_as_a_resource() -> None:
    for name in ("baseline", "scenarios/baseline"):
        choice = pb.ScenarioChoice(name=name)
        assert scenario_name(choice) == ""
        assert question_of(pb.Question(target=pb.Target(training_flop=1e28), scenario=choice)).scenario is BASELINE
    assert scenario_name(pb.ScenarioChoice(name="scenarios/slow-price")) == "slow-price"
    assert scenario_name(pb.ScenarioChoice(inline=pb.Scenario(name="slow-price"))) == ""


def test_a_named_scenario_is_what_it_stands_for() -> None:
    question = asked(scenario={"name": "longer-runs"})
    stands_for = Scenario("longer-runs", (Override("run.months", 12.0),))
    assert question_of(question, stands_for).scenario is stands_for
    with pytest.raises(UnknownNameError) as refused:
        question_of(question)
    assert refused.value.field == "scenario.name"


def test_a_scenario_other_than_the_baseline_is_told_whole() -> None:
    told = question_proto(Question(Target.training_flop(1e28), scenario=Scenario("longer-runs"))).scenario
    assert told.WhichOneof("choice") == "inline" and told.inline.name == "longer-runs"
    assert question_proto(Question(Target.training_flop(1e28))).scenario.name == "baseline"


def test_an_interval_is_the_distribution_that_it_stands_for() -> None:
    anchor = {"flop_per_s": {"interval_90": {"low": 1e13, "high": 1e17, "log": True}}}
    found = question_of(asked(target={"brain_anchor": anchor})).target.flop_per_s
    assert isinstance(found, LogNormal)
    assert found.median == pytest.approx(1e15)
    assert question_proto(Question(Target.brain_anchor(1e9, found))).target.brain_anchor.flop_per_s.HasField(
        "log_normal"
    )


def test_a_settled_question_is_told_whole() -> None:
    told = question_proto(Question(Target.training_flop(1e28), seed=0))
    assert told.HasField("seed") and told.payer.HasField("frontier_spend")
    assert told.horizon == "2060-12" and not told.HasField("law") and not told.HasField("as_of")


def test_only_short_questions_are_kept_as_they_were_read() -> None:
    question._read.cache_clear()
    assert question_of(asked(posterior="x" * MAX_KEPT_BYTES)).posterior == "x" * MAX_KEPT_BYTES
    assert question._read.cache_info().currsize == 0
    found = [question_of(asked(target={"training_flop": flop})).target.value for flop in (1e26, 1e27)]
    assert (found, question._read.cache_info().currsize) == ([1e26, 1e27], 1)
