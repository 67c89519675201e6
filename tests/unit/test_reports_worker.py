"""The process that makes a report: what it tells, and that it never outlives whoever started it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from forecast.errors import InputError, UnknownNameError
from forecast.executors.parent import EXIT_ORPHANED, NICENESS
from forecast.reports import worker
from forecast.reports.worker import Frames

# A process like the real one, but for what it makes.
MADE = """
import os, sys, time
from forecast.executors.parent import EXIT_ORPHANED, NICENESS
from forecast.reports import worker
def made(order, told):
    told("begun", 0, 2)
    {body}
    yield "a.csv", b"1,2"
worker.made = made
sys.exit(worker.main())
"""


def frames(out: bytes) -> list[tuple[str, Any]]:
    """What was told, each file with its content."""
    told, rest = [], io.BytesIO(out)
    while line := rest.readline():
        ((kind, said),) = json.loads(line).items()
        told.append((kind, {**said, "content": rest.read(said["size"])} if kind == "file" else said))
    return told


def run(body: str) -> tuple[int, str, list[tuple[str, Any]]]:
    """Exit code, standard error and what was told, with standard input open until the end."""
    command = [sys.executable, "-c", MADE.format(body=body)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(b"{}\n")
        process.stdin.flush()
        told = frames(process.stdout.read())
        return process.wait(timeout=10), process.stderr.read().decode(), told


def begun(body: str) -> subprocess.Popen[bytes]:
    """A process that was given its order and has begun."""
    command = [sys.executable, "-c", MADE.format(body=body)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"{}\n")
    process.stdin.flush()
    assert b"begun" in process.stdout.readline()
    return process


def spoken(tell: str, *what: Any) -> list[tuple[str, Any]]:
    out = io.BytesIO()
    getattr(Frames(out), tell)(*what)
    return frames(out.getvalue())


def test_a_file_is_told_with_size_digest_and_type() -> None:
    for name, kind in (("report.html", "text/html; charset=utf-8"), ("a/b.csv", "text/csv; charset=utf-8")):
        ((_, told),) = spoken("file", name, b"abc")
        assert told == {
            "name": name,
            "size": 3,
            "sha256": hashlib.sha256(b"abc").hexdigest(),
            "media_type": kind,
            "content": b"abc",
        }
    assert spoken("file", "x.unknown", b"")[0][1]["media_type"] == worker.ANY_TYPE


def test_a_failure_is_told_by_every_name_of_its_class() -> None:
    ((kind, told),) = spoken("failed", UnknownNameError("scale", "x", ["y"], field="lead.question.target.loss.scale"))
    assert kind == "failed" and told["kinds"][:3] == ["UnknownNameError", "InputError", "ForecastError"]
    assert (told["reason"], told["field"]) == ("UNKNOWN_NAME", "lead.question.target.loss.scale")
    assert len(json.dumps(spoken("failed", InputError("x" * 100_000)))) < 60_000
    assert len(json.dumps(spoken("crashed", ValueError("x" * 100_000)))) < 60_000


def test_steps_are_told_seldom_but_beginnings_and_ends_always(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr(worker, "monotonic", lambda: next(clock) / 1_000)
    out = io.BytesIO()
    told = Frames(out)
    for stage in ("questions", "written"):
        for done in range(1_001):
            told.progress(stage, done, 1_000)
    said = [(one["stage"], one["done"]) for _, one in frames(out.getvalue())]
    assert ("questions", 0) in said and ("questions", 1_000) in said and ("written", 0) in said
    assert len(said) < 30


def test_what_a_library_prints_is_no_part_of_the_report() -> None:
    code, said, told = run("print('noise', flush=True); os.system('echo more')")
    assert code == 0 and [kind for kind, _ in told] == ["progress", "file", "end"]
    assert "noise" in said and "more" in said


def test_a_fault_is_told_with_its_traceback_and_a_failure_is_no_fault() -> None:
    code, _, told = run("raise ZeroDivisionError('seven')")
    assert code == 1 and "ZeroDivisionError: seven" in told[-1][1]["traceback"]
    code, _, told = run("from forecast.errors import InputError; raise InputError('wrong', field='lead')")
    assert code == 0 and told[-1][0] == "failed" and told[-1][1]["message"] == "wrong"


def test_it_is_nice_and_takes_one_thread() -> None:
    _, _, told = run("told(f'{os.nice(0)} {os.environ[\"OMP_NUM_THREADS\"]}', 1, 2)")
    niceness, threads = told[1][1]["stage"].split()
    assert int(niceness) >= NICENESS and threads == "1"


def test_it_is_gone_when_nobody_holds_its_input() -> None:
    with begun("time.sleep(60)") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=5) == EXIT_ORPHANED


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_it_ends_on_sigterm_and_not_on_a_ctrl_c_that_is_meant_for_others() -> None:
    with begun("time.sleep(60)") as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=5) == -signal.SIGTERM


def test_the_page_comes_first_and_the_manifest_last() -> None:
    names = ["answers/a.parquet", "manifest.json", "numbers/z.csv", "report.html", "report.json"]
    assert sorted(names, key=worker._place) == ["report.html", *names[:1], "numbers/z.csv", "report.json", names[1]]
