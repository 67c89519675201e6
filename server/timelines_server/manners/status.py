"""What an error becomes on the wire: a status code, a reason, words, and the fields that are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]  # ships no types
from grpc import StatusCode
from grpc_status import rpc_status  # type: ignore[import-untyped]  # ships no types

from forecast.catalogue.failures import CatalogueUnavailableError, LostClaimError, NotListedError, QueueFullError
from forecast.catalogue.named.scenario_store import ScenarioTakenError
from forecast.catalogue.named.studies import ScaleTakenError
from forecast.errors import (
    ArtefactError,
    DataError,
    ForecastError,
    InputError,
    PosteriorNotFoundError,
    StoppedError,
    StorageError,
    UnansweredError,
)
from forecast.posterior.selection import PosteriorRefusedError
from timelines.v1 import error_pb2
from timelines_server.manners.wording import clean, names_a_path
from timelines_server.resources import ResourceNotFoundError
from timelines_server.state.current import NotReadyError

DOMAIN = "timelines"
VIOLATIONS = 50
METHOD_CHARACTERS = 200
"""How much of a path that no method has is told."""
_FIELD_CHARACTERS = 200
_DESCRIPTION_CHARACTERS = 400
# gRPC sends details as trailers and refuses more than 8 KiB of those; the rest is for names and other trailers.
_TRAILER_BYTES = 7_000
_MESSAGE_BYTES = 4_700
_BASE64 = 4 / 3
_FIRST = re.compile(r"[.\[]")


class CallError(ForecastError):
    """A call that is refused for a reason of its own, before or beside the question in it.

    Parameters
    ----------
    code : grpc.StatusCode
        The status it ends with.
    reason : str
        In UPPER_SNAKE, for programs.
    message : str
        What is wrong and what to do, for people.
    caller : str
        Name of the token that the call came with, for the log; empty for none.
    """

    def __init__(self, code: StatusCode, reason: str, message: str, *, caller: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.caller = caller


def no_such_method(method: str) -> CallError:
    """What a call ends with that is not there, or that nobody gave a scope.

    Parameters
    ----------
    method : str
        Its path, as the caller sent it.
    """
    name = clean(method, METHOD_CHARACTERS)
    return CallError(StatusCode.UNIMPLEMENTED, "NO_SUCH_METHOD", f"this server does not serve {name}; see timelines.v1")


# The first class that fits decides.
_CODES: tuple[tuple[type[ForecastError], StatusCode], ...] = (
    (PosteriorNotFoundError, StatusCode.NOT_FOUND),
    (ResourceNotFoundError, StatusCode.NOT_FOUND),
    (NotListedError, StatusCode.NOT_FOUND),
    (QueueFullError, StatusCode.RESOURCE_EXHAUSTED),
    (LostClaimError, StatusCode.ABORTED),
    (ScaleTakenError, StatusCode.ALREADY_EXISTS),
    (ScenarioTakenError, StatusCode.ALREADY_EXISTS),
    (UnansweredError, StatusCode.FAILED_PRECONDITION),
    (PosteriorRefusedError, StatusCode.FAILED_PRECONDITION),
    (ArtefactError, StatusCode.FAILED_PRECONDITION),
    (NotReadyError, StatusCode.UNAVAILABLE),
    (StorageError, StatusCode.UNAVAILABLE),
    (StoppedError, StatusCode.CANCELLED),
    (InputError, StatusCode.INVALID_ARGUMENT),
)
_STORAGE = "the server cannot use its own state folder; its operator finds the cause in its log"
_CATALOGUE = "the server cannot reach its catalogue now, and forecasts go on; try again in a moment"
_ON_THE_SERVER = "the server's own files fail a check; its operator finds the cause in its log"


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that is wrong.

    Attributes
    ----------
    field : str
        Its path in the request, such as `question.target.loss.scale`.
    description : str
        What is wrong with it.
    """

    field: str
    description: str


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call, or one item of a stream, ends without an answer.

    Attributes
    ----------
    code : grpc.StatusCode
        The status.
    reason : str
        In UPPER_SNAKE, stable, for programs.
    message : str
        For people; one line of at most 2,000 characters.
    violations : tuple of Violation
        The fields that are wrong, at most 50.
    pushback_ms : int, optional
        When to come back, milliseconds.
    """

    code: StatusCode
    reason: str
    message: str
    violations: tuple[Violation, ...] = ()
    pushback_ms: int | None = None

    @classmethod
    def of(cls, error: BaseException, request: Any = None, call_id: str = "") -> Failure:
        """The failure that an error stands for; nothing of an unforeseen one is told but where its traceback is.

        Parameters
        ----------
        error : BaseException
            What was raised.
        request : protobuf message, optional
            What was asked: fields of its question are named with `question.` before them.
        call_id : str
            What the server's log calls this call.
        """
        code = code_of(error)
        if code is None or not isinstance(error, ForecastError):
            return cls(StatusCode.INTERNAL, "INTERNAL", _unforeseen(call_id))
        message = _message(error)
        violations = _violations(error, code, message, request)
        return cls(code, error.reason, message, violations, getattr(error, "pushback_ms", None))

    def to_proto(self) -> error_pb2.Error:
        """As the message that stands in a stream instead of an answer."""
        listed = [error_pb2.FieldViolation(field=one.field, description=one.description) for one in self.violations]
        return error_pb2.Error(code=self.code.name, reason=self.reason, message=self.message, field_violations=listed)

    def to_status(self) -> tuple[StatusCode, str, tuple[tuple[str, str | bytes], ...]]:
        """Code, message and trailing metadata: `google.rpc` details and when to come back, under 8 KiB in all."""
        number: int = self.code.value[0]
        message, room = _shortened(self.message)
        details = [_packed(error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN))]
        fitting = list(_fitting(self.violations, room))
        if fitting:
            details.append(_packed(error_details_pb2.BadRequest(field_violations=fitting)))
        rich = rpc_status.to_status(status_pb2.Status(code=number, message=message, details=details))
        trailers: tuple[tuple[str, str | bytes], ...] = tuple(rich.trailing_metadata)
        if self.pushback_ms is not None:
            trailers += (("grpc-retry-pushback-ms", str(self.pushback_ms)),)
        return self.code, message, trailers


def code_of(error: BaseException) -> StatusCode | None:
    """The status that an error of ours stands for; None for one that nobody foresaw."""
    if isinstance(error, CallError):
        return error.code
    return next((code for kind, code in _CODES if isinstance(error, kind)), None)


def _unforeseen(call_id: str) -> str:
    under = f" under call {call_id}" if call_id else ""
    return f"the server failed on this call; its operator finds the cause in its log{under}"


def _message(error: ForecastError) -> str:
    if isinstance(error, CatalogueUnavailableError):
        return _CATALOGUE
    if isinstance(error, StorageError):
        return _STORAGE
    if isinstance(error, ArtefactError | DataError | NotReadyError) and names_a_path(error.message):
        return _ON_THE_SERVER
    return clean(error.message)


def _path(field: str, request: Any) -> str:
    """Where the field stands in the request: errors name fields of the question in it, or of the request itself."""
    descriptor = getattr(request, "DESCRIPTOR", None)
    own = descriptor.fields_by_name if descriptor is not None else ()
    return f"question.{field}" if "question" in own and _FIRST.split(field, 1)[0] not in own else field


def _violations(error: ForecastError, code: StatusCode, message: str, request: Any) -> tuple[Violation, ...]:
    """Those that the error lists itself, or else the one field that it names."""
    if code in (StatusCode.UNAVAILABLE, StatusCode.CANCELLED) or isinstance(error, ArtefactError):
        return ()
    listed: Iterable[tuple[str, str]] = getattr(error, "violations", ()) or [(error.field, message)]
    named = [(_path(field, request), said) for field, said in listed if field]
    return tuple(
        Violation(clean(field, _FIELD_CHARACTERS), clean(said, _DESCRIPTION_CHARACTERS))
        for field, said in named[:VIOLATIONS]
    )


def _packed(detail: Any) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed


def _shortened(message: str) -> tuple[str, float]:
    """The message as far as it fits, and the bytes that are left for violations.

    It travels twice: percent-encoded as `grpc-message`, and in the details, which are base64.
    """
    while (cost := len(quote(message, safe=" ")) * 1.0 + len(message.encode()) * _BASE64) > _MESSAGE_BYTES:
        message = clean(message, len(message) * 9 // 10)
    return message, _TRAILER_BYTES - cost


def _fitting(violations: tuple[Violation, ...], room: float) -> Iterable[error_details_pb2.BadRequest.FieldViolation]:
    for one in violations:
        told = error_details_pb2.BadRequest.FieldViolation(field=one.field, description=one.description)
        room -= (told.ByteSize() + 3) * _BASE64
        if room < 0:
            return
        yield told
