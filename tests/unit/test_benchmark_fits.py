"""What the benchmarks of fits are told by processes: how the chains mixed, what compiling took, at which seams."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import pytest

from forecast.inference.diagnostics import Convergence
from tests.benchmarks.fitted import Fitted
from tests.benchmarks.pm_sample import CompileClock
from tests.benchmarks.timed_fit import Stopwatch


def told(**changed: Any) -> dict[str, Any]:
    mixed = Convergence("compute", 0, 4000, 1.004, "tau_r", 1500.0, "tau_r", 0.8, 0.95)
    return {**asdict(mixed), "compile_cpu_s": 5.0, "sample_cpu_s": 10.0, **changed}


def test_an_effective_draw_costs_compiling_and_sampling() -> None:
    found = Fitted.of(told())
    extra = found.as_extra()
    assert found.per_effective_draw_s == pytest.approx(0.01) and extra["ess_per_cpu_s"] == pytest.approx(100.0)
    assert extra["ess_per_cpu_s_of_sampling"] == pytest.approx(150.0)
    assert "1,500 of 4,000 draws effective (tau_r)" in found.said and extra["gates"] == "PASSED"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"divergences": 1}, "FLAGGED"),
        ({"divergences": 100}, "REFUSED"),
        ({"max_r_hat": 1.02}, "FLAGGED"),
        ({"min_ess": 99.0}, "REFUSED"),
    ],
)
def test_a_fast_sampler_that_mixes_badly_is_told_so(changed: dict[str, Any], status: str) -> None:
    assert Fitted.of(told(**changed)).said.endswith(status)


def test_a_child_that_leaves_out_a_figure_is_not_read() -> None:
    lacking = {name: value for name, value in told().items() if name != "max_r_hat"}
    with pytest.raises(TypeError, match="max_r_hat"):
        Fitted.of(lacking)


@pytest.fixture
def cpu(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """A clock of CPU that a test sets."""
    now = {"s": 100.0}
    monkeypatch.setattr(time, "process_time", lambda: now["s"])
    return now


def test_steps_within_steps_are_counted_once_and_sampling_not_at_all(cpu: dict[str, float]) -> None:
    clock = CompileClock()
    cpu["s"] = 101.0
    clock.hear("inner", 10.0, 11.0)
    cpu["s"] = 103.0
    clock.hear("outer", 10.0, 13.0)  # two more seconds, after the inner step
    cpu["s"] = 150.0
    clock.hear("after sampling", 60.0, 60.5)
    assert clock.cpu_s == pytest.approx(1.0 + 2.0 + 2 * 0.5)


def test_only_what_the_function_took_is_compiling(cpu: dict[str, float]) -> None:
    clock = CompileClock()

    def compile_model(seconds: float) -> str:
        cpu["s"] += seconds
        return "compiled"

    timed = clock.around(compile_model)
    cpu["s"] += 7
    assert timed(3.0) == "compiled" and clock.cpu_s == pytest.approx(3.0)


def test_every_call_is_noted_in_turn_and_answers_as_before(cpu: dict[str, float]) -> None:
    watch = Stopwatch()

    def sample(seconds: float, *, name: str) -> str:
        cpu["s"] += seconds
        return name

    timed = watch.around("sample", sample)
    assert [timed(2.0, name="compute"), timed(0.5, name="loss")] == ["compute", "loss"]
    assert watch.cpu_s["sample"] == pytest.approx([2.0, 0.5])
