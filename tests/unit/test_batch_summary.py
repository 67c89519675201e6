"""What a whole batch came to: counts, reasons, tables of single answers, and the rows themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from forecast.batch import parquet
from forecast.batch.grid import Axis, Element, Expanded, Grid, Spread
from forecast.batch.reading import parse_spec
from forecast.batch.run import answer_batch
from forecast.batch.summary import MOST_MESSAGES, BatchSummary, rows_of
from forecast.batch.tables import MOST_CELLS, frames, thinned
from forecast.errors import ArtefactError
from forecast.executors.here import Here
from forecast.forecaster import Forecaster
from forecast.storage.local import LocalStore
from tests.batches import SPEC
from tests.synthetic import synthetic_posterior


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(120))


def answered(text: str, forecaster: Forecaster, folder: Path) -> BatchSummary:
    spec = parse_spec(text, "q")
    return answer_batch(spec.items, forecaster, LocalStore(folder), executor=Here())


def rows(folder: Path) -> list[dict[str, Any]]:
    table = ds.dataset(folder / "answers", partitioning="hive").to_table()
    return sorted(table.to_pylist(), key=lambda row: int(row["index"]))


def test_rows_come_back_in_the_order_of_the_questions(forecaster: Forecaster, tmp_path: Path) -> None:
    summary = answered(SPEC, forecaster, tmp_path)
    found = list(rows_of(LocalStore(tmp_path), summary, 100))
    assert [row["index"] for row in found] == list(range(100))
    (tmp_path / summary.parts[0].name).write_bytes(b"")
    with pytest.raises(ArtefactError, match="run the batch again"):
        list(rows_of(LocalStore(tmp_path), summary))


def test_the_summary_shows_single_answers_at_the_ends_and_between(forecaster: Forecaster, tmp_path: Path) -> None:
    summary = answered(SPEC, forecaster, tmp_path)
    listed, grid = summary.tables
    assert [row.labels for row in listed.rows] == [("a run",), ("out of reach",), ("unheard of",)]
    assert (grid.axes, grid.column_axis, grid.columns) == (
        ("target", "budget_usd"),
        "scenario",
        ("baseline", "no-physical-limits"),
    )
    labels = [row.labels for row in grid.rows]
    assert len(labels) == 48 and {label for label, _ in labels} == {"loss 2.2, scale gadre-c4-c4val", "large"}
    assert labels[0][1], labels[-1][1] == ("1e+07", "1e+12")
    known = {row["index"]: row for row in rows(tmp_path)}
    for row in grid.rows:
        for cell, scenario in zip(row.cells, grid.columns, strict=True):
            assert known[cell["index"]]["scenario"] == scenario
            assert cell["p_never"] == known[cell["index"]]["p_never"]
    assert sum(summary.medians.values()) == summary.answered
    assert summary.axes == {"target": 2, "budget_usd": 40, "scenario": 2}


def test_the_summary_lies_beside_the_answers_as_json(forecaster: Forecaster, tmp_path: Path) -> None:
    summary = answered(SPEC, forecaster, tmp_path)
    told = json.loads((tmp_path / parquet.SUMMARY).read_text())
    assert (told["answered"], told["digest"], len(told["parts"])) == (162, summary.digest, len(summary.parts))


def test_reasons_are_counted_and_beyond_fifty_only_their_questions(forecaster: Forecaster, tmp_path: Path) -> None:
    scales = ", ".join(f"{{loss: 2, scale: unknown-{i}}}" for i in range(MOST_MESSAGES + 10))
    summary = answered(f"grid: {{target: [{scales}], seed: [1, 2]}}", forecaster, tmp_path)
    assert len(summary.failures) == MOST_MESSAGES and {failure.questions for failure in summary.failures} == {2}
    assert (summary.failed, summary.other_failures) == (2 * (MOST_MESSAGES + 10), 20)


def test_tables_are_bounded_however_long_and_many_the_axes_are() -> None:
    long = Axis("flop", Spread("flop", 1.0, 1e6, 10**6))
    short = Axis("way", tuple(Element(f"{i}", {"seed": i}) for i in range(3)))
    (frame,) = frames(Expanded(grids=(Grid((long, short, long)),)))
    assert len(frame.rows) == 48 and len(frame.columns) == 8
    assert {labels[1] for labels, _ in frame.rows} == {"0", "1", "2"}
    assert (frame.rows[0][1][0], frame.rows[-1][1][-1]) == (0, 3 * 10**12 - 1)
    many = list(frames(Expanded(grids=(Grid((long, short, long)),) * 100)))
    assert sum(len(frame.rows) * len(frame.columns) for frame in many) <= MOST_CELLS


@pytest.mark.parametrize(("length", "count", "places"), [(3, 5, [0, 1, 2]), (9, 3, [0, 4, 8]), (9, 1, [0])])
def test_what_is_thinned_keeps_its_ends(length: int, count: int, places: list[int]) -> None:
    assert thinned(length, count) == places
