"""Training compute from what is published about a run."""

from __future__ import annotations

import pytest

from forecast.engine.training_cost import from_chips, from_parameters
from forecast.errors import InputError


def test_gpt3_is_six_times_parameters_times_tokens() -> None:
    run = from_parameters(175e9, 300e9)
    assert run.flop == pytest.approx(3.15e23)
    assert run.petaflop_s_days == pytest.approx(3646, abs=1)
    assert run.gpt3_multiple == pytest.approx(1, rel=0.01)


def test_the_mt_nlg_log_gives_13531_petaflop_s_days() -> None:
    batches = 271e9 / (2048 * 1920)
    run = from_chips(chips=280 * 8, hours=60.1 * batches / 3600, peak_flop_per_s=126e12, utilization=1.0)
    assert round(run.petaflop_s_days) == 13_531
    assert run.petaflop_s_days == pytest.approx(13_542, rel=0.001)


def test_the_accounting_multiplies_to_the_total() -> None:
    for run in (from_parameters(70e9, 1.4e12), from_chips(25_000, 2400, 312e12, 0.35)):
        product = 1.0
        for line in run.accounting:
            product *= line.value
        assert product == pytest.approx(run.flop)
        assert "petaflop/s-days" in run.words()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: from_parameters(-1, 1e12), "parameters_tokens.parameters"),
        (lambda: from_parameters(1e9, float("nan")), "parameters_tokens.tokens"),
        (lambda: from_chips(0, 1, 1e15, 0.4), "chips_hours.chips"),
        (lambda: from_chips(8, 1, 1e15, 40), "chips_hours.utilization"),
        (lambda: from_chips(8, 1, 1, 0.4), "chips_hours.peak_flop_per_s"),
        (lambda: from_chips(8, float("inf"), 1e15, 0.4), "chips_hours.hours"),
    ],
)
def test_impossible_factors_are_refused(make: object, field: str) -> None:
    with pytest.raises(InputError) as refused:
        make()  # type: ignore[operator]
    assert refused.value.field == field
