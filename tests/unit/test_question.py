"""A question that exists can be put to a posterior; what is wrong is refused with field, value and remedy."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from forecast.engine.checks import parse_day
from forecast.engine.encode import question_dict, scenario_hash
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.errors import InputError, UnknownNameError
from forecast.priors import LogNormal

RUN = Target.training_flop(1e28)
LOSS = Target.loss(1.24, "kaplan-webtext2")


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Target.loss(-1.0, "kaplan-webtext2"), "target.loss.nats_per_token"),
        (lambda: Target.loss(math.nan, "kaplan-webtext2"), "target.loss.nats_per_token"),
        (lambda: Target("loss", 1.24), "target.loss.scale"),
        (lambda: Target.loss(1.24, ""), "target.loss.scale"),
        (lambda: Target("training_flop", 1e28, "kaplan-webtext2"), "target.loss.scale"),
        (lambda: Target.training_flop(math.inf), "target.training_flop"),
        (lambda: Target.training_flop(0.0), "target.training_flop"),
        (lambda: Target("training_flop", "1e28"), "target.training_flop"),
        (lambda: Target.gpt3_multiple(-3.0), "target.gpt3_multiple"),
        (lambda: Target("capability", 1.0), "target"),
        (lambda: Payer.fixed(math.nan), "payer.fixed_usd_2023"),
        (lambda: Payer.fixed(-1e9), "payer.fixed_usd_2023"),
        (lambda: Payer("fixed_usd_2023"), "payer.fixed_usd_2023"),
        (lambda: Payer("frontier_spend", 1e9), "payer.fixed_usd_2023"),
        (lambda: Payer("taxpayer"), "payer"),
        (lambda: Law("published"), "law.published.name"),
        (lambda: Law("pooled", "kaplan"), "law.published.name"),
        (lambda: Law(relative_noise=0.0), "law.pooled.relative_noise"),
        (lambda: Law("mixture", relative_noise=0.5), "law.mixture.relative_noise"),
        (lambda: Law("published", "kaplan", 0.005), "law.published.relative_noise"),
        (lambda: Algorithms("prior"), "algorithms.prior.halving_months"),
        (lambda: Algorithms("8mo", LogNormal(8, 0.5)), "algorithms.prior.halving_months"),
        (lambda: Algorithms("prior", LogNormal(0.0, 0.5)), "algorithms.prior.halving_months.median"),
        (lambda: Algorithms("prior", LogNormal(8, 40)), "algorithms.prior.halving_months.sd_ln"),
        (lambda: Algorithms("off", None, 3.0), "algorithms.ceiling_oom"),
        (lambda: Algorithms("8mo", None, -3.0), "algorithms.ceiling_oom"),
        (lambda: Question(RUN, criterion="on_trend", payer=Payer.fixed(1e9)), "payer.fixed_usd_2023"),
        (lambda: Question(RUN, criterion="on_trend", price_basis="list_rental"), "price_basis"),
        (lambda: Question(RUN, criterion="soon"), "criterion"),
        (lambda: Question(RUN, price_basis="wholesale"), "price_basis"),
        (lambda: Question(RUN, law=Law()), "law"),
        (lambda: Question(RUN, horizon="2060"), "horizon"),
        (lambda: Question(RUN, horizon="2060-13"), "horizon"),
        (lambda: Question(RUN, quantiles=()), "quantiles"),
        (lambda: Question(RUN, quantiles=tuple(i / 100 for i in range(1, 60))), "quantiles"),
        (lambda: Question(RUN, quantiles=(0.5, 1.0)), "quantiles[1]"),
        (lambda: Question(RUN, quantiles=(0.0,)), "quantiles[0]"),
        (lambda: Question(RUN, quantiles=(math.nan,)), "quantiles[0]"),
        (lambda: Question(RUN, by_years=(2030, 1066)), "by_years[1]"),
        (lambda: Question(RUN, by_years=tuple(range(2030, 2090))), "by_years"),
        (lambda: Question(RUN, seed=-1), "seed"),
        (lambda: Question(RUN, seed=2**32), "seed"),
        (lambda: Question(RUN, seed=1.5), "seed"),
        (lambda: Question(RUN, max_draws=99), "max_draws"),
        (lambda: Question(RUN, max_draws=100_001), "max_draws"),
        (lambda: parse_day("27 July 2020", "as_of"), "as_of"),
        (lambda: parse_day("1999-01-01", "as_of"), "as_of"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field(make: Any, field: str) -> None:
    with pytest.raises(InputError) as refused:
        make()
    assert refused.value.field == field
    assert refused.value.exit_code == 2


def test_a_refusal_says_what_which_value_and_what_to_do() -> None:
    with pytest.raises(InputError, match=r"-1\.0; give a loss in nats per token from 1e-06 to 100"):
        Target.loss(-1.0, "kaplan-webtext2")
    with pytest.raises(UnknownNameError, match="unknown criterion 'soon'; known: affordable, inference_aff"):
        Question(RUN, criterion="soon")  # type: ignore[arg-type]


def test_quantiles_and_years_are_kept_sorted_and_without_repeats() -> None:
    asked = Question(RUN, quantiles=(0.9, 0.1, 0.9), by_years=(2040, 2030, 2040))
    assert asked.quantiles == (0.1, 0.9)
    assert asked.by_years == (2030, 2040)


def test_a_question_is_a_value() -> None:
    assert Question(LOSS) == Question(Target("loss", 1.24, "kaplan-webtext2"))
    assert hash(Question(LOSS)) == hash(Question(LOSS))
    with pytest.raises(AttributeError):
        Question(LOSS).seed = 3  # type: ignore[misc]


def test_a_question_turns_into_json_by_its_proto_paths() -> None:
    asked = Question(
        LOSS,
        payer=Payer.fixed(1e9),
        law=Law.published("kaplan"),
        algorithms=Algorithms("prior", LogNormal(8, 0.5), 3.0),
        by_years=(2030,),
    )
    told = question_dict(asked)
    assert told["target"] == {"loss": {"nats_per_token": 1.24, "scale": "kaplan-webtext2"}}
    assert told["payer"] == {"fixed_usd_2023": 1e9}
    assert told["criterion"] == "CRITERION_AFFORDABLE"
    assert told["price_basis"] == "PRICE_BASIS_REALISED"
    assert told["law"] == {"published": {"name": "kaplan"}}
    assert told["algorithms"] == {"prior": {"halving_months": {"median": 8, "sd_ln": 0.5}}, "ceiling_oom": 3.0}
    assert question_dict(Question(RUN))["target"] == {"training_flop": 1e28}
    assert question_dict(Question(RUN))["payer"] == {"frontier_spend": {}}


def test_the_scenario_hash_knows_what_moves_an_arrival_and_nothing_else() -> None:
    asked = Question(LOSS, payer=Payer.fixed(1e9))
    assert scenario_hash(asked) == scenario_hash(Question(LOSS, payer=Payer.fixed(1e9), seed=7, horizon="2050-12"))
    assert scenario_hash(asked) != scenario_hash(Question(LOSS, payer=Payer.fixed(2e9)))


def test_a_day_may_be_a_date_or_its_text() -> None:
    assert parse_day("2020-07-27", "as_of") == parse_day(date(2020, 7, 27), "as_of") == date(2020, 7, 27)
