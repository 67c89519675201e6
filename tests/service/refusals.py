"""What a refused call tells its caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status


@dataclass(slots=True)
class Refusal:
    """Filled in when the block under `refused` has ended.

    Attributes
    ----------
    code : grpc.StatusCode
        The status.
    reason : str
        Of its ErrorInfo.
    message : str
        For people.
    fields : tuple of str
        Paths of the fields that are wrong.
    """

    code: grpc.StatusCode = grpc.StatusCode.OK
    reason: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()


@contextmanager
def refused(code: grpc.StatusCode, reason: str, match: str = "") -> Iterator[Refusal]:
    """Hold that the block's call is refused so, with a message that matches and names no path of the server's."""
    told = Refusal()
    with pytest.raises(grpc.RpcError, match=match or None) as caught:
        yield told
    status = rpc_status.from_call(caught.value)
    assert status is not None, f"no details: {caught.value}"
    told.code, told.message = caught.value.code(), status.message
    for detail in status.details:
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            told.reason = info.reason
        if detail.Unpack(request):
            told.fields = tuple(violation.field for violation in request.field_violations)
    assert (told.code, told.reason) == (code, reason), told.message
    assert "/tmp" not in told.message
