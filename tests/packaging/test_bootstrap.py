"""The bootstrap finds a Python 3.12 or newer, or says in one sentence what to install; the Makefile explains itself."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT

BROKEN = "#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n"
# Says no to the version question, as a working Python 3.11 does.
OLD = "#!/bin/sh\nexit 1\n"


def put(folder: Path, name: str, script: str | None = None) -> Path:
    """A stub, or this very interpreter, under a name."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    if script is None:
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    else:
        file.write_text(script, encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture
def tools_only(tmp_path: Path) -> Path:
    """A folder with what the script itself needs, and no Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "dirname"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


def find_python(*path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": ":".join(map(str, path)), "HOME": str(path[-1]), **variables}
    command = ["sh", str(ROOT / "tools" / "bootstrap.sh"), "python"]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def test_a_good_one_behind_a_broken_shim_is_found(tmp_path: Path, tools_only: Path) -> None:
    put(tmp_path / "shims", "python3.12", BROKEN)
    put(tmp_path / "shims", "python3", OLD)
    good = put(tmp_path / "good", "python3.12")
    assert find_python(tmp_path / "shims", tmp_path / "good", tools_only).stdout.strip() == str(good)


def test_a_plain_python3_that_is_new_enough_is_found(tmp_path: Path, tools_only: Path) -> None:
    good = put(tmp_path / "good", "python3")
    assert find_python(tmp_path / "good", tools_only).stdout.strip() == str(good)


def test_one_that_lies_only_under_pyenv_is_found(tmp_path: Path, tools_only: Path) -> None:
    put(tmp_path / "old", "python3", OLD)
    good = put(tmp_path / "pyenv/versions/3.12.7/bin", "python3")
    found = find_python(tmp_path / "old", tools_only, PYENV_ROOT=str(tmp_path / "pyenv"))
    assert found.stdout.strip() == str(good)


def test_pyenvs_usual_folder_is_asked_too(tmp_path: Path, tools_only: Path) -> None:
    good = put(tools_only / ".pyenv/versions/3.13.0/bin", "python3")
    assert find_python(tools_only).stdout.strip() == str(good)


def test_none_at_all_is_one_plain_sentence(tmp_path: Path, tools_only: Path) -> None:
    put(tmp_path / "old", "python3", OLD)
    done = find_python(tmp_path / "old", tools_only)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "needs Python 3.12 or 3.13" in done.stderr


def test_a_named_one_must_work(tmp_path: Path, tools_only: Path) -> None:
    old = put(tmp_path / "old", "python3", OLD)
    done = find_python(tools_only, TIMELINES_PYTHON=str(old))
    assert done.returncode == 1
    assert str(old) in done.stderr


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    declared = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    for command in (["make"], ["make", "help"]):
        shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert re.findall(r"^  make ([a-z-]+) +\S", shown, re.MULTILINE) == declared


def test_ci_runs_the_tests_and_requires_the_source_files() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^make test$", script, re.MULTILINE)
    assert "set -euo pipefail" in script
    assert "TIMELINES_REQUIRE_SOURCE_DATA=1" in script
