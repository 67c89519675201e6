"""As many draws as a question may ask for are answered, and agree with fewer."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.engine.question import DRAWS_BOUNDS, Question, Target
from forecast.engine.solver import Solver
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior

MOST = DRAWS_BOUNDS[1]


def tiled(posterior: Posterior, draws: int) -> Posterior:
    """The same draws again and again; what is simulated beyond them is new."""
    times = -(-draws // posterior.draws)
    blocks = {
        block: {name: np.concatenate([values] * times)[:draws] for name, values in variables.items()}
        for block, variables in posterior.blocks.items()
    }
    return Posterior.new({**posterior.manifest, "draws": draws}, blocks, posterior.coords, posterior.observed)


@pytest.mark.long
@pytest.mark.parametrize("target", [Target.training_flop(1e29), Target.loss(1.24, "kaplan-webtext2")])
def test_a_hundred_thousand_draws_are_answered(target: Target) -> None:
    posterior = selection.find()
    few = Solver(posterior).ask(Question(target))
    many = Solver(tiled(posterior, MOST)).ask(Question(target, max_draws=MOST))
    assert (few.provenance.draws, many.provenance.draws) == (4_000, MOST)
    assert [limit.limit for limit in many.binding_limits] == [limit.limit for limit in few.binding_limits]
    for one, other in zip(few.quantiles, many.quantiles, strict=True):
        if one.mcse_years is not None and other.decimal_year is not None:
            assert abs(one.decimal_year - other.decimal_year) < 5 * one.mcse_years + 1 / 12
