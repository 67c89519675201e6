"""Work shared out among processes of this machine: started afresh, never forked, gone with their parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, Self

from forecast.errors import WorkerLostError
from forecast.executors.executor import NO_PARCELS, ONE_THREAD, TASKS_PER_WORKER, Parcels, Work, portable
from forecast.executors.parent import NICENESS, leave_with_parent

_parcels: Parcels = NO_PARCELS


class Processes:
    """As many processes as jobs, for the length of a run; each gets the parcels when it starts.

    Parameters
    ----------
    jobs : int
        Number of processes. They inherit the environment.
    """

    elsewhere = False

    def __init__(self, jobs: int) -> None:
        self.workers = jobs
        self._pools: set[ProcessPoolExecutor] = set()

    def run[Task, Result](
        self, work: Work[Task, Result], tasks: Iterable[Task], parcels: Parcels = NO_PARCELS
    ) -> Iterator[tuple[Task, Result]]:
        """Do every task; as in `Executor.run`."""
        spawn = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.workers, mp_context=spawn, initializer=_settle, initargs=(dict(parcels),))
        self._pools.add(pool)
        try:
            yield from _shared_out(pool, work, iter(tasks), self.workers * TASKS_PER_WORKER)
        except BrokenProcessPool as error:
            raise WorkerLostError(
                "a process ended early (out of memory?): what was finished is kept; run the command again, it goes on"
            ) from error
        except BaseException:  # Ctrl-C and an iterator that is closed too: what has been queued would run to its end
            _terminate(pool)
            raise
        finally:
            self._pools.discard(pool)
            pool.shutdown()

    def close(self) -> None:
        """End the processes of runs that nobody took to their end."""
        for pool in self._pools:
            _terminate(pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _shared_out[Task, Result](
    pool: ProcessPoolExecutor, work: Work[Task, Result], tasks: Iterator[Task], window: int
) -> Iterator[tuple[Task, Result]]:
    """Keep `window` tasks under way until there are no more."""
    under_way: dict[Future[Result], Task] = {}
    while True:
        for task in islice(tasks, window - len(under_way)):
            under_way[_submitted(pool, work, task)] = task
        if not under_way:
            return
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            yield under_way.pop(future), future.result()


def _submitted[Task, Result](pool: ProcessPoolExecutor, work: Work[Task, Result], task: Task) -> Future[Result]:
    """Submitting may start a process; what it inherits lets its BLAS use one thread."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        return pool.submit(_do, work, task)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _terminate(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.terminate()


def _do(work: Work[Any, Any], task: Any) -> Any:
    try:
        return work(task, _parcels)
    except Exception as error:
        raise portable(error) from None


def _settle(parcels: Parcels) -> None:
    """In each process: low priority, deaf to Ctrl-C (the parent ends it), and gone when the parent is gone."""
    global _parcels
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    parent = multiprocessing.parent_process()
    assert parent is not None
    leave_with_parent(parent.join)
    _parcels = parcels
