"""A real Dask cluster on the loopback interface: a scheduler, and workers that are processes."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import dask
from distributed import LocalCluster, Status

from tests.service.processes import comes_true

SECONDS = 60.0


@contextmanager
def local_cluster(workers: int = 2) -> Iterator[LocalCluster]:
    """Workers of one thread each, started again when they die, as `dask worker` does; no dashboard.

    What Dask sets in the environment for its workers (MALLOC_TRIM_THRESHOLD_) is taken back at the end: it makes every
    later process that allocates arrays half as dear again.
    """
    quiet = {"silence_logs": logging.CRITICAL}
    options: dict[str, Any] = {"dashboard_address": "127.0.0.1:0", "host": "127.0.0.1", **quiet}
    # A local cluster would close for good a worker that happens to be away 15 s after it was lost before.
    config = dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"})
    with patch.dict(os.environ), config:
        cluster = within(lambda: LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, **options))
        try:
            yield cluster
        finally:
            within(lambda: cluster.close(timeout=10))


def whole(cluster: LocalCluster, workers: int = 2) -> None:
    """Wait until every worker is there, and watched over, so that it would be started again."""
    assert comes_true(lambda: _running(cluster) == workers, 30)


def _running(cluster: LocalCluster) -> int:
    """How many workers the scheduler knows, if that is how many are watched over."""
    watched = sum(nanny.status is Status.running for nanny in cluster.workers.values())
    known = len(cluster.scheduler.workers)
    return known if watched == known == len(cluster.workers) else -1


def within[Result](work: Callable[[], Result], seconds: float = SECONDS) -> Result:
    """What a call returns or raises; a call that hangs fails the test, and does not stop the others."""
    ended: list[Callable[[], Result]] = []

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            ended.append(_raising(error))
        else:
            ended.append(lambda: result)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert ended, f"no end within {seconds:.0f} s"
    return ended[0]()


def _raising(error: BaseException) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again
