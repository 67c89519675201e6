"""A batch on a real local cluster: the same bytes as here, also when a worker is killed in its midst."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from forecast.batch.reading import parse_spec
from forecast.batch.run import answer_batch
from forecast.batch.summary import BatchSummary
from forecast.executors.executor import Executor, open_executor
from forecast.executors.here import Here
from forecast.forecaster import Forecaster
from forecast.storage.local import LocalStore
from tests.clusters import local_cluster, whole, within
from tests.synthetic import synthetic_posterior

SPEC = """\
grid:
  target: [{loss: 2.2, scale: gadre-c4-c4val}, {flop: 1e30}, {loss: 2, scale: no-such-scale}]
  budget_usd: {from: 1e7, to: 1e12, count: 300, log: true}
  scenario: [baseline, no-physical-limits]
"""


def answered(folder: Path, executor: Executor, told: object = None) -> BatchSummary:
    items, forecaster = parse_spec(SPEC, "q").items, Forecaster(synthetic_posterior(200))
    how = {} if told is None else {"told": told}
    return answer_batch(items, forecaster, LocalStore(folder), executor=executor, **how)  # type: ignore[arg-type]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kills", [pytest.param(0, marks=pytest.mark.long), 1], ids=["undisturbed", "a worker killed"])
def test_a_cluster_gives_the_same_bytes(tmp_path: Path, kills: int) -> None:
    here = answered(tmp_path / "here", Here())
    with local_cluster() as cluster:
        whole(cluster)
        left = [kills]

        def told(done: int, total: int, words: str) -> None:
            if left[0] and 0 < done < total / 2:
                left[0] -= 1
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

        with open_executor(cluster.scheduler_address) as executor:
            there = within(lambda: answered(tmp_path / "there", executor, told), 120)
    assert left == [0]
    assert there == here and there.failed == 600
    assert files(tmp_path / "there") == files(tmp_path / "here")
