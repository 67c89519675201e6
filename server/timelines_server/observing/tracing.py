"""Spans of calls by OpenTelemetry, for those who ask for them: the extra `tracing`, and `timelines serve --trace`.

A caller's `traceparent` (W3C) is carried on; whether a call is sampled is decided by the caller, else by
OTEL_TRACES_SAMPLER, else for one call in twenty. Spans go where OTEL_EXPORTER_OTLP_ENDPOINT says. They hold the method,
the status and the call's number in the log, and nothing of what was asked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from importlib import import_module
from typing import Any

from grpc import StatusCode

from forecast.errors import InputError
from timelines_server.manners.calls import CALL, Context
from timelines_server.manners.status import code_of

SAMPLED_SHARE = 0.05
MISSING = "tracing needs OpenTelemetry; install it with: pip install 'ai-timelines[server,tracing]'"
_CARRIED = ("traceparent", "tracestate")
_SERVERS_FAULT = frozenset(
    {
        StatusCode.UNKNOWN,
        StatusCode.DEADLINE_EXCEEDED,
        StatusCode.UNIMPLEMENTED,
        StatusCode.INTERNAL,
        StatusCode.UNAVAILABLE,
        StatusCode.DATA_LOSS,
    }
)


class Tracing:
    """Makes a span of each call that is sampled.

    Parameters
    ----------
    exporter : opentelemetry.sdk.trace.export.SpanExporter, optional
        Where spans go, one by one, as tests need it. Default: in batches to a collector, by OTLP over HTTP.
    sampled_share : float
        Share of the calls that are sampled where neither the caller nor OTEL_TRACES_SAMPLER says.

    Raises
    ------
    InputError
        OpenTelemetry is not installed; the message says what to install.
    """

    def __init__(self, exporter: Any = None, sampled_share: float = SAMPLED_SHARE) -> None:
        trace = _opentelemetry("trace")
        self._extract = _opentelemetry("propagate").extract
        self._kind, self._failed = trace.SpanKind.SERVER, trace.Status(trace.StatusCode.ERROR)
        provider = _opentelemetry("sdk.trace").TracerProvider
        self._provider = provider(sampler=_sampler(sampled_share), resource=_resource())
        self._provider.add_span_processor(_processor(exporter))
        self._tracer = self._provider.get_tracer("timelines_server")

    def around(self, method: str, serve: Callable[[Any, Context], Any], *, stream: bool) -> Callable[..., Any]:
        """The behaviour of a method, in a span.

        Parameters
        ----------
        method : str
            Full path of the method.
        serve : callable
            Its behaviour: takes request and context.
        stream : bool
            Whether it answers with a stream.
        """

        async def unary(request: Any, context: Context) -> Any:
            """Answer with one message."""
            with self._span(method, context):
                return await serve(request, context)

        async def streamed(request: Any, context: Context) -> AsyncIterator[Any]:
            """Answer with a stream."""
            with self._span(method, context):
                async with aclosing(serve(request, context)) as responses:
                    async for response in responses:
                        yield response

        return streamed if stream else unary

    def close(self) -> None:
        """Send what is waiting to be sent."""
        self._provider.shutdown()

    @contextmanager
    def _span(self, method: str, context: Context) -> Iterator[None]:
        span = self._tracer.start_span(method[1:], self._parent(context), self._kind, _attributes(method))
        code = StatusCode.OK
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            code = StatusCode.CANCELLED
            raise
        except BaseException as error:
            code = code_of(error) or StatusCode.INTERNAL
            raise
        finally:
            span.set_attribute("rpc.grpc.status_code", code.value[0])
            if code in _SERVERS_FAULT:
                span.set_status(self._failed)
            span.end()

    def _parent(self, context: Context) -> Any:
        return self._extract({key: value for key, value in context.invocation_metadata() or () if key in _CARRIED})


def _attributes(method: str) -> dict[str, str]:
    service, _, name = method[1:].rpartition("/")
    call = CALL.get()
    called = {"timelines.call_id": call.id} if call else {}
    return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name, **called}


def _opentelemetry(module: str) -> Any:
    """A module of OpenTelemetry, which is no dependency of the server's."""
    try:
        return import_module(f"opentelemetry.{module}")
    except ModuleNotFoundError as error:
        raise InputError(MISSING, field="trace") from error


def _sampler(share: float) -> Any:
    """None leaves the choice to the environment."""
    sampling = _opentelemetry("sdk.trace.sampling")
    return None if "OTEL_TRACES_SAMPLER" in os.environ else sampling.ParentBasedTraceIdRatio(share)


def _resource() -> Any:
    """OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before our own name."""
    resource = _opentelemetry("sdk.resources").Resource
    created = resource.create()
    unnamed = str(created.attributes["service.name"]).startswith("unknown_service")
    return created.merge(resource({"service.name": "timelines"})) if unnamed else created


def _processor(exporter: Any) -> Any:
    export = _opentelemetry("sdk.trace.export")
    if exporter is not None:
        return export.SimpleSpanProcessor(exporter)
    return export.BatchSpanProcessor(_opentelemetry("exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter())
