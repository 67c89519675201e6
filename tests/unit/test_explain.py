"""A change is shared out exactly, between what differs and nothing else, and the posterior's part names its cause."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import permutations
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.engine.blending import blend, causes, differs
from forecast.engine.condition import Condition
from forecast.engine.explain import ExplainedPart, Explanation, explain
from forecast.engine.question import Algorithms, Law, Payer, Question, Scenario, Target
from forecast.engine.scenario import Override
from forecast.engine.solver import Solver
from forecast.errors import InputError
from forecast.families import LogNormal, Normal
from forecast.posterior.artefact import Posterior, seal
from tests.synthetic import synthetic_posterior
from timelines.v1 import forecast_service_pb2

RUN = Question(Target.training_flop(1e29))
LOSS = Question(Target.loss(1.2, "kaplan-webtext2"))
BUDGET = Payer.fixed(1e9)


@cache
def made(draws: int = 450, seed: int = 3, as_of: date = date(2026, 11, 20), **manifest: Any) -> Solver:
    return Solver(seal(synthetic_posterior(draws, seed, as_of=as_of, **manifest))[0])


def told(before: Question, after: Question, one: Solver | None = None, other: Solver | None = None) -> Explanation:
    return explain((one or made(), before), (other or one or made(), after))


def parts(explanation: Explanation) -> dict[str, ExplainedPart]:
    return {part.switch: part for part in explanation.parts}


def median(question: Question, solver: Solver | None = None) -> float:
    return (solver or made()).ask(question).median


@pytest.mark.parametrize("question", [RUN, LOSS, replace(RUN, criterion="on_trend")])
def test_the_same_question_twice_has_no_parts(question: Question) -> None:
    found = told(question, question)
    assert found.parts == () and found.change == 0
    assert found.value_before == found.value_after


def test_one_difference_has_the_whole_change() -> None:
    after = replace(RUN, payer=BUDGET)
    found = told(RUN, after)
    assert found.measure == "median"
    assert (found.value_before, found.value_after) == (median(RUN), median(after))
    (part,) = found.parts
    assert (part.switch, part.causes, part.label) == ("payer", (), "")
    assert part.change == pytest.approx(found.change)
    assert part.words == "from the frontier's spend to $1bn, fixed in constant 2023 US dollars"


def test_what_is_put_otherwise_and_means_the_same_is_no_difference() -> None:
    assert told(RUN, replace(RUN, algorithms=Algorithms("off"))).parts == ()
    assert told(LOSS, replace(LOSS, law=Law(), algorithms=Algorithms("8mo"))).parts == ()
    assert told(RUN, replace(RUN, scenario=Scenario(switches=(("power", True),)))).parts == ()
    assert told(RUN, replace(RUN, horizon="2050-12", by_years=(2040,), quantiles=(0.5,))).parts == ()


def test_each_part_is_the_average_over_all_orders() -> None:
    changes: dict[str, Any] = {
        "payer": BUDGET,
        "algorithms": Algorithms("16mo"),
        "target": Target.training_flop(3e29),
    }
    found = parts(told(RUN, replace(RUN, **changes)))
    sums = dict.fromkeys(changes, 0.0)
    for order in permutations(changes):
        question = RUN
        for name in order:
            changed = replace(question, **{name: changes[name]})
            sums[name] += (median(changed) - median(question)) / 6
            question = changed
    assert {name: part.change for name, part in found.items()} == pytest.approx(sums)
    ordered = [abs(part.change) for part in found.values()]
    assert ordered == sorted(ordered, reverse=True)


def test_limits_and_inputs_of_a_scenario_are_switches_of_their_own() -> None:
    scenario = Scenario(
        overrides=(Override("compute.g_spend", 0.2), Override("run.months", prior=LogNormal(6.0, 0.2))),
        switches=(("power", False), ("algorithmic_jump", True)),
    )
    found = told(RUN, replace(RUN, scenario=scenario))
    words = {name: part.words for name, part in parts(found).items()}
    assert words == {
        "scenario.compute.g_spend": "from what was fitted to 0.2 in every draw",
        "scenario.run.months": "from its default prior to 6 (90 % 4.32 to 8.34)",
        "scenario.power": "from its default (on as of 2026-11-20) to off",
        "scenario.algorithmic_jump": "from its default (off as of 2026-11-20) to on",
    }
    assert math.fsum(part.change for part in found.parts) == pytest.approx(found.change)


def test_a_scenario_that_fills_in_the_question_is_told_by_its_fields() -> None:
    scenario = Scenario("budget", payer=BUDGET, algorithms=Algorithms("16mo"))
    found = told(RUN, replace(Question(RUN.target), scenario=scenario, payer=BUDGET, algorithms=Algorithms("16mo")))
    assert parts(found).keys() == {"payer", "algorithms"}


def test_what_goes_together_only_is_one_part() -> None:
    found = told(replace(RUN, criterion="on_trend"), replace(RUN, payer=BUDGET, algorithms=Algorithms("8mo")))
    assert parts(found).keys() == {"payer + criterion", "algorithms"}
    assert parts(found)["payer + criterion"].words.startswith("payer: from the frontier's spend to $1bn")
    assert "; criterion: from on trend to affordable" in parts(found)["payer + criterion"].words
    assert math.fsum(part.change for part in found.parts) == pytest.approx(found.change)


def test_a_law_goes_with_its_loss() -> None:
    found = told(RUN, replace(LOSS, law=Law.published("kaplan"), algorithms=Algorithms("off")))
    assert parts(found).keys() == {"target + law"}


def test_a_condition_that_leaves_too_few_draws_in_a_mixture_is_merged() -> None:
    rare = Condition("spend", "at_least", 2e9, date(2030, 1, 1))
    before = replace(RUN, max_draws=100)
    likely = made(draws=3_000)
    asked = replace(RUN, condition=rare)
    found = told(before, asked, likely)
    assert [part.switch for part in found.parts] == ["condition + simulation"]


def test_more_than_ten_differences_are_merged_into_ten_at_most() -> None:
    names = ("g_spend", "p_origin", "r_realised", "tau_price", "tau_spend", "sigma_cost", "u_origin", "sigma_origin")
    values = (0.3, -18.2, 0.12, 0.02, 0.1, 0.3, 8.5, 0.3)
    overrides = tuple(Override(f"compute.{name}", value) for name, value in zip(names, values, strict=True))
    after = replace(
        RUN,
        scenario=Scenario(overrides=overrides),
        payer=BUDGET,
        algorithms=Algorithms("16mo"),
        target=Target.training_flop(1e28),
        max_draws=200,
    )
    found = told(RUN, after)
    assert {"payer", "algorithms", "target", "simulation"} <= parts(found).keys()
    assert len(found.parts) == 5
    assert math.fsum(part.change for part in found.parts) == pytest.approx(found.change)


def test_without_a_median_it_is_the_probability_of_a_year() -> None:
    never = replace(LOSS, target=Target.loss(0.5, "hoffmann-massivetext"), law=Law.published("hoffmann"))
    after = replace(never, target=Target.loss(1.9, "hoffmann-massivetext"))
    found = told(never, after)
    assert (found.measure, found.year) == ("p_by_year", 2040)
    assert found.value_before == 0.0
    assert found.value_after == made().arrivals(after).p_by_year([2040])[0] > 0.5
    assert explain((made(), never), (made(), after), 2030).year == 2030
    for year in (2025, 2080):
        with pytest.raises(InputError, match="year is"):
            explain((made(), never), (made(), after), year)


def test_a_question_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="scale"):
        told(RUN, replace(LOSS, target=Target.loss(1.2, "nobody's")))


# Posteriors


def test_another_posterior_is_told_by_its_blocks() -> None:
    other = made(seed=4)
    found = told(LOSS, LOSS, made(), other)
    assert parts(found).keys() == {"posterior.compute", "posterior.loss"}
    mixed = median(LOSS, Solver(blend(other.posterior, made().posterior)))
    assert found.value_after == median(LOSS, other)
    by_hand = (
        mixed - median(LOSS) + median(LOSS, other) - median(LOSS, Solver(blend(made().posterior, other.posterior)))
    ) / 2
    assert parts(found)["posterior.compute"].change == pytest.approx(by_hand)


def test_the_laws_of_losses_are_no_part_of_an_answer_on_compute() -> None:
    assert parts(told(RUN, RUN, made(), made(seed=4))).keys() == {"posterior.compute"}


def test_a_block_that_is_the_same_in_both_is_no_switch() -> None:
    one, other = made().posterior, synthetic_posterior(450, 4)
    mixed = replace(other, blocks={**other.blocks, "loss": one.blocks["loss"], "scales": one.blocks["scales"]})
    found = told(LOSS, LOSS, made(), Solver(seal(mixed)[0]))
    assert parts(found).keys() == {"posterior.compute"}


def test_a_default_that_follows_from_the_date_belongs_to_the_posterior() -> None:
    early = made(as_of=date(2020, 7, 27))
    found = told(replace(LOSS, horizon="2060-12"), LOSS, early, made())
    assert parts(found).keys() == {"posterior.compute", "posterior.loss"}
    explicit = told(LOSS, replace(LOSS, algorithms=Algorithms("8mo")), early, made())
    assert "algorithms + posterior.compute" in parts(explicit)


def test_a_blend_repeats_the_draws_of_the_smaller() -> None:
    small = made(draws=150, seed=4).posterior
    mixed = blend(made().posterior, small)
    assert mixed.draws == 450
    assert mixed.blocks["compute"] is made().posterior.blocks["compute"]
    assert mixed.blocks["loss"]["mu_b"].tolist() == [x for x in small.blocks["loss"]["mu_b"].tolist() for _ in range(3)]
    assert blend(small, small) is small
    assert mixed.as_of == made().posterior.as_of
    assert Solver(mixed).ask(LOSS).provenance.draws == 450


BASE = made().posterior


def changed(**manifest: Any) -> Posterior:
    return BASE.with_manifest(**manifest)


@pytest.mark.parametrize(
    ("manifest", "block", "cause"),
    [
        ({"data_digests": {**BASE.manifest["data_digests"], "training_runs": "other"}}, "compute", ("data",)),
        ({"priors": {**BASE.manifest["priors"], "price": {"mu_r": {"mean": 0.2}}}}, "compute", ("priors",)),
        ({"priors": {**BASE.manifest["priors"], "price": {"mu_r": {"mean": 0.2}}}}, "loss", ("sampling",)),
        ({"priors": {**BASE.manifest["priors"], "loss": {"mu_b": {"mean": -2}}}}, "loss", ("priors",)),
        ({"seed": 5}, "compute", ("sampling",)),
    ],
)
def test_the_one_thing_that_differs_is_the_cause(manifest: dict[str, Any], block: Any, cause: tuple[str, ...]) -> None:
    assert causes(block, BASE, changed(**manifest)) == cause


def test_another_version_of_the_model_is_the_code() -> None:
    blocks = BASE.manifest["blocks"]
    newer = changed(blocks={**blocks, "compute": {**blocks["compute"], "model_version": "newer"}})
    assert causes("compute", BASE, newer) == ("code",)
    assert not differs("compute", BASE, newer)  # its draws are the same


def test_of_several_causes_only_a_refit_tells() -> None:
    early = made(as_of=date(2020, 7, 27))
    part = parts(told(RUN, RUN, early, made()))["posterior.compute"]
    assert part.causes[:2] == ("as_of", "data")
    assert part.label == "refit needed"
    assert "data to 2020-07-27" in part.words


def test_the_json_is_that_of_the_message() -> None:
    explained = told(LOSS, replace(LOSS, payer=BUDGET), made(), made(seed=4)).to_dict()
    message = ParseDict(explained, forecast_service_pb2.ExplainResponse())
    assert MessageToDict(message, preserving_proto_field_name=True) == explained


# Any two questions


questions = st.builds(
    lambda target, payer, algorithms, price, switches: Question(
        target, payer, price_basis=price, algorithms=algorithms, scenario=Scenario(switches=switches)
    ),
    st.floats(26, 32).map(lambda x: Target.training_flop(10.0**x))
    | st.floats(1, 2).map(lambda x: replace(LOSS.target, value=x)),
    st.sampled_from([Payer(), BUDGET, Payer.spend_path(1e9, date(2027, 1, 1), Normal(0.2, 0.1))]),
    st.none() | st.sampled_from([Algorithms("off"), Algorithms("16mo")]),
    st.sampled_from(["realised", "list_rental"]),
    st.sets(st.sampled_from(["power", "data"])).map(lambda names: tuple((name, False) for name in sorted(names))),
)


@settings(max_examples=25)
@given(questions, questions)
def test_the_parts_of_any_two_questions_sum_to_the_change(before: Question, after: Question) -> None:
    solver = made(draws=120)
    found = told(before, after, solver)
    assert math.fsum(part.change for part in found.parts) == pytest.approx(found.change, abs=1e-9)
    back = told(after, before, solver)
    assert {part.switch: part.change for part in back.parts} == pytest.approx(
        {part.switch: -part.change for part in found.parts}, abs=1e-9
    )
