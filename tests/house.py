"""Helpers of the house and packaging tests: the project's own files, and fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = "clients/python/timelines/v1/"


def project_files(*patterns: str) -> list[Path]:
    """Files of the project that git tracks or would track, by git's patterns; what is deleted is left out."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(ROOT / name for name in names if name and (ROOT / name).is_file())


def modules(*patterns: str) -> list[Path]:
    """Hand-written Python files."""
    chosen = [file for file in project_files(*(patterns or ("*.py",))) if file.suffix == ".py"]
    return [file for file in chosen if not file.relative_to(ROOT).as_posix().startswith(GENERATED)]


def run_python(code: str, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter, away from the checkout's folder; its output is returned, not judged."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=False)
