"""The grid agrees with slow ways to the same posterior, covers the truth, and gives the published checks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from forecast.engine.grid import NOISE_FLOOR, Cells, Problem
from forecast.engine.population import Prior
from forecast.engine.scaling import SHARE_LOG10_FLOP, floor_from_share, log_loss, reference_point, required_log10_flop
from forecast.engine.study import Population, Study, fit_study, published_law_scale
from forecast.errors import InputError

KAPLAN = {"floor_nats": 0.0, "coefficient_nats": 2.57, "flop_unit": 8.64e19, "exponent": 0.048}
OMEGA = 0.01
ROWS = [(1e18, 3.6), (1e19, 3.2), (1e20, 2.9), (1e21, 2.7)]


def population(draws: int = 1000) -> Population:
    """Hyper-draws like those of the fit to the shipped points."""
    z = np.random.default_rng(4).standard_normal((6, draws))
    return Population(
        -2.105 + 0.063 * z[0],
        0.148 * np.exp(0.30 * z[1]),
        0.70 + 0.115 * z[2],
        0.247 * np.exp(0.37 * z[3]),
        -6.60 + 0.39 * z[4],
        0.83 * np.exp(0.36 * z[5]),
    )


POPULATION = population()


def from_population(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """b, e and s of new studies."""
    p, k = POPULATION, rng.integers(len(POPULATION.mu_b), size=size)
    b = np.exp(p.mu_b[k] + p.tau_b[k] * rng.standard_t(4, size))
    e = 1 / (1 + np.exp(-(p.mu_e[k] + p.tau_e[k] * rng.standard_t(4, size))))
    return b, e, np.exp(p.mu_s[k] + p.tau_s[k] * rng.standard_normal(size))


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, p: np.ndarray) -> np.ndarray:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return values[order][np.searchsorted(cumulative, p * cumulative[-1])]


QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def test_the_grid_agrees_with_importance_sampling_where_that_works() -> None:
    """Five points with 4 % of noise leave the population enough draws to weight."""
    rng = np.random.default_rng(1)
    x, noise, n = np.linspace(18, 21, 5), 0.04, 400_000
    y = np.log([3.6, 3.35, 2.9, 2.85, 2.6])
    log10_c0, guess = reference_point(x, y)
    b, e, _ = from_population(rng, n)
    log_l0 = guess + 0.1 * rng.standard_normal(n)
    floor_nats = floor_from_share(e, b, log_l0, log10_c0)
    means = log_loss(x[:, None], log_l0, log10_c0, b, floor_nats)
    weights = np.exp(stats.t.logpdf(y[:, None], 4, means, noise).sum(axis=0))
    assert weights.sum() ** 2 / (weights**2).sum() > 5_000  # else the oracle itself is blunt

    found = fit_study(Study(x, y), POPULATION, 20_000, seed=3, relative_noise=noise)
    for ours, theirs in ((np.log(found.b), np.log(b)), (found.floor_nats, floor_nats), (found.log_l0, log_l0)):
        expected = weighted_quantiles(theirs, weights, QUANTILES)
        spread = expected[-1] - expected[0]
        assert np.quantile(ours, QUANTILES) == pytest.approx(expected, abs=0.04 * spread)


def test_the_grid_learns_the_noise_as_importance_sampling_does() -> None:
    rng = np.random.default_rng(2)
    x, n = np.linspace(18, 20, 4), 1_500_000
    y = np.log([3.63, 3.45, 3.18, 3.02])
    log10_c0, guess = reference_point(x, y)
    b, e, s = from_population(rng, n)
    level = math.log(3.36) + 0.015 * rng.standard_normal(n)  # proposed narrowly, weighted back to the wide prior
    floor_nats = floor_from_share(e, b, level, log10_c0)
    scale = np.hypot(NOISE_FLOOR, s)
    means = log_loss(x[:, None], level, log10_c0, b, floor_nats)
    log_weights = stats.t.logpdf(y[:, None], 4, means, scale).sum(axis=0)
    log_weights += stats.norm.logpdf(level, guess, 0.1) - stats.norm.logpdf(level, math.log(3.36), 0.015)
    weights = np.exp(log_weights - log_weights.max())
    assert weights.sum() ** 2 / (weights**2).sum() > 2_000

    found = fit_study(Study(x, y), POPULATION, 20_000, seed=3)
    for ours, theirs in (
        (np.log(found.b), np.log(b)),
        (found.floor_nats, floor_nats),
        (np.log(found.scale), np.log(scale)),
    ):
        expected = weighted_quantiles(theirs, weights, QUANTILES)
        spread = expected[-1] - expected[0]
        assert np.quantile(ours, QUANTILES) == pytest.approx(expected, abs=0.05 * spread)


def test_the_grid_agrees_with_one_fine_rectangle() -> None:
    """Kaplan's law at 1 %: the zooms lose nothing against a single dense grid in ln b and logit e themselves."""
    x = np.linspace(19, math.log10(3e23), 10)
    y = math.log(2.57) - 0.048 * math.log(10) * (x - math.log10(8.64e19))
    ln_b, logit_e = np.linspace(-3.3, -1.7, 161), np.linspace(-9, 2, 221)
    b, e = np.exp(ln_b)[:, None], 1 / (1 + np.exp(-logit_e))
    prior = (
        stats.t.pdf(ln_b[:, None], 4, POPULATION.mu_b, POPULATION.tau_b)
        @ stats.t.pdf(logit_e[:, None], 4, POPULATION.mu_e, POPULATION.tau_e).T
    )
    mass, total_l0 = np.zeros_like(prior), np.zeros_like(prior)
    for level in np.linspace(0.91, 0.96, 26):  # ln of the loss at 1e20 FLOP; the points say it to .004
        floor_nats = floor_from_share(e, b, level, 20.0)
        density = np.exp(
            sum(stats.t.logpdf(v, 4, log_loss(u, level, 20.0, b, floor_nats), 0.01) for u, v in zip(x, y, strict=True))
        )
        mass += density
        total_l0 += level * density
    weights = (mass * prior).ravel()
    found = published_law_scale(KAPLAN, POPULATION, 0.01, 20_000, seed=2)
    share = found.floor_nats / np.exp(log_loss(SHARE_LOG10_FLOP, found.log_l0, 20.0, found.b, found.floor_nats))
    for ours, theirs in ((np.log(found.b), ln_b[:, None] + 0 * e), (share, e + 0 * b)):
        expected = weighted_quantiles(theirs.ravel(), weights, QUANTILES)
        spread = expected[-1] - expected[0]
        assert np.quantile(ours, QUANTILES) == pytest.approx(expected, abs=0.02 * spread)
    mean_l0 = (total_l0 * prior).sum() / weights.sum()
    assert found.log_l0.mean() == pytest.approx(mean_l0, abs=0.05 * found.log_l0.std())


