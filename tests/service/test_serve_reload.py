"""Tokens and certificates that change while the server runs: rotated, taken back, broken and mended."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.service.asking import SERVING, bearer, channel, flop, forecast, health_of
from tests.service.certificates import Authority, Pair, authority, channel_credentials
from tests.service.processes import comes_true
from tests.service.refusals import refused
from tests.service.running import RunningServer, start
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines_server.access import tokens
from timelines_server.access.tokens import Scope, Token

NOTICED_S = 5.0
"""More than the second or so that it takes, for a machine that is busy."""


def write(file: Path, *lines: str) -> None:
    """Put the lines in place as a careful operator does: in one step, for the owner's eyes."""
    beside = file.with_name(f".{file.name}")
    beside.write_text("".join(f"{line}\n" for line in lines))
    beside.chmod(0o600)
    os.replace(beside, file)


def told(running: RunningServer, event: str) -> list[dict[str, Any]]:
    """The lines of the log of one kind."""
    lines = [json.loads(line) for line in running.log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


class TestTokens:
    """A token file that is edited."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "tokens"

    @pytest.fixture
    def old(self, file: Path) -> tuple[str, Token]:
        made = tokens.make("ci", Scope.READ)
        write(file, made[1].line)
        return made

    @pytest.fixture
    def running(self, file: Path, old: tuple[str, Token], tmp_path: Path) -> Iterator[RunningServer]:
        with start(tmp_path / "home", "--tokens", str(file)) as running:
            yield running

    def test_a_token_is_rotated_without_a_restart_or_a_refused_call(
        self, running: RunningServer, file: Path, old: tuple[str, Token]
    ) -> None:
        new, made = tokens.make("ci-2", Scope.READ)
        with channel(running.address) as connected:
            assert answered(connected, old[0])
            write(file, old[1].line, made.line)
            assert comes_true(lambda: answered(connected, new), NOTICED_S)
            assert answered(connected, old[0])
            write(file, made.line)
            assert comes_true(lambda: not answered(connected, old[0]), NOTICED_S)
            assert answered(connected, new)
        assert running.process.poll() is None
        assert comes_true(lambda: [line["what"] for line in told(running, "reloaded")] == ["tokens", "tokens"])

    def test_a_broken_file_is_told_of_once_and_the_last_good_tokens_stay(
        self, running: RunningServer, file: Path, old: tuple[str, Token]
    ) -> None:
        with channel(running.address) as connected:
            write(file, f"ci everything {old[0]}")
            assert comes_true(lambda: bool(told(running, "reload_refused")), NOTICED_S)
            assert answered(connected, old[0])
            new, made = tokens.make("ci", Scope.READ)
            write(file, made.line)
            assert comes_true(lambda: answered(connected, new), NOTICED_S)
            assert not answered(connected, old[0])
        (line,) = told(running, "reload_refused")
        assert "line 1: the second word is not a scope" in line["said"] and line["level"] == "error"
        assert old[0] not in running.log and new not in running.log

    def test_a_stream_that_is_open_ends_to_answer_when_its_token_is_taken_back(
        self, running: RunningServer, file: Path, old: tuple[str, Token]
    ) -> None:
        with channel(running.address) as connected:
            questions = Questions()
            answers = ForecastServiceStub(connected).ForecastBatch(
                questions.asked(), timeout=60, metadata=bearer(old[0])
            )
            questions.one()
            assert next(answers).HasField("answer")
            write(file, tokens.make("other", Scope.READ)[1].line)
            assert comes_true(lambda: not answered(connected, old[0]), NOTICED_S)
            questions.one()
            error = next(answers).error
            assert (error.code, error.reason) == ("UNAUTHENTICATED", "TOKEN_UNKNOWN")
            questions.end()
            assert not list(answers)

    def test_a_quota_is_taken_up_and_counts_each_question_of_a_batch(
        self, running: RunningServer, file: Path, old: tuple[str, Token]
    ) -> None:
        write(file, Token("ci", Scope.READ, old[1].sha256, 4).line)
        assert comes_true(lambda: bool(told(running, "reloaded")), NOTICED_S)
        with channel(running.address) as connected:
            batch = [forecasts.ForecastBatchRequest(index=i, question=flop()) for i in range(5)]
            stub = ForecastServiceStub(connected)
            answers = list(stub.ForecastBatch(iter(batch), timeout=60, metadata=bearer(old[0])))
            assert [answer.WhichOneof("result") for answer in answers] == ["answer"] * 3 + ["error"] * 2
            last = answers[-1]
            assert (last.index, last.error.code, last.error.reason) == (4, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
            with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED", match="4 calls a minute"):
                forecast(connected, metadata=bearer(old[0]))
            with pytest.raises(grpc.RpcError) as caught:
                forecast(connected, metadata=bearer(old[0]))
            trailers: Any = caught.value.trailing_metadata()
            assert 0 < int(dict(trailers)["grpc-retry-pushback-ms"]) <= 15_000
            assert health_of(connected) == SERVING
        refusals = [("ci", "QUOTA_EXCEEDED")] * 2
        assert comes_true(
            lambda: [(one.get("token"), one.get("reason")) for one in told(running, "call")][-2:] == refusals
        )


def answered(connected: grpc.Channel, token: str) -> bool:
    """Whether the token is one."""
    try:
        return forecast(connected, metadata=bearer(token)).HasField("answer")
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.UNAUTHENTICATED:
            raise
        return False


class Questions:
    """A stream of questions that are asked one by one."""

    def __init__(self) -> None:
        self._due = threading.Semaphore(0)
        self._over = False

    def one(self) -> None:
        """Ask one more."""
        self._due.release()

    def end(self) -> None:
        """Ask no more."""
        self._over = True
        self._due.release()

    def asked(self) -> Iterator[forecasts.ForecastBatchRequest]:
        while self._due.acquire(timeout=30) and not self._over:
            yield forecasts.ForecastBatchRequest(question=flop())


@dataclass(frozen=True, slots=True)
class Served:
    """A server over TLS, where it reads its certificate, and who signed the first."""

    running: RunningServer
    files: Pair
    first: Authority

    def greets(self, credentials: grpc.ChannelCredentials) -> bool:
        """Whether a new connection with these comes about."""
        with channel(self.running.address, credentials) as connected:
            try:
                return bool(health_of(connected) == SERVING)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
                return False

    def use(self, pair: Pair) -> None:
        """Put another certificate and its key in place."""
        shutil.copy(pair.certificate, self.files.certificate)
        shutil.copy(pair.key, self.files.key)

    def refusals(self) -> list[dict[str, Any]]:
        """What the log says of files that cannot be used."""
        return told(self.running, "reload_refused")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    """Two authorities."""
    folder = tmp_path_factory.mktemp("authorities")
    return authority(folder, "first"), authority(folder, "second")


class TestCertificates:
    """Certificates that are replaced."""

    @pytest.fixture
    def serving(self, two: tuple[Authority, Authority], tmp_path: Path) -> Iterator[Callable[..., Served]]:
        files = Pair(tmp_path / "server.pem", tmp_path / "server.key")
        pair = two[0].signs("server")
        shutil.copy(pair.certificate, files.certificate)
        shutil.copy(pair.key, files.key)
        options = ("--tls-cert", str(files.certificate), "--tls-key", str(files.key))
        opened = []

        def begin(*more: str) -> Served:
            """Start it with more options."""
            context = start(tmp_path / "home", *options, *more)
            opened.append(context)
            return Served(context.__enter__(), files, two[0])

        yield begin
        for context in opened:
            context.__exit__(None, None, None)

    def test_a_new_certificate_is_shown_to_new_connections_and_old_ones_go_on(
        self, serving: Callable[..., Served], two: tuple[Authority, Authority]
    ) -> None:
        served = serving()
        by_first, by_second = (channel_credentials(one) for one in two)
        with channel(served.running.address, by_first) as connected:
            assert health_of(connected) == SERVING
            assert not served.greets(by_second)
            served.use(two[1].signs("renewed"))
            assert comes_true(lambda: served.greets(by_second), NOTICED_S)
            assert not served.greets(by_first)
            assert health_of(connected) == SERVING
        assert comes_true(lambda: bool(told(served.running, "reloaded"))) and not served.refusals()

    def test_a_broken_pair_is_told_of_once_and_the_last_good_one_stays(
        self, serving: Callable[..., Served], two: tuple[Authority, Authority]
    ) -> None:
        served = serving()
        by_first, by_second = (channel_credentials(one) for one in two)
        renewed = two[1].signs("renewed")
        shutil.copy(renewed.certificate, served.files.certificate)  # the key that belongs to it is yet to come
        assert comes_true(lambda: bool(served.refusals()), NOTICED_S)
        assert served.greets(by_first)
        (line,) = served.refusals()
        assert "give the certificate's own key" in line["said"] and line["what"] == "certificates"
        shutil.copy(renewed.key, served.files.key)
        assert comes_true(lambda: served.greets(by_second), NOTICED_S)
        assert len(served.refusals()) == 1 and "PRIVATE KEY" not in served.running.log

    def test_clients_are_held_to_the_authority_that_the_file_names_now(
        self, serving: Callable[..., Served], two: tuple[Authority, Authority], tmp_path: Path
    ) -> None:
        trusted = tmp_path / "clients.pem"
        shutil.copy(two[0].certificate, trusted)
        served = serving("--client-ca", str(trusted))
        mine, other = (channel_credentials(two[0], one.signs("client")) for one in two)
        assert served.greets(mine) and not served.greets(other)
        shutil.copy(two[1].certificate, trusted)
        assert comes_true(lambda: served.greets(other), NOTICED_S)
        assert not served.greets(mine) and not served.greets(channel_credentials(two[0]))
