"""A server in the test's own process that answers what the test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import grpc
from google.protobuf import any_pb2, json_format
from google.rpc import code_pb2, error_details_pb2, status_pb2

from forecast.engine.answer import Answer as EngineAnswer
from forecast.forecaster import Forecaster
from tests.wire import SERVICE_FILES
from timelines.v1 import answer_pb2
from timelines.v1 import forecast_service_pb2 as pb

HEALTH = "/grpc.health.v1.Health/Check"

Handler = Callable[[Any, grpc.ServicerContext], Any]


@dataclass
class FakeServer:
    """What it answers, by method name, and what it was asked.

    Attributes
    ----------
    replies : dict
        From a method's name to what handles its request.
    asked : list
        Pairs of method name and request, in order.
    metadata : list
        Of each call, as a dict.
    time_left : list
        Of each call, seconds until its deadline; None without one.
    """

    address: str = ""
    serving: bool = True
    replies: dict[str, Handler] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    metadata: list[dict[str, Any]] = field(default_factory=list)
    time_left: list[float | None] = field(default_factory=list)

    def note(self, method: str, request: Any, context: grpc.ServicerContext) -> None:
        """Remember a call."""
        self.asked.append((method, request))
        self.metadata.append(dict(context.invocation_metadata()))
        self.time_left.append(context.time_remaining())

    def handle(self, method: str) -> Handler:
        """What handles a method."""

        def handler(request: Any, context: grpc.ServicerContext) -> Any:
            self.note(method, request, context)
            return self.replies[method](request, context)

        return handler

    def health(self, request: bytes, context: grpc.ServicerContext) -> Any:
        """The health check, in bytes."""
        if "Check" in self.replies:
            return self.handle("Check")(request, context)
        self.note("Check", request, context)
        return b"\x08\x01" if self.serving else b"\x08\x02"

    def requests(self, method: str) -> list[Any]:
        """What a method was asked."""
        return [request for name, request in self.asked if name == method]


class Methods(grpc.GenericRpcHandler):
    """Every method of timelines.v1, and the health check."""

    def __init__(self, fake: FakeServer) -> None:
        self._handlers = {HEALTH: grpc.unary_unary_rpc_method_handler(fake.health)}
        for module in SERVICE_FILES:
            for service in module.DESCRIPTOR.services_by_name.values():
                for method in service.methods:
                    self._handlers[f"/{service.full_name}/{method.name}"] = self._handler(module, method, fake)

    @staticmethod
    def _handler(module: Any, method: Any, fake: FakeServer) -> grpc.RpcMethodHandler:
        kinds = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }
        request = getattr(module, method.input_type.name)
        return kinds[method.client_streaming, method.server_streaming](
            fake.handle(method.name),
            request_deserializer=request.FromString,
            response_serializer=lambda message: message.SerializeToString(),
        )

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        return self._handlers.get(details.method)


@contextmanager
def serve(
    address: str = "127.0.0.1:0", credentials: grpc.ServerCredentials | None = None, **replies: Handler
) -> Iterator[FakeServer]:
    """A fake server that listens, until the block ends."""
    fake = FakeServer(replies=replies)
    server = grpc.server(ThreadPoolExecutor(8), handlers=[Methods(fake)], options=[("grpc.so_reuseport", 0)])
    port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    fake.address = f"127.0.0.1:{port}"
    server.start()
    try:
        yield fake
    finally:
        server.stop(None).wait()


@cache
def forecaster() -> Forecaster:
    """The library on the shipped posterior."""
    return Forecaster.load()


def message_of(answer: EngineAnswer) -> answer_pb2.Answer:
    """The library's answer as the message that a server sends."""
    return json_format.ParseDict(answer.to_dict(), answer_pb2.Answer())


@cache
def library_answer() -> EngineAnswer:
    """API.md's question, answered by the library."""
    return forecaster().when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)


def canned(request: Any = None, context: Any = None) -> pb.ForecastResponse:
    """The same, as a reply."""
    return pb.ForecastResponse(answer=message_of(library_answer()))


def fail(code: grpc.StatusCode, message: str, reason: str = "", fields: dict[str, str] | None = None) -> Handler:
    """A handler that ends with a status and the details that a server of ours sends."""
    status = status_pb2.Status(code=code_pb2.Code.Value(code.name), message=message)
    details = [error_details_pb2.ErrorInfo(reason=reason, domain="timelines")]
    if fields:
        violations = [{"field": name, "description": text} for name, text in fields.items()]
        details.append(error_details_pb2.BadRequest(field_violations=violations))
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        if reason:
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(code, message)

    return handler