def test_published_checks_of_kaplans_law() -> None:
    """At .5 % of noise 0.86 needs 10^29.8/31.4/34.3 (the last among the draws that reach it); at 1 % .44 never do."""
    precise = required_log10_flop(published_law_scale(KAPLAN, POPULATION, 0.005, 4000, seed=1).law(OMEGA, 1), 0.86)
    tenth, median = np.quantile(precise, [0.1, 0.5], method="inverted_cdf")
    assert (tenth, median) == pytest.approx((29.8, 31.4), abs=0.2)
    assert np.quantile(precise[np.isfinite(precise)], 0.9) == pytest.approx(34.3, abs=0.7)
    stated = required_log10_flop(published_law_scale(KAPLAN, POPULATION, 0.01, 4000, seed=1).law(OMEGA, 1), 0.86)
    assert np.isinf(stated).mean() == pytest.approx(0.44, abs=0.04)


def test_less_noise_brings_the_pool_to_the_law_itself() -> None:
    """With hardly any noise the points alone speak: the power law that they lie on, and its compute."""
    medians = []
    for noise in (0.002, 0.0005, 0.00005):
        found = published_law_scale(KAPLAN, POPULATION, noise, 2000, seed=1)
        medians.append(float(np.median(required_log10_flop(found.law(0.0, 1), 0.86))))
    assert medians == sorted(medians, reverse=True)
    assert medians[-1] == pytest.approx(29.841, abs=0.01)


