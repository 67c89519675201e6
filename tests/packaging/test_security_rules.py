"""The security rules of the linter are on for everything that runs, and each exception says why."""

from __future__ import annotations

import re
import tomllib

from tests.house import ROOT, modules

TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LINT = tomllib.loads(TEXT)["tool"]["ruff"]["lint"]
RUNNING = ("forecast/*.py", "server/*.py", "clients/*.py", "tools/*.py")
REASON = re.compile(r"noqa: (?:S\d+(?:, ?)?)+(.*)")


def test_they_are_on_for_all_but_tests() -> None:
    assert "S" in LINT["select"]
    assert {
        files for files, rules in LINT["per-file-ignores"].items() if any(rule.startswith("S") for rule in rules)
    } == {"tests/**"}


def test_each_rule_that_is_off_says_why() -> None:
    ignored = [rule for rule in LINT["ignore"] if re.fullmatch(r"S\d*", rule)]
    lines = {rule: next(line for line in TEXT.splitlines() if f'"{rule}"' in line) for rule in ignored}
    assert ignored and all(re.search(r"# \w+ \w+ \w+", line) for line in lines.values()), lines


def test_each_line_that_is_let_through_says_why() -> None:
    found = {
        f"{file.relative_to(ROOT)}:{number}": reason[1]
        for file in modules(*RUNNING)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if (reason := REASON.search(line))
    }
    assert found
    assert not [place for place, reason in found.items() if not re.search(r"\w+", reason)]


def test_nothing_is_let_through_without_the_name_of_its_rule() -> None:
    bare = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in modules(*RUNNING)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"#\s*noqa(?!: [A-Z]+\d)|#\s*nosec", line)
    ]
    assert not bare
