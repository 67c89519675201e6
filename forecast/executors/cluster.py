"""Work shared out by an existing Dask scheduler among its workers.

Dask does what is hard: it gives the tasks of a dead worker to others, and hands parcels on from worker to worker. A
parcel is a task too, under a key made of its digest, whose literal the scheduler keeps: a parcel that died with every
worker that had it is made anew, and a worker that joins late gets it with its first task.

A worker keeps a parcel from task to task. But every two seconds Dask lets go of copies on workers that have no task for
them at that moment (its active memory manager, policy ReduceReplicas), and the next task there fetches it again. That
costs one copy from a neighbour at the most that often. A client could only switch the manager off, for everybody on the
scheduler: that is for those whose scheduler it is (`distributed.scheduler.active-memory-manager.start: false`).

Work and tasks travel as bytes of our own pickling. The scheduler unpacks what Dask sends, the workers what we send: so
the scheduler needs this package to be installed, and never loads a sampler.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from itertools import count, islice
from queue import Empty, SimpleQueue
from secrets import token_hex
from typing import Any, Self

import dask
from distributed import Client
from distributed import Future as DaskFuture
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

import forecast
from forecast.errors import WorkerLostError
from forecast.executors.executor import NO_PARCELS, TASKS_PER_WORKER, Parcels, Work, portable
from forecast.executors.joining import join, refuse_version

PATIENCE_SECONDS = 60.0
"""How long a cluster may have no worker at all before work is given up; what is killed is often started again."""

_POLL_SECONDS = 2.0
_CLOSE_SECONDS = 5.0
_TOLD = 120

type Future = DaskFuture[Any]
type _Fetched = tuple[Future, Any, BaseException | None]


class Cluster:
    """The workers of a Dask scheduler, each of which has this very version of the package.

    Parameters
    ----------
    address : str
        Of the scheduler, such as "tcp://10.0.0.7:8786".

    Raises
    ------
    InputError
        When nobody answers there, or versions differ.
    """

    elsewhere = True

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Client = join(address)

    @property
    def workers(self) -> int:
        """Threads of all workers at this moment."""
        return sum(self._client.nthreads().values())

    def run[Task, Result](
        self, work: Work[Task, Result], tasks: Iterable[Task], parcels: Parcels = NO_PARCELS
    ) -> Iterator[tuple[Task, Result]]:
        """Do every task; as in `Executor.run`."""
        with closing(_Run(self._client, self.address, work, parcels)) as run:
            yield from run.shared_out(iter(tasks))

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        with suppress(Exception):
            self._client.close(timeout=_CLOSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class _Run:
    """Tasks of one run: sent while there is room for them, fetched as they end, given up when nobody is left.

    A result is fetched by a thread of its own. It may be waited for in vain: where the worker that has it dies in that
    moment, it is made anew, if there is anybody to make it.
    """

    def __init__(self, client: Client, address: str, work: Work[Any, Any], parcels: Parcels) -> None:
        self._client, self._address = client, address
        self._shipped = _ship(client, parcels)
        self._fixed = (_packed(work), forecast.__version__, tuple(parcels))
        self._name, self._numbers = token_hex(4), count()
        self._under_way: dict[Future, Any] = {}
        self._threads, self._looked_at, self._seen_at = 0, 0.0, time.monotonic()
        self._ended: SimpleQueue[Future | None] = SimpleQueue()
        self._fetched: SimpleQueue[_Fetched] = SimpleQueue()
        threading.Thread(target=_fetch, args=(self._ended, self._fetched), daemon=True).start()

    def shared_out(self, tasks: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
        """Keep a window of tasks under way until there are no more."""
        while True:
            for task in islice(tasks, max(0, self._window() - len(self._under_way))):
                self._send(task)
            if not self._under_way:
                return
            future, result, error = self._next()
            task = self._under_way.pop(future)
            future.release()
            if error is not None:
                raise self._told(error, task)
            yield task, result

    def close(self) -> None:
        """What is queued is dropped; what has begun on a worker runs to its end."""
        self._ended.put(None)
        for future in (*self._under_way, *self._shipped):
            future.release()

    def _send(self, task: Any) -> None:
        # A key of its own: two runs never share a task, and what failed once is tried by the next run.
        key = f"timelines-task-{self._name}-{next(self._numbers)}"
        future: Future = self._client.submit(_do, _packed(task), *self._fixed, *self._shipped, key=key, pure=False)
        self._under_way[future] = task
        future.add_done_callback(self._ended.put)

    def _window(self) -> int:
        """How many tasks may be under way; one even where there is no worker, for clusters that grow on demand."""
        if time.monotonic() - self._looked_at > _POLL_SECONDS:
            self._look()
        return max(1, self._threads * TASKS_PER_WORKER)

    def _next(self) -> _Fetched:
        while True:
            try:
                return self._fetched.get(timeout=_POLL_SECONDS)
            except Empty:
                failed = next((future for future in self._under_way if future.status == "error"), None)
                if failed is not None:  # behind a result that nobody can make
                    return failed, None, failed.exception()
                self._look()

    def _look(self) -> None:
        """Count the workers; give up when there has been none for a while."""
        try:
            self._threads = sum(self._client.nthreads().values())
        except Exception as error:
            raise WorkerLostError(_gone(self._address)) from error
        self._looked_at = time.monotonic()
        if self._threads:
            self._seen_at = self._looked_at
        elif self._looked_at - self._seen_at > PATIENCE_SECONDS:
            raise WorkerLostError(
                f"no worker has been at {self._address} for {PATIENCE_SECONDS:.0f} s: start one with "
                f"`dask worker {self._address}`, and run the command again; it goes on"
            )

    def _told(self, error: BaseException, task: object) -> BaseException:
        """The error as the caller gets it: a task's own as it is, Dask's in our words."""
        if isinstance(error, KilledWorker):
            told = WorkerLostError(
                f"{error.allowed_failures + 1} workers died, one after the other, of the same task (out of memory?): "
                f"{repr(task)[:_TOLD]}; what was finished is kept"
            )
        elif isinstance(error, FutureCancelledError):
            told = WorkerLostError(_gone(self._address))
        else:
            return error
        told.__cause__ = error
        return told


def _ship(client: Client, parcels: Parcels) -> tuple[Future, ...]:
    # Dask warns of large literals, since most are sent with every task; a parcel is sent once, and kept on purpose.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
        return tuple(client.submit(bytes, data, key=f"timelines-parcel-{digest}") for digest, data in parcels.items())


def _fetch(ended: SimpleQueue[Future | None], fetched: SimpleQueue[_Fetched]) -> None:
    while (future := ended.get()) is not None:
        try:
            fetched.put((future, future.result(), None))
        except BaseException as error:
            fetched.put((future, None, error))


def _gone(address: str) -> str:
    return f"the scheduler at {address} is gone: what was finished is kept; run the command again, it goes on"


def _packed(value: object) -> bytes:
    from distributed.protocol.pickle import dumps

    packed: bytes = dumps(value)
    return packed


def _do(task: bytes, work: bytes, version: str, digests: tuple[str, ...], *parcels: bytes) -> Any:
    """On a worker: do one task, unless this worker joined late with another version."""
    refuse_version(forecast.__version__, version)
    try:
        return pickle.loads(work)(pickle.loads(task), dict(zip(digests, parcels, strict=True)))  # noqa: S301  (ours)
    except Exception as error:
        raise portable(error) from None
