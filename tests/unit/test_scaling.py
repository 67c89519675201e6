"""The scaling law gives the published figures, and its inverse is the first passage that a plain search finds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from forecast.engine.scaling import (
    REACH_LOG10_FLOP,
    LossLaw,
    discrepancy,
    floor_from_share,
    group_law,
    log_loss,
    loss_at,
    mixture,
    published_law,
    reference_point,
    required_log10_flop,
    scale_law,
    without_floor,
)
from forecast.errors import UnknownNameError
from tests.synthetic import synthetic_posterior

KAPLAN = {"floor_nats": 0.0, "coefficient_nats": 2.57, "flop_unit": 8.64e19, "exponent": 0.048, "flop_high": 3e23}


def some_law(draws: int = 2000, seed: int = 0) -> LossLaw:
    rng = np.random.default_rng(seed)
    return LossLaw(
        math.log(3) + 0.01 * rng.standard_normal(draws),
        20.0,
        0.08 * np.exp(0.3 * rng.standard_normal(draws)),
        rng.uniform(0, 1.6, draws) * (rng.random(draws) > 0.1),
        23.5,
        0.01 * rng.standard_t(4, draws) * (rng.random(draws) > 0.1),
    )


@pytest.mark.parametrize(("loss_nats", "flop"), [(0.86, 6.941e29), (1.24, 3.392e26)])
def test_kaplans_law_gives_the_published_compute(loss_nats: float, flop: float) -> None:
    required = 10 ** required_log10_flop(published_law(KAPLAN, 3), loss_nats)
    assert required == pytest.approx(np.full(3, flop), rel=2e-4)


def test_kaplans_law_gives_its_own_coefficient_at_one_petaflop_day() -> None:
    assert loss_at(published_law(KAPLAN, 2), math.log10(8.64e19)) == pytest.approx([2.57, 2.57])


def test_a_published_law_with_a_floor_is_its_formula() -> None:
    law = {**KAPLAN, "floor_nats": 0.5066, "coefficient_nats": 1.0, "flop_unit": 5.984e22, "exponent": 0.0737}
    expected = 0.5066 + (1e21 / 5.984e22) ** -0.0737
    assert loss_at(published_law(law, 1), 21.0) == pytest.approx([expected])


def test_floor_is_the_stated_share_of_the_loss_at_1e21() -> None:
    floor = floor_from_share(0.66, 0.12, math.log(3.1), 19.4)
    assert floor / np.exp(log_loss(21.0, math.log(3.1), 19.4, 0.12, floor)) == pytest.approx(0.66)


def test_required_compute_is_the_first_crossing_of_a_plain_search() -> None:
    law = some_law(300)
    grid = np.linspace(10, REACH_LOG10_FLOP, 22_001)
    losses = loss_at(law, np.broadcast_to(grid, (300, len(grid))))
    for loss_nats in (2.4, 1.5, 0.9, 0.3):
        crossed = losses <= loss_nats
        plain = np.where(crossed.any(axis=1), grid[crossed.argmax(axis=1)], np.inf)
        found = required_log10_flop(law, loss_nats)
        assert (np.isfinite(found) == np.isfinite(plain)).mean() > 0.99  # a crossing may be narrower than the grid
        both = np.isfinite(found) & np.isfinite(plain)
        assert found[both] == pytest.approx(plain[both], abs=0.006)


def test_a_rising_discrepancy_makes_a_minimum_under_which_nothing_is_in_reach() -> None:
    law = replace(some_law(1), floor_nats=np.array([1.0]), omega_z=np.array([0.01]))
    lowest = loss_at(law, np.linspace(23.5, 80, 100_001)[None]).min()
    assert np.isfinite(required_log10_flop(law, lowest + 1e-6))
    assert np.isinf(required_log10_flop(law, lowest - 1e-6))


def test_a_falling_discrepancy_reaches_below_the_floor_but_not_past_the_universe() -> None:
    law = replace(some_law(1), floor_nats=np.array([1.0]), omega_z=np.array([-0.01]))
    assert 23.5 < required_log10_flop(law, 0.95)[0] < REACH_LOG10_FLOP
    assert np.isinf(required_log10_flop(law, 0.2))


def test_without_discrepancy_the_floor_is_out_of_reach_and_just_above_is_not() -> None:
    law = replace(some_law(1), floor_nats=np.array([1.0]), omega_z=np.zeros(1))
    assert np.isinf(required_log10_flop(law, 1.0))
    assert np.isfinite(required_log10_flop(law, 1.0001))


def test_required_compute_ignores_the_discrepancy_within_the_data() -> None:
    law = some_law()
    inside = required_log10_flop(law, 2.7) < law.log10_c_max
    plain = required_log10_flop(replace(law, omega_z=np.zeros(law.draws)), 2.7)
    assert inside.mean() > 0.9
    assert required_log10_flop(law, 2.7)[inside] == pytest.approx(plain[inside], abs=1e-12)


def test_loss_takes_paths_of_compute() -> None:
    law, path = some_law(4), np.linspace(20, 26, 7)
    fan = loss_at(law, path[None])
    assert fan.shape == (4, 7)
    assert fan[:, 3] == pytest.approx(loss_at(law, 23.0))


def test_reference_point_is_half_the_reach_but_a_decade_at_most() -> None:
    x, y = np.array([22.0, 18.0, 20.0]), np.array([0.8, 1.2, 1.0])
    assert reference_point(x, y) == pytest.approx((19.0, 1.1))
    assert reference_point(x[1:], y[1:]) == pytest.approx((19.0, 1.1))
    assert reference_point(np.array([18.0, 19.0]), np.array([1.2, 1.0])) == pytest.approx((18.5, 1.1))


def test_the_power_law_of_a_power_law_is_itself() -> None:
    law = replace(some_law(), floor_nats=np.zeros(2000))
    again = without_floor(law)
    assert again.b == pytest.approx(law.b) and again.log_l0 == pytest.approx(law.log_l0)


def test_the_closest_power_law_follows_the_data_and_undercuts_the_floor() -> None:
    law = replace(some_law(), omega_z=np.zeros(2000))
    power = without_floor(law)
    inside = np.linspace(19.0, 23.5, 50)[None]
    error = np.log(loss_at(power, inside) / loss_at(law, inside))
    assert np.sqrt((error**2).mean(axis=1)).max() < 0.06  # the floor of some draws is half of the loss
    assert (loss_at(power, 40.0) <= loss_at(law, 40.0) + 1e-9).all()


def test_the_mixture_has_its_exact_share_and_the_same_draws_for_the_same_seed() -> None:
    law = replace(some_law(), floor_nats=np.full(2000, 1.0))
    mixed = mixture(law, seed=5)
    assert (mixed.floor_nats == 0).mean() == 0.06
    assert np.array_equal(mixed.floor_nats, mixture(law, seed=5).floor_nats)
    assert not np.array_equal(mixed.floor_nats, mixture(law, seed=6).floor_nats)
    kept = mixed.floor_nats > 0
    assert np.array_equal(mixed.b[kept], law.b[kept])


def test_discrepancy_is_student_t4_by_seed() -> None:
    drawn = discrepancy(0.01, 100_000, seed=1)
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx([-0.02132, 0, 0.02132], abs=4e-4)
    assert np.array_equal(drawn, discrepancy(0.01, 100_000, seed=1))


def test_a_group_of_the_posterior_becomes_a_law() -> None:
    posterior = synthetic_posterior()
    law = group_law(posterior, "chinchilla-massivetext", seed=1)
    i = [str(name) for name in posterior.coords["group"]].index("chinchilla-massivetext")
    share = law.floor_nats / np.exp(log_loss(21.0, law.log_l0, law.log10_c0, law.b, law.floor_nats))
    assert share == pytest.approx(posterior.blocks["loss"]["e"][:, i])
    assert law.log10_c_max == posterior.constants("loss")["log10_c_max"][i]


def test_a_published_scale_of_the_posterior_becomes_a_law() -> None:
    posterior = synthetic_posterior()
    law = scale_law(posterior, "kaplan-webtext2", seed=1)
    i = [str(name) for name in posterior.coords["scale"]].index("kaplan-webtext2")
    assert np.array_equal(law.floor_nats, posterior.blocks["scales"]["floor_nats"][:, i])
    assert np.array_equal(law.omega_z, group_law(posterior, "cerebras-pile", seed=1).omega_z)


def test_an_unknown_scale_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="gadre-c4-c4val") as caught:
        group_law(synthetic_posterior(), "webtext3", seed=1)
    assert caught.value.field == "target.loss.scale"
