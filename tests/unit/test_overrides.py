"""What a scenario says of a fitted input: a value in every draw, or the draws re-weighted to another prior."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from forecast.engine.overrides import SET_INSTEAD, check_overrides, fitted_names, overridden
from forecast.engine.question import Payer, Question, Target
from forecast.engine.scenario import Override, Scenario
from forecast.engine.solver import Solver
from forecast.errors import InputError, UnansweredError, UnknownNameError
from forecast.families import Distribution, Normal, Uniform
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from tests.synthetic import synthetic_posterior

RUN = Target.training_flop(1e30)
OLD = Normal(0.33, 0.25)


@cache
def posterior() -> Posterior:
    return synthetic_posterior(4000, seed=3)


def scenario(*overrides: Override) -> Scenario:
    return Scenario("of-ones-own", overrides)


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, at: tuple[float, ...]) -> list[float]:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order]) / weights.sum()
    return values[order][np.searchsorted(cumulative, at)].tolist()


def test_a_value_is_written_over_every_draw_and_nothing_else() -> None:
    found = overridden(posterior(), (Override("compute.g_spend", 0.4),), seed=1)
    assert (found.blocks["compute"]["g_spend"] == 0.4).all()
    for block, values in posterior().blocks.items():
        for name, draws in values.items():
            if name != "g_spend":
                assert np.array_equal(found.blocks[block][name], draws)


def test_a_value_is_an_intervention_and_no_condition() -> None:
    """Other draws keep their spread, though they went with high or low growth: nothing is selected."""
    solver = Solver(synthetic_posterior(400))
    told = solver.ask(Question(RUN, scenario=scenario(Override("compute.g_spend", 0.2))))
    assert told.provenance.draws == 400
    assert told.median > solver.ask(Question(RUN)).median


@pytest.mark.parametrize("new", [Normal(0.5, 0.2), Normal(0.6, 0.1), Uniform(0.5, 1.0)])
def test_another_prior_gives_the_quantiles_of_importance_weights(new: Distribution) -> None:
    fitted = posterior().blocks["compute"]
    with np.errstate(under="ignore"):
        weights = np.exp(new.logpdf(fitted["g_spend"]) - OLD.logpdf(fitted["g_spend"]))
    found = overridden(posterior(), (Override("compute.g_spend", prior=new),), seed=1).blocks
    at = (0.05, 0.25, 0.5, 0.75, 0.95)
    for block, name in (("compute", "g_spend"), ("compute", "u_origin"), ("price", "mu_r")):
        draws = posterior().blocks[block][name]
        expected = weighted_quantiles(draws, weights, at)
        assert np.quantile(found[block][name], at) == pytest.approx(expected, abs=0.05 * draws.std()), name


def test_what_is_drawn_jointly_is_resampled_jointly_and_the_rest_is_left() -> None:
    found = overridden(posterior(), (Override("compute.g_spend", prior=Normal(0.5, 0.2)),), seed=1).blocks
    rows = np.searchsorted(np.sort(posterior().blocks["compute"]["u_origin"]), found["compute"]["u_origin"])
    order = np.argsort(posterior().blocks["compute"]["u_origin"])[rows]
    assert np.array_equal(found["price"]["mu_r"], posterior().blocks["price"]["mu_r"][order])
    assert np.array_equal(found["compute"]["spend_slopes"], posterior().blocks["compute"]["spend_slopes"][order])
    for block in ("loss", "scales"):
        assert all(np.array_equal(found[block][name], draws) for name, draws in posterior().blocks[block].items())


def test_the_prior_that_was_fitted_with_leaves_every_draw() -> None:
    found = overridden(posterior(), (Override("compute.g_spend", prior=OLD),), seed=1).blocks
    assert np.array_equal(found["compute"]["g_spend"], posterior().blocks["compute"]["g_spend"])


def test_a_value_goes_before_a_prior_of_another_input() -> None:
    """Priors re-weight what was fitted; values are written over the result."""
    both = (Override("compute.g_spend", prior=Normal(0.6, 0.1)), Override("compute.r_realised", 0.1))
    found = overridden(posterior(), both, seed=1).blocks["compute"]
    alone = overridden(posterior(), both[:1], seed=1).blocks["compute"]
    assert np.array_equal(found["g_spend"], alone["g_spend"])
    assert (found["r_realised"] == 0.1).all()


def test_the_seed_decides_the_resampling() -> None:
    told = (Override("compute.g_spend", prior=Normal(0.5, 0.2)),)
    first, again, other = (overridden(posterior(), told, seed).blocks["compute"]["g_spend"] for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("far", [Normal(1.5, 0.05), Normal(-1.0, 0.1), Uniform(2.0, 3.0)])
def test_a_prior_far_away_is_refused_with_the_way_to_refit(far: Distribution) -> None:
    with pytest.raises(UnansweredError, match=r"too far .*fit anew") as refused:
        Solver(posterior()).ask(Question(RUN, scenario=scenario(Override("compute.g_spend", prior=far))))
    assert refused.value.field == "scenario.overrides"


def test_what_has_no_prior_of_its_own_takes_only_a_value() -> None:
    solver = Solver(posterior())
    with pytest.raises(InputError, match="no prior of its own; set it") as refused:
        solver.ask(Question(RUN, scenario=scenario(Override("compute.r_realised", prior=Normal(0.1, 0.1)))))
    assert refused.value.field == "scenario.overrides[compute.r_realised]"


def test_levels_whose_prior_moves_with_the_date_can_be_reweighed() -> None:
    reference = selection.find()
    told = reference.manifest["priors"]["compute"]["m_spend"]
    anchor = reference.constants("compute")["anchor"]
    same = Normal(told["mean_2020"] + told["per_year"] * (anchor - 2020), told["sd"])
    found = overridden(reference, (Override("compute.m_spend", prior=same),), seed=1)
    assert np.array_equal(found.blocks["compute"]["m_spend"], reference.blocks["compute"]["m_spend"])


@pytest.mark.parametrize(
    ("override", "error", "message"),
    [
        (Override("run.month", 3.0), UnknownNameError, "unknown input 'run.month'.*run.months"),
        (Override("compute.spend_slopes", 0.5), UnknownNameError, "compute.g_spend"),
        (Override("run.utilization", 1.5), InputError, "from 0.01 to 1"),
        (Override("compute.sigma_cost", 0.0), InputError, "from 1e-09 to 100"),
        (Override("compute.g_spend", prior=Normal(0.5, -1.0)), InputError, "standard deviation"),
    ],
)
def test_overrides_of_nothing_or_out_of_bounds_are_refused(
    override: Override, error: type[InputError], message: str
) -> None:
    with pytest.raises(error, match=message) as refused:
        Solver(posterior()).ask(Question(RUN, Payer.fixed(1e9), scenario=scenario(override)))
    assert refused.value.field.startswith(f"scenario.overrides[{override.name}]")


def test_a_prior_of_an_unfitted_input_draws_it_anew() -> None:
    solver = Solver(synthetic_posterior(400))
    asked = Question(RUN, scenario=scenario(Override("power.watts_2030", prior=Uniform(1e9, 2e9))))
    drawn = solver.assumed(solver.plan(asked))("power.watts_2030")
    assert drawn.min() >= 1e9 and drawn.max() <= 2e9
    assert solver.ask(asked).median > solver.ask(Question(RUN)).median


def test_what_only_the_past_needs_is_not_set_and_its_substitute_is_named() -> None:
    for name, instead in SET_INSTEAD.items():
        with pytest.raises(InputError, match=f"{name}.*set {instead.partition(' ')[0]}"):
            check_overrides((Override(name, 0.3),))
        assert name in fitted_names()
