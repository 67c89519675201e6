"""The gates refuse what should be refused, and the nowcast catches the accident that convergence cannot see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecast.inference import diagnostics
from forecast.inference.diagnostics import Convergence, Nowcast, Thresholds, Verdict
from forecast.inference.nowcast import nowcast
from forecast.inference.sampling import Sampled
from forecast.models import compute
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year
from tests.simulated import compute_dates
from tests.synthetic import synthetic_posterior

GOOD = Convergence("compute", 0, 4000, 1.004, "g_spend", 900.0, "g_spend", 0.9, 0.95)


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({}, "PASSED", ""),
        ({"divergences": 3}, "FLAGGED", "3 divergences"),
        ({"divergences": 100}, "REFUSED", "100 divergences"),
        ({"max_r_hat": 1.02}, "FLAGGED", "R-hat 1.02 of g_spend"),
        ({"max_r_hat": 1.2}, "REFUSED", "R-hat 1.2 of g_spend"),
        ({"min_ess": 300.0}, "FLAGGED", "ESS 300.0 of g_spend"),
        ({"min_ess": 50.0}, "REFUSED", "ESS 50.0 of g_spend"),
    ],
)
def test_convergence_is_judged_by_stated_limits(changed: dict[str, float], status: str, said: str) -> None:
    verdict = diagnostics.judge_convergence(replace(GOOD, **changed))
    assert verdict.status == status
    assert said in "".join(verdict.reasons)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (Nowcast(10, 0.8, True, 0.6), "PASSED"),
        (Nowcast(10, 0.4, True, 0.6), "FLAGGED"),
        (Nowcast(10, 0.1, True, 0.6), "REFUSED"),
        (Nowcast(10, 0.8, False, 0.6), "REFUSED"),
        (Nowcast(10, 0.8, True, 0.005), "REFUSED"),
    ],
)
def test_nowcast_is_judged_by_stated_limits(found: Nowcast, status: str) -> None:
    assert diagnostics.judge_nowcast(found).status == status


def test_the_worst_status_wins_and_every_reason_stays() -> None:
    verdict = diagnostics.combine([Verdict(), Verdict("REFUSED", ("a",)), Verdict("FLAGGED", ("b",))])
    assert verdict == Verdict("REFUSED", ("a", "b"))


def test_a_short_run_is_asked_for_a_tenth_of_its_draws() -> None:
    assert Thresholds().scaled(600).flag_ess == 60


def test_convergence_finds_the_variable_that_did_not_mix() -> None:
    rng = np.random.default_rng(1)
    stuck = rng.normal(size=(4, 500)) + np.arange(4)[:, None]
    sampled = Sampled({"good": rng.normal(size=(4, 500, 2)), "stuck": stuck}, 0, rng.normal(size=(4, 500)), 0.95)
    found = diagnostics.convergence("toy", sampled, ["good", "stuck"])
    assert found.worst_r_hat == found.worst_ess == "stuck"
    assert found.max_r_hat > 1.2 and found.min_ess < 20


def test_coverage_of_well_calibrated_rows_is_about_its_level() -> None:
    rng = np.random.default_rng(2)
    inside, median_inside = diagnostics.inside_bands(rng.normal(size=400), rng.normal(size=(2000, 400)))
    assert inside == pytest.approx(0.8, abs=0.06) and median_inside


def _posterior() -> Posterior:
    """Synthetic draws whose slopes reach back to the first year of the model."""
    posterior = synthetic_posterior(draws=400)
    block = dict(posterior.blocks["compute"])
    for name in ("spend_slopes", "price_slopes"):
        missing = posterior.as_of.year - compute.FIRST_YEAR + 1 - block[name].shape[1]
        block[name] = np.concatenate([block[name][:, :1].repeat(missing, axis=1), block[name]], axis=1)
    years = np.arange(compute.FIRST_YEAR, posterior.as_of.year + 1)
    coords = {**posterior.coords, "spend_year": years, "price_year": years}
    return replace(posterior, blocks={**posterior.blocks, "compute": block}, coords=coords)


def _data_of(posterior: Posterior) -> compute.ComputeData:
    """Runs that the posterior itself would produce."""
    origin = decimal_year(posterior.as_of)
    dates = replace(compute_dates(runs=120), origin=origin, disclosed_until=origin - 1.3)
    dates = replace(dates, run_year=np.linspace(2012, origin - 1.3, 120), hindsight_sd=np.zeros(120))
    runs, _ = compute.predictive(posterior.blocks["compute"], dates, np.random.default_rng(4))
    return replace(dates, run_log10_flop=runs[7])


def test_a_fit_passes_on_data_that_it_would_produce() -> None:
    posterior = _posterior()
    found = nowcast(posterior, _data_of(posterior), seed=0)
    assert diagnostics.judge_nowcast(found).status == "PASSED"


def test_a_level_that_an_uncentred_predictor_pushed_down_is_refused() -> None:
    """A tight prior on the intercept at year 0 moves today's level by orders of magnitude; the chains mix well."""
    posterior = _posterior()
    data = _data_of(posterior)
    low = dict(posterior.blocks["compute"])
    low["u_origin"], low["m_spend"] = low["u_origin"] - 3.0, low["m_spend"] - 3.0
    biased = replace(posterior, blocks={**posterior.blocks, "compute": low})
    found = nowcast(biased, data, seed=0)
    assert found.reach < 0.01 and not found.median_inside_99
    assert diagnostics.judge_nowcast(found).status == "REFUSED"
