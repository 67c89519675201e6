"""`timelines track-record` on the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import forecast
from forecast.cli import track_record
from forecast.cli.main import main
from forecast.cli.track_words import scores_text
from forecast.evaluation.track_record import Facts, append, load, scores
from tests.track_records import facts, made, passage


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["track-record", *arguments])


def shown(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def test_it_is_shown_within_a_hundred_columns_and_says_that_only_it_is_prospective() -> None:
    text = shown()
    assert max(map(len, text.splitlines())) <= 100
    assert "Only this file is prospective" in text
    for entry in load():
        assert entry.subject in text


def test_scores_list_what_waits_with_the_day_that_can_settle_it() -> None:
    text = shown("score")
    assert max(map(len, text.splitlines())) <= 100
    assert "Nothing on record is settled yet" in text and "2027-03-31" in text
    assert "no table of ours holds a loss" in text


def test_json_of_both() -> None:
    assert len(json.loads(shown("--json"))["rows"]) == len(load())
    assert json.loads(shown("score", "--json"))["totals"]["events"] == 0


def test_a_version_is_added_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "record.csv"
    monkeypatch.setattr(forecast, "__version__", "9.9.9")
    told = shown("--file", str(file), "add", "--recorded-on", "2026-12-01")
    assert "forecasts of 9.9.9, recorded on 2026-12-01" in told
    entries = load(file)
    assert {entry.release for entry in entries} == {"9.9.9"}
    assert told.splitlines()[-1].endswith(entries[-1].digest)
    before = file.read_bytes()
    again = run("--file", str(file), "add", "--recorded-on", "2026-12-02")
    assert again.exit_code == 2 and "on record already" in again.stderr and again.stderr.count("\n") == 1
    assert file.read_bytes() == before


def test_what_cannot_be_added_is_refused_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track_record, "_headline", lambda _: pytest.fail("it asked"))
    monkeypatch.setattr(forecast, "__version__", load()[-1].release)
    again = run("add")
    assert again.exit_code == 2 and load()[0].words in again.stderr and "a record is not made twice" in again.stderr
    monkeypatch.setattr(forecast, "__version__", "9.9.9")
    early = run("add", "--recorded-on", "2020-01-01")
    assert early.exit_code == 2 and "rows are only added at the end" in early.stderr


def test_what_is_added_today_is_worded_as_what_is_on_record(tmp_path: Path) -> None:
    file = tmp_path / "record.csv"
    shown("--file", str(file), "add")
    recorded = {entry.key: entry for entry in load()}
    for entry in load(file):
        if entry.key in recorded:
            assert entry.resolution == recorded[entry.key].resolution and entry.words == recorded[entry.key].words


def test_an_edited_file_is_one_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "record.csv"
    append([made(), made(release="1.1.0")], file)
    file.write_bytes(file.read_bytes().replace(b"2028=0.25", b"2028=0.75", 1))
    for arguments in ((), ("score",), ("add",)):
        result = run("--file", str(file), *arguments)
        assert result.exit_code == 1 and result.stdout == ""
        assert "row 1 of record.csv (1.0.0, Largest training run, on trend: 1e27 FLOP)" in result.stderr
        assert result.stderr.count("\n") == 1


def test_a_missing_file_says_how_to_begin(tmp_path: Path) -> None:
    result = run("--file", str(tmp_path / "none.csv"))
    assert result.exit_code == 1 and "timelines track-record add" in result.stderr


def test_scores_of_what_came_and_what_did_not() -> None:
    known = facts(date(2030, 6, 30), {date(2029, 1, 1): 1e27}, disclosed_until=date(2028, 6, 30))
    facts_of = Facts.of(known)
    text = scores_text(
        scores(known, [made(), passage("spend", "at_least", 1e9, subject="Spend", case="$1bn")]), facts_of
    )
    assert max(map(len, text.splitlines())) <= 100
    assert "They settle questions up to 2030-04-01" in text
    assert "run of 2029-01-01" in text and "25 %" in text
    assert "no, by silence" in text and "on developers seldom tell" in " ".join(text.split())
    assert "one path" in text
