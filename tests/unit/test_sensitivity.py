"""What an answer depends on: the blocks cover all chance, the figures agree with the answer, the words name dates."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from numpy.typing import NDArray

from forecast.engine.condition import Condition
from forecast.engine.dependence import influences, observations
from forecast.engine.exchange import Exchange
from forecast.engine.question import Algorithms, Law, Payer, Question, Scenario, Target
from forecast.engine.scenario import Override
from forecast.engine.sensitivity import horizon_year, outcome_years, sensitivity
from forecast.engine.sensitivity_answer import Sensitivity
from forecast.engine.solver import Solver
from forecast.errors import InputError
from forecast.families import LogNormal, Normal, Point
from tests.synthetic import synthetic_posterior
from timelines.v1 import forecast_service_pb2

DRAWS = 500
RUN = Target.training_flop(1e29)
LOSS = Target.loss(1.0, "kaplan-webtext2")
ALL_ON = Scenario(
    switches=tuple(
        (name, True)
        for name in ("scaling_break", "context_length", "commoditization", "algorithmic_jump")  # type: ignore[misc]
    )
)
QUESTIONS = {
    "frontier spend": Question(RUN),
    "fixed sum": Question(RUN, Payer.fixed(1e9)),
    "on trend": Question(RUN, criterion="on_trend", algorithms=Algorithms("8mo")),
    "loss": Question(LOSS, Payer.fixed(1e9)),
    "mixture of laws": Question(LOSS, law=Law("mixture")),
    "everything on": Question(LOSS, Payer.fixed(1e10), scenario=ALL_ON, cost_scope="development"),
    "rental": Question(RUN, Payer.fixed(1e10), price_basis="list_rental"),
    "purchase": Question(RUN, price_basis="amortized_purchase", algorithms=Algorithms("prior", LogNormal(20.0, 0.5))),
    "growing budget": Question(
        RUN, Payer.spend_path(1e8, date(2026, 1, 1), Normal(0.2, 0.1), 1e11), cost_scope="with_staff"
    ),
    "unlimited": Question(Target.indistinguishable_tokens(1e3, "chinchilla-massivetext"), Payer.unlimited()),
    "brain": Question(Target.brain_anchor(), Payer.fixed(1e9)),
    "inference": Question(LOSS, criterion="inference_affordable", inference_usd_per_100_pages=1.0),
}


@cache
def solver() -> Solver:
    return Solver(synthetic_posterior(DRAWS, seed=3))


def exchange(question: Question, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float64], Exchange, list[str]]:
    plan = solver().plan(question)
    arrivals = solver().arrivals(question)
    blocks = list(dict.fromkeys(one.block for one in influences(solver(), plan)))
    made = Exchange(solver(), plan, arrivals.within, chosen, lambda months: outcome_years(arrivals, months))
    return outcome_years(arrivals)[chosen], made, blocks


@pytest.mark.parametrize("name", QUESTIONS)
def test_draws_that_stay_where_they_are_give_the_outcome_of_the_answer(name: str) -> None:
    y, made, _ = exchange(QUESTIONS[name], np.arange(DRAWS))
    assert made({}).tolist() == y.tolist()


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_blocks_cover_all_chance(name: str) -> None:
    """Exchanging every block by the same rows only exchanges the outcomes."""
    y, made, blocks = exchange(QUESTIONS[name], np.arange(DRAWS))
    rows = np.random.default_rng(0).permutation(DRAWS)
    assert made(dict.fromkeys(blocks, rows)).tolist() == y[rows].tolist()


def test_fewer_draws_are_exchanged_among_themselves() -> None:
    chosen = np.arange(0, DRAWS, 5)
    y, made, blocks = exchange(QUESTIONS["everything on"], chosen)
    rows = np.random.default_rng(1).permutation(len(chosen))
    assert made(dict.fromkeys(blocks, rows)).tolist() == y[rows].tolist()


def test_each_kind_of_question_depends_on_its_own_blocks() -> None:
    blocks = {name: set(exchange(asked, np.arange(DRAWS))[2]) for name, asked in QUESTIONS.items()}
    assert blocks["frontier spend"] >= {"compute", "run_residual", "limits"}
    assert blocks["on trend"] == {"compute", "algorithms"}
    assert blocks["loss"] == {"compute", "run_residual", "law", "algorithms", "limits"}
    assert blocks["growing budget"] >= {"payer"}
    assert blocks["unlimited"] == {"law", "algorithms", "limits", "target"}
    assert blocks["brain"] >= {"target"}
    assert blocks["inference"] >= {"inference", "run_residual", "compute", "law"}


def told(question: Question, **how: object) -> Sensitivity:
    return sensitivity(solver(), question, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_outcome_is_the_answers_capped_at_its_horizon(name: str) -> None:
    asked = QUESTIONS[name]
    found, answer = told(asked, shapley=False), solver().ask(asked)
    y = outcome_years(solver().arrivals(asked))
    assert found.median == min(answer.median, found.horizon)
    assert np.mean(y < found.horizon) == pytest.approx(answer.cdf.probability[-1])
    assert found.sd_years == pytest.approx(y.std())
    assert math.floor(found.horizon) == 2060


def test_a_fixed_sum_does_not_depend_on_the_growth_of_spend() -> None:
    names = {bar.input for bar in told(QUESTIONS["fixed sum"], inputs=100, shapley=False).tornado}
    assert {"run.residual", "compute.r_realised", "compute.p_origin", "power.watts_2030"} <= names
    assert not {"compute.g_spend", "compute.log10_gdp_share", "law.exponent", "algorithms.halving_months"} & names


def test_what_a_scenario_sets_is_no_input_any_more() -> None:
    fixed = Scenario(overrides=(Override("compute.g_spend", 0.4), Override("power.watts_2030", prior=Point(1e10))))
    found = told(replace(QUESTIONS["frontier spend"], scenario=fixed), inputs=100, shapley=False)
    assert not {"compute.g_spend", "power.watts_2030"} & {bar.input for bar in found.tornado}


def test_effects_sum_to_one_and_the_same_question_gives_the_same_figures() -> None:
    found = told(QUESTIONS["loss"])
    assert math.fsum(effect.effect for effect in found.shapley) == pytest.approx(1.0)
    assert found.to_json() == told(QUESTIONS["loss"]).to_json()


def test_a_price_that_is_all_chance_has_all_the_variance() -> None:
    """With a fixed sum, no other limit and a price that is set and hardly drifts, the residual is left."""
    off = tuple((name, False) for name in ("chips", "power", "data", "data_movement"))
    level = {"p_origin": -18.2, "r_realised": 0.12, "tau_price": 1e-9}
    same = Scenario(overrides=tuple(Override(f"compute.{n}", v) for n, v in level.items()), switches=off)  # type: ignore[arg-type]
    found = told(Question(RUN, Payer.fixed(1e9), scenario=same))
    residual = next(effect for effect in found.shapley if effect.block == "run_residual")
    assert residual.effect > 0.9
    assert found.tornado[0].input == found.information[0].input == "run.residual"


def test_under_a_condition_only_its_draws_count_and_blocks_are_not_told_apart() -> None:
    asked = replace(QUESTIONS["frontier spend"], condition=Condition("price", "at_most", 1e-10, date(2028, 1, 1)))
    found = told(asked)
    assert found.shapley == ()
    assert found.median == solver().ask(asked).median
    by_price = replace(asked, condition=Condition("price", "at_most", 5e-19, date(2026, 12, 1)))
    with pytest.raises(InputError, match="an answer needs 400"):
        told(by_price)


def test_what_can_be_seen_within_a_year_is_told_with_its_date() -> None:
    found = told(QUESTIONS["frontier spend"], inputs=1, shapley=False)
    words = {value.input: value.words for value in found.information}
    assert {"observed.frontier_compute", "observed.spend", "observed.price"} <= words.keys()
    assert len(found.tornado) == 1
    assert words["observed.frontier_compute"].startswith("If the largest training run by November 2027 lies in the ")
    assert " FLOP), the median " in words["observed.frontier_compute"]
    assert "per petaflop/s-day), the median " in words["observed.price"]


def test_observations_are_those_of_the_answers_own_paths() -> None:
    plan = solver().plan(QUESTIONS["frontier spend"])
    seen = {one.name: one.values for one in observations(solver(), plan)}
    simulation = solver().simulation(plan)
    assert seen["observed.spend"].tolist() == simulation.largest("spend")[:, 12].tolist()
    assert seen["observed.frontier_compute"].tolist() == simulation.largest("flop")[:, 12].tolist()


def test_a_certain_outcome_depends_on_nothing() -> None:
    found = told(Question(Target.training_flop(1e20)))
    assert found.shapley == () and found.information == ()
    assert found.sd_years == found.half_difference_years == found.width_80_years == 0
    assert all(bar.median_low == bar.median_high for bar in found.tornado)


def test_the_json_is_that_of_the_message() -> None:
    made = told(QUESTIONS["loss"]).to_dict()
    message = ParseDict(made, forecast_service_pb2.SensitivityResponse())
    again = MessageToDict(message, preserving_proto_field_name=True)
    for name in ("median", "sd_years", "half_difference_years", "tornado", "shapley", "information"):
        assert again[name] == made[name]


def test_the_number_of_inputs_has_bounds() -> None:
    for count in (0, 101, True):
        with pytest.raises(InputError, match="inputs is"):
            told(QUESTIONS["on trend"], inputs=count)


def test_the_horizon_is_the_last_day_of_its_month() -> None:
    assert horizon_year(solver().arrivals(replace(QUESTIONS["on trend"], horizon="2035-06"))) == pytest.approx(
        2035 + 180.6 / 365.25, abs=0.003
    )
