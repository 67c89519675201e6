"""CreateReport from the server's side: whatever its process does, and however slowly it is read."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from grpc import StatusCode

from tests.mannered import details
from tests.service.reporting import (
    METHOD,
    SECONDS,
    asked,
    comes_to_an_end,
    ended,
    next_part,
    parts_of,
    refused,
    serving,
    told,
)
from timelines_server import server
from timelines_server.handlers import reports

SLEEPY = """
with open({place!r}, "w") as place:
    place.write(f"{{os.getpid()}}.")
time.sleep(60)
"""
ENDLESS = """
signal.signal(signal.SIGTERM, signal.SIG_DFL)
size = 1 << 40
begin("report.html", size=size)
written = 0
while True:
    out.write(bytes(1 << 16))
    out.flush()
    written += 1 << 16
    with open({place!r} + ".new", "w") as place:
        place.write(f"{{os.getpid()}} {{written}}.")
    os.replace({place!r} + ".new", {place!r})
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "told"


def test_parts_come_in_their_order_and_files_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = """
tell("progress", stage="drawing", done=1, total=3)
begin("report.html", b"x" * 600_000)
begin("empty.csv")
begin("manifest.json", json.dumps(order, sort_keys=True).encode())
tell("end")
"""

    async def main() -> None:
        async with serving(script, monkeypatch, tmp_path) as running:
            parts = await parts_of(running, asked(title="Mine", strict=True))
        kinds = [part.WhichOneof("part") for part in parts]
        assert kinds == ["posterior", "progress", "file", "chunk", "chunk", "chunk", "file", "file", "chunk"]
        assert [len(part.chunk) for part in parts[3:6]] == [262_144, 262_144, 75_712]
        assert parts[1].progress.stage == "drawing" and (parts[1].progress.done, parts[1].progress.total) == (1, 3)
        header, content = parts[2].file, b"".join(part.chunk for part in parts[3:6])
        assert (header.size, header.sha256) == (600_000, hashlib.sha256(content).hexdigest())
        assert b'"strict": true' in parts[-1].chunk and b'"title": "Mine"' in parts[-1].chunk
        assert parts[0].posterior.name.encode() in parts[-1].chunk

    asyncio.run(main())


@pytest.mark.parametrize("deaf", [False, True], ids=["", "deaf to SIGTERM"])
def test_a_cancelled_call_ends_its_process_within_a_second(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path, deaf: bool
) -> None:
    script = ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if deaf else "") + SLEEPY.format(place=str(place))

    async def main() -> None:
        async with serving(script, monkeypatch, tmp_path) as running:
            call = running.stub.CreateReport(asked(), timeout=SECONDS)
            assert (await next_part(call)).posterior.name
            process = int(await told(place))
            assert running.under_way() == 1
            call.cancel()
            assert await comes_to_an_end(process)
            assert await running.free()

    asyncio.run(main())


def test_a_deadline_ends_its_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path) -> None:
    async def main() -> None:
        async with serving(SLEEPY.format(place=str(place)), monkeypatch, tmp_path) as running:
            call = running.stub.CreateReport(asked(), timeout=1.0)
            process = int(await told(place))
            assert await ended(call) is StatusCode.DEADLINE_EXCEEDED
            assert await comes_to_an_end(process)

    asyncio.run(main())


def test_a_slow_reader_holds_the_process_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path) -> None:
    async def main() -> None:
        async with serving(ENDLESS.format(place=str(place)), monkeypatch, tmp_path) as running:
            call = running.stub.CreateReport(asked(), timeout=SECONDS)
            read = 0
            for _ in range(12):
                read += len((await next_part(call)).chunk)
            await asyncio.sleep(0.5)
            process, written = map(int, (await told(place)).split())
            ahead = written - read
            assert 0 <= ahead < 2 << 20, f"{ahead:,} bytes ahead of the reader"
            await asyncio.sleep(0.5)
            assert await told(place) == f"{process} {written}"
            call.cancel()
            assert await comes_to_an_end(process)

    asyncio.run(main())


def test_a_reader_who_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path) -> None:
    monkeypatch.setitem(server.STALLED_S, METHOD, 0.5)

    async def main() -> None:
        async with serving(ENDLESS.format(place=str(place)), monkeypatch, tmp_path) as running:
            call = running.stub.CreateReport(asked(), timeout=SECONDS)
            await call.read()
            process = int((await told(place)).split()[0])
            assert await comes_to_an_end(process, within_s=3)
            assert await running.free()
            assert await ended(call) is StatusCode.ABORTED and "taken" in await call.details()
        (line,) = (line for line in running.lines if line["event"] == "call")
        assert (line["code"], line["reason"]) == ("ABORTED", "READER_STALLED")

    asyncio.run(main())


def test_a_report_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path) -> None:
    monkeypatch.setattr(reports, "LONGEST_S", 0.5)

    async def main() -> None:
        async with serving(SLEEPY.format(place=str(place)), monkeypatch, tmp_path) as running:
            error = await refused(running)
            assert error.code() is StatusCode.DEADLINE_EXCEEDED and details(error)[0] == "REPORT_TOO_LONG"
            assert await comes_to_an_end(int(await told(place)))

    asyncio.run(main())


