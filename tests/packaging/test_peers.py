"""The environment of the benchmarks' peers is made once, quietly left alone afterwards, and says what is wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT

INPUTS = ("requirements.lock", "requirements-peers.lock", "pyproject.toml", "clients/python/pyproject.toml")
# Notes its call, and makes what it is asked for: the last word of `uv venv ... FOLDER` is the folder.
UV = """#!/bin/sh
echo "$*" >>uv.calls
for last; do :; done
[ "$1" = venv ] && mkdir -p "$last/bin" && cp .venv/bin/python "$last/bin/python"
exit 0
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the script reads, and an environment whose uv only notes what it is told."""
    for name in (*INPUTS, "tools/peers.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name, script in (("python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'), ("uv", UV)):
        file = tmp_path / ".venv/bin" / name
        file.write_text(script, encoding="utf-8")
        file.chmod(0o755)
    return tmp_path


def peers(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "tools/peers.sh"], cwd=checkout, capture_output=True, text=True, check=False)


def test_it_is_made_of_both_locks_once(checkout: Path) -> None:
    first, calls = peers(checkout), checkout / "uv.calls"
    assert first.returncode == 0 and "Setting up .venv-peers" in first.stderr
    assert "--require-hashes requirements.lock requirements-peers.lock" in calls.read_text(encoding="utf-8")
    made = calls.read_text(encoding="utf-8")
    again = peers(checkout)
    assert (again.returncode, again.stdout + again.stderr) == (0, "")
    assert calls.read_text(encoding="utf-8") == made


def test_another_lock_makes_it_anew(checkout: Path) -> None:
    peers(checkout)
    with (checkout / "requirements-peers.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert "Setting up .venv-peers" in peers(checkout).stderr


def test_without_the_projects_own_it_says_so(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    done = peers(checkout)
    assert (done.returncode, done.stderr) == (1, "Make .venv first: make env\n")
