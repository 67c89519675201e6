"""The facade: finds a posterior, settles the question on it, refuses what it cannot answer."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast import Forecaster
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.errors import InputError, PosteriorNotFoundError, UnansweredError, UnknownNameError
from forecast.posterior.artefact import write
from forecast.priors import LogNormal
from tests.money_alone import NO_PHYSICAL_LIMITS
from tests.synthetic import synthetic_posterior

JULY_2020 = date(2020, 7, 27)


@cache
def now() -> Forecaster:
    return Forecaster(synthetic_posterior(400))


@cache
def in_2020() -> Forecaster:
    return Forecaster(synthetic_posterior(400, as_of=JULY_2020, prior_only=["loss", "scales"]))


def test_the_arithmetic_of_kaplans_law() -> None:
    for loss, flop in ((0.86, 6.941e29), (1.24, 3.392e26)):
        by_loss = now().when(loss=loss, scale="kaplan-webtext2", law="kaplan", algorithms="off", budget_usd=1e9)
        by_flop = now().when(flop=flop, budget_usd=1e9)
        assert by_loss.median == pytest.approx(by_flop.median, abs=0.1)


def test_a_gpt3_multiple_is_its_flop() -> None:
    assert now().when(gpt3=1e5).quantiles == now().when(flop=3.14e28).quantiles


def test_ten_times_the_compute_costs_ten_times_the_money() -> None:
    larger, smaller = (
        now().when(flop=flop, budget_usd=usd, scenario=NO_PHYSICAL_LIMITS) for flop, usd in ((1e29, 1e9), (1e28, 1e8))
    )
    assert larger.quantiles == smaller.quantiles


def test_defaults_follow_the_target() -> None:
    run, loss = now().when(flop=1e28).question, now().when(loss=1.24, scale="kaplan-webtext2").question
    assert run.algorithms == Algorithms("off")
    assert run.law is None
    assert loss.algorithms == Algorithms("8mo")
    assert loss.law == Law("pooled")
    assert run.as_of == date(2026, 11, 20)


def test_as_of_2020_the_defaults_are_what_was_published() -> None:
    answer = in_2020().when(loss=1.7, scale="kaplan-webtext2", budget_usd=1e8)
    assert answer.question.law == Law.published("kaplan")
    assert answer.question.algorithms == Algorithms("16mo")
    assert "the newest by then" in answer.choices[0].words
    assert "the newest by then" in answer.choices[1].words
    assert answer.provenance.as_of == "2020-07-27"


@pytest.mark.parametrize(
    ("asked", "error", "field"),
    [
        ({"loss": 1.7, "scale": "kaplan-webtext2", "law": "pooled"}, UnansweredError, "law"),
        ({"loss": 1.7, "scale": "kaplan-webtext2", "law": "mixture"}, UnansweredError, "law"),
        ({"loss": 1.7, "scale": "kaplan-webtext2", "law": "hoffmann"}, UnknownNameError, "law.published.name"),
        ({"loss": 1.7, "scale": "chinchilla-massivetext"}, UnknownNameError, "target.loss.scale"),
        ({"loss": 1.7, "scale": "kaplan-webtext2", "algorithms": "8mo"}, InputError, "algorithms"),
        ({"flop": 1e25, "by_years": [2019]}, InputError, "by_years[0]"),
        ({"flop": 1e25, "horizon": "2070-07"}, InputError, "horizon"),
    ],
)
def test_as_of_2020_nothing_newer_enters(asked: dict[str, Any], error: type[InputError], field: str) -> None:
    with pytest.raises(error) as refused:
        in_2020().when(**asked)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "target"),
        ({"flop": 1e28, "gpt3": 3.0}, "target"),
        ({"loss": 1.2, "scale": "word-error-rate"}, "target.loss.scale"),
        ({"loss": 1.2, "scale": "kaplan-webtext2", "law": "hoffmann"}, "law.published.name"),
        ({"loss": 1.2, "scale": "kaplan-webtext2", "law": "moore"}, "law.published.name"),
        ({"loss": 2.2, "scale": "chinchilla-massivetext", "noise": 0.005}, "law.pooled.relative_noise"),
        ({"flop": 1e28, "noise": 0.005}, "law"),
        ({"flop": 1e28, "budget_usd": 1e9, "payer": "frontier_spend"}, "payer.fixed_usd_2023"),
        ({"flop": 1e28, "payer": "the moon"}, "payer"),
        ({"flop": 1e28, "algorithms": "prior"}, "algorithms"),
        ({"flop": 1e28, "algorithms_ceiling_oom": 3.0}, "algorithms.ceiling_oom"),
        ({"flop": 1e28, "horizon": "2026-10"}, "horizon"),
        ({"flop": 1e28, "horizon": "2076-11"}, "horizon"),
        ({"flop": 1e28, "by_years": [2070]}, "by_years[0]"),
        ({"flop": 1e28, "as_of": "yesterday"}, "as_of"),
    ],
)
def test_bad_input_names_its_field(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        now().when(**asked)
    assert refused.value.field == field


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(UnknownNameError, match="kaplan-webtext2"):
        now().when(loss=1.2, scale="word-error-rate")
    with pytest.raises(UnknownNameError, match="besiroglu, cerebras, hoffmann, kaplan, mixture, pooled"):
        now().when(loss=1.2, scale="kaplan-webtext2", law="moore")


def test_the_longest_horizon_is_six_hundred_months() -> None:
    assert len(now().when(flop=1e28, horizon="2076-10").cdf.probability) == 600


def test_a_model_that_is_only_its_prior_is_refused() -> None:
    for block, basis in (("price", "amortized_purchase"), ("rental", "list_rental"), ("price", "list_rental")):
        forecaster = Forecaster(synthetic_posterior(200, prior_only=[block]))
        with pytest.raises(UnansweredError, match="only its prior"):
            forecaster.when(flop=1e28, price=basis)
    with pytest.raises(UnansweredError, match="price and spend"):
        Forecaster(synthetic_posterior(200, prior_only=["compute"])).when(flop=1e28)


def test_a_stated_noise_moves_the_pooled_law() -> None:
    asked = {"loss": 0.86, "scale": "kaplan-webtext2", "algorithms": "off", "budget_usd": 1e9}
    tight, stored = now().when(**asked, noise=0.002), now().when(**asked, noise=0.01)
    assert tight.question.law == Law(relative_noise=0.002)
    assert tight.quantiles != stored.quantiles
    assert stored.quantiles == now().when(**asked).quantiles


def test_price_bases_differ_and_purchase_is_cheapest() -> None:
    bases = ("amortized_purchase", "realised", "list_rental")
    medians = [now().when(flop=1e29, budget_usd=1e9, price=basis).median for basis in bases]
    assert medians == sorted(medians)
    assert len(set(medians)) == 3


def test_fewer_draws_are_thinned_and_told() -> None:
    assert now().when(flop=1e28, max_draws=100).provenance.draws == 100
    assert now().when(flop=1e28, max_draws=5_000).provenance.draws == 400


def test_another_seed_changes_the_answer_by_its_monte_carlo_error() -> None:
    first, second = (now().when(flop=1e29, seed=seed, budget_usd=1e9) for seed in (1, 2))
    assert first.quantiles != second.quantiles
    error = next(q.mcse_years for q in first.quantiles if q.probability == 0.5)
    assert error is not None
    assert abs(first.median - second.median) < 5 * error


def test_a_posterior_is_found_by_name_and_by_date(tmp_path: Path) -> None:
    folder = tmp_path / "posteriors"
    folder.mkdir()
    past = write(synthetic_posterior(200, as_of=JULY_2020, prior_only=["loss", "scales"]), folder).stem
    present = write(synthetic_posterior(200), folder).stem
    (folder / "current").write_text(f"{present}\n")
    forecaster = Forecaster.load(home=tmp_path)
    assert forecaster.posterior.name == present
    assert forecaster.when(flop=2e25, as_of="2020-07-27").provenance.posterior == past
    assert forecaster.when(flop=2e25, posterior=past).provenance.as_of == "2020-07-27"
    assert Forecaster.load(as_of="2020-07-27", home=tmp_path).posterior.name == past
    assert Forecaster.load(past[:14], home=tmp_path).ask(Question(Target.training_flop(2e25))).median < 2026
    with pytest.raises(PosteriorNotFoundError, match="timelines fit --as-of 2021-01-01"):
        forecaster.when(flop=2e25, as_of="2021-01-01")


@pytest.mark.parametrize("driver", ["frontier_compute", "price", "algorithms", "spend"])
def test_a_fan_has_monthly_bands_in_order_and_its_points(driver: Any) -> None:
    fan = now().fan(driver, (0.1, 0.5, 0.9))
    assert fan.values.shape == (3, len(fan.decimal_year)) == (3, 410)
    assert (np.diff(fan.values, axis=0) >= 0).all()
    assert (
        len(fan.observed) == len(fan.observed_year) == len(fan.observed_name) == (0 if driver == "algorithms" else 40)
    )


def test_fans_run_on_the_paths_of_the_answers() -> None:
    fan = now().fan("frontier_compute", (0.5,))
    answer = now().when(flop=10 ** float(fan.values[0, 60]), criterion="on_trend")
    assert answer.median == pytest.approx(fan.decimal_year[60], abs=0.1)


def test_a_fan_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="frontier_compute"):
        now().fan("capability")  # type: ignore[arg-type]
    assert len(now().fan("price", price="list_rental").observed) == 0
    assert (now().fan("algorithms", algorithms="off").values == 0).all()


def test_your_own_prior_of_algorithms_counts_with_its_ceiling() -> None:
    own = now().when(flop=1e31, budget_usd=1e9, algorithms=LogNormal(8, 0.3), algorithms_ceiling_oom=2.0)
    assert own.question.algorithms == Algorithms("prior", LogNormal(8, 0.3), 2.0)
    assert now().when(flop=1e29, budget_usd=1e9).median >= own.median
    assert own.quantiles != now().when(flop=1e31, budget_usd=1e9, algorithms=LogNormal(8, 0.3)).quantiles


def test_a_payer_is_a_sum_or_the_frontier() -> None:
    assert now().when(flop=1e28, payer="frontier_spend") == now().when(flop=1e28)
    assert now().ask(Question(Target.training_flop(1e28), Payer.fixed(1e9))).question.payer.usd_2023 == 1e9


def test_a_prefix_that_several_posteriors_have_is_refused(tmp_path: Path) -> None:
    forecaster = Forecaster.load(home=tmp_path)
    with pytest.raises(InputError, match="several posteriors begin with '20'"):
        forecaster.ask(Question(Target.training_flop(1e29), posterior="20"))


def test_a_prefix_that_only_one_posterior_has_names_it(tmp_path: Path) -> None:
    forecaster = Forecaster.load(home=tmp_path)
    answer = forecaster.ask(Question(Target.training_flop(1e29), posterior=forecaster.posterior.name[:12]))
    assert answer.posterior.name == forecaster.posterior.name