def _simulated_ranks(studies: int, points: int) -> np.ndarray:
    rng = np.random.default_rng(9)
    x = np.linspace(18, 21.5, points)
    ranks = []
    for b, e, s in zip(*from_population(rng, studies), strict=True):
        log_l0 = math.log(3) + 0.1 * rng.standard_normal()
        floor_nats = floor_from_share(e, b, log_l0, 19.0)
        clean = log_loss(x, log_l0, 19.0, b, floor_nats)
        y = clean + np.hypot(NOISE_FLOOR, s) * rng.standard_t(4, points)
        found = fit_study(Study(x, y), POPULATION, 1000, seed=1)
        ahead = log_loss(24.0, found.log_l0, found.log10_c0, found.b, found.floor_nats)
        truths = (b, floor_nats, np.hypot(NOISE_FLOOR, s), log_loss(24.0, log_l0, 19.0, b, floor_nats))
        draws = (found.b, found.floor_nats, found.scale, ahead)
        ranks.append([np.mean(drawn < truth) for drawn, truth in zip(draws, truths, strict=True)])
    return np.array(ranks)


def _assert_uniform(ranks: np.ndarray, far: float) -> None:
    for column in ranks.T:
        assert stats.kstest(column, "uniform").pvalue > far, np.sort(column)


def test_intervals_cover_studies_from_the_population() -> None:
    _assert_uniform(_simulated_ranks(20, 8), far=1e-3)


@pytest.mark.long
def test_intervals_cover_four_hundred_studies_from_the_population() -> None:
    ranks = _simulated_ranks(400, 8)
    _assert_uniform(ranks, far=1e-3)
    assert np.mean((ranks > 0.1) & (ranks < 0.9), axis=0) == pytest.approx(np.full(4, 0.8), abs=0.06)


