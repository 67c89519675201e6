"""What every executor offers: a function done for every task, results as they end, parcels shipped once.

A parcel is bytes that many tasks need, such as a posterior, under the digest of its content. It goes to each worker
once, not with every task; a cluster may let go of it in between and send it again. Tasks and results are many and
small: they travel one by one, and no more of them are under way than workers can chew on, so that a million tasks cost
no more memory than a hundred.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol, Self

from forecast.errors import InputError

type Parcels = Mapping[str, bytes]
"""Bytes by the digest of their content."""

type Work[Task, Result] = Callable[[Task, Parcels], Result]
"""A module's function, or a `functools.partial` of one, of a task and the parcels."""

NO_PARCELS: Parcels = MappingProxyType({})

ONE_THREAD: Mapping[str, str] = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""What keeps BLAS at one thread: workers side by side have no more processors, and sums keep their order."""


class Executor(Protocol):
    """Does work here, in processes, or on a cluster; to be closed, or used in a `with` statement."""

    @property
    def workers(self) -> int:
        """How many tasks are done side by side."""

    @property
    def elsewhere(self) -> bool:
        """Whether workers may be other machines, which do not see the folders of this one."""

    def run[Task, Result](
        self, work: Work[Task, Result], tasks: Iterable[Task], parcels: Parcels = NO_PARCELS
    ) -> Iterator[tuple[Task, Result]]:
        """Do every task.

        Parameters
        ----------
        work : callable
            Of a task and the parcels. A worker that dies may have done a task already: what is done twice must give
            the same result.
        tasks : iterable
            Picklable; taken as they are needed, never all at once.
        parcels : mapping
            What `work` gets beside each task.

        Yields
        ------
        task, result : tuple
            As tasks end, in no order.

        Raises
        ------
        WorkerLostError
            When workers died and nobody could do their tasks.
        Exception
            What `work` raised, as it was raised. Tasks that have not begun are dropped then, as they are when the
            iterator is closed.
        """

    def close(self) -> None:
        """End what was started; closing twice is no error."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


TASKS_PER_WORKER = 3
"""Under way at once: one is done, two wait beside it, so that no worker waits for us."""


def portable(error: Exception) -> Exception:
    """The error itself where it can travel to another process, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  (our own bytes)
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def open_executor(cluster: str | None = None, jobs: int | None = None, *, apart: bool = False) -> Executor:
    """The executor that a command's options name.

    Parameters
    ----------
    cluster : str or None
        Address of a Dask scheduler, such as "tcp://10.0.0.7:8786".
    jobs : int or None
        Processes of this machine, where there is no cluster; by default as many as processors. One job is done in this
        very process.
    apart : bool
        Do one job in a process of its own too.

    Raises
    ------
    InputError
        When the address cannot be one, nobody answers there, the workers have other versions than this machine, or
        Dask is not installed.
    """
    if cluster is not None:
        return _cluster(cluster)
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1 and not apart:
        from forecast.executors.here import Here

        return Here()
    from forecast.executors.processes import Processes

    return Processes(jobs)


def _cluster(address: str) -> Executor:
    try:
        from forecast.executors.cluster import Cluster
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise InputError(
            "a cluster needs Dask, which is not installed: pip install 'ai-timelines[cluster]'", field="cluster"
        ) from error
    return Cluster(address)
