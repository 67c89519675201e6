"""A release is refused while something is stale, missing or in disagreement."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from tests.house import ROOT
from tools import protos, release, results

KIND = results.Kind("results", ("engine",), "make it")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout with what the checks read."""
    for name in ("pyproject.toml", "CHANGELOG.md", "LICENSE", "forecast/__init__.py"):
        copy(name, tmp_path)
    for name in ("LICENSE", "timelines/__init__.py"):
        copy(f"clients/python/{name}", tmp_path)
    return tmp_path


def copy(name: str, target: Path) -> None:
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / name, target / name)


def set_version(file: Path, version: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(release.version_in(file), version), encoding="utf-8")


def test_versions_agree_here() -> None:
    assert release.versions(ROOT) == []
    assert release.licence(ROOT) == []


def test_the_changelog_begins_with_this_version_or_with_what_is_not_released_yet() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    titles = [line.split()[1] for line in text.splitlines() if line.startswith("## ")]
    newest = next(title for title in titles if title != "Unreleased")
    assert newest == release.version_in(ROOT / "forecast/__init__.py")
    assert "Unreleased" not in titles[1:]


def test_what_is_not_released_yet_needs_its_version(checkout: Path) -> None:
    file = checkout / "CHANGELOG.md"
    text = file.read_text(encoding="utf-8").replace("## Unreleased\n", "")
    file.write_text(text, encoding="utf-8")
    assert release.changelog(checkout) == []
    file.write_text(text.replace("\n## ", "\n## Unreleased\n\nNews.\n\n## ", 1), encoding="utf-8")
    (problem,) = release.changelog(checkout)
    assert "CHANGELOG.md" in problem


def test_a_client_of_another_version_is_named(checkout: Path) -> None:
    set_version(checkout / "clients/python/timelines/__init__.py", "9.9.9")
    (problem,) = release.versions(checkout)
    assert "9.9.9" in problem


def test_a_new_version_needs_its_pin_and_its_changelog_entry(checkout: Path) -> None:
    set_version(checkout / "forecast/__init__.py", "9.9.9")
    assert any("ai-timelines-client==9.9.9" in problem for problem in release.versions(checkout))
    (problem,) = release.changelog(checkout)
    assert "## 9.9.9" in problem


def test_the_track_record_has_this_version_here() -> None:
    assert release.track_record(ROOT) == []


def test_a_version_without_a_forecast_on_record_stands_in_the_way(checkout: Path) -> None:
    (problem,) = release.track_record(checkout)
    assert "timelines track-record add" in problem
    copy(release.RECORD, checkout)
    assert release.track_record(checkout) == []
    set_version(checkout / "forecast/__init__.py", "9.9.9")
    (problem,) = release.track_record(checkout)
    assert "no forecast of 9.9.9" in problem and "timelines track-record add" in problem
    assert release.track_record in release.CHECKS


def test_an_edited_track_record_stands_in_the_way(checkout: Path) -> None:
    copy(release.RECORD, checkout)
    file = checkout / release.RECORD
    file.write_text(file.read_text(encoding="utf-8").replace("2026=0.84", "2026=0.94", 1), encoding="utf-8")
    (problem,) = release.track_record(checkout)
    assert "row 1 of" in problem


def test_a_missing_baseline_is_named(checkout: Path) -> None:
    (problem,) = release.baseline(checkout)
    assert protos.BASELINE in problem


def test_a_changed_field_number_stands_in_the_way(checkout: Path) -> None:
    shutil.copytree(ROOT / "protos", checkout / "protos")
    assert release.baseline(checkout) == []
    proto = checkout / "protos/timelines/v1/answer.proto"
    text = proto.read_text(encoding="utf-8").replace("p_already = 3;", "p_already = 33;")
    proto.write_text(text, encoding="utf-8")
    assert any("answer.proto" in problem for problem in release.baseline(checkout))


def test_an_edited_licence_is_named(checkout: Path) -> None:
    (checkout / "clients/python/LICENSE").write_text("mine", encoding="utf-8")
    assert release.licence(checkout)


def test_uncommitted_files_are_counted(checkout: Path) -> None:
    subprocess.run(["git", "init", "-q", str(checkout)], check=True)
    (problem,) = release.committed(checkout)
    assert problem.startswith("5 files") or "not committed" in problem


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "paths.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "scores.csv").write_text("score\n1\n", encoding="utf-8")
    results.stamp(KIND, tmp_path)
    return tmp_path


def test_fresh_results_pass(stored: Path) -> None:
    assert results.check(KIND, stored) == []


@pytest.mark.parametrize("name", ["engine/paths.py", "engine/new.py", "results/scores.csv"])
def test_changed_code_and_edited_results_are_stale(stored: Path, name: str) -> None:
    with (stored / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    (problem,) = results.check(KIND, stored)
    assert problem.startswith(name.split("/")[0])
    assert "make it" in problem


def test_a_renamed_file_is_stale(stored: Path) -> None:
    (stored / "engine/paths.py").rename(stored / "engine/roads.py")
    assert results.check(KIND, stored)


def test_missing_results_say_what_to_run(tmp_path: Path) -> None:
    (problem,) = results.check(KIND, tmp_path)
    assert problem.endswith("run `make it`")


def test_caches_do_not_count(stored: Path) -> None:
    (stored / "engine" / "__pycache__").mkdir()
    (stored / "engine" / "__pycache__" / "paths.pyc").write_bytes(b"0")
    assert results.check(KIND, stored) == []


def test_what_is_left_out_of_the_sources_does_not_count_and_the_results_inside_them_do(stored: Path) -> None:
    kind = results.Kind("engine/results", ("engine",), "make it", without=("engine/results", "engine/words.py"))
    (stored / "engine" / "results").mkdir()
    results.stamp(kind, stored)
    (stored / "engine" / "words.py").write_text("x = 2\n", encoding="utf-8")
    assert results.check(kind, stored) == []
    (stored / "engine" / "results" / "scores.csv").write_text("score\n2\n", encoding="utf-8")
    (problem,) = results.check(kind, stored)
    assert problem.startswith("engine/results changed")


@pytest.mark.parametrize("kind", results.KINDS.values(), ids=results.KINDS)
def test_sources_and_what_is_left_out_of_them_exist(kind: results.Kind) -> None:
    assert all((results.ROOT / name).exists() for name in (*kind.sources, *kind.without))


def test_benchmarks_are_kept_without_single_timings_and_what_the_row_says_already(tmp_path: Path) -> None:
    one = {"stats": {"median": 1.0, "data": [1.0]}, "extra_info": {"name": "a"}, "params": {}, "options": {}}
    file = tmp_path / "bench.json"
    file.write_text(json.dumps({"machine_info": {"node": "n"}, "benchmarks": [one]}), encoding="utf-8")
    results.trim_benchmarks(file)
    kept = {"stats": {"median": 1.0}, "extra_info": {"name": "a"}}
    assert json.loads(file.read_text(encoding="utf-8")) == {"machine_info": {}, "benchmarks": [kept]}


@pytest.mark.parametrize("name", results.KINDS)
def test_stored_results_are_fresh_or_warned_about(name: str) -> None:
    for problem in results.check(results.KINDS[name]):
        warnings.warn(problem, stacklevel=1)


@pytest.mark.long
@pytest.mark.parametrize("name", results.KINDS)
def test_stored_results_are_fresh(name: str) -> None:
    assert results.check(results.KINDS[name]) == []
