"""One contract for every executor: here, in processes, on a real Dask cluster of two worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dask
import pytest
from dask.utils import parse_timedelta
from distributed import LocalCluster

from forecast.errors import InputError, UnknownNameError, WorkerLostError
from forecast.executors.cluster import Cluster
from forecast.executors.executor import NO_PARCELS, TASKS_PER_WORKER, Executor, Parcels, open_executor
from forecast.executors.here import Here
from forecast.executors.processes import Processes
from forecast.experiments.sharing import share
from tests import working
from tests.clusters import local_cluster, whole, within
from tests.house import ROOT
from tests.service.processes import CAN_BE_READ, children, comes_true, is_alive

POSTERIOR_BYTES = 2_300_000
PARCELS = {"one": b"1" * POSTERIOR_BYTES, "two": b"2" * 10}


@pytest.fixture(scope="module")
def running() -> Iterator[LocalCluster]:
    with local_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(running: LocalCluster) -> LocalCluster:
    """The cluster with both workers alive, whatever the test before did to them."""
    whole(running)
    return running


@pytest.fixture(params=["here", "processes", "cluster"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "here":
        made: Executor = Here()
    elif request.param == "processes":
        made = Processes(2)
    else:
        made = Cluster(request.getfixturevalue("cluster").scheduler_address)
    with made:
        yield made


def done(executor: Executor, work: Any, tasks: Iterable[Any], parcels: Parcels = NO_PARCELS) -> dict[Any, Any]:
    """Results by task."""
    return within(lambda: dict(executor.run(work, tasks, parcels)))


SCRIPT = """
from itertools import count
from forecast.executors.{module} import {name}
from tests import working
if __name__ == "__main__":
    with {name}({argument!r}) as executor:
        for task, result in executor.run(working.double_slowly, count(), {{"one": b"1"}}):
            print(task, flush=True)
