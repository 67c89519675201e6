"""Work shared out by an existing Dask scheduler among its workers.

Dask does what is hard: it gives the tasks of a dead worker to others, and hands parcels on from worker to worker. A
parcel is a task too, under a key made of its digest, whose literal the scheduler keeps: a parcel that died with every
worker that had it is made anew, and a worker that joins late gets it with its first task.

Work and tasks travel as bytes of our own pickling. The scheduler unpacks what Dask sends, the workers what we send: so
the scheduler needs this package to be installed, and never loads a sampler.
"""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
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
        under_way: dict[Future, Task] = {}
        shipped = self._ship(parcels)
        try:
            yield from self._shared_out(under_way, work, iter(tasks), shipped)
        finally:
            for future in (*under_way, *shipped.values()):  # what is queued is dropped; what has begun runs to its end
                future.release()

    def _ship(self, parcels: Parcels) -> dict[str, Future]:
        with _large_on_purpose():
            return {
                digest: self._client.submit(bytes, data, key=f"timelines-parcel-{digest}")
                for digest, data in parcels.items()
            }

    def _shared_out[Task, Result](
        self, under_way: dict[Future, Task], work: Work[Task, Result], tasks: Iterator[Task], shipped: dict[str, Future]
    ) -> Iterator[tuple[Task, Result]]:
        """Keep a window of tasks under way until there are no more."""
        ended: SimpleQueue[Future] = SimpleQueue()
        packed, run, numbers = _packed(work), token_hex(4), count()
        fixed = (packed, forecast.__version__, tuple(shipped))
        watch = _Watch(self._client, self.address)
        while True:
            for task in islice(tasks, max(0, watch.window() - len(under_way))):
                # A key of its own: two runs never share a task, and what failed once is tried by the next run.
                key = f"timelines-task-{run}-{next(numbers)}"
                future = self._client.submit(_do, _packed(task), *fixed, *shipped.values(), key=key, pure=False)
                under_way[future] = task
                future.add_done_callback(ended.put)
            if not under_way:
                return
            future = watch.next(ended)
            task = under_way.pop(future)
            yield task, self._result(future, task)

    def _result(self, future: Future, task: object) -> Any:
        try:
            return future.result()
        except KilledWorker as error:
            raise WorkerLostError(
                f"{error.allowed_failures + 1} workers died, one after the other, of the same task (out of memory?): "
                f"{repr(task)[:_TOLD]}; what was finished is kept"
            ) from error
        except FutureCancelledError as error:
            raise WorkerLostError(_gone(self.address)) from error
        finally:
            future.release()

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        with suppress(Exception):
            self._client.close(timeout=_CLOSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class _Watch:
    """Looks at the cluster now and then: how many workers it has, and whether anybody is left."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self._threads, self._looked_at, self._seen_at = 0, 0.0, time.monotonic()

    def window(self) -> int:
        """How many tasks may be under way; one even where there is no worker, for clusters that grow on demand."""
        if time.monotonic() - self._looked_at > _POLL_SECONDS:
            self._look()
        return max(1, self._threads * TASKS_PER_WORKER)

    def next(self, ended: SimpleQueue[Future]) -> Future:
        """The next task that has ended.

        Raises
        ------
        WorkerLostError
            When there has been no worker for a while.
        """
        while True:
            try:
                return ended.get(timeout=_POLL_SECONDS)
            except Empty:
                self._look()

    def _look(self) -> None:
        try:
            self._threads = sum(self.client.nthreads().values())
        except Exception as error:
            raise WorkerLostError(_gone(self.address)) from error
        self._looked_at = time.monotonic()
        if self._threads:
            self._seen_at = self._looked_at
        elif self._looked_at - self._seen_at > PATIENCE_SECONDS:
            raise WorkerLostError(
                f"no worker has been at {self.address} for {PATIENCE_SECONDS:.0f} s: start one with "
                f"`dask worker {self.address}`, and run the command again; it goes on"
            )


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


@contextmanager
def _large_on_purpose() -> Iterator[None]:
    """Dask warns of large literals, since most are sent with every task: a parcel is sent once, and kept on purpose."""
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}), warnings.catch_warnings():
        yield
