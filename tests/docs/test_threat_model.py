"""docs/threat_model.md is one screen, and each test that it names is there."""

from __future__ import annotations

import ast
import re

from tests.house import ROOT, modules

TEXT = (ROOT / "docs" / "threat_model.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!threat|---)(.*) \|$", TEXT, re.MULTILINE)
LINES = 65


def known_tests() -> set[str]:
    """Names of all test functions."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in modules("tests/*.py"))
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_threat_names_what_stops_it_and_tests_that_are_there() -> None:
    known = known_tests()
    assert len(ROWS) >= 20
    for row in ROWS:
        threat, stop, shown = (cell.strip() for cell in row.split(" | "))
        named = re.findall(r"`(test_\w+)`", shown)
        assert threat and stop and named, row
        assert set(named) <= known, row


def test_it_is_one_screen() -> None:
    assert len(TEXT.splitlines()) <= LINES
