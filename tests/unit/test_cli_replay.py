"""`timelines replay` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.evaluation.replay import IDS


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["replay", *arguments])


@pytest.fixture(scope="module")
def page() -> str:
    result = run()
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def test_every_claim_is_printed_within_a_hundred_columns(page: str) -> None:
    lines = page.splitlines()
    assert max(map(len, lines)) <= 100
    opened = [line.split()[0] for line in lines if line[:1] in "GJMS" and line.split()[:1] and line.split()[0] in IDS]
    assert opened == list(IDS)


def test_it_says_what_it_does_not_speak_of(page: str) -> None:
    assert "and not of capability" in " ".join(page.split())


def test_it_counts_its_verdicts(page: str) -> None:
    assert "32 claims" in page
    summary = page[page.index("32 claims") :].splitlines()
    counts = [line.split()[0] for line in summary if line[:5].strip().isdigit()]
    assert sum(map(int, counts)) == len(IDS)


def test_claims_can_be_chosen() -> None:
    result = run("j12", "G3")
    assert result.exit_code == 0
    assert "2 claims" in result.stdout and "G3  " in result.stdout and "G4  " not in result.stdout


def test_json_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "nothing"))
    told = json.loads(run("--json").stdout)
    assert [claim["id"] for claim in told["claims"]] == list(IDS)
    assert not (tmp_path / "nothing").exists()


def test_an_unknown_claim_is_one_clear_error() -> None:
    result = run("G3", "G99")
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("Error: unknown claim 'G99'; known: ") and result.stderr.count("\n") == 1
    assert all(name in result.stderr for name in IDS)
