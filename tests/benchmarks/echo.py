"""A bare echo on the server's stack: answers every call with the bytes that it reads from standard input.

    python -m tests.benchmarks.echo [messages] < ANSWER

prints its port and echoes until killed. grpc.aio under uvloop in one process, with the options and the allocator of
`timelines serve`, and nothing else: bytes come in, bytes of an answer's size go out, no messages are parsed, and no
call has a token, a limit, a metric or a line in a log. With `messages` each request is parsed and an answer's message,
which is there already, is written: what any server of these protos does, with its work left out.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import grpc
import uvloop

from timelines_server.allocator import return_large_blocks
from timelines_server.channel import channel_options

METHOD = "/echo.Echo/Echo"


async def serve(answer: Any, **converters: Any) -> None:
    """Echo on a free port of loopback."""

    async def echo(_request: Any, _context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        return answer

    server = grpc.aio.server(options=channel_options())
    handlers = {"Echo": grpc.unary_unary_rpc_method_handler(echo, **converters)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("echo.Echo", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination(600)


def run(answer: bytes, messages: bool) -> None:
    """Echo until killed."""
    return_large_blocks()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if not messages:
            runner.run(serve(answer))
        from timelines.v1.forecast_service_pb2 import ForecastRequest, ForecastResponse

        reading, writing = ForecastRequest.FromString, ForecastResponse.SerializeToString
        made = ForecastResponse.FromString(answer)
        runner.run(serve(made, request_deserializer=reading, response_serializer=writing))


if __name__ == "__main__":
    run(sys.stdin.buffer.read(), "messages" in sys.argv[1:])
