"""What `make audit` makes of pip-audit's report, without asking anybody."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import audit

SOUND: dict[str, Any] = {"name": "click", "version": "8.1.7", "vulns": []}
FAULTY = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [
        {"id": "PYSEC-1", "aliases": ["CVE-2014-1402"], "fix_versions": ["2.7.2"]},
        {"id": "PYSEC-2", "aliases": [], "fix_versions": []},
    ],
}
SKIPPED = {"name": "grpcio", "skip_reason": "Dependency not found on the index and could not be audited"}


def test_pins_without_a_known_fault_are_counted() -> None:
    assert audit.verdict({"dependencies": [SOUND, SOUND]}) == (0, ["2 pins were looked up; no fault of them is known."])


def test_a_fault_is_named_with_what_mends_it() -> None:
    code, lines = audit.verdict({"dependencies": [SOUND, FAULTY]})
    assert code == audit.FAULTS
    assert lines == [
        "jinja2 2.4.1: PYSEC-1, CVE-2014-1402; mended in 2.7.2",
        "jinja2 2.4.1: PYSEC-2; no version mends it yet",
    ]


@pytest.mark.parametrize(("others", "code"), [([], 3), ([SOUND], 3), ([FAULTY], 1)])
def test_pins_that_could_not_be_looked_up_are_never_well(others: list[dict[str, Any]], code: int) -> None:
    """pip-audit says of them that no fault is known."""
    found, lines = audit.verdict({"dependencies": [*others, SKIPPED]})
    assert found == code and f"1 of {len(others) + 1} pins could not be looked up (grpcio)" in "\n".join(lines)


@pytest.mark.parametrize("report", [None, {}, {"dependencies": []}])
def test_a_report_that_is_none_is_not_well(report: dict[str, Any] | None) -> None:
    code, lines = audit.verdict(report)
    assert code == audit.UNKNOWN and "nothing was looked up" in lines[0]


def test_what_the_program_prints_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, stand_in = tmp_path / "lock", tmp_path / "uv"
    report = json.dumps({"dependencies": [FAULTY], "fixes": []})
    said = f"open({str(lock)!r}, 'w').write(' '.join(sys.argv[1:])); print({report!r}); sys.exit(1)"
    stand_in.write_text(f"#!{sys.executable}\nimport sys\n{said}\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert audit.main([str(lock)]) == audit.FAULTS
    assert f"{audit.PIP_AUDIT} --requirement {lock} --disable-pip" in lock.read_text()
    stand_in.unlink()
    assert audit.main([str(lock)]) == audit.UNKNOWN
