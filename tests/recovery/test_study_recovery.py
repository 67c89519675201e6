"""Studies simulated from the population: the grid finds their laws, and says where their losses go."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.experiments.checks import sbc, uniform
from forecast.experiments.checks.grids import PublishedMachine, StudyMachine
from forecast.experiments.checks.run import observations
from forecast.posterior.artefact import read
from forecast.posterior.selection import reference

STUDIES = 26
SLACK = 3 * np.sqrt(0.8 * 0.2 / STUDIES)


@pytest.mark.parametrize("kind", [StudyMachine, PublishedMachine])
def test_truth_lies_inside_the_intervals(kind: type[StudyMachine]) -> None:
    machine = kind(observations().loss, read(reference().path).blocks["loss"])
    simulated = [sbc.simulate(machine, number, seed=1) for number in range(STUDIES)]
    ranks = {name: np.array([one.ranks[name] for one in simulated]) / uniform.DRAWS for name in simulated[0].ranks}
    for name, mine in ranks.items():
        inside = np.mean((mine > 0.1) & (mine < 0.9))
        assert inside > 0.8 - SLACK, f"80 % intervals of {name} cover {inside:.2f} of the studies"
        assert np.mean((mine < 0.01) | (mine > 0.99)) < 0.2
    assert abs(ranks["b"].mean() - 0.5) < 3 * np.sqrt(1 / 12 / STUDIES)
