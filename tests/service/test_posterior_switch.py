"""The switch to another posterior: whole or not at all, also under load; a damaged one leaves the old one answering."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import grpc
import pytest
from grpc import StatusCode

from forecast.catalogue import Catalogue
from forecast.posterior import artefact, selection
from tests.service.posterior_calls import OLDER, REFERENCE, Caller, calling
from tests.service.refusals import refused
from tests.service.running import RunningServer, launch, start
from tests.synthetic import synthetic_posterior
from timelines.v1 import posterior_service_pb2 as pb
from timelines.v1.answer_pb2 import POSTERIOR_STATUS_FLAGGED, POSTERIOR_STATUS_PASSED


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with posteriors of every kind."""
    return tmp_path_factory.mktemp("posteriors")


@pytest.fixture(scope="module")
def made(home: Path) -> dict[str, str]:
    """Names of the posteriors in that folder, by kind."""
    kinds = {
        "flagged": synthetic_posterior(80, 1, status="FLAGGED", reasons=["R-hat 1.02"]),
        "refused": synthetic_posterior(80, 2, status="REFUSED", reasons=["217 divergences"]),
        "damaged draws": synthetic_posterior(80, 3),
        "damaged manifest": synthetic_posterior(80, 4, as_of=date(2025, 1, 1)),
        "lost draws": synthetic_posterior(80, 5, as_of=date(2024, 1, 1)),
    }
    paths = {kind: artefact.write(posterior, home / "posteriors") for kind, posterior in kinds.items()}
    image = bytearray(paths["damaged draws"].read_bytes())
    image[len(image) // 2] ^= 1
    paths["damaged draws"].write_bytes(image)
    paths["damaged manifest"].with_suffix(".json").write_text("{")
    paths["lost draws"].unlink()
    return {kind: path.stem for kind, path in paths.items()}


@pytest.fixture(scope="module")
def own_server(home: Path, made: dict[str, str]) -> Iterator[RunningServer]:
    """A server whose posterior the tests may change."""
    assert made
    with start(home) as running:
        yield running


@pytest.fixture
def own(own_server: RunningServer) -> Iterator[Caller]:
    """To that server; the reference answers when the test begins."""
    with calling(own_server.address) as caller:
        caller.use(REFERENCE)
        yield caller


def test_damaged_ones_are_told_apart_and_only_on_the_first_page(own: Caller, made: dict[str, str]) -> None:
    first = own.list(2)
    damaged = {one.name.removeprefix("posteriors/"): one.problem for one in first.damaged}
    assert damaged == {
        made["damaged manifest"]: damaged[made["damaged manifest"]],
        made["lost draws"]: f"the draws file {made['lost draws']}.nc is missing",
    }
    assert "not JSON" in damaged[made["damaged manifest"]]
    assert not own.list(2, first.next_page_token).damaged
    assert not {one.name for one in own.list().posteriors} & {one.name for one in first.damaged}
    with refused(StatusCode.FAILED_PRECONDITION, "DAMAGED_POSTERIOR", "cannot be used"):
        own.get(f"posteriors/{made['lost draws']}")


def test_a_flagged_posterior_answers_and_every_answer_says_so(own: Caller, made: dict[str, str], home: Path) -> None:
    chosen = own.use(made["flagged"])
    assert (chosen.current, chosen.status, chosen.origin) == (
        True,
        POSTERIOR_STATUS_FLAGGED,
        pb.POSTERIOR_ORIGIN_FITTED,
    )
    assert chosen == own.get("posteriors/current")
    answer = own.ask()
    assert (answer.posterior.name, answer.posterior.status) == (made["flagged"], POSTERIOR_STATUS_FLAGGED)
    assert list(answer.posterior.reasons) == ["R-hat 1.02"]
    assert [one.name for one in own.list().posteriors if one.current] == [chosen.name]
    assert selection.current_entry(home).name == made["flagged"]
    with Catalogue.open(home) as catalogue:
        assert [change.name for change in catalogue.history()[:2]] == [made["flagged"], REFERENCE]


@pytest.mark.parametrize(
    ("kind", "reason", "match"),
    [
        ("refused", "POSTERIOR_REFUSED", "217 divergences"),
        ("damaged draws", "DAMAGED_POSTERIOR", "hash of the draws file"),
        ("damaged manifest", "DAMAGED_POSTERIOR", "not JSON"),
        ("lost draws", "DAMAGED_POSTERIOR", "is missing"),
    ],
)
def test_one_that_cannot_answer_leaves_the_old_one_answering(
    own: Caller, made: dict[str, str], home: Path, kind: str, reason: str, match: str
) -> None:
    with refused(StatusCode.FAILED_PRECONDITION, reason, match):
        own.use(made[kind])
    assert own.answers_from == REFERENCE
    assert own.ask().posterior.status == POSTERIOR_STATUS_PASSED
    assert selection.current_entry(home).name == REFERENCE


def test_the_one_that_answers_is_told_even_when_its_files_are_gone(own: Caller, home: Path) -> None:
    path = artefact.write(synthetic_posterior(80, 6), home / "posteriors")
    own.use(path.stem)
    for file in (path, path.with_suffix(".json")):
        file.unlink()
    assert own.answers_from == path.stem
    assert own.get("posteriors/current").origin == pb.POSTERIOR_ORIGIN_FITTED
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND"):
        own.get(f"posteriors/{path.stem}")


def test_when_the_state_folder_cannot_be_written_the_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite").write_bytes(b"this is no database, but it is long enough to be taken for one" * 99)
    with start(tmp_path) as server, calling(server.address) as caller:
        with refused(StatusCode.UNAVAILABLE, "STORAGE"):
            caller.use(OLDER)
        assert caller.answers_from == REFERENCE
    assert selection.current_entry(tmp_path).name == REFERENCE


def free_port() -> int:
    """Below the range that servers refuse; at random, because other tests look for one too."""
    with socket.socket() as held:
        while True:
            with suppress(OSError):
                held.bind(("127.0.0.1", random.randrange(20_000, 32_768)))
                return int(held.getsockname()[1])


def test_choosing_a_posterior_makes_a_server_ready_that_had_none(tmp_path: Path) -> None:
    (tmp_path / "posteriors").mkdir()
    (tmp_path / "posteriors" / "current").write_text("2020-01-01-000000000000\n")
    port = free_port()
    with launch(tmp_path, "--port", str(port)) as launched, calling(f"127.0.0.1:{port}") as caller:
        launched.line("Not serving yet")
        with refused(StatusCode.UNAVAILABLE, "NO_POSTERIOR"):
            caller.get("posteriors/current")
        assert not any(posterior.current for posterior in caller.list().posteriors)
        caller.use(OLDER)
        assert OLDER in launched.ready().ready_line
        assert caller.answers_from == OLDER


def done_in_time(own: Caller, name: str, timeout_s: float) -> bool:
    try:
        own.use(name, timeout_s)
    except grpc.RpcError as error:
        if error.code() is not StatusCode.DEADLINE_EXCEEDED:
            raise
        return False
    return True


def test_a_caller_who_leaves_in_the_middle_leaves_file_and_memory_in_agreement(own: Caller, home: Path) -> None:
    done = []
    for number in range(12):
        done.append(done_in_time(own, (OLDER, REFERENCE)[number % 2], timeout_s=0.01 * (number + 1)))
        time.sleep(0.2)
        own.list()  # of the work that goes on for nobody
        assert own.answers_from == selection.current_entry(home).name
    assert not all(done)


def test_ten_switches_under_load_fail_no_call_and_mix_no_answer(own: Caller, own_server: RunningServer) -> None:
    expected = {REFERENCE: own.ask()}
    own.use(OLDER)
    expected[OLDER] = own.ask()
    assert expected[REFERENCE] != expected[OLDER]
    answers, failures, stop = [], [], threading.Event()

    def ask_on() -> None:
        with calling(own_server.address) as caller:
            while not stop.is_set():
                try:
                    answers.append(caller.ask())
                except grpc.RpcError as error:
                    failures.append(error)

    askers = [threading.Thread(target=ask_on) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for number in range(10):
            name = (REFERENCE, OLDER)[number % 2]
            own.use(name)
            assert own.ask() == expected[name]
    finally:
        stop.set()
        for asker in askers:
            asker.join()
    assert not failures
    assert len(answers) > 100
    assert {answer.posterior.name for answer in answers} == {REFERENCE, OLDER}
    mixed = [answer for answer in answers if answer != expected[answer.posterior.name]]
    assert not mixed