def test_reports_are_made_one_by_one_and_few_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path) -> None:
    async def main() -> None:
        async with serving(SLEEPY.format(place=str(place)), monkeypatch, tmp_path) as running:
            calls = [running.stub.CreateReport(asked(), timeout=SECONDS)]
            first = await told(place)
            for _ in range(2):
                calls.append(running.stub.CreateReport(asked(), timeout=SECONDS))
                assert (await next_part(calls[-1])).posterior.name
                assert "waiting" in (await next_part(calls[-1])).progress.stage
            began = asyncio.get_running_loop().time()
            error = await refused(running)
            assert asyncio.get_running_loop().time() - began < 1
            assert error.code() is StatusCode.RESOURCE_EXHAUSTED and "3 reports" in (error.details() or "")
            assert int(dict(error.trailing_metadata() or ())["grpc-retry-pushback-ms"]) >= 3_000
            place.unlink()
            calls[0].cancel()
            assert await told(place) != first, "the next one has its turn"
            for call in calls:
                call.cancel()
            assert await running.free()

    asyncio.run(main())


FAILURES = {
    """tell("failed", kinds=["UnlikeNameError", "UnknownNameError", "InputError", "ForecastError"],
        reason="UNKNOWN_NAME", message="unknown scale 'x'; known: y", field="lead.question.target.loss.scale")""": (
        StatusCode.INVALID_ARGUMENT,
        "UNKNOWN_NAME",
        {"lead.target.loss.scale"},
    ),
    """tell("failed", kinds=["InputError"], reason="INVALID_INPUT", message="no", field="target.loss")""": (
        StatusCode.INVALID_ARGUMENT,
        "INVALID_INPUT",
        {"lead.target.loss"},
    ),
    """tell("failed", kinds=["DisagreementError", "InputError"], reason="STRICT", message="8 is 9",
        field="strict")""": (
        StatusCode.FAILED_PRECONDITION,
        "STRICT",
        set(),
    ),
    """tell("failed", kinds=["PosteriorNotFoundError", "InputError"], reason="POSTERIOR_NOT_FOUND", message="no",
        field="posterior")""": (StatusCode.NOT_FOUND, "POSTERIOR_NOT_FOUND", {"lead.posterior"}),
    """tell("failed", kinds=["StorageError", "ForecastError"], reason="STORAGE", message="/srv/a is full",
        field="")""": (
        StatusCode.UNAVAILABLE,
        "STORAGE",
        set(),
    ),
    """tell("crashed", traceback="Traceback ... /srv/secret.py")""": (StatusCode.INTERNAL, "INTERNAL", set()),
    """begin("report.html", b"half", size=100); sys.exit(0)""": (StatusCode.INTERNAL, "INTERNAL", set()),
    """out.write(b'{"progress": {"sta'); out.flush(); os.kill(os.getpid(), signal.SIGKILL)""": (
        StatusCode.INTERNAL,
        "INTERNAL",
        set(),
    ),
    """tell("progress", stage="a" * 100_000, done=0, total=1)""": (StatusCode.INTERNAL, "INTERNAL", set()),
    """out.write(b"noise\\n"); out.flush(); time.sleep(60)""": (StatusCode.INTERNAL, "INTERNAL", set()),
}


@pytest.mark.parametrize(("script", "expected"), FAILURES.items(), ids=range(len(FAILURES)))
def test_what_the_process_says_of_a_failure_becomes_the_right_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, expected: tuple[StatusCode, str, set[str]]
) -> None:
    async def main() -> None:
        async with serving(script, monkeypatch, tmp_path) as running:
            error = await refused(running)
            reason, fields = details(error)
            assert (error.code(), reason, set(fields)) == expected, error.details()
            assert "srv" not in (error.details() or "") and "Traceback" not in (error.details() or "")
            events = [line for line in running.lines if line["event"] == "exception"]
            assert len(events) == (error.code() is StatusCode.INTERNAL)
            assert await running.free()

    asyncio.run(main())


def test_a_server_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "forecast.reports", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    async def main() -> None:
        async with serving("", monkeypatch, tmp_path) as running:
            error = await refused(running)
            assert error.code() is StatusCode.FAILED_PRECONDITION and details(error)[0] == "EXTRA_MISSING"
            assert "ai-timelines[report]" in (error.details() or "")

    asyncio.run(main())


def test_a_stopping_server_ends_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Path) -> None:
    async def main() -> None:
        async with serving(SLEEPY.format(place=str(place)), monkeypatch, tmp_path) as running:
            call = running.stub.CreateReport(asked(), timeout=SECONDS)
            process = int(await told(place))
            await running.service.server.stop(0.2)
            assert await comes_to_an_end(process)
            assert await ended(call) in (StatusCode.UNAVAILABLE, StatusCode.CANCELLED)

    asyncio.run(main())
