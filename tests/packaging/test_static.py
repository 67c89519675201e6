"""Types, lint, import contracts and docstrings hold for the whole tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house import ROOT, modules

BIN = Path(sys.executable).parent


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_strict() -> None:
    run(sys.executable, "-m", "mypy")


def test_lint_is_clean() -> None:
    run(str(BIN / "ruff"), "check", "--output-format", "concise", ".")


def test_import_contracts_hold() -> None:
    run(str(BIN / "lint-imports"), "--no-cache")


def test_docstrings_are_valid() -> None:
    files = modules("forecast/*.py", "server/*.py", "clients/*.py", "tools/*.py")
    run(str(BIN / "numpydoc"), "lint", *map(str, files))
