"""The fit of all models and of each, beside `pm.sample` and numpyro on the same models and data.

Every sampler has processes of its own. Rows of whole fits are their CPU; rows of one model are told by those processes,
which keep compiling, sampling and the rest apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from forecast.posterior.state import StateFolder
from tests.benchmarks.costs import Cost, cost_of
from tests.benchmarks.fitted import Fitted, models, read
from tests.benchmarks.rows import CHILDREN, Against, Row, note
from tests.benchmarks.test_commands import as_a_user, python
from tests.conftest import ROOT

MODELS = ("compute", "loss")
SLOWEST = "compute"
WHY_OVER = (
    "the sampler and the density are the same, so that settings alone differ; the run of pm.sample beside it fails the "
    "gates, and its effective draws count as if it had passed"
)
PM_SAMPLE, NUMPYRO = "pm.sample's defaults", "numpyro by pm.sample"
SAMPLERS = {PM_SAMPLE: "default", NUMPYRO: "numpyro"}
PEERS = ROOT / ".venv-peers" / "bin" / "python"

of_all = pytest.mark.benchmark(group="a fit of all models", timer=CHILDREN)
of_each = pytest.mark.benchmark(group="a fit of each model", timer=CHILDREN)


@dataclass(frozen=True)
class Done:
    """A process that has ended: what it cost, and what it wrote."""

    cost: Cost
    found: dict[str, Any]


class Fits:
    """Every process of this file, run when the first row asks for it; all share one state folder and its cache."""

    def __init__(self, folder: Path, state: StateFolder) -> None:
        self.folder, self.state = folder, state
        self._samples: dict[tuple[str, str], Done] = {}

    @cached_property
    def cold(self) -> Done:
        """The first fit, which fills the compile cache."""
        return self._fit("cold")

    @cached_property
    def warm(self) -> Done:
        """The same fit once more."""
        self.ensure_cache()
        return self._fit("warm")

    def ensure_cache(self) -> None:
        """Have the cache filled by the first fit."""
        _ = self.cold

    def sampled(self, sampler: str, model: str) -> Done:
        """One model by another sampler, with the cache that the fits have filled (numpyro keeps none)."""
        if (sampler, model) not in self._samples:
            self.ensure_cache()
            script = [_python_of(sampler), "-P", str(ROOT / "tests" / "benchmarks" / "pm_sample.py")]
            command = [*script, SAMPLERS[sampler], model, str(self.state.compile_cache)]
            self._samples[sampler, model] = self._run(command, f"{SAMPLERS[sampler]}-{model}")
        return self._samples[sampler, model]

    def _fit(self, name: str) -> Done:
        return self._run(python("-m", "tests.benchmarks.timed_fit"), name)

    def _run(self, command: Sequence[str], name: str) -> Done:
        file = self.folder / f"{name}.json"
        environ = {**as_a_user(), "TIMELINES_HOME": str(self.state.root)}
        return Done(cost_of([*command, str(file)], environ), read(file))


def _python_of(sampler: str) -> str:
    if sampler != NUMPYRO:
        return python()[0]
    if not PEERS.is_file():
        pytest.skip("numpyro is not installed: sh tools/peers.sh")
    return str(PEERS)


def shared_state(tmp_path_factory: pytest.TempPathFactory) -> StateFolder:
    """The state folder of every fit of the run, so that what one compiled the next one finds."""
    return StateFolder(tmp_path_factory.getbasetemp() / "state-of-fits")


@pytest.fixture(scope="module")
def fits(tmp_path_factory: pytest.TempPathFactory) -> Fits:
    return Fits(tmp_path_factory.mktemp("fits"), shared_state(tmp_path_factory))


def record(benchmark: Any, row: Row, cost: Cost, **extra: Any) -> None:
    """A row of what a process has cost, or of a part of it."""

    def pass_time() -> None:
        CHILDREN.now_s += cost.cpu_s

    benchmark.pedantic(pass_time, rounds=1, warmup_rounds=0)
    note(benchmark, row, cost.wall_s, cost.peak_mb)
    benchmark.extra_info.update(extra)


def part(done: Done, cpu_s: float) -> Cost:
    """A part of a process by its own clock of CPU; its wall is not known apart."""
    return Cost(cpu_s, cpu_s, done.cost.peak_mb)


@of_all
def test_cold(benchmark: Any, fits: Fits) -> None:
    _record_fit(benchmark, Row("timelines fit, cold compile cache", PM_SAMPLE, bound_s=240.0), fits.cold)


@of_all
def test_warm(benchmark: Any, fits: Fits) -> None:
    target = "under 120 CPU-s, every gate passed"
    row = Row("timelines fit, warm compile cache", PM_SAMPLE, bound_s=120.0, target=target)
    _record_fit(benchmark, row, fits.warm)


def _record_fit(benchmark: Any, row: Row, done: Done) -> None:
    assert (done.found["status"], done.found["reasons"]) == ("PASSED", [])
    found = models(done.found["models"])
    _record_models(benchmark, row, done.cost, found)


def _record_models(benchmark: Any, row: Row, cost: Cost, found: dict[str, Fitted]) -> None:
    said = "; ".join(f"{name}: {one.chains}" for name, one in found.items())
    record(benchmark, row, cost, said=said, effective_draws=found["compute"].mixed.min_ess)


@of_all
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_others(benchmark: Any, fits: Fits, sampler: str) -> None:
    done = [fits.sampled(sampler, model) for model in MODELS]
    found = models({model: one.found[model] for model, one in zip(MODELS, done, strict=True)})
    costs = [one.cost for one in done]
    whole = Cost(sum(c.cpu_s for c in costs), sum(c.wall_s for c in costs), max(c.peak_mb for c in costs))
    _record_models(benchmark, Row(sampler, "" if sampler == PM_SAMPLE else PM_SAMPLE), whole, found)


@of_each
@pytest.mark.parametrize("model", MODELS)
def test_compile_by_numpyro(benchmark: Any, fits: Fits, model: str) -> None:
    done = fits.sampled(NUMPYRO, model)
    record(benchmark, Row(_compiled(model, NUMPYRO)), part(done, _of(done, model).compile_cpu_s))


@of_each
@pytest.mark.parametrize("cache", ["cold", "warm"])
@pytest.mark.parametrize("model", MODELS)
def test_compile(benchmark: Any, fits: Fits, model: str, cache: str) -> None:
    done, cold = getattr(fits, cache), _compiled(model, "cold cache")
    row = Row(_compiled(model, f"{cache} cache"), _compiled(model, NUMPYRO), also=(Against(cold),) * (cache == "warm"))
    record(benchmark, row, part(done, _of(done, model).compile_cpu_s))


@of_each
@pytest.mark.parametrize("sampler", ["as shipped", *SAMPLERS])
@pytest.mark.parametrize("model", MODELS)
def test_effective_draw(benchmark: Any, fits: Fits, model: str, sampler: str) -> None:
    found, done = _drawn(fits, model, sampler)
    row = _row_of_draws(f"{model}: an effective draw", sampler, asked=model == SLOWEST)
    record(benchmark, row, part(done, found.per_effective_draw_s), **found.as_extra())


@of_each
@pytest.mark.parametrize("sampler", ["as shipped", *SAMPLERS])
@pytest.mark.parametrize("model", MODELS)
def test_effective_draw_without_compiling(benchmark: Any, fits: Fits, model: str, sampler: str) -> None:
    found, done = _drawn(fits, model, sampler)
    row = _row_of_draws(f"{model}: an effective draw, compiled before", sampler, asked=model == SLOWEST)
    record(benchmark, row, part(done, found.sampled_per_effective_draw_s), **found.as_extra())
    benchmark.extra_info["why_over"] = WHY_OVER


def _drawn(fits: Fits, model: str, sampler: str) -> tuple[Fitted, Done]:
    done = fits.sampled(sampler, model) if sampler in SAMPLERS else fits.warm
    return _of(done, model), done


def _row_of_draws(what: str, sampler: str, *, asked: bool) -> Row:
    if sampler in SAMPLERS:
        return Row(f"{what}, {sampler}", "" if sampler == PM_SAMPLE else f"{what}, {PM_SAMPLE}")
    row = Row(f"{what}, {sampler}", f"{what}, {PM_SAMPLE}", also=(Against(f"{what}, {NUMPYRO}"),))
    return replace(row, bound_floor=1.5, target="at least 1.5 times cheaper") if asked else row


def _of(done: Done, model: str) -> Fitted:
    return Fitted.of(done.found.get("models", done.found)[model])


def _compiled(model: str, how: str) -> str:
    return f"{model}: compiling, {how}"
