"""Secrets stay secret: in the log, on standard output, in the metrics, in errors, whatever way they come in."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest

from forecast.cli.main import main
from tests.service.asking import Metadata, bearer, channel, flop
from tests.service.certificates import authority
from tests.service.processes import comes_true
from tests.service.running import RunningServer, launch
from tests.wire import METHODS
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub
from timelines_server.access import tokens
from timelines_server.access.tokens import Scope

WRONG = "wrong-token-of-somebody-else"
PASSWORD = "hunter2-of-the-database"
KEY = "hunter3-of-the-bucket"
CATALOGUE = f"postgresql://timelines:{PASSWORD}@127.0.0.1:1/timelines"
BUCKET = f"s3://AKIAEXAMPLE:{KEY}@bucket/folder"
BACKEND_CALLS = ("/timelines.v1.FitService/ListFits", "/timelines.v1.ForecastRecordService/ListForecastRecords")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server with a token file, a catalogue behind a password that nobody answers at, and metrics."""

    running: RunningServer
    metrics: str
    secrets: dict[str, str]

    def told(self) -> str:
        """Everything that it has said anywhere but to callers."""
        with urllib.request.urlopen(self.metrics, timeout=10) as page:
            shown: str = page.read().decode()
        return self.running.log + self.running.output_path.read_text() + shown


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    secrets = {}
    for scope in Scope:
        secrets[scope.label], made = tokens.make(scope.label, scope, 1 if scope is Scope.FIT else None)
        tokens.append(folder / "tokens", made)
    options = ("--tokens", str(folder / "tokens"), "--metrics-port", "0", "--catalogue", CATALOGUE)
    with launch(folder / "home", *options) as launched:
        metrics = launched.line("Metrics on").rpartition(" ")[2]
        yield Guarded(launched.ready(), metrics, secrets)


def presented(secret: str) -> Iterator[Metadata]:
    """Ways to send a token, most of them wrong."""
    yield bearer(secret)
    yield (("authorization", f"bearer   {secret}  "),)
    yield (("authorization", secret),)
    yield (("authorization", f"Basic {secret}"),)
    yield (("authorization", f"Bearer {secret} {secret}"),)
    yield (("authorization", f"Bearer {secret[:-1]}"),)
    yield (("authorization-bin", secret.encode()),)  # type: ignore[misc]
    yield (("x-api-key", secret), ("cookie", f"token={secret}"), ("user-agent", secret))
    yield (*bearer(WRONG), *bearer(secret))


def error_of(call: Any, *arguments: Any, **options: Any) -> str:
    """All that a caller is told when a call fails; empty when it succeeds."""
    try:
        call(*arguments, timeout=20, **options)
    except grpc.RpcError as error:
        told: Any = error
        return f"{told.code()} {told.details()} {told.trailing_metadata()} {told.debug_error_string()}"
    return ""


def test_no_token_is_told_whatever_way_it_is_sent(guarded: Guarded) -> None:
    with channel(guarded.running.address) as connected:
        ask = ForecastServiceStub(connected).Forecast
        request = forecasts.ForecastRequest(question=flop())
        errors = [
            error_of(ask, request, metadata=metadata)
            for secret in (*guarded.secrets.values(), WRONG)
            for metadata in presented(secret)
        ]
        assert sum(not error for error in errors) == 2 * 2 + 1
        assert any("RESOURCE_EXHAUSTED" in error for error in errors)
    hidden(guarded, "".join(errors))


def test_a_header_in_capitals_never_leaves_the_client(guarded: Guarded) -> None:
    with channel(guarded.running.address) as connected:
        ask = ForecastServiceStub(connected).Forecast
        with pytest.raises((ValueError, grpc.RpcError)):
            ask(forecasts.ForecastRequest(), timeout=5, metadata=(("Authorization", f"Bearer {WRONG}"),))
    hidden(guarded, "")


