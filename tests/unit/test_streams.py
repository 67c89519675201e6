"""Streams are keyed by name, and Student's t has its distribution."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forecast.engine.streams import stream, student_t


def test_a_stream_follows_from_seed_and_name() -> None:
    assert stream(1, "one").random() == stream(1, "one").random()
    assert len({stream(seed, name).random() for seed in (1, 2) for name in ("one", "two")}) == 4


def t_cdf_of_4(t: float) -> float:
    """In closed form: 1/2 + sin(a) (1 + cos(a)^2 / 2) / 2, with tan(a) = t / 2."""
    angle = math.atan2(t, 2)
    return 0.5 + math.sin(angle) * (1 + math.cos(angle) ** 2 / 2) / 2


@pytest.mark.parametrize("t", [-6.0, -2.0, -0.5, 0.0, 0.1, 1.0, 3.0, 10.0])
def test_student_t_of_4_has_its_distribution(t: float) -> None:
    variates = student_t(4, 400_000, stream(0, "test"))
    expected = t_cdf_of_4(t)
    assert np.mean(variates <= t) == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 400_000))


def test_student_t_of_7_agrees_with_numpys() -> None:
    rng = stream(0, "test")
    p = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]
    ours, numpys = np.quantile(student_t(7, 400_000, rng), p), np.quantile(rng.standard_t(7, 400_000), p)
    assert ours == pytest.approx(numpys, rel=0.03, abs=0.01)


def test_student_t_is_finite_at_both_ends_of_the_uniforms() -> None:
    class Ends:
        def random(self, size: int, dtype: type) -> np.ndarray:
            return np.array([0.0, 1 - 2.0**-24], dtype)

    variates = student_t(7, 2, Ends())  # type: ignore[arg-type]
    assert variates.dtype == np.float32 and np.isfinite(variates).all()
