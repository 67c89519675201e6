"""The arrivals of all draws -> chunks of a stream."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.engine.arrival import POSITIONS
from forecast.engine.checks import checked_int
from forecast.engine.draws import Draws
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.converters import answer

DEFAULT_CHUNK = 1_000
MAX_CHUNK = 10_000
_NUMBERS = [answer.POSITIONS.number[position] for position in POSITIONS]


def chunk_draws_of(request: pb.StreamDrawsRequest) -> int:
    """Draws in each chunk.

    Raises
    ------
    InputError
        When it is not from 1 to 10,000.
    """
    if not request.HasField("chunk_draws"):
        return DEFAULT_CHUNK
    return checked_int(request.chunk_draws, "chunk_draws", 1, MAX_CHUNK, "a number of draws")


def chunks(draws: Draws, chunk_draws: int) -> Iterator[pb.StreamDrawsResponse]:
    """The messages of a stream; the first says what would reproduce the draws.

    Parameters
    ----------
    draws : Draws
        All of them.
    chunk_draws : int
        How many in each message; the last may hold fewer.
    """
    total = len(draws.decimal_year)
    for offset in range(0, total, chunk_draws):
        part = slice(offset, offset + chunk_draws)
        yield pb.StreamDrawsResponse(
            offset=offset,
            total=total,
            decimal_year=draws.decimal_year[part].tolist(),
            position=[_NUMBERS[outcome] for outcome in draws.outcome[part].tolist()],
            provenance=None if offset else answer.provenance_proto(draws.provenance),
            gate=None if offset else answer.gate_proto(draws.gate),
        )
