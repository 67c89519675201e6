"""Whatever the law, a lower loss never needs less compute, and the compute that is required gives the loss."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.scaling import REACH_LOG10_FLOP, LossLaw, floor_from_share, log_loss, loss_at, required_log10_flop

LOSS = st.floats(0.01, 8.0)


@st.composite
def laws(draw: st.DrawFn) -> LossLaw:
    """Eight draws of a law, with floors from none to nearly all of the loss, and any discrepancy."""

    def column(low: float, high: float) -> np.ndarray:
        return np.array(draw(st.lists(st.floats(low, high), min_size=8, max_size=8)))

    log_l0, b = column(-1.0, 2.0), column(0.01, 0.4)
    floor_nats = np.exp(log_l0) * column(0.0, 0.99)
    log10_c0 = draw(st.floats(15.0, 22.0))
    omega_z = column(-0.1, 0.1) * np.array(draw(st.lists(st.booleans(), min_size=8, max_size=8)))
    return LossLaw(log_l0, log10_c0, b, floor_nats, log10_c0 + draw(st.floats(0.1, 5.0)), omega_z)


@given(laws(), LOSS, LOSS)
def test_a_lower_loss_never_needs_less_compute(law: LossLaw, one: float, other: float) -> None:
    easier = required_log10_flop(law, max(one, other))
    harder = required_log10_flop(law, min(one, other))
    assert ((harder >= easier) | np.isclose(harder, easier, rtol=1e-9, atol=1e-9)).all()


@given(laws(), LOSS)
def test_the_required_compute_gives_the_loss(law: LossLaw, loss_nats: float) -> None:
    required = required_log10_flop(law, loss_nats)
    reached = np.isfinite(required)
    there = loss_at(law, np.where(reached, required, 20.0))[reached]
    assert np.allclose(there, loss_nats, rtol=1e-6)


@given(laws(), LOSS)
def test_no_smaller_compute_reaches_the_loss(law: LossLaw, loss_nats: float) -> None:
    """First passage: everywhere before the required compute (or before the reach, where there is none) it is higher."""
    end = np.minimum(required_log10_flop(law, loss_nats), REACH_LOG10_FLOP)
    earlier = end[:, None] - np.geomspace(1e-3, 60, 200)
    assert (loss_at(law, earlier) > loss_nats * (1 - 1e-9)).all()


@given(laws(), st.floats(12.0, 30.0))
def test_the_loss_of_a_compute_needs_at_most_that_compute(law: LossLaw, log10_flop: float) -> None:
    for k, loss_nats in enumerate(loss_at(law, log10_flop)):
        assert required_log10_flop(law, float(loss_nats) * (1 + 1e-9))[k] <= log10_flop + 1e-3


@given(st.floats(0.001, 0.999), st.floats(0.01, 0.4), st.floats(-1.0, 2.0), st.floats(14.0, 24.0))
def test_a_floor_lies_under_the_loss_and_has_its_share(e: float, b: float, log_l0: float, log10_c0: float) -> None:
    floor_nats = float(floor_from_share(e, b, log_l0, log10_c0))
    assert 0 < floor_nats <= np.exp(log_l0)
    assert np.isclose(floor_nats / np.exp(log_loss(21.0, log_l0, log10_c0, b, floor_nats)), e, rtol=1e-6)
