"""A disk that is full during a fit, a publication, a report and a batch: one clear error, nothing half, then on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from forecast.posterior import selection
from forecast.posterior.artefact import read
from forecast.storage import atomic
from forecast.storage.manifest import faults
from forecast.storage.store import store_of
from tests.faults.harness import Caller, calling, fill, refused, serving, small_disk, tracebacks
from tests.house import ROOT
from tests.service import asking
from tests.service.processes import comes_true
from tests.service.running import RunningServer
from timelines.v1 import fit_service_pb2 as pb

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs tmpfs and prlimit")

CLI = (sys.executable, "-m", "forecast.cli.main")
REMEDY = ("no space left", "free some space")
SPEC = """\
lead: {flop: 2.0e29}
grid:
  target: [{flop: 1e28}, {flop: 1e29}, {flop: 1e30}]
  budget_usd: {from: 1e7, to: 1e12, count: 400, log: true}
  scenario: [baseline, no-physical-limits]
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", mebibytes=6) as folder:
        yield folder


def temporary(folder: Path) -> list[str]:
    """Files that are being written, or that a writer left."""
    return [path.name for path in folder.rglob("*") if atomic.is_temporary(path.name)]


def goes_on(server: RunningServer, caller: Caller, name: str) -> bool:
    """Whether questions are answered from that posterior, and the server says that it is well."""
    return caller.answers_from() == name and asking.health_of(caller.channel) == asking.SERVING


def test_a_server_on_a_full_disk_says_so_answers_on_and_needs_no_restart(disk: Path) -> None:
    with serving(disk) as server, calling(server.address) as caller:
        first = caller.fits.ended(caller.fits.create(seed=1).name)
        assert first.became_current
        current = first.posterior.removeprefix("posteriors/")
        assert comes_true(lambda: goes_on(server, caller, current))
        published = [caller.publish().name]
        running = caller.fits.begun(caller.fits.create(seed=2, draws=2000).name)
        filler = fill(disk)
        for call in (caller.publish, caller.fits.create):
            with refused(grpc.StatusCode.UNAVAILABLE, "STORAGE"):
                call()
        assert all(word in server.log for word in (*REMEDY, "TIMELINES_HOME")), "the log does not say what to do"
        assert comes_true(lambda: '"event":"fit_failed"' in server.log, within_s=20), "the fit stored on a full disk"
        assert goes_on(server, caller, current)
        filler.unlink()
        cut_off = caller.fits.ended(running.name)
        assert (cut_off.state, cut_off.posterior) == (pb.FIT_STATE_FAILED, "")
        assert "log" in cut_off.message and str(disk) not in cut_off.message
        assert temporary(disk) == []
        assert [one.name for one in caller.all_published()] == published
        assert len(caller.all_fits()) == 2
        caller.publish()
        again = caller.fits.ended(caller.fits.create(seed=2).name)
        assert again.became_current and comes_true(lambda: goes_on(server, caller, again.posterior[11:]))
        assert tracebacks(server.log) == []
    assert all(read(entry.path).name == entry.name for entry in selection.available(disk))


def timelines(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CLI, *arguments], capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)


@pytest.mark.parametrize("kind", ["batch", pytest.param("report", marks=pytest.mark.long)])
def test_a_batch_or_a_report_on_a_full_disk_says_so_keeps_the_old_one_and_goes_on(
    disk: Path, tmp_path: Path, kind: str
) -> None:
    spec, out = tmp_path / "spec.yaml", disk / "out"
    spec.write_text(SPEC)
    command = ["report", str(spec), "--out", str(out), "--jobs", "1", *(["--answers-only"] if kind == "batch" else [])]
    for leave in (0, 100_000):
        filler = fill(disk, leave)
        failed = timelines(*command)
        assert failed.returncode == 1, failed
        errors = [line for line in failed.stderr.splitlines() if line.startswith("Error")]
        assert len(errors) == 1 and all(word in errors[0] for word in REMEDY), failed.stderr
        assert "Traceback" not in failed.stderr and not out.exists()
        filler.unlink()
    assert timelines(*command).returncode == 0
    whole = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert faults(store_of(out)) == () and {path.name for path in disk.iterdir()} == {"out"}
    fill(disk)
    spec.write_text(SPEC.replace("400", "401"))
    assert timelines(*command).returncode == 1
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == whole


def test_a_quota_on_files_ends_a_batch_with_one_clear_error(tmp_path: Path) -> None:
    """Also where nothing may be mounted: the kernel refuses the rest of a file in the middle of a write."""
    spec, out = tmp_path / "spec.yaml", tmp_path / "out"
    spec.write_text(SPEC)
    command = [*CLI, "report", str(spec), "--out", str(out), "--answers-only", "--jobs", "1"]
    limited = ["sh", "-c", 'ulimit -f 20; exec "$@"', "sh", *command]  # of 512 or of 1024 bytes each
    failed = subprocess.run(limited, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr
    assert all(word in failed.stderr for word in REMEDY) and not out.exists() and temporary(tmp_path) == []
