"""Two servers that start at the same moment on one state folder or one database serve both, and share the fits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from forecast.catalogue import Catalogue
from tests.faults.harness import Caller, calling, launched, tracebacks
from tests.postgres import postgres
from tests.service.processes import comes_true
from tests.service.running import RunningServer
from timelines.v1 import fit_service_pb2 as pb

READY_S = 90
FITS_EACH = 2

Where = Callable[[Path], tuple[tuple[Path, Path], dict[str, str]]]


@pytest.fixture(params=["folder", pytest.param("database", marks=pytest.mark.long)])
def where(request: pytest.FixtureRequest) -> Iterator[Where]:
    """Two state folders, of which one may be the other, and the environment of a server there."""
    if request.param == "folder":
        yield lambda folder: ((folder, folder), {})
        return
    with postgres() as server:
        yield lambda folder: (
            (folder / "one", folder / "other"),
            {"TIMELINES_CATALOGUE": server.url(server.make_database()), "TIMELINES_ARTEFACTS": str(folder / "shared")},
        )


def begun(server: RunningServer) -> list[str]:
    """The fits that a server says it has begun."""
    lines = [json.loads(line) for line in server.log.splitlines()]
    return [line["fit"] for line in lines if line["event"] == "fit_begun"]


def ask_both(callers: list[Caller]) -> list[str]:
    """Fits that both are asked for at the same moment: the first call makes the catalogue."""
    with ThreadPoolExecutor(len(callers)) as pool:
        made = pool.map(lambda one: [one.fits.create(seed=k).name for k in range(FITS_EACH)], callers)
        return [name for names in made for name in names]


@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.long)])
def test_two_servers_that_start_at_once_both_serve_and_begin_each_fit_once(
    tmp_path: Path, where: Where, times: int
) -> None:
    for number in range(times):
        homes, environment = where(tmp_path / str(number))
        with ExitStack() as stack:
            processes = [stack.enter_context(launched(home, **environment)) for home in homes]
            servers = [process.ready(READY_S) for process in processes]
            callers = [stack.enter_context(calling(server.address)) for server in servers]
            names = ask_both(callers)
            ended = [callers[k % 2].fits.ended(name) for k, name in enumerate(names)]
            assert {fit.state for fit in ended} == {pb.FIT_STATE_SUCCEEDED}
            assert {fit.attempts for fit in ended} == {1}
            assert Counter(begun(servers[0]) + begun(servers[1])) == Counter(
                name.removeprefix("fits/") for name in names
            )
            assert {fit.name for caller in callers for fit in caller.all_fits()} == set(names)
            with Catalogue.open(homes[0], environment.get("TIMELINES_CATALOGUE")) as catalogue:
                current = catalogue.current().name
            assert all(follows(caller, current) for caller in callers)
            assert [tracebacks(server.log) for server in servers] == [[], []]


def follows(caller: Caller, name: str) -> bool:
    """Whether a server comes to answer from this posterior."""
    return comes_true(lambda: caller.answers_from() == name, within_s=20)
