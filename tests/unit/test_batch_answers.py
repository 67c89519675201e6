"""Batches answered: rows that say what the forecaster says, failures that end nothing, parts that are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import pyarrow.dataset as ds
import pytest

from forecast.batch import parquet
from forecast.batch.answering import answer_part
from forecast.batch.reading import parse_spec
from forecast.batch.run import answer_batch
from forecast.batch.summary import BatchSummary
from forecast.catalogue.named.scenarios import create
from forecast.engine.encode_question import question_dict
from forecast.engine.scenario import Scenario
from forecast.errors import StoppedError
from forecast.executors.here import Here
from forecast.executors.processes import Processes
from forecast.forecaster import Forecaster
from forecast.storage.local import LocalStore
from tests.batches import SPEC
from tests.studies import imported
from tests.synthetic import synthetic_posterior


class Counting(Here):
    """An executor that counts the parts it is given."""

    def __init__(self) -> None:
        self.parts = 0

    def run(self, work: Any, tasks: Any, parcels: Any = None) -> Iterator[Any]:
        """Do them here."""
        for task, result in super().run(work, tasks, parcels):
            self.parts += 1
            yield task, result


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(120), imported={"my-study": imported()})


def answered(text: str, forecaster: Forecaster, folder: Path, **how: Any) -> BatchSummary:
    spec = parse_spec(text, "q")
    how = {"executor": Here(), "curves": spec.curves, **how}
    return answer_batch(spec.items, forecaster, LocalStore(folder), **how)


def rows(folder: Path) -> list[dict[str, Any]]:
    table = ds.dataset(folder / "answers", partitioning="hive").to_table()
    return sorted(table.to_pylist(), key=lambda row: int(row["index"]))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_rows_say_what_the_forecaster_says(forecaster: Forecaster, tmp_path: Path) -> None:
    summary = answered(SPEC, forecaster, tmp_path)
    items, found = parse_spec(SPEC, "q").items, rows(tmp_path)
    assert (summary.questions, summary.answered, summary.failed) == (163, 162, 1) and len(found) == 163
    for item, row in zip(items, found, strict=True):
        assert (row["index"], row["name"]) == (item.index, item.name)
        if row["status"] == "failed":
            continue
        answer = forecaster.when(**item.asked)
        for quantile in answer.quantiles:
            name = f"q{100 * quantile.probability:g}"
            told = [row[f"{name}_{what}"] for what in ("decimal_year", "position", "mcse_years")]
            assert told == [quantile.decimal_year, quantile.position, quantile.mcse_years]
        masses = ("p_already", "p_already_mcse", "p_beyond_horizon", "p_never", "p_never_mcse")
        assert [row[mass] for mass in masses] == [getattr(answer, mass) for mass in masses]
        by_years = {by.year: by.probability for by in answer.p_by_year}
        assert {year: row[f"p_by_{year}"] for year in (2028, 2030, 2035, 2040, 2050)} == {
            year: by_years.get(year) for year in (2028, 2030, 2035, 2040, 2050)
        }
        assert (row["scenario_hash"], row["seed"]) == (answer.provenance.scenario_hash, answer.provenance.seed)
        assert row["scenario"] == answer.question.scenario.name


def test_arguments_stand_in_columns_with_their_units(forecaster: Forecaster, tmp_path: Path) -> None:
    answered(SPEC, forecaster, tmp_path)
    found = rows(tmp_path)
    assert [found[0][name] for name in ("training_flop", "loss_nats_per_token", "axis_target")] == [1e29, None, None]
    assert (found[3]["loss_nats_per_token"], found[3]["scale"], found[3]["budget_usd"]) == (2.2, "gadre-c4-c4val", 1e7)
    assert (found[-1]["axis_target"], found[-1]["budget_usd"]) == ("large", 1e12)
    assert found[1]["horizon_month"] == "2030-12"


def test_one_failing_question_is_a_row_that_says_why(forecaster: Forecaster, tmp_path: Path) -> None:
    summary = answered(SPEC, forecaster, tmp_path)
    row = rows(tmp_path)[2]
    assert (row["status"], row["error_code"], row["error_field"]) == ("failed", "UNKNOWN_NAME", "target.loss.scale")
    assert "no-such-scale" in row["error_message"]
    assert (row["q50_decimal_year"], row["p_never"], row["posterior"]) == (None, None, None)
    (failure,) = summary.failures
    assert (failure.code, failure.questions, failure.example) == ("UNKNOWN_NAME", 1, "unheard of")


def test_a_fault_of_the_program_fails_one_question_too(
    forecaster: Forecaster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Forecaster.ask

    def broken(self: Forecaster, question: Any, *more: Any) -> Any:
        if question.target.value == 1e29:
            raise ZeroDivisionError("a fault")
        return ask(self, question, *more)

    monkeypatch.setattr(Forecaster, "ask", broken)
    summary = answered("questions: [{flop: 1e29}, {flop: 1e30}]", forecaster, tmp_path)
    assert (summary.answered, summary.failures[0].code) == (1, "INTERNAL")
    assert summary.failures[0].message == "ZeroDivisionError: a fault"


def test_as_of_dates_are_folders_and_one_that_is_not_there_fails_alone(tmp_path: Path) -> None:
    text = "grid:\n  as_of: [2021-12-15, 2026-11-20, 2019-01-01]\n  flop: [1e27, 1e29]\ndefaults: {max_draws: 200}"
    forecaster = Forecaster.load()
    summary = answered(text, forecaster, tmp_path)
    assert (summary.answered, summary.failed) == (4, 2)
    found = rows(tmp_path)
    assert [row["as_of"] for row in found[::2]] == ["2021-12-15", "2026-11-20", "2019-01-01"]
    assert found[4]["error_code"] == "POSTERIOR_NOT_FOUND"
    for row in found[:4]:
        answer = forecaster.when(flop=row["training_flop"], as_of=row["as_of"], max_draws=200)
        assert (row["q50_decimal_year"], row["posterior"]) == (answer.quantiles[3].decimal_year, answer.posterior.name)


def test_scenarios_and_scales_of_ones_own_mean_the_same_to_a_worker_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    create(Scenario("mine", switches=(("chips", False),)), home)
    forecaster = Forecaster(synthetic_posterior(120), home, imported={"my-study": imported()})
    text = "grid:\n  scenario: [mine, not-mine]\n  target: [{loss: 2.2, scale: my-study}, {flop: 1e30}]"
    with Processes(1) as executor:
        summary = answered(text, forecaster, tmp_path / "out", executor=executor)
    assert [failure.code for failure in summary.failures] == ["UNKNOWN_NAME"] and summary.failed == 2
    for row in rows(tmp_path / "out")[:2]:
        target = {"flop": 1e30} if row["scale"] is None else {"loss": 2.2, "scale": "my-study"}
        answer = forecaster.when(scenario="mine", **target)
        assert row["p_beyond_horizon"] == answer.p_beyond_horizon
        assert row["scenario_hash"] == answer.provenance.scenario_hash


def test_whole_questions_are_answered_like_plain_ones(forecaster: Forecaster, tmp_path: Path) -> None:
    whole = question_dict(forecaster.question(flop=1e29, scenario="no-physical-limits", quantiles=[0.025, 0.5]))
    answered(json.dumps({"questions": [{"name": "whole", "question": whole}]}), forecaster, tmp_path)
    (row,) = rows(tmp_path)
    answer = forecaster.when(flop=1e29, scenario="no-physical-limits", quantiles=[0.025, 0.5])
    assert row["q2_5_decimal_year"] == answer.quantiles[0].decimal_year
    assert row["scenario"].startswith("no-physical-limits-") and row["q10_decimal_year"] is None


def test_curves_are_kept_only_where_they_are_asked_for(forecaster: Forecaster, tmp_path: Path) -> None:
    answered("lead: {flop: 1e29}\ncurves: true", forecaster, tmp_path / "with")
    answered("lead: {flop: 1e29}", forecaster, tmp_path / "without")
    (row,) = rows(tmp_path / "with")
    cdf = forecaster.when(flop=1e29).cdf
    assert row["cdf_from_decimal_year"] == cdf.decimal_year[0]
    assert row["cdf"] == pytest.approx(cdf.probability, abs=1e-7)
    assert "cdf" not in rows(tmp_path / "without")[0]


def test_workers_change_no_byte(forecaster: Forecaster, tmp_path: Path) -> None:
    one = answered(SPEC, forecaster, tmp_path / "one")
    with Processes(2) as executor:
        two = answered(SPEC, forecaster, tmp_path / "two", executor=executor)
    assert one == two and files(tmp_path / "one") == files(tmp_path / "two")


def test_what_is_there_is_not_answered_again(forecaster: Forecaster, tmp_path: Path) -> None:
    first = answered(SPEC, forecaster, tmp_path)
    before, executor = files(tmp_path), Counting()
    again = answered(SPEC, forecaster, tmp_path, executor=executor)
    assert executor.parts == 0 and files(tmp_path) == before
    assert again == first and (first.kept, again.kept) == (0, 163)


def test_a_damaged_part_is_answered_again_and_a_foreign_one_goes(forecaster: Forecaster, tmp_path: Path) -> None:
    summary = answered(SPEC, forecaster, tmp_path)
    before, executor = files(tmp_path), Counting()
    broken = [tmp_path / part.name for part in summary.parts]
    broken[0].write_bytes(before[summary.parts[0].name][:-100])
    data = bytearray(before[summary.parts[1].name])
    data[len(data) // 3] ^= 4
    broken[1].write_bytes(data)
    broken[2].write_bytes(before[summary.parts[3].name])
    old = tmp_path / parquet.part_name("2020-01-01", "gone", 7, "0" * 64)
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    (tmp_path / "answers" / "mine.txt").write_text("kept")
    answered(SPEC, forecaster, tmp_path, executor=executor)
    assert executor.parts == 3
    assert files(tmp_path) == before | {"answers/mine.txt": b"kept"}


@pytest.mark.parametrize(
    "change", [("1e29", "1.1e29"), ("a run", "another run"), ("count: 40", "count: 41"), ("law: kaplan, ", "")]
)
def test_another_question_makes_another_part(forecaster: Forecaster, tmp_path: Path, change: tuple[str, str]) -> None:
    answered(SPEC, forecaster, tmp_path)
    executor = Counting()
    answered(SPEC.replace(*change), forecaster, tmp_path, executor=executor)
    assert executor.parts > 0


def test_another_posterior_makes_other_parts(forecaster: Forecaster, tmp_path: Path) -> None:
    first = answered(SPEC, forecaster, tmp_path)
    other = answered(SPEC, Forecaster(synthetic_posterior(120, seed=1)), tmp_path)
    assert not {part.name for part in first.parts} & {part.name for part in other.parts}


def test_a_batch_that_is_stopped_keeps_what_it_has(forecaster: Forecaster, tmp_path: Path) -> None:
    calls = 0

    def checkpoint() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise StoppedError("nobody waits")

    with pytest.raises(StoppedError):
        answered(SPEC, forecaster, tmp_path, checkpoint=checkpoint)
    kept, executor = len(files(tmp_path)), Counting()
    summary = answered(SPEC, forecaster, tmp_path, executor=executor)
    assert 0 < kept < len(summary.parts) and executor.parts == len(summary.parts) - kept


def test_progress_counts_questions_and_ends_at_all_of_them(forecaster: Forecaster, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    answered(SPEC, forecaster, tmp_path, told=lambda *said: told.append(said))
    counts = [done for done, _, _ in told]
    assert counts == sorted(counts) and (counts[0], counts[-1]) == (0, 163)
    assert {total for _, total, _ in told} == {163} and told[-1][2] == "1 failed"


def test_pandas_reads_the_answers_in_one_line(forecaster: Forecaster, tmp_path: Path) -> None:
    answered(SPEC, forecaster, tmp_path)
    frame = pandas.read_parquet(tmp_path / "answers")
    assert len(frame) == 163 and set(frame["scenario"]) == {"baseline", "no-physical-limits"}


@pytest.mark.parametrize("name", ["a/b", "..", "x" * 300, "ü=ä", "dot.", "CON", "a b"])
def test_folders_are_called_so_that_every_system_takes_them(name: str) -> None:
    folder = parquet.part_name("2026-11-20", name, 3, "ab" * 32).split("/")[2]
    assert parquet.PART.fullmatch(parquet.part_name("2026-11-20", name, 3, "ab" * 32))
    assert len(folder) < 140 and folder.isascii() and not folder.endswith((".", " "))


def test_a_worker_of_another_version_says_so(
    forecaster: Forecaster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(task: Any, parcels: Any) -> Any:
        monkeypatch.setattr("forecast.__version__", "0.0.0")
        return answer_part(task, parcels)

    monkeypatch.setattr("forecast.batch.run.answer_part", elsewhere)
    with pytest.raises(Exception, match="this worker has version"):
        answered("lead: {flop: 12345e25}", forecaster, tmp_path)
