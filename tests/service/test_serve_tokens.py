"""A server with a token file: who is let in, for what, and who is told what."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

from tests.service.asking import SERVING, bearer, channel, forecast, health_of, listed_services
from tests.service.refusals import refused
from tests.service.running import RunningServer, launch, start
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1 import scale_service_pb2 as scales
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub
from timelines.v1.scale_service_pb2_grpc import ScaleServiceStub

UNAUTHENTICATED, PERMISSION_DENIED = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED
TOKEN = [sys.executable, "-m", "forecast.cli.main", "token"]


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server that asks for tokens, and one token of each scope."""

    running: RunningServer
    tokens: dict[str, str]


def made(file: Path, scope: str) -> str:
    """A token from the command line, in the file."""
    command = [*TOKEN, "--name", f"its-{scope}", "--scope", scope, "--file", str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    tokens = {scope: made(folder / "tokens", scope) for scope in ("read", "fit", "admin")}
    with start(folder / "home", "--tokens", str(folder / "tokens")) as running:
        yield Guarded(running, tokens)


@pytest.fixture
def connected(guarded: Guarded) -> Iterator[grpc.Channel]:
    with channel(guarded.running.address) as opened:
        yield opened


@pytest.mark.parametrize("scope", ["read", "fit", "admin"])
def test_every_scope_may_ask(guarded: Guarded, connected: grpc.Channel, scope: str) -> None:
    assert forecast(connected, metadata=bearer(guarded.tokens[scope])).HasField("answer")


def test_no_token_is_told_how_to_send_one(connected: grpc.Channel) -> None:
    with refused(UNAUTHENTICATED, "TOKEN_MISSING", match="authorization: Bearer"):
        forecast(connected)


@pytest.mark.parametrize("presented", ["wrong", "ü" * 10, "x" * 4000])
def test_a_wrong_token_is_refused(connected: grpc.Channel, presented: str) -> None:
    with refused(UNAUTHENTICATED, "TOKEN_UNKNOWN") as told:
        forecast(connected, metadata=bearer(presented.encode("ascii", "replace").decode()))
    assert presented not in told.message


def test_another_kind_of_authorization_is_no_token(guarded: Guarded, connected: grpc.Channel) -> None:
    with refused(UNAUTHENTICATED, "TOKEN_MISSING"):
        forecast(connected, metadata=(("authorization", f"Basic {guarded.tokens['admin']}"),))


def test_the_hash_in_the_file_is_no_token(guarded: Guarded, connected: grpc.Channel) -> None:
    digest = hashlib.sha256(guarded.tokens["admin"].encode()).hexdigest()
    with refused(UNAUTHENTICATED, "TOKEN_UNKNOWN"):
        forecast(connected, metadata=bearer(digest))


def test_reading_does_not_allow_an_import(guarded: Guarded, connected: grpc.Channel) -> None:
    with refused(PERMISSION_DENIED, "SCOPE_MISSING", match="needs fit"):
        stub = ScaleServiceStub(connected)
        stub.ImportStudy(scales.ImportStudyRequest(), timeout=5, metadata=bearer(guarded.tokens["read"]))


def test_fitting_does_not_allow_to_remove_or_to_choose(guarded: Guarded, connected: grpc.Channel) -> None:
    mine = bearer(guarded.tokens["fit"])
    with refused(PERMISSION_DENIED, "SCOPE_MISSING", match="needs admin"):
        ScaleServiceStub(connected).DeleteScale(scales.DeleteScaleRequest(name="scales/x"), timeout=5, metadata=mine)
    with refused(PERMISSION_DENIED, "SCOPE_MISSING", match="needs admin"):
        request = posteriors.SetCurrentPosteriorRequest(name="posteriors/x")
        PosteriorServiceStub(connected).SetCurrentPosterior(request, timeout=5, metadata=mine)


def test_enough_scope_gets_past_the_gate(guarded: Guarded, connected: grpc.Channel) -> None:
    request = posteriors.SetCurrentPosteriorRequest(name="posteriors/2001-01-01-000000000000")
    with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
        PosteriorServiceStub(connected).SetCurrentPosterior(
            request, timeout=20, metadata=bearer(guarded.tokens["admin"])
        )


def test_health_needs_no_token(connected: grpc.Channel) -> None:
    assert health_of(connected) == SERVING


def test_reflection_needs_one(guarded: Guarded, connected: grpc.Channel) -> None:
    with refused(UNAUTHENTICATED, "TOKEN_MISSING"):
        listed_services(connected)
    assert "timelines.v1.ForecastService" in listed_services(connected, bearer(guarded.tokens["read"]))


def test_reflection_is_open_when_it_is_asked_for(tmp_path: Path) -> None:
    made(tmp_path / "tokens", "read")
    options = ("--tokens", str(tmp_path / "tokens"), "--open-reflection")
    with start(tmp_path, *options) as running, channel(running.address) as opened:
        assert "timelines.v1.ForecastService" in listed_services(opened)
        with refused(UNAUTHENTICATED, "TOKEN_MISSING"):
            forecast(opened)


def test_the_log_names_the_token_and_never_holds_it(guarded: Guarded, connected: grpc.Channel) -> None:
    forecast(connected, metadata=bearer(guarded.tokens["read"]))
    log = guarded.running.log
    assert '"token":"its-read"' in log
    assert not [token for token in guarded.tokens.values() if token in log]


def test_tokens_open_another_address_and_plain_text_is_warned_of(tmp_path: Path) -> None:
    made(tmp_path / "tokens", "read")
    with launch(tmp_path, "--host", "0.0.0.0", "--tokens", str(tmp_path / "tokens")) as launched:
        assert "tokens and questions travel in plain text" in launched.line("Warning")
        launched.ready()


def test_a_token_file_with_a_bad_line_is_one_line_with_its_number(tmp_path: Path) -> None:
    made(tmp_path / "tokens", "read")
    with (tmp_path / "tokens").open("a") as file:
        file.write("ci everything 00\n")
    with launch(tmp_path, "--tokens", str(tmp_path / "tokens")) as launched:
        assert launched.process.wait(timeout=20) == 2
        said = launched.log_path.read_text()
    assert "tokens, line 2: the second word is not a scope" in said and said.count("\n") == 1
