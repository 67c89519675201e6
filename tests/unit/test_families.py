from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from forecast.errors import InputError, UnknownNameError
from forecast.families import (
    Beta,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    Point,
    Tabulated,
    Uniform,
    interval,
    placed,
)

TABLE = Tabulated((1.0, 2.0, 4.0), (0.0, 0.5, 1.0))
OPEN = Tabulated((1.0, 2.0, 4.0), (0.1, 0.5, 0.7))
SMOOTH: dict[str, tuple[Distribution, object]] = {
    "normal": (Normal(2.0, 0.5), stats.norm(2.0, 0.5)),
    "log-normal": (LogNormal(3.0, 0.7), stats.lognorm(0.7, scale=3.0)),
    "beta": (Beta(2.0, 3.0), stats.beta(2.0, 3.0)),
    "uniform": (Uniform(-1.0, 3.0), stats.uniform(-1.0, 4.0)),
    "log-uniform": (LogUniform(0.1, 50.0), stats.loguniform(0.1, 50.0)),
    "table": (TABLE, stats.rv_histogram((np.array([0.5, 0.25]), np.array([1.0, 2.0, 4.0])), density=True)),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_families_agree_with_scipy(name: str) -> None:
    ours, theirs = SMOOTH[name]
    p = np.linspace(0.01, 0.99, 33)
    assert np.allclose(ours.ppf(p), theirs.ppf(p), rtol=1e-5)  # type: ignore[attr-defined]
    x = theirs.ppf(p + 0.003)  # type: ignore[attr-defined]
    assert np.allclose(ours.logpdf(x), theirs.logpdf(x), rtol=1e-9)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", SMOOTH)
def test_samples_have_the_distribution(name: str) -> None:
    ours, theirs = SMOOTH[name]
    sample = ours.sample(np.random.default_rng(3), 4_000)
    assert stats.kstest(sample, theirs.cdf).pvalue > 0.001  # type: ignore[attr-defined]


def test_the_oldest_families_sample_as_ever() -> None:
    rng = np.random.default_rng(7)
    assert np.array_equal(Normal(2.0, 0.5).sample(np.random.default_rng(7), 9), rng.normal(2.0, 0.5, 9))
    rng = np.random.default_rng(7)
    expected = 8.0 * np.exp(0.729 * rng.standard_normal(9))
    assert np.array_equal(LogNormal(8.0, 0.729).sample(np.random.default_rng(7), 9), expected)


@pytest.mark.parametrize("name", SMOOTH)
def test_every_family_is_a_value(name: str) -> None:
    ours, _ = SMOOTH[name]
    assert hash(ours) == hash(type(ours)(*[getattr(ours, field) for field in ours.__slots__]))
    ours.check("payer.growth")


def test_densities_vanish_outside_the_bounds() -> None:
    for family in (Uniform(1.0, 3.0), LogUniform(1.0, 3.0), TABLE):
        assert np.array_equal(family.logpdf([-1.0, 0.0, 0.99, 4.01]), np.full(4, -np.inf))
    assert np.array_equal(Point(2.0).logpdf([2.0, 2.1]), [0.0, -np.inf])


def test_a_point_is_always_its_value() -> None:
    assert np.array_equal(Point(2.0).ppf([0.0, 0.4, 1.0]), [2.0, 2.0, 2.0])
    assert np.array_equal(Point(2.0).sample(np.random.default_rng(0), 3), [2.0, 2.0, 2.0])


def test_quantiles_at_zero_and_one_are_the_ends() -> None:
    assert list(Normal(0, 1).ppf([0, 1])) == [-math.inf, math.inf]
    assert list(LogNormal(2, 1).ppf([0, 1])) == [0, math.inf]
    assert list(Uniform(1, 3).ppf([0, 1])) == [1, 3]
    assert list(LogUniform(0.1, 0.3).ppf([0, 1])) == [0.1, 0.3]
    assert list(TABLE.ppf([0, 1])) == [1, 4]


def test_mass_outside_a_table_is_infinitely_far() -> None:
    assert (OPEN.below, OPEN.above) == (0.1, pytest.approx(0.3))
    assert list(OPEN.ppf([0.05, 0.1, 0.3, 0.5, 0.6, 0.7, 0.71])) == pytest.approx(
        [-math.inf, 1.0, 1.5, 2.0, 3.0, 4.0, math.inf]
    )
    sample = OPEN.sample(np.random.default_rng(1), 10_000)
    assert np.mean(sample == np.inf) == pytest.approx(0.3, abs=0.02)
    assert np.mean(sample == -np.inf) == pytest.approx(0.1, abs=0.02)


def test_a_table_may_be_flat() -> None:
    flat = Tabulated((0.0, 1.0, 2.0, 3.0, 4.0), (0.0, 0.0, 0.5, 0.5, 1.0))
    assert list(flat.ppf([0.0, 0.25, 0.5, 0.75, 1.0])) == [1.0, 1.5, 2.0, 3.5, 4.0]
    assert list(flat.logpdf([0.5, 2.5])) == [-math.inf, -math.inf]


def test_a_table_may_have_all_its_mass_outside() -> None:
    outside = Tabulated((0.0, 1.0, 2.0), (0.4, 0.4, 0.4))
    assert list(outside.ppf([0.3, 0.4, 0.5])) == [-math.inf, 0.0, math.inf]
    assert list(Tabulated((0.0, 1.0), (0.0, 0.0)).ppf([0.5])) == [math.inf]
    assert list(outside.logpdf([0.5, 1.5])) == [-math.inf, -math.inf]


def test_intervals_have_their_mass() -> None:
    assert interval(9.84, 290) == LogNormal(pytest.approx(53.42, rel=1e-3), pytest.approx(1.0286, rel=1e-3))  # type: ignore[arg-type]
    assert interval(9.84, 290).ppf([0.05, 0.95]) == pytest.approx([9.84, 290])
    assert interval(2030, 2040, mass=0.8, log=False).ppf([0.1, 0.9]) == pytest.approx([2030, 2040])
    assert interval(1e-200, 1e200).ppf([0.05, 0.95]) == pytest.approx([1e-200, 1e200])


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: Normal(math.nan, 1).check(), "normal.mean"),
    (lambda: Normal(0, 0).check("prior"), "prior.sd"),
    (lambda: LogNormal(-1, 1).check(), "log_normal.median"),
    (lambda: LogNormal(1, math.inf).check(), "log_normal.sd_ln"),
    (lambda: Beta(0, 1).check(), "beta.a"),
    (lambda: Uniform(3, 3), "uniform.high"),
    (lambda: Uniform(-math.inf, 3), "uniform.low"),
    (lambda: LogUniform(0, 3), "log_uniform.low"),
    (lambda: LogUniform(2, 1), "log_uniform.high"),
    (lambda: Point(True), "point"),
    (lambda: Point(10**400), "point"),
    (lambda: Point("2"), "point"),  # type: ignore[arg-type]
    (lambda: Tabulated((1, 2), (0, 0.5, 1)), "tabulated"),
    (lambda: Tabulated((1,), (0,)), "tabulated"),
    (lambda: Tabulated((2, 1), (0, 1)), "tabulated.value[1]"),
    (lambda: Tabulated((1, math.nan), (0, 1)), "tabulated.value[1]"),
    (lambda: Tabulated((1, 2), (0.5, 0.4)), "tabulated.probability[1]"),
    (lambda: Tabulated((1, 2), (0, 1.2)), "tabulated.probability[1]"),
    (lambda: interval(3, 2), "high"),
    (lambda: interval(0, 2), "low"),
    (lambda: interval(1, 2, mass=1.0), ""),
]


@pytest.mark.parametrize(("make", "field"), WRONG)
def test_wrong_numbers_are_refused_by_name(make: Callable[[], object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.field == field
    assert "give" in caught.value.message


def test_an_error_is_named_by_where_it_stands() -> None:
    with pytest.raises(InputError) as caught, placed("payer.spend_path"):
        Uniform(2, 1)
    assert caught.value.field == "payer.spend_path.uniform.high"
    assert str(caught.value) == "payer.spend_path.uniform.high is 1; give an upper bound, a finite number above 2"
    with pytest.raises(UnknownNameError, match=r"^here: unknown law 'x'") as unknown, placed("here"):
        raise UnknownNameError("law", "x", ["y"])
    assert unknown.value.field == "here"
