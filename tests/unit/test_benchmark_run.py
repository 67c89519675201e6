"""The run that is stored: every row stands beside another one of the same run."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks.stored import RESULTS, read


def test_every_row_is_a_baseline_or_names_one_of_the_run() -> None:
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    if any("also" not in one["extra_info"] for one in found["benchmarks"]):
        pytest.skip("the stored run is older than the rule: `make bench` makes another")
    rows = read().rows
    assert len(rows) == len(found["benchmarks"]), "two rows of one name"
    named = {baseline for row in rows.values() for baseline in row.named}
    assert not named - rows.keys(), "baselines that were not run"
    assert not [name for name, row in rows.items() if not row.named and name not in named]


def test_the_stored_run_names_no_machine_and_repeats_no_timings() -> None:
    text = RESULTS.read_text(encoding="utf-8")
    assert '"node"' not in text and '"data"' not in text and len(text) < 500_000
