"""Servers that stand still for longer than a fit stays theirs, as on a machine that sleeps: nothing is done twice."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from forecast.catalogue import Catalogue
from tests.faults.entry import LEASE
from tests.faults.harness import Caller, calling, launched
from tests.service.fitting import LONG
from tests.service.processes import comes_true
from timelines.v1 import fit_service_pb2 as pb

pytestmark = pytest.mark.long

LEASE_S = 5
READY_S = 90


@pytest.mark.parametrize("servers", [1, 2])
def test_a_server_that_stood_still_begins_its_fit_again_or_leaves_it_to_the_other(tmp_path: Path, servers: int) -> None:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(launched(tmp_path, "--fits", "2", **{LEASE: str(LEASE_S)})) for _ in range(servers)
        ]
        running = [process.ready(READY_S) for process in processes]
        callers = [stack.enter_context(calling(server.address)) for server in running]
        made = callers[0].fits.begun(callers[0].fits.create(**LONG, make_current=True).name)
        (first,) = (k for k, server in enumerate(running) if made.name.removeprefix("fits/") in server.log)
        running[first].process.send_signal(signal.SIGSTOP)
        try:
            if servers == 2:
                assert comes_true(lambda: taken_over(callers[1 - first], made.name), within_s=LEASE_S + 30)
            else:
                time.sleep(LEASE_S + 1)
        finally:
            running[first].process.send_signal(signal.SIGCONT)
        ended = callers[first].fits.ended(made.name)
        assert (ended.state, ended.became_current) == (pb.FIT_STATE_SUCCEEDED, True), ended
        assert ended.attempts in ((1, 2) if servers == 1 else (2,))
        if servers == 2:
            assert comes_true(lambda: "fit_claim_lost" in running[first].log)
        assert all(caller.answers_from() for caller in callers), "a server ended"
        assert comes_true(lambda: sum(server.log.count('"fit_ended"') for server in running) == 1)
    with Catalogue.open(tmp_path) as catalogue:
        assert [change.name for change in catalogue.history()] == [ended.posterior.removeprefix("posteriors/")]


def taken_over(caller: Caller, name: str) -> bool:
    """Whether another server has begun the fit again."""
    return caller.fits.get(name).attempts == 2
