"""A batch on a Dask cluster of this machine: what a second worker brings, with scheduler and client beside it."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from forecast.batch.run import answer_batch
from forecast.executors.executor import open_executor
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import Posterior
from forecast.storage.store import store_of
from tests.benchmarks.batches import questions
from tests.benchmarks.rows import Row, note
from tests.clusters import local_cluster, whole

# By the wall's clock: a second worker costs no less CPU, it ends sooner.
pytestmark = pytest.mark.benchmark(group="a batch on a cluster, by the clock", timer=time.perf_counter)

QUESTIONS = 60_000
ONE, TWO = "60,000 questions, one Dask worker", "60,000 questions, two Dask workers"
ROWS = ((Row(ONE), 1), (Row(TWO, ONE, bound_ratio=1 / 1.5), 2))


@pytest.mark.parametrize(("row", "workers"), ROWS, ids=[row.name for row, _ in ROWS])
def test_workers(benchmark: Any, posterior: Posterior, row: Row, workers: int) -> None:
    """The cluster is there already, and new: its workers have loaded nothing. Memory is that of all workers."""
    items, walls = questions(QUESTIONS), []

    def answer(address: str) -> None:
        with tempfile.TemporaryDirectory() as folder, open_executor(address) as executor:
            began = time.perf_counter()
            summary = answer_batch(items, Forecaster(posterior), store_of(Path(folder)), executor=executor)
            walls.append(time.perf_counter() - began)
        assert (summary.answered, summary.failed) == (QUESTIONS, 0)

    with local_cluster(workers) as cluster:
        whole(cluster, workers)
        benchmark.pedantic(answer, args=(cluster.scheduler_address,), rounds=1)
        held = [state.metrics["memory"] for state in cluster.scheduler.workers.values()]
    note(benchmark, row, statistics.median(walls), sum(held) / 1e6)
    benchmark.extra_info["why_over"] = "two cores for two workers, the scheduler and whoever asks"