"""


@contextmanager
def sharing(
    executor: type[Cluster | Processes], argument: str | int, tmp_path: Path
) -> Iterator[subprocess.Popen[str]]:
    """A process that shares out work without an end, and has had its first results."""
    script = tmp_path / "sharing.py"
    script.write_text(SCRIPT.format(module=executor.__name__.lower(), name=executor.__name__, argument=argument))
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], text=True, env=environment, start_new_session=True, **pipes
    ) as process:
        try:
            assert process.stdout is not None
            assert all(within(process.stdout.readline) for _ in range(4))
            yield process
        finally:
            process.kill()


def interrupted(executor: type[Cluster | Processes], argument: str | int, tmp_path: Path) -> None:
    """Ctrl-C in a terminal goes to every process of the command: all end soon, and only one has words for it."""
    with sharing(executor, argument, tmp_path) as process:
        family = workers_of(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert comes_true(lambda: not any(map(is_alive, family)), 10)
    assert said.count("KeyboardInterrupt") == 1, said


def workers_of(process: int) -> list[int]:
    """Processes that a process has started; the helper that counts shared names is not one of them."""
    return [one for one in children(process) if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes()]


def copies_let_go(seconds: float) -> int:
    """How often, at the most, Dask may have taken a parcel from all workers but one: once in each of its rounds."""
    every = dask.config.get("distributed.scheduler.active-memory-manager.interval")
    return int(seconds // parse_timedelta(every)) + 1


class TestEveryExecutor:
    def test_every_task_is_done_once_with_its_result(self, executor: Executor) -> None:
        pairs = within(lambda: list(executor.run(working.double, iter(range(50)))))
        assert sorted(pairs) == [(task, 2 * task) for task in range(50)]
        assert done(executor, working.double, []) == {}

    def test_the_error_of_a_task_comes_back_as_it_was_raised(self, executor: Executor) -> None:
        with pytest.raises(UnknownNameError, match="unknown scale 'x'; known: a, b") as caught:
            done(executor, working.fail, range(6))
        assert caught.value.field == "target.loss.scale"
        assert done(executor, working.fail, [1, 2]) == {1: 1, 2: 2}  # and the next run goes well

    def test_an_error_that_cannot_travel_says_the_same(self, executor: Executor) -> None:
        with pytest.raises((RuntimeError, working.Untold), match="7 and 2"):
            done(executor, working.fail_untold, [7])

    def test_every_worker_gets_every_parcel_and_not_with_every_task(self, executor: Executor) -> None:
        began = time.monotonic()
        weighed = done(executor, working.weigh, range(60), PARCELS).values()
        let_go = copies_let_go(time.monotonic() - began) if isinstance(executor, Cluster) else 0
        for digest, data in PARCELS.items():
            assert {one[digest][2] for one in weighed} == {data[:4]}
            workers, objects = ({one[digest][place] for one in weighed} for place in (0, slice(0, 2)))
            assert len(workers) <= executor.workers
            assert len(workers) <= len(objects) <= len(workers) + let_go * (len(workers) - 1) < len(weighed)
        other = done(executor, working.weigh, [1], {"three": b"333333"})
        assert [one.keys() for one in other.values()] == [{"three"}]

    def test_no_more_tasks_are_taken_than_workers_can_chew_on(self, executor: Executor) -> None:
        tasks = working.Counted(1_000_000)
        results = executor.run(working.double, tasks)

        def begin() -> None:
            for finished in range(1, 40):
                next(results)
                assert tasks.taken <= finished + executor.workers * TASKS_PER_WORKER

        within(begin)
        within(results.close)  # type: ignore[attr-defined]
        assert tasks.taken < 100
        assert done(executor, working.double, [4]) == {4: 8}

    def test_closing_twice_is_no_error(self, executor: Executor) -> None:
        done(executor, working.double, [1])
        within(executor.close)
        within(executor.close)

    def test_what_an_experiment_finished_is_kept_on_this_machine(self, executor: Executor, tmp_path: Path) -> None:
        told: list[tuple[int, int, str]] = []
        for known in (False, True):
            results = within(
                lambda: share(
                    working.Squares(), [3, 1, 2], tmp_path / "kept", executor, lambda *e: told.append(e), "{} {}".format
                )
            )
            assert results == [(9, known), (1, known), (4, known)]
        assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["1.txt", "2.txt", "3.txt"]
        assert [event[:2] for event in told] == [(0, 3), (1, 3), (2, 3), (3, 3)] * 2
        assert {event[2] for event in told[:4]} == {"", "3 (9, False)", "1 (1, False)", "2 (4, False)"}


def test_the_options_choose_the_executor() -> None:
    assert isinstance(open_executor(None, 1), Here)
    apart = open_executor(None, 1, apart=True)
    assert isinstance(apart, Processes) and apart.workers == 1
    assert open_executor(None, 3).workers == 3
    assert open_executor(None, None).workers == (os.cpu_count() or 1)


class TestProcesses:
    def test_blas_has_one_thread_there_and_what_it_had_here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", "5")
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        assert done(Processes(2), working.threads, [1]) == {1: "1"}
        assert os.environ["OPENBLAS_NUM_THREADS"] == "5"
        assert "OMP_NUM_THREADS" not in os.environ

    def test_a_process_that_dies_is_told_and_ends_the_others(self) -> None:
        began = time.monotonic()
        with pytest.raises(WorkerLostError, match=r"ended early.*run the command again"):
            done(Processes(2), working.die, range(100))
        assert time.monotonic() - began < 30

    @pytest.mark.skipif(not CAN_BE_READ, reason="looks at processes through /proc")
    def test_ctrl_c_ends_them(self, tmp_path: Path) -> None:
        interrupted(Processes, 2, tmp_path)

    @pytest.mark.skipif(not CAN_BE_READ, reason="looks at processes through /proc")
    def test_they_are_gone_with_their_parent(self, tmp_path: Path) -> None:
        with sharing(Processes, 2, tmp_path) as process:
            family = workers_of(process.pid)
            assert len(family) == 2
            process.kill()
            assert comes_true(lambda: not any(map(is_alive, family)), 10)


class TestCluster:
    def test_every_worker_gets_every_parcel_once_where_dask_lets_go_of_none(self) -> None:
        kept = {"distributed.scheduler.active-memory-manager.start": False}
        with dask.config.set(kept), local_cluster() as cluster, Cluster(cluster.scheduler_address) as executor:
            weighed = done(executor, working.weigh, range(60), PARCELS).values()
        for digest in PARCELS:
            assert len({one[digest][:2] for one in weighed}) == len({one[digest][0] for one in weighed})

    def test_blas_has_one_thread_on_workers(self, cluster: LocalCluster) -> None:
        with Cluster(cluster.scheduler_address) as executor:
            assert executor.workers == 2
            assert done(executor, working.threads, [1]) == {1: "1"}

    def test_a_worker_killed_in_the_midst_loses_nothing(self, cluster: LocalCluster) -> None:
        first = next(iter(cluster.workers.values())).pid
        with Cluster(cluster.scheduler_address) as executor:
            results: dict[int, int] = {}

            def run() -> None:
                for task, result in executor.run(working.double_slowly, range(100), PARCELS):
                    results[task] = result
                    if len(results) == 20:
                        os.kill(first, signal.SIGKILL)

            within(run)
        assert results == {task: 2 * task for task in range(100)}

    def test_a_task_whose_worker_died_is_done_by_another_with_its_parcels(
        self, cluster: LocalCluster, tmp_path: Path
    ) -> None:
        with Cluster(cluster.scheduler_address) as executor:
            results = done(executor, partial(working.die_once, folder=tmp_path), range(20), PARCELS)
        assert (tmp_path / "died").exists()
        assert results == {task: (2 * task, POSTERIOR_BYTES + 10) for task in range(20)}

    def test_parcels_outlive_every_worker(self, cluster: LocalCluster) -> None:
        with Cluster(cluster.scheduler_address) as executor:
            results = executor.run(working.weigh, range(40), PARCELS)
            within(lambda: next(results))
            for worker in cluster.workers.values():
                os.kill(worker.pid, signal.SIGKILL)
            rest = within(lambda: dict(results))
        assert len(rest) == 39
        assert {one["one"][2] for one in rest.values()} == {b"1111"}

    def test_a_task_that_kills_every_worker_is_named(
        self, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Both workers die once. A worker that dies while it starts, as it may at the third time, is not started again.
        monkeypatch.setattr(cluster.scheduler, "allowed_failures", 1)
        with (
            Cluster(cluster.scheduler_address) as executor,
            pytest.raises(
                WorkerLostError,
                match=r"workers died, one after the other, of the same task \(out of memory\?\): [0-7];",
            ),
        ):
            done(executor, working.die, range(8))

    @pytest.mark.long
    def test_a_worker_that_joins_late_takes_part(self, cluster: LocalCluster) -> None:
        with Cluster(cluster.scheduler_address) as executor:
            results = executor.run(working.weigh_slowly, range(200), PARCELS)
            within(lambda: next(results))
            cluster.scale(3)
            try:
                assert comes_true(lambda: len(cluster.scheduler.workers) == 3, 30)
                rest = within(lambda: dict(results))
            finally:
                cluster.scale(2)
        assert len(rest) == 199
        assert len({one["one"][0] for one in rest.values()}) == 3

    @pytest.mark.skipif(not CAN_BE_READ, reason="looks at processes through /proc")
    def test_ctrl_c_leaves_no_task_on_the_cluster(self, cluster: LocalCluster, tmp_path: Path) -> None:
        interrupted(Cluster, cluster.scheduler_address, tmp_path)
        assert comes_true(lambda: not cluster.scheduler.tasks, 10)

    def test_nothing_of_a_run_stays_on_the_cluster(self, cluster: LocalCluster) -> None:
        with Cluster(cluster.scheduler_address) as executor:
            done(executor, working.double, range(20), PARCELS)
            assert comes_true(lambda: not cluster.scheduler.tasks, 10)

    def test_a_worker_is_not_taken_for_a_scheduler(self, cluster: LocalCluster) -> None:
        address = next(iter(cluster.scheduler.workers))
        with pytest.raises(InputError, match="is a Worker, not a scheduler"):
            within(lambda: open_executor(address), 10)
