"""A bare echo on the server's stack: `python -m tests.benchmarks.echo BYTES` prints its port and echoes until killed.

grpc.aio under uvloop in one process, as `timelines serve`, and nothing else: bytes come in, bytes of an answer's size
go out, no messages are parsed, and no call has a token, a limit, a metric or a line in a log.
"""

from __future__ import annotations

import asyncio
import sys

import grpc
import uvloop

METHOD = "/echo.Echo/Echo"


async def serve(answer: bytes) -> None:
    """Echo on a free port of loopback."""

    async def echo(_request: bytes, _context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return answer

    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    handlers = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("echo.Echo", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination(600)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(bytes(int(sys.argv[1]))))
