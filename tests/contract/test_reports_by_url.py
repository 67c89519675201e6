"""Reports and batches behind a URL: the same files as in a folder, taken up again, never half a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.errors import StorageError
from forecast.reports.report.writing import write
from forecast.storage.manifest import MANIFEST, faults
from forecast.storage.store import store_of
from tests.reporting import shipped, spec_of

SPEC = """
lead: {flop: 2.0e29}
formats: [json, markdown, csv, parquet]
scenarios: [baseline]
grid: {budget_usd: [1.0e8, 1.0e9], scenario: [baseline, no-physical-limits]}
"""


def test_a_report_has_the_same_files_wherever_it_goes(place: Path | str, tmp_path: Path) -> None:
    here, there = tmp_path / "here", store_of(place)
    write(spec_of(SPEC), shipped(), here)
    written = write(spec_of(SPEC), shipped(), place)
    assert faults(there) == ()
    assert any(name.endswith(".parquet") for name in written.manifest.files)
    assert {name: there.read(name) for name in there.names()} == {
        name: store_of(here).read(name) for name in store_of(here).names()
    }


def test_what_was_answered_before_a_stop_is_not_asked_again(place: Path | str) -> None:
    spec, asked = spec_of(SPEC), []

    def stop(what: str, done: int, of: int) -> None:
        """Fail while the page is made: the answers are there by then."""
        raise StorageError("stopped by the test")

    from forecast.executors.here import Here
    from forecast.reports.report.writing import Way

    class Counting(Here):
        """Counts the parts that are answered."""

        def run(self, work, tasks, parcels=None):  # type: ignore[no-untyped-def]
            for task, result in super().run(work, tasks, parcels or {}):
                asked.append(task.name)
                yield task, result

    with pytest.raises(StorageError, match="stopped by the test"):
        write(spec, shipped(), place, Way(Counting(), told=stop))
    assert asked and MANIFEST not in store_of(place).names()
    count = len(asked)
    write(spec, shipped(), place, Way(Counting()))
    assert len(asked) == count
    assert json.loads(store_of(place).read("report.json"))["kind"] == "timelines report"
