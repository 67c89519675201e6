"""What is written in TypeScript passes its own checks and tests: one file, as both clients install into one folder."""

from __future__ import annotations

import shutil

import pytest

from tests.npm import npm, required

pytestmark = pytest.mark.long


def passes(*steps: tuple[str, str]) -> None:
    """Have npm take steps in the folders of clients; all of them have to succeed."""
    for client, step in steps:
        done = npm(client, step)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_typescript_client_passes_its_own_checks_and_tests() -> None:
    if shutil.which("npm") is None:
        required("no npm: the TypeScript client is not tested")
    if npm("typescript", "ci").returncode:
        required("npm cannot install what the TypeScript client is tested with")
    passes(("typescript", "run check"), ("typescript", "test"))


def test_the_explorer_passes_its_own_checks_and_tests() -> None:
    if shutil.which("npm") is None:
        required("no npm: the explorer's sources are not tested")
    if npm("typescript", "ci").returncode or npm("explorer", "ci").returncode:
        required("npm cannot install what the explorer is tested with")
    passes(("typescript", "run build"), ("explorer", "run check"), ("explorer", "test"))
