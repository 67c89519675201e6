"""What gRPC raises becomes one tree of errors that says the likely cause; nothing is lost in a pickle."""

from __future__ import annotations

import pickle
from typing import Any

import grpc
import pytest
from google.rpc import code_pb2

import timelines
from tests.fake_server import Handler, fail, serve
from timelines import (
    TLS,
    Client,
    DeadlineError,
    FieldViolation,
    InvalidQuestionError,
    NotFoundError,
    OverloadedError,
    TimelinesError,
    UnreachableError,
)
from timelines.errors import BY_CODE, SettingsError
from timelines.failures import item_error, unreachable
from timelines.settings import Settings
from timelines.v1.error_pb2 import Error

KINDS = [
    kind for kind in vars(timelines.errors).values() if isinstance(kind, type) and issubclass(kind, TimelinesError)
]
HERE = Settings("127.0.0.1:8433", None, None, 10.0)


def raised(handler: Handler) -> TimelinesError:
    """What a client raises when a server handles a question so."""
    with serve(Forecast=handler) as fake, Client(fake.address) as client, pytest.raises(TimelinesError) as caught:
        client.when(flop=1e29)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_errors_survive_pickle(kind: type[TimelinesError]) -> None:
    violation = FieldViolation("question.target", "wrong")
    error = kind("what is wrong", reason="REASON", field_violations=[violation], retry_after_s=2.5)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (str(again), again.reason, again.retry_after_s) == ("what is wrong", "REASON", 2.5)
    assert again.field_violations == (violation,)
    assert again.code == error.code


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_exported_and_drawn_in_the_tree(kind: type[TimelinesError]) -> None:
    assert kind.__name__ in timelines.__all__
    assert kind.__name__ in (timelines.errors.__doc__ or "")


def test_errors_are_also_what_python_calls_them() -> None:
    builtins = {
        "InvalidQuestionError": ValueError,
        "NotFoundError": LookupError,
        "DeadlineError": TimeoutError,
        "UnreachableError": ConnectionError,
        "UnauthenticatedError": PermissionError,
        "PermissionDeniedError": PermissionError,
    }
    for name, builtin in builtins.items():
        assert issubclass(getattr(timelines, name), builtin), name


@pytest.mark.parametrize("code", sorted(set(code_pb2.Code.keys()) - {"OK"}))
def test_every_status_has_its_error(code: str) -> None:
    error = raised(fail(grpc.StatusCode[code], "in words", "SOME_REASON"))
    assert type(error) is BY_CODE.get(code, timelines.ServerError)
    assert (error.code, error.reason, error.message) == (code, "SOME_REASON", "in words")
    assert isinstance(error.__cause__, grpc.RpcError)


def test_field_violations_arrive() -> None:
    handler = fail(grpc.StatusCode.INVALID_ARGUMENT, "unknown scale", "UNKNOWN_NAME", {"question.target": "unknown"})
    assert raised(handler).field_violations == (FieldViolation("question.target", "unknown"),)


def test_details_that_are_garbage_do_no_harm() -> None:
    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff"),))
        context.abort(grpc.StatusCode.NOT_FOUND, "plain words")

    error = raised(handler)
    assert isinstance(error, NotFoundError)
    assert (str(error), error.reason) == ("plain words", "NOT_FOUND")


def test_an_overloaded_server_says_when_to_ask_again() -> None:
    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        context.set_trailing_metadata((("grpc-retry-pushback-ms", "1500"),))
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much to do")

    with serve(Forecast=handler) as fake, Client(fake.address) as client:
        with pytest.raises(OverloadedError) as caught:
            client.when(flop=1e29)
        assert len(fake.requests("Forecast")) == 1  # what is exhausted is not retried
    assert caught.value.retry_after_s == 1.5


def test_a_request_that_is_too_large_is_the_callers_fault() -> None:
    with serve() as fake, Client(fake.address) as client, pytest.raises(InvalidQuestionError) as caught:
        client.when(flop=1e29, posterior="x" * 5_000_000)
    assert caught.value.reason == "MESSAGE_TOO_LARGE"
    assert "too large" in str(caught.value)


def test_an_error_in_a_batch_is_the_error_of_a_call() -> None:
    message = Error(code="NOT_FOUND", reason="POSTERIOR_NOT_FOUND", message="no posterior")
    message.field_violations.add(field="question.posterior", description="none such")
    error = item_error(message)
    assert type(error) is NotFoundError
    assert (error.code, error.reason, str(error)) == ("NOT_FOUND", "POSTERIOR_NOT_FOUND", "no posterior")
    assert error.field_violations == (FieldViolation("question.posterior", "none such"),)
    assert type(item_error(Error(code="DATA_LOSS"))) is timelines.ServerError


# What gRPC says in version 1.75 and in 1.85, and a word of the cause that people need.
NEW, OLD = "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: ", "Ssl handshake failed: "
CAUSES = [
    (f"{NEW}Tls handshake failed (TSI_PROTOCOL_FAILURE): CERTIFICATE_VERIFY_FAILED: unable to get issuer", "ca_file="),
    (f"{NEW}{OLD}SSL_ERROR_SSL: CERTIFICATE_VERIFY_FAILED", "ca_file="),
    (f"{NEW}Custom verification check failed: Hostname Verification Check failed.", "another name"),
    (f"{NEW}Peer name 127.0.0.1 is not in peer certificate", "another name"),
    (f"{NEW}{OLD}WRONG_VERSION_NUMBER: Invalid certificate verification context", "the server does not"),
    (f"{NEW}Failed to create security handshaker.", "TLS files"),
    ("empty address list", "TLS files"),
    (f"{NEW}Failed to connect to remote host: Connection refused", "timelines serve"),
    (f"{NEW}Trying to connect an http1.x server (HTTP status 400)", "something else than gRPC"),
    ("DNS resolution failed for nowhere.invalid:1: Domain name not found", "no such host"),
    ("errors resolving nowhere.invalid:1: Domain name not found", "no such host"),
    ("ping timeout", "stopped answering"),
    ("Socket closed", "connection was lost"),
]


@pytest.mark.parametrize(("details", "cause"), CAUSES)
def test_the_likely_cause_is_said(details: str, cause: str) -> None:
    said = unreachable(details, HERE)
    assert cause in said
    assert "127.0.0.1:8433" in said
    assert details in said


@pytest.mark.parametrize(
    ("tls", "cause"),
    [(None, "tls=True"), (TLS("ca.pem"), "cert_file= and key_file="), (TLS("ca.pem", "c", "k"), "does not accept")],
)
def test_a_server_that_hangs_up_at_once_probably_wants_more_tls(tls: TLS | None, cause: str) -> None:
    details = "failed to connect to all addresses; last error: UNAVAILABLE: ipv4:127.0.0.1:1: Socket closed"
    assert cause in unreachable(details, Settings("127.0.0.1:8433", None, tls, 10.0))


def test_settings_errors_are_timelines_errors() -> None:
    assert issubclass(SettingsError, TimelinesError)
    assert issubclass(DeadlineError, TimelinesError)
    assert issubclass(UnreachableError, TimelinesError)