def test_a_secret_in_a_request_is_told_to_nobody_else(guarded: Guarded) -> None:
    mine = bearer(guarded.secrets["admin"])
    with channel(guarded.running.address) as connected:
        for secret in (guarded.secrets["read"], BUCKET, CATALOGUE):
            question = flop()
            question.posterior = secret
            assert error_of(
                ForecastServiceStub(connected).Forecast, forecasts.ForecastRequest(question=question), metadata=mine
            )
            chosen = posteriors.SetCurrentPosteriorRequest(name=f"posteriors/{secret}")
            error = error_of(PosteriorServiceStub(connected).SetCurrentPosterior, chosen, metadata=mine)
            assert error and KEY not in error and PASSWORD not in error
        for path in METHODS:
            error_of(connected.unary_unary(path), guarded.secrets["read"].encode(), metadata=mine)
    hidden(guarded, "")


def test_a_database_that_cannot_be_reached_is_told_of_without_its_password(guarded: Guarded) -> None:
    mine = bearer(guarded.secrets["admin"])
    with channel(guarded.running.address) as connected:
        errors = [error_of(connected.unary_unary(path), b"", metadata=mine) for path in BACKEND_CALLS]
    assert all("UNAVAILABLE" in error or "INVALID_ARGUMENT" in error for error in errors), errors
    assert not any("127.0.0.1:1/" in error for error in errors)
    hidden(guarded, "".join(errors))


def hidden(guarded: Guarded, errors: str) -> None:
    """Hold that no secret is in what was told."""
    told = guarded.told() + errors
    secrets = (*guarded.secrets.values(), WRONG, PASSWORD, KEY)
    digests = [tokens.digest_of(secret) for secret in secrets]
    assert not [secret for secret in (*secrets, *digests) if secret in told]


@pytest.mark.parametrize(
    "options",
    [
        ("--artefacts", BUCKET),
        ("--catalogue", f"mysql://timelines:{PASSWORD}@host/db"),
        ("--catalogue", f"postgresql://timelines:{PASSWORD}@host:not-a-port/db"),
        ("--catalogue", f"postgresql://timelines:{PASSWORD}@[host/db"),
        ("--port", f"postgresql://timelines:{PASSWORD}@host/db"),
        ("--host", f"postgresql://timelines:{PASSWORD}@host/db"),
        ("--tokens", f"postgresql://timelines:{PASSWORD}@host/db"),
    ],
    ids=lambda options: options[0],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], options: tuple[str, str]
) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", "0", *options])
    told = "".join(capfd.readouterr())
    assert ended.value.code in (1, 2)
    assert told.startswith(("Error", "Usage")) and PASSWORD not in told and KEY not in told


def test_a_posterior_at_a_url_with_a_password_is_refused_without_it(tmp_path: Path) -> None:
    with launch(tmp_path, "--posterior", BUCKET) as launched:
        launched.line("Not serving yet")
        told = launched.log_path.read_text() + launched.output_path.read_text()
    assert KEY not in told


def test_a_private_key_is_not_told_even_when_it_is_in_the_wrong_place(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = authority(tmp_path, "ours").signs("server")
    secret = made.key.read_text().splitlines()[1]
    made.key.chmod(0o600)
    for options in (("--tls-cert", made.key, "--tls-key", made.certificate), ("--tokens", made.key)):
        with pytest.raises(SystemExit):
            main(["serve", "--port", "0", "--home", str(tmp_path / "home"), *map(str, options)])
        told = "".join(capfd.readouterr())
        assert told.startswith("Error: ") and secret not in told and secret[:20] not in told


def test_the_log_names_who_was_refused_and_why(guarded: Guarded) -> None:
    with channel(guarded.running.address) as connected:
        path = "/timelines.v1.ScaleService/DeleteScale"
        error_of(connected.unary_unary(path), b"", metadata=bearer(guarded.secrets["read"]))
    assert comes_true(lambda: '"reason":"SCOPE_MISSING","token":"read"' in guarded.running.log)
