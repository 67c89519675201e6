"""How connections to the server are: what it listens with, and the bare echo beside it in the benchmarks too."""

from __future__ import annotations

from typing import Any

MAX_REQUEST_BYTES = 1 << 20
"""The receive limit, 1 MiB: gRPC refuses a larger message with RESOURCE_EXHAUSTED before it is read."""


def channel_options(reuse_port: bool = False) -> list[tuple[str, Any]]:
    """Options of a gRPC server.

    Parameters
    ----------
    reuse_port : bool
        Whether the port is shared with other servers that do so too.
    """
    return [
        ("grpc.so_reuseport", int(reuse_port)),
        ("grpc.max_receive_message_length", MAX_REQUEST_BYTES),
        # What a stream sends ahead stays within 64 KiB; probing would let it grow to megabytes that nobody reads yet.
        ("grpc.http2.bdp_probe", 0),
        # Clients may ask every 5 s whether the server is still there, also between calls.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
        # A client whose machine is gone is noticed, so that its streams end.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
    ]
