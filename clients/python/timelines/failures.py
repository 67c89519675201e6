"""What gRPC raised -> an error of our own: the server's details where it sent some, else the likely cause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from timelines.errors import BY_CODE, FieldViolation, InvalidQuestionError, ServerError, TimelinesError

if TYPE_CHECKING:
    import grpc

    from timelines.settings import Settings
    from timelines.v1.error_pb2 import Error

DETAILS_KEY = "grpc-status-details-bin"
PUSHBACK_KEY = "grpc-retry-pushback-ms"

# What gRPC says, in its versions -> what is probably wrong. Waiting mends none of these.
_HOPELESS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "its certificate is not signed by an authority that this client trusts, or has expired; give ca_file= "
        "(TIMELINES_TLS_CA), the certificate of the authority that signed the server's",
    ),
    (
        ("Hostname Verification Check failed", "is not in peer certificate"),
        "its certificate is for another name; call it by a name or address that the certificate lists",
    ),
    (
        ("WRONG_VERSION_NUMBER",),
        "this client speaks TLS and the server does not; leave tls out, or start the server with TLS",
    ),
    (
        ("Failed to create security handshaker", "empty address list"),
        "the TLS files cannot be used; give a certificate, and the key that belongs to it",
    ),
    (("http1.x server",), "something else than gRPC answers there; see the port"),
    (("Domain name not found", "DNS resolution failed"), "there is no such host; see the name"),
)
_CLOSED = ("Socket closed", "onnection reset", "Broken pipe", "handshake")
_FROZEN = ("ping timeout", "eepalive", "timed out")
_BROKE_OFF = "Internal error from Core"  # grpc.aio, when it writes to a stream that has just broken
_NO_CONNECTION = ("failed to connect", "handshake", "empty address list", "DNS", "resolving", "http1.x")


def hopeless(details: str) -> str:
    """Why waiting cannot help; empty where it might."""
    for parts, cause in _HOPELESS:
        if any(part in details for part in parts):
            return cause
    return ""


def error_of(failure: grpc.RpcError, settings: Settings, timeout_s: float | None = None) -> TimelinesError:
    """The error that a failed call is raised as."""
    code, details = "UNAVAILABLE" if broke_off(failure) else failure.code().name, failure.details() or ""
    sent: dict[str, str | bytes] = dict(cast("Any", failure.trailing_metadata()) or ())
    reason, message, violations = _read_details(sent.get(DETAILS_KEY))
    if code == "RESOURCE_EXHAUSTED" and "larger than max" in details:
        text = f"the request or its answer is too large: {details}"
        return InvalidQuestionError(text, code=code, reason="MESSAGE_TOO_LARGE")
    return BY_CODE.get(code, ServerError)(
        message or _explain(code, details, settings, timeout_s),
        code=code,
        reason=reason or ("UNREACHABLE" if code == "UNAVAILABLE" else ""),
        field_violations=violations,
        retry_after_s=_pushback(sent.get(PUSHBACK_KEY)),
    )


def broke_off(failure: grpc.RpcError) -> bool:
    """Whether a write failed because the stream had ended; what ended it is not told."""
    return failure.code().name == "INTERNAL" and failure.details() == _BROKE_OFF


def item_error(error: Error) -> TimelinesError:
    """The error of one question of a batch."""
    violations = [FieldViolation(item.field, item.description) for item in error.field_violations]
    kind = BY_CODE.get(error.code, ServerError)
    return kind(error.message, code=error.code, reason=error.reason, field_violations=violations)


def _read_details(content: str | bytes | None) -> tuple[str, str, Iterable[FieldViolation]]:
    """Reason, message and fields out of the details that the server sent."""
    if not isinstance(content, bytes):
        return "", "", ()
    from google.protobuf.message import DecodeError
    from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

    reason, violations = "", []
    try:
        status = status_pb2.Status.FromString(content)
        for detail in status.details:
            info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                reason = info.reason
            elif detail.Unpack(request):
                violations += [FieldViolation(item.field, item.description) for item in request.field_violations]
    except DecodeError:
        return "", "", ()
    return reason, status.message, violations


def _pushback(sent: str | bytes | None) -> float | None:
    try:
        milliseconds = int(cast("Any", sent))
    except (TypeError, ValueError):
        return None
    return milliseconds / 1000 if milliseconds >= 0 else None


def _explain(code: str, details: str, settings: Settings, timeout_s: float | None) -> str:
    """A message where the server sent none."""
    if code == "UNAVAILABLE":
        return unreachable(details, settings)
    if code == "DEADLINE_EXCEEDED":
        within = "in time" if timeout_s is None else f"within {timeout_s:g} s"
        return f"no answer from {settings.target} {within}; give a longer timeout=, or see that the server is not stuck"
    if code == "UNIMPLEMENTED":
        return f"the server at {settings.target} does not know this call; it is older than this client, or another's"
    if code == "CANCELLED":
        return f"the call was ended: the client was closed, or the server stopped ({details or 'no details'})"
    return details or f"the server at {settings.target} ended the call with {code} and said no more"


def unreachable(details: str, settings: Settings) -> str:
    """What is probably wrong with a connection, and what to do about it."""
    cause = hopeless(details)
    if not cause and any(part in details for part in _CLOSED) and any(part in details for part in _NO_CONNECTION):
        cause = _hung_up(settings)
    elif "onnection refused" in details:
        cause = "nothing listens there; start it with `timelines serve`, or give target= (TIMELINES_SERVER)"
    elif not cause and any(part in details for part in _FROZEN):
        cause = "it stopped answering; it is frozen, or the network between is gone"
    elif not cause:
        cause = "the connection was lost; the server stopped, or the network between is gone"
    return f"cannot reach {settings.target}: {cause} (gRPC says: {details})"


def _hung_up(settings: Settings) -> str:
    if settings.tls is None:
        return "it hung up at once, as a server does that wants TLS; give tls=True, or TLS(ca_file=...)"
    if settings.tls.cert_file is None:
        return "it hung up at once, as a server does that wants a client certificate; give cert_file= and key_file="
    return "it hung up at once; it probably does not accept the client certificate in cert_file="
