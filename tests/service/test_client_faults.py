"""When something is wrong between client and server, the client says what, soon, and goes on when it is right again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.service.certificates import Authority, authority
from tests.service.processes import comes_true
from tests.service.running import RunningServer, start
from timelines import (
    TLS,
    Answer,
    AsyncClient,
    Client,
    DeadlineError,
    InvalidQuestionError,
    PermissionDeniedError,
    Question,
    TimelinesError,
    UnauthenticatedError,
    UnreachableError,
    channel,
)


def endless() -> Iterator[Question]:
    """Questions that each need paths of their own."""
    return (Question(flop=1e29, seed=seed) for seed in itertools.count())


def free_low_port() -> int:
    """A free port below those that the system itself hands out."""
    for port in itertools.count(20_000 + os.getpid() % 10_000):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """One that the test may kill or stop."""
    with start(tmp_path) as running:
        yield running


def fails(target: str, kind: type[TimelinesError], tls: TLS | bool | None, within_s: float = 5) -> str:
    """The message of a first call that fails as it should, soon, in both clients."""

    async def later() -> None:
        async with AsyncClient(target, tls=tls, timeout=1) as client:
            await client.when(flop=1e29)

    began = time.monotonic()
    with Client(target, tls=tls, timeout=1) as client, pytest.raises(kind) as caught:
        client.when(flop=1e29)
    with pytest.raises(kind) as caught_later:
        asyncio.run(later())
    assert time.monotonic() - began < 2 * within_s
    assert str(caught_later.value) == str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def tls_server(ours: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    mine = ours.signs("server")
    options = ("--tls-cert", str(mine.certificate), "--tls-key", str(mine.key))
    with start(tmp_path_factory.mktemp("tls"), *options) as running:
        yield running


def test_tls_with_the_right_authority_answers(tls_server: RunningServer, ours: Authority) -> None:
    with Client(tls_server.address, tls=TLS(ours.certificate), timeout=30) as client:
        assert client.when(flop=1e29).p_never >= 0
        assert client.ready()


def test_the_variables_turn_tls_on(tls_server: RunningServer, ours: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_SERVER", tls_server.address)
    monkeypatch.setenv("TIMELINES_TLS_CA", str(ours.certificate))
    with Client() as client:
        assert client.ready()


def test_a_wrong_authority_is_said_at_once(tls_server: RunningServer, tmp_path: Path) -> None:
    other = authority(tmp_path, "other")
    assert "ca_file=" in fails(tls_server.address, UnreachableError, TLS(other.certificate), 1)
    assert "ca_file=" in fails(tls_server.address, UnreachableError, True, 1)
    with Client(tls_server.address, tls=True) as client, pytest.raises(UnreachableError, match="certificate"):
        client.ready()


def test_plain_text_to_a_tls_port_is_guessed(tls_server: RunningServer) -> None:
    assert "tls=True" in fails(tls_server.address, UnreachableError, None)


def test_tls_to_a_plain_port_is_said_at_once(server: RunningServer, ours: Authority) -> None:
    said = fails(server.address, UnreachableError, TLS(ours.certificate), 1)
    assert "this client speaks TLS and the server does not" in said


def test_a_certificate_for_another_name_is_said_at_once(ours: Authority, tmp_path: Path) -> None:
    options = ("--tls-cert", str(ours.certificate), "--tls-key", str(ours.key))  # names no address
    with start(tmp_path, *options) as running:
        assert "another name" in fails(running.address, UnreachableError, TLS(ours.certificate), 1)


def test_a_missing_client_certificate_is_guessed(ours: Authority, tmp_path: Path) -> None:
    mine, caller = ours.signs("mutual"), ours.signs("caller")
    options = ("--tls-cert", str(mine.certificate), "--tls-key", str(mine.key), "--client-ca", str(ours.certificate))
    with start(tmp_path, *options) as running:
        assert "cert_file= and key_file=" in fails(running.address, UnreachableError, TLS(ours.certificate))
        with Client(running.address, tls=TLS(ours.certificate, caller.certificate, caller.key)) as client:
            assert client.ready()


def test_tokens_open_what_their_scope_allows(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"reads-only").hexdigest()
    (tmp_path / "tokens").write_text(f"reader read {digest}\n", encoding="utf-8")
    (tmp_path / "tokens").chmod(0o600)
    with start(tmp_path, "--tokens", str(tmp_path / "tokens")) as running:
        with Client(running.address, token="reads-only") as client:
            assert client.when(flop=1e29).p_never >= 0
            with pytest.raises(PermissionDeniedError) as denied:
                client.set_current_posterior(client.posterior().name)
        with Client(running.address) as client, pytest.raises(UnauthenticatedError) as missing:
            client.when(flop=1e29)
        with Client(running.address, token="wrong") as client, pytest.raises(UnauthenticatedError) as wrong:
            client.when(flop=1e29)
        assert "reads-only" not in running.log
    assert [caught.value.reason for caught in (denied, missing, wrong)] == [
        "SCOPE_MISSING",
        "TOKEN_MISSING",
        "TOKEN_UNKNOWN",
    ]


def test_a_request_over_the_limit_is_refused_and_the_next_is_answered(server: RunningServer) -> None:
    with Client(server.address, timeout=30) as client:
        with pytest.raises(InvalidQuestionError, match="too large"):
            client.when(flop=1e29, posterior="x" * 5_000_000)
        assert client.when(flop=1e29).p_never >= 0


def test_a_server_killed_in_the_middle_of_a_batch_says_where_to_go_on(own_server: RunningServer) -> None:
    answered: list[int] = []
    with Client(own_server.address, timeout=30) as client:
        items = client.batch(endless())
        answered += [next(items).index for _ in range(5)]
        own_server.process.kill()
        with pytest.raises(UnreachableError) as caught:
            answered.extend(item.index for item in items)
    assert answered == list(range(len(answered)))
    due = len(answered)
    assert f"after {due} answers; go on with question {due} and start={due}" in str(caught.value)


def test_the_client_finds_a_server_that_comes_back(tmp_path: Path) -> None:
    port = str(free_low_port())
    with Client(f"127.0.0.1:{port}", timeout=30) as client:
        with start(tmp_path, "--port", port):
            expected = client.when(flop=1e29)
        with pytest.raises(UnreachableError, match="nothing listens there"):
            client.when(flop=1e29)
        with start(tmp_path, "--port", port):
            assert comes_true(client.ready)
            assert client.when(flop=1e29) == expected


def test_a_deadline_fires_while_the_server_stands_still(own_server: RunningServer) -> None:
    with Client(own_server.address, timeout=30) as client:
        expected = client.when(flop=1e29)
        own_server.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(DeadlineError):
            client.when(flop=1e29, timeout=1)
        assert 0.9 < time.monotonic() - began < 3
        own_server.process.send_signal(signal.SIGCONT)
        assert client.when(flop=1e29) == expected


@pytest.mark.parametrize(
    ("ping_ms", "within_s"), [pytest.param(2_000, 12, id="quick"), pytest.param(None, 45, marks=pytest.mark.long)]
)
def test_a_frozen_server_is_noticed_long_before_the_deadline(
    own_server: RunningServer, monkeypatch: pytest.MonkeyPatch, ping_ms: int | None, within_s: float
) -> None:
    if ping_ms is not None:
        monkeypatch.setattr(channel, "KEEPALIVE_TIME_MS", ping_ms)
        monkeypatch.setattr(channel, "KEEPALIVE_TIMEOUT_MS", ping_ms // 2)
    with Client(own_server.address, timeout=300) as client, ThreadPoolExecutor(1) as pool:
        client.when(flop=1e29)
        items = client.batch(endless())
        next(items)
        own_server.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        asking = pool.submit(client.when, flop=1e29)
        with pytest.raises(UnreachableError, match=r"stopped answering|lost"):
            list(items)
        assert time.monotonic() - began < within_s
        with pytest.raises(UnreachableError, match=r"stopped answering|lost"):
            asking.result()
        assert time.monotonic() - began < 2 * within_s


def test_a_server_that_drains_finishes_what_it_has(own_server: RunningServer) -> None:
    answers: list[Answer] = []
    with Client(own_server.address, timeout=30) as client:
        client.ready()

        def ask() -> None:
            answers.append(client.when(flop=1e29, seed=99, timeout=math.inf))

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.05)
        own_server.process.terminate()
        asking.join(20)
    assert own_server.process.wait(20) == 0
    assert len(answers) == 1
