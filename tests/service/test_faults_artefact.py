"""Kills, full disks and crowds: afterwards every posterior that is listed verifies, and one is current."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest

from forecast.errors import StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import read, write
from forecast.posterior.selection import available, current, set_current
from forecast.posterior.state import state_folder
from forecast.storage import atomic
from tests.synthetic import synthetic_posterior

ROOT = Path(__file__).resolve().parents[2]

PUBLISHER = """
import itertools, sys
from forecast.posterior.artefact import write
from forecast.posterior.selection import set_current
from forecast.posterior.state import state_folder
from tests.synthetic import synthetic_posterior

posterior, start = synthetic_posterior(200), int(sys.argv[1])
folder = state_folder().posteriors
folder.mkdir(parents=True, exist_ok=True)
for number in itertools.count(start):
    name = write(posterior.with_manifest(seed=number), folder).stem
    set_current(name)
    print(name, flush=True)
"""

LIMITED = """
import resource, signal, sys
from pathlib import Path
from forecast.errors import StorageError
from forecast.posterior.artefact import write
from tests.synthetic import synthetic_posterior

posterior = synthetic_posterior(400)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write(posterior, Path(sys.argv[1]))
except StorageError as error:
    print(error.message)
"""


def start(code: str, *arguments: str, home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "TIMELINES_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.fixture(autouse=True)
def no_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing-shipped")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.long)])
def test_kills_at_random_moments_leave_whole_posteriors_and_a_current_one(home: Path, kills: int) -> None:
    chance, acknowledged = random.Random(7), []
    for kill in range(kills):
        publisher = start(PUBLISHER, str(kill * 10_000), home=home)
        assert publisher.stdout is not None
        acknowledged.append(publisher.stdout.readline().strip())
        time.sleep(chance.uniform(0, 0.2))
        publisher.send_signal(signal.SIGKILL)
        acknowledged += publisher.stdout.read().split()
        publisher.wait()
        assert current(home).name in {entry.name for entry in available(home)}
    names = {entry.name for entry in available(home)}
    assert all(read(entry.path).name == entry.name for entry in available(home))
    complete = {name for name in acknowledged if len(name) == len("2026-11-20-") + 12}
    assert complete <= names


def test_a_reader_beside_a_writer_never_sees_half_a_posterior(home: Path) -> None:
    publisher = start(PUBLISHER, "0", home=home)
    try:
        assert publisher.stdout is not None
        publisher.stdout.readline()
        seen = {current(home).name for _ in range(40)}
    finally:
        publisher.kill()
        publisher.communicate()
    assert seen


@pytest.mark.skipif(os.name == "nt", reason="resource limits")
def test_a_quota_that_cuts_the_file_short_leaves_nothing(home: Path) -> None:
    """The kernel itself refuses the rest of the file, in the middle of a write."""
    folder = state_folder(home).posteriors
    folder.mkdir(parents=True)
    writer = start(LIMITED, str(folder), home=home)
    message, _ = writer.communicate(timeout=60)
    assert "no space left" in message
    assert "TIMELINES_HOME" in message
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs")
def test_a_full_disk_keeps_the_current_posterior(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no right to mount a small tmpfs here; the quota test stands in for it")
    try:
        fills_the_disk(disk)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fills_the_disk(disk: Path) -> None:
    folder = atomic.make_folder(state_folder(disk).posteriors)
    first = write(synthetic_posterior(200), folder).stem
    set_current(first, disk)

    def write_on() -> None:
        for seed in range(1, 30):
            write(synthetic_posterior(200, seed=seed), folder)

    with pytest.raises(StorageError, match="no space left") as caught:
        write_on()
    assert caught.value.exit_code == 1
    assert current(disk).name == first
    assert all(read(entry.path) for entry in available(disk))
    assert not list(folder.glob(".*.tmp"))


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failing_disk_leaves_what_was_there(home: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    folder = atomic.make_folder(state_folder(home).posteriors)
    set_current(write(synthetic_posterior(50), folder).stem, home)
    before = sorted(folder.iterdir())

    def fail(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, fail)
        with pytest.raises(StorageError, match="Input/output error"):
            write(synthetic_posterior(50, seed=1), folder)
    assert sorted(folder.iterdir()) == before
    assert current(home).name == available(home)[0].name


def test_an_interrupt_in_the_middle_of_a_write_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = atomic.make_folder(state_folder(home).posteriors)

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write(synthetic_posterior(50), folder)
    assert list(folder.iterdir()) == []


def test_many_writers_of_one_posterior_end_with_one(home: Path) -> None:
    folder = atomic.make_folder(state_folder(home).posteriors)
    posterior = synthetic_posterior(50)
    work: list[Callable[[], Path]] = [lambda: write(posterior, folder)] * 16
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda job: job(), work))
    assert len(paths) == 1
    assert len(list(folder.iterdir())) == 2
    with ThreadPoolExecutor(8) as pool:
        assert len({posterior.name for posterior in pool.map(read, [*paths] * 32)}) == 1
