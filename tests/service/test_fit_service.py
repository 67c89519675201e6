"""FitService from a caller's side, on a server process whose fits take a moment."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import grpc
import pytest
from grpc import StatusCode

from forecast.catalogue import Catalogue
from forecast.posterior import selection
from tests.service.fitting import FINAL, LONG, Fitter, calling, toy_server
from tests.service.posterior_calls import REFERENCE
from tests.service.posterior_calls import calling as asking
from tests.service.processes import comes_true
from tests.service.refusals import refused
from tests.service.running import RunningServer
from tests.service.toy_fit import CRASHING, KILLED, REFUSED, TELLING_A_PATH, UNFIT, store
from timelines.v1 import fit_service_pb2 as pb
from timelines.v1.answer_pb2 import POSTERIOR_STATUS_PASSED, POSTERIOR_STATUS_REFUSED

AS_OF = "2026-11-20"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fits")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[RunningServer]:
    with toy_server(home, "--metrics-port", "0") as running:
        yield running


@pytest.fixture
def fits(server: RunningServer) -> Iterator[Fitter]:
    with calling(server.address) as fitter:
        yield fitter


def test_a_fit_is_watched_to_its_end_and_its_posterior_is_there(fits: Fitter, home: Path) -> None:
    made = fits.create(draws=600, seed=1, make_current=False)
    assert (made.state, made.as_of, made.draws, made.tune, made.chains) == (pb.FIT_STATE_QUEUED, AS_OF, 600, 50, 2)
    seen = list(fits.watch(made.name))
    revisions = [one.revision for one in seen]
    assert revisions == sorted(set(revisions))
    states = [one.state for one in seen]
    assert states == sorted(states) and states[-1] == pb.FIT_STATE_SUCCEEDED and pb.FIT_STATE_RUNNING in states
    told = [one for one in seen if one.chain_progress]
    assert [(chain.model, chain.chain, chain.divergences) for chain in told[0].chain_progress] == [
        ("compute", 0, 0),
        ("compute", 1, 1),
    ]
    assert told[0].stage == "sampling compute" and told[0].chain_progress[0].total_draws == 650
    last = seen[-1]
    assert last == fits.get(made.name) and last.attempts == 1
    assert last.posterior == f"posteriors/{store(1, AS_OF, home)['name']}"
    assert (last.posterior_status, last.became_current, last.reason) == (POSTERIOR_STATUS_PASSED, False, "")
    assert last.created_at <= last.started_at <= last.ended_at and last.ended_at.endswith("Z")
    assert not last.chain_progress and not last.HasField("eta_seconds")


def test_asking_again_with_the_same_request_id_is_the_same_fit(fits: Fitter) -> None:
    request_id = str(uuid4())
    first = fits.create(seed=2, request_id=request_id, make_current=False)
    assert fits.create(seed=2, request_id=request_id, make_current=False).name == first.name
    with refused(StatusCode.INVALID_ARGUMENT, "REQUEST_ID_USED", "give each its own"):
        fits.create(seed=3, request_id=request_id, make_current=False)
    assert fits.create(seed=2, make_current=False).name != first.name


def test_a_watch_goes_on_where_it_was_cut_off(fits: Fitter) -> None:
    made = fits.create(draws=1500, seed=4, make_current=False)
    begun = fits.begun(made.name)
    later = list(fits.watch(made.name, begun.revision))
    assert all(one.revision > begun.revision for one in later) and later[-1].state == pb.FIT_STATE_SUCCEEDED
    assert [one.state for one in fits.watch(made.name, later[-1].revision)] == [pb.FIT_STATE_SUCCEEDED]


def test_fits_wait_for_each_other_and_end_in_their_order(fits: Fitter) -> None:
    names = [fits.create(draws=300, seed=seed, make_current=False).name for seed in (5, 6)]
    fits.begun(names[0])
    assert fits.get(names[1]).state == pb.FIT_STATE_QUEUED
    first, second = (fits.ended(name) for name in names)
    assert first.ended_at <= second.started_at


def test_fits_are_listed_page_by_page_and_by_state(fits: Fitter) -> None:
    made = [fits.create(seed=seed, make_current=False).name for seed in (7, 8, 9)]
    for name in made:
        fits.ended(name)
    first = fits.list(page_size=2)
    second = fits.list(page_size=2, page_token=first.next_page_token)
    found = [one.name for one in (*first.fits, *second.fits)]
    assert found[:3] == made[::-1] and len(set(found)) == len(found)
    waiting = fits.create(**LONG, make_current=False)
    assert [one.name for one in fits.list(states=[pb.FIT_STATE_QUEUED, pb.FIT_STATE_RUNNING]).fits] == [waiting.name]
    fits.cancel(waiting.name)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "another request"):
        fits.list(page_size=2, page_token=first.next_page_token, states=[pb.FIT_STATE_FAILED])
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", r"states\[0\] is not given"):
        fits.list(states=[pb.FIT_STATE_UNSPECIFIED])


@pytest.mark.parametrize("before", ["it begins", "it ends"])
def test_a_cancelled_fit_ends_within_a_second(fits: Fitter, before: str) -> None:
    if before == "it begins":
        blocking = fits.create(**LONG, make_current=False)
        fits.begun(blocking.name)
    made = fits.create(**LONG, make_current=False)
    if before == "it ends":
        fits.begun(made.name)
    began = time.monotonic()
    fits.cancel(made.name)
    ended = fits.ended(made.name)
    assert time.monotonic() - began < 1
    assert (ended.state, ended.reason, ended.posterior) == (pb.FIT_STATE_CANCELLED, "CANCELLED", "")
    assert fits.cancel(made.name) == ended
    if before == "it begins":
        fits.cancel(blocking.name)


def test_a_refused_fit_is_kept_and_never_current(fits: Fitter, home: Path) -> None:
    before = selection.current_entry(home).name
    ended = fits.ended(fits.create(seed=REFUSED, make_current=True).name)
    assert (ended.state, ended.reason) == (pb.FIT_STATE_REFUSED, "POSTERIOR_REFUSED")
    assert (ended.posterior_status, list(ended.gate_reasons)) == (POSTERIOR_STATUS_REFUSED, ["217 divergences"])
    assert not ended.became_current and selection.current_entry(home).name == before
    assert ended.posterior.removeprefix("posteriors/") in {one.name for one in selection.available(home)}


@pytest.mark.parametrize(
    ("seed", "reason", "said"),
    [
        (UNFIT, "INVALID_INPUT", "1999-01-01 is out of range"),
        (TELLING_A_PATH, "STORAGE", "finds the cause in its log"),
        (CRASHING, "INTERNAL", "finds the cause in its log"),
        (KILLED, "FIT_PROCESS_LOST", "ended before it was done"),
    ],
)
def test_a_fit_that_fails_says_why_and_nothing_of_the_server(
    fits: Fitter, server: RunningServer, seed: int, reason: str, said: str
) -> None:
    ended = fits.ended(fits.create(seed=seed).name)
    assert (ended.state, ended.reason, ended.posterior) == (pb.FIT_STATE_FAILED, reason, "")
    assert said in ended.message and "secret" not in str(ended)
    if seed in (TELLING_A_PATH, CRASHING):
        assert comes_true(lambda: "secret" in server.log)


def test_what_is_current_after_a_fit_follows_from_its_date_and_the_request(fits: Fitter, home: Path) -> None:
    older, newer = ({"as_of": day, "seed": 11} for day in ("2024-01-01", AS_OF))
    assert not fits.ended(fits.create(**older).name).became_current
    assert selection.current_entry(home).name == REFERENCE
    assert fits.ended(fits.create(**newer).name).became_current
    asked = fits.ended(fits.create(**older, make_current=True).name)
    assert asked.became_current and asked.make_current
    assert selection.current_entry(home).name == asked.posterior.removeprefix("posteriors/")
    with Catalogue.open(home) as catalogue:
        assert catalogue.history()[0].name == asked.posterior.removeprefix("posteriors/")


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"as_of": "yesterday"}, "as_of", "YYYY-MM-DD"),
        ({"as_of": "2020-01-01", "data_cutoff": "2021-01-01"}, "data_cutoff", "lies after as_of"),
        ({"only": "price"}, "only", "compute, loss"),
        ({"draws": 49}, "draws", "50 to 10000"),
        ({"tune": 10_001}, "tune", "50 to 10000"),
        ({"chains": 1}, "chains", "2 to 16"),
        ({"seed": -1}, "seed", "0 to 2147483647"),
        ({"request_id": "mine"}, "request_id", "UUID"),
    ],
)
def test_a_request_that_is_wrong_is_refused_before_it_waits(
    fits: Fitter, asked: dict[str, object], field: str, said: str
) -> None:
    before = len(fits.list().fits)
    reason = "UNKNOWN_NAME" if field == "only" else "INVALID_INPUT"
    with refused(StatusCode.INVALID_ARGUMENT, reason, said) as told:
        fits.create(**asked)
    assert told.fields == (field,)
    assert len(fits.list().fits) == before


@pytest.mark.parametrize("name", ["fits/none", "fits/", "posteriors/x", "fits/../x"])
def test_a_name_that_no_fit_has(fits: Fitter, name: str) -> None:
    code = StatusCode.NOT_FOUND if name == "fits/none" else StatusCode.INVALID_ARGUMENT
    for call in (fits.get, fits.cancel, fits.ended):
        with pytest.raises(grpc.RpcError) as caught:
            call(name)
        assert caught.value.code() is code


def test_answers_name_the_new_posterior_after_the_fit_and_the_metrics_count_it(
    server: RunningServer, fits: Fitter
) -> None:
    made = fits.ended(fits.create(seed=12, make_current=True).name)
    with asking(server.address) as caller:
        assert caller.answers_from == made.posterior.removeprefix("posteriors/")
    (url,) = (line.partition(" on ")[2] for line in server.output_path.read_text().splitlines() if "Metrics" in line)

    def counted() -> bool:
        with urllib.request.urlopen(url, timeout=10) as reply:  # the test's own server
            page = reply.read().decode()
        ended = re.search(r'timelines_fits_ended_total\{state="SUCCEEDED"\} [1-9]', page)
        return bool('timelines_fits{state="RUNNING"} 0' in page and ended)

    assert comes_true(counted)
    assert made.state in FINAL
