"""What so many questions a second need, and what gives way first: arithmetic from what a run measured, nothing else.

    cores      rate x CPU of a call / the share of a core that may be busy
    processes  as many: a server's loop and its threads share one interpreter
    memory     processes x what one holds that no other process of the machine shares
    egress     rate x bytes of an answer on the wire
    log        rate x bytes of a call's line

A call on the wire is its message and what carries it: the prefix of a gRPC message (5 bytes), the frames of HTTP/2 (9
bytes each: headers, data, trailers; RFC 9113, section 4.1), about 60 bytes of headers that the connection has not sent
before, and 66 bytes of Ethernet, IP and TCP for each segment of 1,448.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.benchmarks.stored import Run

HOT = "hot Forecast, busy"
BATCHED, SAME, WIRE = "ForecastBatch, each answer", "hot Forecast, the same question", "gzip of an answer"
BUSY = 0.6
"""Of a core: beyond it, callers who come at random wait more than the call takes."""
MACHINE_CORES, CARD_BIT_S, LOG_DAY_BYTES = 64, 25e9, 1e12
PREFIX, FRAME, FRAMES, HEADERS, SEGMENT, CARRIER = 5, 9, 3, 60, 1448, 66
DAY_S = 86_400


@dataclass(frozen=True)
class Costs:
    """Of one call, measured: CPU of the server, of the same in a batch, of a question that was asked before, of gzip;
    memory that a process holds alone; bytes of the answer, of it under gzip, and of the log's line."""

    call_s: float
    batched_s: float
    same_s: float
    gzip_s: float
    process_mb: float
    answer_bytes: float
    gzip_bytes: float
    log_bytes: float


@dataclass(frozen=True)
class Needs:
    """Of a rate of calls a second; bits and bytes are decimal."""

    rate: float
    cores: float
    processes: int
    machines: int
    memory_gb: float
    egress_gbit_s: float
    gzip_egress_gbit_s: float
    gzip_cores: float
    log_mb_s: float
    log_tb_day: float


@dataclass(frozen=True)
class Ceiling:
    """What gives way at a rate, and what is done about it."""

    what: str
    rate: float
    then: str


def costs_of(run: Run) -> Costs | None:
    """The costs in a run; None where it has not all of the rows."""
    rows = run.rows
    if not {HOT, BATCHED, SAME, WIRE} <= rows.keys():
        return None
    wire = rows[WIRE].info
    return Costs(
        call_s=rows[HOT].median_s,
        batched_s=rows[BATCHED].median_s,
        same_s=rows[SAME].median_s,
        gzip_s=rows[WIRE].median_s,
        process_mb=next((row.info["own_mb"] for row in rows.values() if "own_mb" in row.info), rows[HOT].peak_mb),
        answer_bytes=wire["answer_bytes"],
        gzip_bytes=wire["answer_gzip_bytes"],
        log_bytes=wire["log_bytes"],
    )


def on_the_wire(message_bytes: float) -> float:
    """Bytes of a message with what carries it."""
    framed = message_bytes + PREFIX + FRAMES * FRAME + HEADERS
    return framed + CARRIER * math.ceil(framed / SEGMENT)


def needs(costs: Costs, rate: float) -> Needs:
    """What so many calls a second need, each a question that was not asked before."""
    cores = rate * costs.call_s / BUSY
    return Needs(
        rate=rate,
        cores=cores,
        processes=math.ceil(cores),
        machines=math.ceil(cores / MACHINE_CORES),
        memory_gb=math.ceil(cores) * costs.process_mb / 1000,
        egress_gbit_s=rate * on_the_wire(costs.answer_bytes) * 8 / 1e9,
        gzip_egress_gbit_s=rate * on_the_wire(costs.gzip_bytes) * 8 / 1e9,
        gzip_cores=rate * costs.gzip_s / BUSY,
        log_mb_s=rate * costs.log_bytes / 1e6,
        log_tb_day=rate * costs.log_bytes * DAY_S / 1e12,
    )


def ceilings(costs: Costs) -> list[Ceiling]:
    """What gives way, the first first."""
    found = [
        Ceiling("the core of one server process", BUSY / costs.call_s, "more processes, on ports of their own"),
        Ceiling(
            "the log, at 1 TB a day", LOG_DAY_BYTES / DAY_S / costs.log_bytes, "ship it, sample it, or count instead"
        ),
        Ceiling(f"a machine of {MACHINE_CORES} cores", MACHINE_CORES * BUSY / costs.call_s, "more machines"),
        Ceiling(
            f"a network card of {CARD_BIT_S / 1e9:g} Gbit/s",
            CARD_BIT_S / 8 / on_the_wire(costs.answer_bytes),
            "more machines, gzip, or an answer without its distribution by month",
        ),
    ]
    return sorted(found, key=lambda one: one.rate)
