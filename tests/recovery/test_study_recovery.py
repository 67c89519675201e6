"""Studies simulated from the population: the grid finds their laws, and says where their losses go."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.experiments.checks import sbc, uniform
from forecast.experiments.checks.grids import PublishedMachine, StudyMachine
from forecast.experiments.checks.machines import Machine
from forecast.experiments.checks.run import observations
from forecast.posterior.artefact import read
from forecast.posterior.selection import reference


_SLACK = 3 * np.sqrt(0.8 * 0.2 / 26)


def _machines() -> list[Machine]:
    seen, block = observations(), read(reference().path).blocks["loss"]
    return [StudyMachine(seen.loss, block), PublishedMachine(seen.loss, block)]


@pytest.mark.parametrize("machine", _machines(), ids=lambda machine: machine.name)
def test_truth_lies_inside_the_intervals(machine: Machine) -> None:
    simulated = [sbc.simulate(machine, number, seed=1) for number in range(26)]
    for name in simulated[0].ranks:
        ranks = np.array([one.ranks[name] for one in simulated]) / uniform.DRAWS
        inside = np.mean((ranks > 0.1) & (ranks < 0.9))
        assert inside > 0.8 - _SLACK, f"80 % intervals of {name} cover {inside:.2f} of 26 studies"
        assert np.mean((ranks < 0.01) | (ranks > 0.99)) < 0.2
    b = np.array([one.ranks["b"] for one in simulated]) / uniform.DRAWS
    assert abs(b.mean() - 0.5) < 3 * np.sqrt(1 / 12 / 26)