def test_the_same_seed_gives_the_same_draws_and_another_gives_others() -> None:
    study = Study.from_rows(ROWS)
    first, again, other = (fit_study(study, POPULATION, 500, seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.b, again.b) and np.array_equal(first.log_l0, again.log_l0)
    assert not np.array_equal(first.b, other.b)


def test_draws_come_in_random_order() -> None:
    b = fit_study(Study.from_rows(ROWS), POPULATION, 4000, seed=1).b
    assert abs(np.corrcoef(b[1:], b[:-1])[0, 1]) < 0.06


def test_an_outlier_moves_the_law_less_than_its_size() -> None:
    x = np.linspace(18, 22, 9)
    y = log_loss(x, math.log(3), 19.0, 0.12, 1.6)
    spoilt = y.copy()
    spoilt[4] += 0.05
    clean, robust = (fit_study(Study(x, v), POPULATION, 4000, seed=1) for v in (y, spoilt))
    assert np.median(robust.log_l0) == pytest.approx(np.median(clean.log_l0), abs=0.006)


def test_it_answers_with_a_population_that_is_only_its_prior() -> None:
    rng = np.random.default_rng(0)
    n = 1000
    wide = Population(
        math.log(0.1) + 0.5 * rng.standard_normal(n),
        0.3 * np.exp(0.5 * rng.standard_normal(n)),
        0.6 + 0.7 * rng.standard_normal(n),
        0.6 * np.exp(0.5 * rng.standard_normal(n)),
        math.log(0.004) + 0.7 * rng.standard_normal(n),
        0.6 * np.exp(0.4 * rng.standard_normal(n)),
    )
    found = published_law_scale(KAPLAN, wide, 0.01, 2000, seed=1)
    at_end = log_loss(found.log10_c_max, found.log_l0, found.log10_c0, found.b, found.floor_nats)
    assert at_end == pytest.approx(np.full(2000, math.log(2.57 * (3e23 / 8.64e19) ** -0.048)), abs=0.06)


def test_the_prior_table_agrees_with_the_mean_of_the_densities() -> None:
    rng = np.random.default_rng(5)
    ln_b, logit_e = rng.uniform(-4, 0, 200), rng.uniform(-8, 4, 200)
    p = POPULATION
    direct = (stats.t.pdf(ln_b[:, None], 4, p.mu_b, p.tau_b) * stats.t.pdf(logit_e[:, None], 4, p.mu_e, p.tau_e)).mean(
        axis=1
    )
    assert Prior.of(p).log_density(ln_b, logit_e) == pytest.approx(np.log(direct), abs=0.01)


def test_the_axes_keep_volume() -> None:
    """The determinant of (ln slope, logit f) -> (ln b, logit e) is 1 anywhere."""

    def image(v: float, w: float) -> np.ndarray:
        ln_b = v + np.logaddexp(0, w)
        return np.array([ln_b, w + np.exp(ln_b) * math.log(10) * (SHARE_LOG10_FLOP - 19.3)])

    h = 1e-5
    for v, w in ((-3.0, 0.5), (-2.0, -4.0), (-4.0, 2.0)):
        by_v = (image(v + h, w) - image(v - h, w)) / (2 * h)
        by_w = (image(v, w + h) - image(v, w - h)) / (2 * h)
        assert by_v[0] * by_w[1] - by_v[1] * by_w[0] == pytest.approx(1, abs=1e-6)


def test_systematic_draws_follow_the_mass() -> None:
    cells = Cells.over([(0.0, 4.0), (0.0, 1.0)], (4, 1))
    drawn = cells.sample(np.log(np.array([[0.1], [0.2], [0.3], [0.4]])), 1000, np.random.default_rng(0))
    assert np.histogram(drawn[0], np.arange(5))[0].tolist() == pytest.approx([100, 200, 300, 400], abs=1)


def test_the_level_is_drawn_from_its_conditional_density() -> None:
    study = Study.from_rows(ROWS)
    problem = Problem.of(study.log10_flop, study.log_loss, POPULATION, 0.02)
    places = problem.places(4000, np.random.default_rng(1))
    levels = problem.draw_level(places, np.random.default_rng(2))
    assert levels.mean() == pytest.approx(problem.level_guess, abs=0.03)
    assert 0.002 < levels.std() < 0.03


@pytest.mark.parametrize(
    ("rows", "field", "message"),
    [
        (ROWS[:3], "points", "3 points; give 4 to 150"),
        ([*ROWS[:3], (float("nan"), 2.0)], r"points[3].training_flop", "point 4"),
        ([(1e18, -3.0), *ROWS[1:]], r"points[0].loss_nats_per_token", "point 1"),
        ([(1e18, 3.6), (1e19, float("inf")), *ROWS[2:]], r"points[1].loss_nats_per_token", "point 2"),
        ([(1e3, 3.6), *ROWS[1:]], r"points[0].training_flop", "FLOP from 1e"),
        ([ROWS[0], ROWS[0], *ROWS[:3]], "points", "3 different computes"),
        ([(flop, 6.0 - loss) for flop, loss in ROWS], "points", "points on which it falls"),
        ([("1e18", 3.6), *ROWS[1:]], r"points[0].training_flop", "'1e18'"),
    ],
)
def test_rows_that_cannot_be_used_are_named(rows: list[tuple[float, float]], field: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Study.from_rows(rows)
    assert caught.value.field == field
