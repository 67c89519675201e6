"""One forecast, beside what a user would pick instead of the engine, with the same number of draws.

The question: when does the payer with the largest spend afford 2e29 FLOP, money alone (no peer knows another limit)?
The Direct Approach forecasts what it is made for, from its own inputs: its four components over 78 years. What a peer
needs beyond the project is in `.venv-peers` (tools/peers.sh); without it the rows of squigglepy are skipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from forecast.engine.answer import Answer
from forecast.engine.question import DEFAULT_BY_YEARS, Question, Target
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year
from tests.benchmarks.peers import direct_approach
from tests.benchmarks.peers.direct_approach import Forecast
from tests.benchmarks.peers.marginals import intervals
from tests.benchmarks.rows import CHILDREN, Against, Row, note, time_calls
from tests.benchmarks.test_commands import ONE_THREAD, as_a_user
from tests.benchmarks.test_engine import MONEY_ALONE, MONTHS, NO_LIMITS
from tests.conftest import ROOT

GROUP = "beside what a user would pick instead"
here = pytest.mark.benchmark(group=GROUP, timer=time.process_time)
in_a_child = pytest.mark.benchmark(group=GROUP, timer=CHILDREN)

DRAWS = 4000
LOG10_FLOP = float(np.log10(2e29))
PEERS = ROOT / ".venv-peers" / "bin" / "python"

AT_ONCE, BY_ROLLOUT = "Direct Approach, all draws at a time", "Direct Approach, a rollout at a time"
LINES, FUNCTION, PATHS = (
    "squigglepy, straight lines",
    "squigglepy, a function of each draw",
    "squigglepy, paths by month",
)
PYMC, PYMC_COMPILED = "sample_posterior_predictive, as called", "sample_posterior_predictive, already compiled"
COUNTED, NOISE = "4,000 arrivals counted by month, no more", "a normal number a month and draw, no more"
WAYS = {LINES: "lines", FUNCTION: "function", PATHS: "paths"}
ROUNDS = {"lines": 200, "function": 3, "paths": 15}

THOUSAND, TWENTY = "at least 1,000 times cheaper", "at least 20 times cheaper"
FIFTY = "at least 50 times cheaper, cold"
WHY_HOT = (
    "the Direct Approach, all draws at a time, is 78 years of two growth rates for each draw; the straight lines are "
    "five numbers: a thousandth or a twentieth of that is about what counting 4,000 arrivals by month takes"
)
WHY_COLD = (
    "a cold forecast draws 600 months of runs and two drifting paths for each draw, the Direct Approach 17 numbers: "
    "one normal number a month and draw alone takes longer than all of it"
)

_numbers = count()


@pytest.fixture(scope="module")
def solver(posterior: Posterior) -> Solver:
    """It has answered in the scenario before."""
    warm = Solver(posterior)
    assert warm.ask(MONEY_ALONE).provenance.draws == DRAWS
    return warm


def ask(solver: Solver) -> Answer:
    """A target that was never asked for, so that no answer is remembered."""
    return solver.ask(Question(Target.training_flop(2e29 * (1 + 1e-6 * next(_numbers))), scenario=NO_LIMITS))


def direct(way: Callable[[int, np.random.Generator], Forecast], draws: int = DRAWS) -> Forecast:
    return way(draws, np.random.default_rng(next(_numbers)))


def cpu_s(call: Callable[[], Any], calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - started) / calls


def paired(ours: Callable[[], Any], calls: int, rounds: int) -> dict[str, float]:
    """Median of the rounds' own ratios to both ways of the Direct Approach: the machine's pace changes."""
    ways = {
        AT_ONCE: (lambda: direct(direct_approach.forecast), 5),
        BY_ROLLOUT: (lambda: direct(direct_approach.forecast_by_rollout), 1),
    }
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (theirs, times) in ways.items():
            ratios[name].append(cpu_s(ours, calls) / cpu_s(theirs, times))
    return {name: median(found) for name, found in ratios.items()}


@here
def test_hot(benchmark: Any, solver: Solver) -> None:
    also = (
        Against(BY_ROLLOUT, bound_floor=1000, target=THOUSAND),
        Against(PATHS, bound_floor=20, target=TWENTY),
        Against(LINES, bound_floor=20, target=TWENTY),
        Against(FUNCTION, bound_floor=20),
        Against(PYMC_COMPILED, bound_floor=1000, target=THOUSAND),
        Against(PYMC),
        Against(COUNTED),
    )
    row = Row("one forecast, hot", AT_ONCE, bound_floor=1000, target=THOUSAND, also=also)
    time_calls(benchmark, row, ask, lambda: (solver,), rounds=1000)
    benchmark.extra_info["paired_ratios"] = paired(lambda: ask(solver), calls=200, rounds=5)
    benchmark.extra_info["why_over"] = WHY_HOT


@here
def test_cold(benchmark: Any, posterior: Posterior) -> None:
    also = (Against(BY_ROLLOUT, bound_floor=50, target=FIFTY), Against(PATHS), Against(PYMC), Against(NOISE))
    row = Row("one forecast, cold", AT_ONCE, bound_floor=50, target=FIFTY, also=also)
    time_calls(benchmark, row, lambda: ask(Solver(posterior)), rounds=15)
    benchmark.extra_info["paired_ratios"] = paired(lambda: ask(Solver(posterior)), calls=1, rounds=5)
    benchmark.extra_info["why_over"] = WHY_COLD


@here
@pytest.mark.parametrize("draws", [2000, DRAWS, 20_000])
def test_direct_approach(benchmark: Any, draws: int) -> None:
    found = direct(direct_approach.forecast, draws)
    assert found.quantile(0.5) == pytest.approx(2036, abs=3)
    row = Row(AT_ONCE) if draws == DRAWS else Row(f"{AT_ONCE}, {draws:,} draws", AT_ONCE)
    time_calls(benchmark, row, direct, lambda: (direct_approach.forecast, draws), rounds=30)


@here
def test_direct_approach_by_rollout(benchmark: Any) -> None:
    row = Row(BY_ROLLOUT, AT_ONCE)
    time_calls(benchmark, row, direct, lambda: (direct_approach.forecast_by_rollout,), rounds=5)


@here
def test_counting(benchmark: Any, solver: Solver) -> None:
    """What is left of a hot question when everything before the counts is removed."""
    index = solver.arrivals(MONEY_ALONE).index

    def counted() -> Any:
        return np.cumsum(np.bincount(index, minlength=MONTHS + 1)[:MONTHS]) / DRAWS

    time_calls(benchmark, Row(COUNTED), counted, rounds=1000)


@here
def test_noise(benchmark: Any) -> None:
    """What is left of a cold question when all is removed but one number a month and draw."""
    rng = np.random.default_rng(0)
    time_calls(benchmark, Row(NOISE), rng.standard_normal, lambda: ((DRAWS, MONTHS),), rounds=15)


def replay(benchmark: Any, row: Row, cpu: Sequence[float], wall_s: float, peak_mb: float) -> None:
    """Enter what a child measured of its own calls."""
    left = iter(cpu)

    def call() -> None:
        CHILDREN.now_s += next(left)

    benchmark.pedantic(call, rounds=len(cpu), warmup_rounds=0)
    note(benchmark, row, wall_s, peak_mb)


def told_by(command: Sequence[str], file: Path, told: Mapping[str, Any]) -> Any:
    """What a child prints when it is given a file."""
    file.write_text(json.dumps(told), encoding="utf-8")
    environ = as_a_user(**ONE_THREAD)
    done = subprocess.run([*command, str(file)], env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def squiggled(posterior: Posterior, solver: Solver, tmp_path_factory: pytest.TempPathFactory) -> Any:
    if not PEERS.exists():
        pytest.skip("squigglepy is not here: run `sh tools/peers.sh`, which makes .venv-peers")
    origin = decimal_year(posterior.as_of)
    told = {
        "log10_flop": LOG10_FLOP,
        "intervals": intervals(posterior, solver, MONEY_ALONE),
        "draws": DRAWS,
        "months": MONTHS,
        "years_ahead": [year + 1 - origin for year in DEFAULT_BY_YEARS],
        "rounds": ROUNDS,
    }
    script = ROOT / "tests" / "benchmarks" / "peers" / "squiggle.py"
    return told_by([str(PEERS), str(script)], tmp_path_factory.mktemp("squiggle") / "asked.json", told)


@in_a_child
@pytest.mark.parametrize("name", WAYS)
def test_squigglepy(benchmark: Any, name: str, squiggled: Any, posterior: Posterior, solver: Solver) -> None:
    """From the same marginals it says the same, to a quarter of a year."""
    found = squiggled[WAYS[name]]
    assert decimal_year(posterior.as_of) + found["median"] == pytest.approx(solver.ask(MONEY_ALONE).median, abs=0.25)
    row = Row(name) if name == LINES else Row(name, LINES)
    replay(benchmark, row, found["cpu_s"], median(found["wall_s"]), found["peak_mb"])


@pytest.fixture(scope="module")
def predicted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("predictive")
    told = {"log10_flop": LOG10_FLOP, "months": MONTHS, "draws": DRAWS, "rounds": 3}
    command = [sys.executable, "-m", "tests.benchmarks.peers.posterior_predictive", str(folder / "cache")]
    return told_by(command, folder / "asked.json", told)


@in_a_child
def test_posterior_predictive(benchmark: Any, predicted: Any, solver: Solver) -> None:
    """It has no ceiling on one run beyond the soft cap, and one run a month: half a year apart at most."""
    assert predicted["median"] == pytest.approx(solver.ask(MONEY_ALONE).median, abs=0.5)
    row = Row(PYMC, PYMC_COMPILED)
    replay(benchmark, row, predicted["calls"], median(predicted["wall_s"]), predicted["peak_mb"])
    before = predicted["build"] + predicted["first"]
    benchmark.extra_info["said"] = f"before the first of them {before:.3g} CPU-s: the model, and its first compilation"


@in_a_child
def test_posterior_predictive_already_compiled(benchmark: Any, predicted: Any) -> None:
    """Less what a call on one draw costs: every call compiles anew."""
    left = [every - one for every, one in zip(predicted["calls"], predicted["one_draw"], strict=True)]
    replay(benchmark, Row(PYMC_COMPILED), left, median(predicted["wall_s"]), predicted["peak_mb"])
