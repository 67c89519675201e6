"""The clients that are written in TypeScript, by npm: what it is asked to do, and what happens where it is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.house import ROOT

STEPS_S = {"ci": 300, "run build": 300, "run check": 300, "test": 600}
"""What npm is asked to do, and how long each may take at most, seconds."""


def required(told: str) -> None:
    """Skip, or fail where TIMELINES_REQUIRE_NODE says that what is written in TypeScript must be tested."""
    pytest.fail(told) if os.environ.get("TIMELINES_REQUIRE_NODE") else pytest.skip(told)


def npm(client: str, step: str) -> subprocess.CompletedProcess[str]:
    """Run npm in the folder of a client; its servers are started with this very Python."""
    environment = {**os.environ, "TIMELINES_PYTHON": sys.executable, "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}
    command, place = ["npm", *step.split()], ROOT / "clients" / client
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=STEPS_S[step], check=False
    )
