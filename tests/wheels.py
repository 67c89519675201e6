"""Wheels of our projects, and environments to install them in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def wheel_of(project: Path, target: Path) -> Path:
    """A project's wheel, built into a folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    (built,) = target.glob("*.whl")
    return built


def uv(*arguments: str) -> None:
    """Run uv, beside this interpreter or on the path; what it says is told when it fails."""
    found = Path(sys.executable).parent / "uv"
    command = [str(found) if found.exists() else str(shutil.which("uv")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
