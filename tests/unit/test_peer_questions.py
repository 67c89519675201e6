"""The engine's question in a peer's words: squigglepy's arithmetic on our marginals answers what the engine does."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from forecast.engine.drift import ar1_matrix
from forecast.engine.question import Question, Target
from forecast.engine.scenario import PHYSICAL_LIMITS, Scenario
from forecast.engine.solver import Solver
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year
from tests.benchmarks.peers import marginals

NO_LIMITS = Scenario("money-alone", switches=tuple((limit, False) for limit in PHYSICAL_LIMITS))
MONEY_ALONE = Question(Target.training_flop(2e29), scenario=NO_LIMITS)
Z95 = 1.6449


class Samplers:
    """The two calls of squigglepy that are used, by NumPy: it is in no environment but that of the benchmarks."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(3)

    def norm(self, low: float = 0, high: float = 0, *, mean: float | None = None, sd: float = 0) -> tuple[float, float]:
        return ((low + high) / 2, (high - low) / 2 / Z95) if mean is None else (mean, sd)

    def sample(self, one: Any, n: int = 1) -> Any:
        if callable(one):
            return np.array([one() for _ in range(n)])
        mean, sd = one
        drawn = self.rng.normal(mean, sd, n)
        return drawn if n > 1 else drawn[0]


@pytest.fixture
def squiggle(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    samplers = Samplers()
    monkeypatch.setitem(sys.modules, "squigglepy", SimpleNamespace(norm=samplers.norm, sample=samplers.sample))
    found = importlib.import_module("tests.benchmarks.peers.squiggle")
    monkeypatch.setattr(found, "sq", sys.modules["squigglepy"])
    return found


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return artefact.read(selection.reference().path)


@pytest.fixture(scope="module")
def solver(posterior: Posterior) -> Solver:
    return Solver(posterior)


@pytest.mark.parametrize(("way", "draws"), [("lines", 4000), ("function", 1000), ("paths", 1000)])
def test_each_way_answers_within_a_quarter_of_a_year(
    way: str, draws: int, squiggle: ModuleType, posterior: Posterior, solver: Solver
) -> None:
    origin, ours = decimal_year(posterior.as_of), solver.ask(MONEY_ALONE)
    told = marginals.intervals(posterior, solver, MONEY_ALONE)
    years = np.array([2030 - origin, 2060 - origin])
    asked = squiggle.Asked(np.log10(2e29), told, draws, np.arange(410) / 12, years)
    quantiles, by_month, by_year = getattr(squiggle, way)(asked)
    assert origin + quantiles[3] == pytest.approx(ours.median, abs=0.25)
    assert by_month[-1] == pytest.approx(ours.cdf.probability[-1], abs=0.03)
    assert by_year[0] == pytest.approx(np.interp(2030, ours.cdf.decimal_year, ours.cdf.probability), abs=0.08)


def test_innovations_found_back_make_the_slopes_again(posterior: Posterior) -> None:
    block = posterior.blocks["compute"]
    z = marginals.sampled(posterior)["spend_slopes_innovations"]
    slopes = block["g_spend"][:, None] + block["tau_spend"][:, None] * (z @ ar1_matrix(z.shape[1]).T)
    assert np.allclose(slopes, block["spend_slopes"])
