"""The priors of algorithmic progress have the medians and intervals that their papers report."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.engine.assumed import Assumed
from forecast.engine.progress import Progress
from forecast.engine.question import Algorithms
from forecast.models.algorithms import prior_predictive
from forecast.priors import ALGORITHMS
from forecast.units import grid_years
from tests.synthetic import AS_OF


def test_eight_months_has_the_stated_interval() -> None:
    assert ALGORITHMS["8mo"].ppf([0.05, 0.5, 0.95]) == pytest.approx([2.41, 8.0, 26.5], rel=0.01)


def test_sixteen_months_after_a_reference_date_required_compute_has_halved() -> None:
    progress = prior_predictive(ALGORITHMS["16mo"], 2020.0, [2020.0, 2020 + 16 / 12], 20_000, np.random.default_rng(0))
    assert np.all(progress[:, 0] == 0)
    assert 10 ** np.median(progress[:, 1]) == pytest.approx(2.0, rel=0.01)


def test_the_engine_draws_from_the_same_distribution() -> None:
    """Congruence: the serve arm's progress and the model's have the same quantiles."""
    year = float(grid_years(AS_OF, 121)[120])
    gained = Progress(Algorithms("8mo"), 2020.0, False, Assumed(4000, 1, ())).path(np.array([year]))
    assert gained is not None
    engine = gained[:, 0]
    model = prior_predictive(ALGORITHMS["8mo"], 2020.0, [year], 40_000, np.random.default_rng(2))[:, 0]
    assert np.quantile(engine, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(model, [0.1, 0.5, 0.9]), rel=0.06)
