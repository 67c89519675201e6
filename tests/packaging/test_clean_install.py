"""The built wheel alone, in an environment without the extras, answers a question from the shipped posterior."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT
from tests.wheels import uv, wheel_of

pytestmark = pytest.mark.long

BASE = ("numpy", "h5py", "click", "pyyaml")
QUESTION = ("when", "--loss", "1.24", "--scale", "kaplan-webtext2", "--budget", "1e9", "--json")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel_of(ROOT, tmp_path_factory.mktemp("wheel"))


def locked(names: tuple[str, ...]) -> str:
    """The lock's entries for a few names, hashes included."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^([\w-]+)(==.*\n(?:    --hash.*\n)+)", lock, re.MULTILINE)
    return "".join(name + rest for name, rest in entries if name in names)


def install(how: str, wheel: Path, folder: Path) -> Path:
    """A fresh environment with the base libraries as locked, or at the lowest versions that we say we need."""
    environment = folder / "environment"
    uv("venv", "--quiet", "--python", sys.executable, str(environment))
    python = str(environment / "bin" / "python")
    if how == "locked":
        pins = folder / "pins.txt"
        pins.write_text(locked(BASE), encoding="utf-8")
        uv("pip", "install", "--python", python, "--require-hashes", "-r", str(pins))
        uv("pip", "install", "--python", python, "--no-deps", str(wheel))
    else:
        uv("pip", "install", "--python", python, "--resolution", "lowest", str(wheel))
    return environment / "bin" / "timelines"


@pytest.mark.parametrize("how", ["locked", "lowest"])
def test_the_wheel_alone_answers(how: str, wheel: Path, tmp_path: Path) -> None:
    command = install(how, wheel, tmp_path)
    env = {**os.environ, "TIMELINES_HOME": str(tmp_path / "state"), "PYTHONPATH": ""}
    done = subprocess.run([str(command), *QUESTION], capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["quantiles"]
