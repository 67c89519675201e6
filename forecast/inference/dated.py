"""Fits as of several dates on other machines; each posterior comes back whole and is stored here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from forecast.executors.executor import Executor
from forecast.inference.away import Away, Packed
from forecast.inference.fit import FitRequest, check_dates, fit
from forecast.inference.store import publish
from forecast.posterior.artefact import Posterior


def fit_dates(requests: Sequence[FitRequest], home: Path, executor: Executor) -> Iterator[dict[str, Any]]:
    """Fit every request on a cluster, store each posterior as it ends.

    Parameters
    ----------
    requests : sequence of FitRequest
        On the shipped tables.
    home : Path
        The state folder of this machine.
    executor : Executor
        Shares the fits out.

    Yields
    ------
    dict
        What `publish` returns, and the CPU time of the fit in seconds.

    Raises
    ------
    InputError
        If a date does not fit, before anything is sent.
    """
    for request in requests:
        check_dates(request)
    packed = (Packed.of(number, request) for number, request in enumerate(requests))
    for _, (posterior, seconds) in executor.run(Away.of(_fitted), packed):
        yield {**publish(posterior, home), "cpu_seconds": seconds}


def _fitted(request: FitRequest) -> tuple[Posterior, float]:
    began = time.process_time()
    return fit(request), round(time.process_time() - began, 1)
