"""Likelihoods, leave-one-out, power scaling and predictive statistics, held against arithmetic that is not theirs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecast.evaluation.checks import FINE, PRIOR_DOMINATED
from forecast.experiments.checks import likelihoods, loo, power_scaling, statistics, truths
from forecast.experiments.checks.likelihoods import Terms
from forecast.experiments.checks.power_scaling import Parts, Sensitivity
from forecast.models import compute, loss, price
from forecast.models.loss import LossData
from forecast.priors import DEFAULT
from tests.simulated import compute_dates, hardware

RNG = np.random.default_rng(11)
CHAINS, DRAWS = 4, 1000


@pytest.fixture(scope="module")
def joint() -> dict[str, np.ndarray]:
    return truths.joint_truth(compute_dates(), hardware(), DEFAULT.compute, DEFAULT.price, 400, RNG)


def test_student_t_terms_are_those_of_scipy() -> None:
    residual, scale = RNG.normal(size=(3, 5)), RNG.uniform(0.5, 2, (3, 5))
    terms = Terms(residual, scale, 4.0)
    assert terms.log_density == pytest.approx(stats.t.logpdf(residual, 4, scale=scale))
    assert terms.total == pytest.approx(stats.t.logpdf(residual, 4, scale=scale).sum(axis=1))
    assert terms.probability == pytest.approx(stats.t.cdf(residual, 4, scale=scale))
    assert terms.rows(np.arange(5) > 2).residual.shape == (3, 2)


def test_joint_likelihoods_follow_from_the_models_equations(joint: dict[str, np.ndarray]) -> None:
    dates, chips = compute_dates(), hardware()
    runs = truths.replicated_runs(joint, dates, np.random.default_rng(1))
    terms = likelihoods.of_joint(joint, runs, chips)
    k = 17
    one = {name: values[k : k + 1] for name, values in joint.items()}
    mean = compute.frontier_mean(compute.trend_of(one), dates.weights(dates.run_year), dates.run_year)[0]
    spread = one["sigma"] * np.exp(one["delta"] * (dates.run_year - 2018) / 5)
    scale = np.sqrt(spread**2 + (one["kappa"] * dates.label_sd) ** 2 + dates.hindsight_sd**2)
    expected = stats.t.logpdf(runs.run_log10_flop, 7, mean, scale)
    assert terms["training runs"].log_density[k] == pytest.approx(expected)
    level = one["a"][0, chips.purchase_channel] + one["ten"] * chips.purchase_tensor
    level = level - one["rate"][0, chips.purchase_channel] * (chips.purchase_year - 2020)
    expected = stats.t.logpdf(chips.purchase_log10_price, 7, level, one["sigma_purchase"][0, chips.purchase_channel])
    assert terms["launch prices"].log_density[k] == pytest.approx(expected)
    effects, chip_count = one["rental_effects"][0], len(chips.chip_release_year)
    vendors = price.zero_sum_basis(len(chips.vendors)) @ effects[chip_count:-1]
    level = effects[:chip_count][chips.rental_chip] + vendors[chips.rental_vendor]
    level = level - effects[-1] * (chips.rental_age_years - 2.5)
    expected = stats.t.logpdf(chips.rental_log10_price, 4, level, np.hypot(0.05, one["sigma_rental"]))
    assert terms["rental offers"].log_density[k] == pytest.approx(expected)


def test_truths_share_one_rate_and_their_vendors_sum_to_zero(joint: dict[str, np.ndarray]) -> None:
    assert np.array_equal(joint["r_realised"], joint["rate"][:, price.REALISED])
    around = (joint["price_slopes"] - joint["r_realised"][:, None]) / joint["tau_price"][:, None]
    assert around.std() == pytest.approx(1.0, abs=0.1) and abs(around.mean()) < 0.1
    spread = (joint["rate"] - joint["mu_r"][:, None]) / joint["tau_r"][:, None]
    assert spread.std() == pytest.approx(1.0, abs=0.1)
    contrasts = joint["rental_effects"][:, 6:-1] / joint["tau_vendor"][:, None]
    assert contrasts.std() == pytest.approx(1.0, abs=0.1)
    assert (price.zero_sum_basis(5) @ contrasts.T).sum(axis=0) == pytest.approx(np.zeros(400), abs=1e-9)


def test_the_level_at_the_origin_is_that_of_the_trends(joint: dict[str, np.ndarray]) -> None:
    dates = compute_dates()
    weights, year = dates.weights(np.array([dates.origin])), np.array([dates.origin])
    found = compute.latent_price(compute.trend_of(joint), weights)[:, 0]
    assert joint["p_origin"] == pytest.approx(found)
    capped = compute.frontier_mean(compute.trend_of(joint), weights, year)[:, 0] + joint["p_origin"]
    assert np.all(capped <= joint["u_origin"] + 1e-9)


def test_replicates_scatter_as_their_likelihood_says() -> None:
    chips = hardware(offers=400)
    truth = truths.hardware_truth(chips, DEFAULT.price, 1, np.random.default_rng(2))
    terms = likelihoods.offers(truth, truths.replicated_hardware(truth, chips, np.random.default_rng(3)))
    assert stats.kstest(terms.probability[0], "uniform").pvalue > 0.01


def test_loss_likelihoods_follow_from_the_models_equations() -> None:
    data = LossData.from_points(["a"] * 4 + ["b"] * 4, [1e18, 1e19, 1e20, 1e21] * 2, [3, 2.8, 2.6, 2.5] * 2)
    draws = loss.prior_draws(data, DEFAULT.loss, 5, RNG)
    found = likelihoods.points(draws, data, DEFAULT.loss).log_density
    mean = loss.mean(draws, data, data.group, data.log10_flop)
    scale = np.hypot(0.003, draws["s"][:, data.group])
    assert found == pytest.approx(stats.t.logpdf(data.log_loss, 4, mean, scale))


def _normal_posterior(y: np.ndarray) -> np.ndarray:
    """Draws of mu ~ N(0, 1) given y_i ~ N(mu, 1), shape (chains, draws)."""
    rng = np.random.default_rng(4)
    draws: np.ndarray = y.sum() / (len(y) + 1) + rng.standard_normal((CHAINS, DRAWS)) * (len(y) + 1) ** -0.5
    return draws


def test_leave_one_out_of_a_normal_mean_is_the_exact_one() -> None:
    y = np.array([-1.2, 0.3, 0.1, 1.9, 0.4, -0.6, 0.8, 0.2])
    mu = _normal_posterior(y)[..., None]
    found = loo.leave_out(stats.norm.logpdf(y, mu), stats.norm.cdf(y, mu))
    mean, sd = (y.sum() - y) / len(y), np.sqrt(1 + 1 / len(y))
    assert found.elpd == pytest.approx(stats.norm.logpdf(y, mean, sd), abs=0.02)
    assert found.pit == pytest.approx(stats.norm.cdf(y, mean, sd), abs=0.02)
    assert found.k.max() < 0.5
    lpd = stats.norm.logpdf(y, y.sum() / (len(y) + 1), np.sqrt(1 + 1 / (len(y) + 1)))
    assert found.p_loo == pytest.approx(lpd - stats.norm.logpdf(y, mean, sd), abs=0.02)


def test_a_row_with_a_parameter_of_its_own_hangs_on_itself() -> None:
    rng = np.random.default_rng(9)
    own = rng.standard_normal((CHAINS, DRAWS, 1)) * 0.1 + 3.0  # prior N(0, 10), noise .1: the row alone says where
    found = loo.leave_out(stats.norm.logpdf(3.0, own, 0.1), stats.norm.cdf(3.0, own, 0.1))
    assert found.k[0] > 0.7


def _parts(y: np.ndarray, mu: np.ndarray, alone: np.ndarray) -> Parts:
    likelihood = stats.norm.logpdf(y, mu[..., None]).sum(axis=-1)
    return Parts({"mu": stats.norm.logpdf(mu), "alone": stats.norm.logpdf(alone, -3, 0.6)}, {"y": likelihood})


def test_a_parameter_without_data_listens_to_its_prior_alone() -> None:
    y = np.random.default_rng(1).normal(0.5, 1, 60)
    mu, alone = _normal_posterior(y), -3 + 0.6 * np.random.default_rng(2).standard_normal((CHAINS, DRAWS))
    rows = power_scaling.table("toy", {"mu": mu, "alone": alone}, _parts(y, mu, alone))
    by_name = {(row["parameter"], row["scaled"]): row for row in rows}
    assert by_name["alone", ""]["verdict"] == PRIOR_DOMINATED
    assert by_name["alone", "alone"]["prior"] == pytest.approx(by_name["alone", ""]["prior"], rel=0.2)
    assert by_name["mu", ""]["verdict"] == FINE
    assert ("mu", "mu") not in by_name and ("mu", "alone") not in by_name


def test_a_prior_against_the_data_is_in_conflict() -> None:
    y = np.random.default_rng(1).normal(6.0, 1, 5)
    mu, alone = _normal_posterior(y), np.random.default_rng(2).normal(-3, 0.6, (CHAINS, DRAWS))
    (row, *_) = power_scaling.table("toy", {"mu": mu}, _parts(y, mu, alone))
    assert row["verdict"] == "prior-data conflict"
    assert row["prior"] > 0.3 and row["likelihood"] > 0.3


def test_chance_is_not_heard() -> None:
    noisy = np.random.default_rng(3).normal(0, 8, (CHAINS, DRAWS))
    found = power_scaling.sensitivity(np.random.default_rng(4).normal(size=(CHAINS, DRAWS)), noisy)
    assert found.noise > 0.03 and found.value < 1.5 * found.noise
    assert not Sensitivity(0.06, 0.07).heard and Sensitivity(0.06, 0.02).heard and not Sensitivity(0.04, 0.0).heard


def test_statistics_are_those_of_least_squares() -> None:
    years = np.sort(RNG.uniform(2010, 2024, 40))
    values = 20 + 0.5 * (years - 2015) + RNG.normal(0, 0.4, (3, 40))
    fits = [np.polyfit(years, row, 1) for row in values]
    assert statistics.slope(values, years) == pytest.approx([fit[0] for fit in fits])
    rms = [np.sqrt(np.mean((row - np.polyval(fit, years)) ** 2)) for row, fit in zip(values, fits, strict=True)]
    assert statistics.spread(values, years) == pytest.approx(rms)
    late = years >= 2016
    turned = [np.polyfit(years[late], r[late], 1)[0] - np.polyfit(years[~late], r[~late], 1)[0] for r in values]
    assert statistics.change_of_slope(values, years, 2016) == pytest.approx(turned)
    assert statistics.newest(values, years, 10) == pytest.approx(np.median(values[:, -10:], axis=1))
    early = years <= years.max() - 5
    grown = (values.max(axis=1) - values[:, early].max(axis=1)) / 5
    assert statistics.growth_of_maximum(values, years, 5) == pytest.approx(grown)


def test_parabolas_by_group_find_the_curvature() -> None:
    x = np.tile(np.linspace(18, 22, 7), 2)
    group = np.repeat([0, 1], 7)
    values = (0.01 * (x - 20) ** 2 - np.where(group, 0.1, 0.2) * x)[None, :]
    bends, left = statistics.by_group(values, x, group, 2)
    falls, _ = statistics.by_group(values, x, group, 1)
    assert bends[0] == pytest.approx([0.01, 0.01]) and np.abs(left).max() < 1e-9
    assert falls[0] == pytest.approx([-0.2, -0.1])


def test_replicates_that_overflow_are_left_out() -> None:
    replicates = np.vstack([np.ones((3, 2)), [np.inf, 1.0]])
    ((name, observed, values),) = statistics.compared(
        {"sum": lambda v: v.sum(axis=1)}, replicates, np.array([2.0, 3.0])
    )
    assert (name, observed, values.tolist()) == ("sum", 5.0, [2.0, 2.0, 2.0])
