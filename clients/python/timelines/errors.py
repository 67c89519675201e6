"""The one error tree of the client. Every error says what is wrong, with which value, and what to do about it.

TimelinesError                                 code, reason, message, field_violations
├── SettingsError (ValueError)                 how the client was made: target, token, TLS, timeout
├── InvalidQuestionError (ValueError)          INVALID_ARGUMENT, OUT_OF_RANGE, or a request that is too large
├── NotFoundError (LookupError)                NOT_FOUND
├── NameTakenError (ValueError)                ALREADY_EXISTS
├── PreconditionError                          FAILED_PRECONDITION, ABORTED: not with this posterior, not now
├── UnauthenticatedError (PermissionError)     UNAUTHENTICATED: no token, or one that the server does not know
├── PermissionDeniedError (PermissionError)    PERMISSION_DENIED: the token's scope does not reach so far
├── OverloadedError                            RESOURCE_EXHAUSTED: ask again after `retry_after_s`
├── DeadlineError (TimeoutError)               DEADLINE_EXCEEDED
├── UnreachableError (ConnectionError)         UNAVAILABLE: no connection, or a server that is not ready
├── CallCancelledError                         CANCELLED: the client was closed, or the server drained
└── ServerError                                INTERNAL, UNKNOWN, UNIMPLEMENTED, DATA_LOSS: the server's fault

The errors can be pickled; what gRPC raised is their `__cause__`. Nothing here imports gRPC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field that is wrong: its path in the request, such as `question.target.loss.scale`, and what is wrong."""

    field: str
    description: str


class TimelinesError(Exception):
    """Base of everything that this package raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong, with which value, and what to do about it; for people.
    code : str, optional
        Name of the gRPC status code, such as `INVALID_ARGUMENT`.
    reason : str, optional
        Reason in UPPER_SNAKE, such as `UNKNOWN_NAME`; stable, for programs.
    field_violations : iterable of FieldViolation
        The fields that are wrong.
    retry_after_s : float, optional
        Seconds after which the server wants to be asked again, where it said so.
    """

    default_code = "UNKNOWN"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        reason: str = "",
        field_violations: Iterable[FieldViolation] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.reason = reason or self.code
        self.field_violations = tuple(field_violations)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        details = (self.code, self.reason, self.field_violations, self.retry_after_s)
        return _rebuild, (type(self), self.message, *details)


def _rebuild(
    kind: type[TimelinesError],
    message: str,
    code: str,
    reason: str,
    violations: tuple[FieldViolation, ...],
    retry_after_s: float | None,
) -> TimelinesError:
    """An error out of a pickle."""
    return kind(message, code=code, reason=reason, field_violations=violations, retry_after_s=retry_after_s)


class SettingsError(TimelinesError, ValueError):
    """The client cannot be made like this: its target, token, TLS files or timeout are wrong."""

    default_code = "INVALID_ARGUMENT"


class InvalidQuestionError(TimelinesError, ValueError):
    """The question, or another request, is wrong; the caller can mend it."""

    default_code = "INVALID_ARGUMENT"


class NotFoundError(TimelinesError, LookupError):
    """Nothing has this name; the message lists what there is."""

    default_code = "NOT_FOUND"


class NameTakenError(TimelinesError, ValueError):
    """Something else has this name already."""

    default_code = "ALREADY_EXISTS"


class PreconditionError(TimelinesError):
    """The request is right and cannot be met as things stand, such as a posterior that its gates refused."""

    default_code = "FAILED_PRECONDITION"


class UnauthenticatedError(TimelinesError, PermissionError):
    """No token was sent, or one that the server does not know."""

    default_code = "UNAUTHENTICATED"


class PermissionDeniedError(TimelinesError, PermissionError):
    """The token's scope does not reach so far."""

    default_code = "PERMISSION_DENIED"


class OverloadedError(TimelinesError):
    """The server has too much to do; ask again after `retry_after_s`."""

    default_code = "RESOURCE_EXHAUSTED"


class DeadlineError(TimelinesError, TimeoutError):
    """There was no answer within the timeout."""

    default_code = "DEADLINE_EXCEEDED"


class UnreachableError(TimelinesError, ConnectionError):
    """No connection, or a server that cannot answer yet; the message says the likely cause."""

    default_code = "UNAVAILABLE"


class CallCancelledError(TimelinesError):
    """The call was ended from outside: the client was closed, or the server stopped."""

    default_code = "CANCELLED"


class ServerError(TimelinesError):
    """The server failed, or does not know this call."""

    default_code = "INTERNAL"


BY_CODE: dict[str, type[TimelinesError]] = {
    "INVALID_ARGUMENT": InvalidQuestionError,
    "OUT_OF_RANGE": InvalidQuestionError,
    "NOT_FOUND": NotFoundError,
    "ALREADY_EXISTS": NameTakenError,
    "FAILED_PRECONDITION": PreconditionError,
    "ABORTED": PreconditionError,
    "UNAUTHENTICATED": UnauthenticatedError,
    "PERMISSION_DENIED": PermissionDeniedError,
    "RESOURCE_EXHAUSTED": OverloadedError,
    "DEADLINE_EXCEEDED": DeadlineError,
    "UNAVAILABLE": UnreachableError,
    "CANCELLED": CallCancelledError,
}
"""The error for each status code; every other code is a `ServerError`."""


def invalid(message: str, field: str, reason: str = "INVALID_INPUT") -> InvalidQuestionError:
    """A question that is refused before it is sent, with the path of its field."""
    return InvalidQuestionError(message, reason=reason, field_violations=(FieldViolation(field, message),))
