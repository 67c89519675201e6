"""The power with which a cost grows, from costs by size."""

from __future__ import annotations

import pytest

from tests.benchmarks.growth import growth, noted

SIZES = (1_000, 10_000, 100_000)


def costs(power: float, start: float = 0.0) -> dict[int, float]:
    return {size: start + 1e-6 * size**power for size in SIZES}


@pytest.mark.parametrize("power", [0.5, 1.0, 1.3])
def test_the_power_of_a_power_is_found(power: float) -> None:
    found = growth(costs(power))
    assert found.power == pytest.approx(power) and found.between == pytest.approx((power, power))


def test_a_start_flattens_the_curve_unless_it_is_taken_off() -> None:
    assert growth(costs(1.0, start=0.01)).power < 0.8
    assert growth(costs(1.0, start=0.01), start=0.01).power == pytest.approx(1.0)


def test_a_curve_that_bends_shows_between_the_neighbours() -> None:
    found = growth({1: 1.0, 10: 10.0, 100: 1_000.0})
    assert found.between == pytest.approx((1.0, 2.0)) and found.power == pytest.approx(1.5)


def test_what_the_row_keeps_names_its_range() -> None:
    kept = noted(costs(1.0, start=0.01), start=0.01)
    assert kept["exponent_over"] == "1,000 to 100,000" and kept["exponent_last"] == pytest.approx(1.0)
    assert kept["start_s"] == 0.01


@pytest.mark.parametrize(("found", "start"), [({10: 1.0}, 0.0), ({1: 1.0, 10: 2.0}, 1.0)])
def test_one_size_or_a_cost_under_the_start_has_no_power(found: dict[int, float], start: float) -> None:
    with pytest.raises(ValueError, match="two sizes at least"):
        growth(found, start)
