"""`timelines draws` on the command line."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.engine.arrival import POSITIONS
from forecast.forecaster import Forecaster
from tests.homes import home_with
from tests.synthetic import synthetic_posterior

QUESTION = ("--flop", "1e31", "--budget", "1e10")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with(tmp_path_factory.mktemp("home"), synthetic_posterior(300))


@pytest.fixture(autouse=True)
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(home))


def draws(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["draws", *map(str, arguments)])


def test_every_draw_is_a_row_of_csv(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "new" / "arrivals.csv"
    result = draws(*QUESTION, "--out", file)
    assert result.exit_code == 0, result.stderr or result.exception
    assert result.stdout == "" and result.stderr.startswith("300 draws of ") and str(file) in result.stderr
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    forecaster = Forecaster.load(home=home)
    expected = forecaster.draws(forecaster.question(flop=1e31, budget_usd=1e10))
    assert [int(row["draw"]) for row in rows] == list(range(300))
    assert [row["outcome"] for row in rows] == [POSITIONS[code] for code in expected.outcome]
    assert [float(row["decimal_year"] or "inf") for row in rows] == expected.decimal_year.tolist()


def test_the_draws_are_those_that_the_answer_counts(tmp_path: Path, home: Path) -> None:
    draws(*QUESTION, "--horizon", "2040-12", "--out", tmp_path / "arrivals.csv")
    rows = list(csv.DictReader((tmp_path / "arrivals.csv").read_text(encoding="utf-8").splitlines()))
    answer = Forecaster.load(home=home).when(flop=1e31, budget_usd=1e10, horizon="2040-12")
    counted = Counter(row["outcome"] for row in rows)
    told = (answer.p_already, answer.p_beyond_horizon, answer.p_never)
    assert [counted[name] / 300 for name in ("already", "beyond_horizon", "never")] == pytest.approx(told)


def test_the_same_question_writes_the_same_csv(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        draws(*QUESTION, "--max-draws", "100", "--out", tmp_path / name)
    first, second = (tmp_path / name for name in ("a.csv", "b.csv"))
    assert first.read_bytes() == second.read_bytes() and first.read_bytes().count(b"\n") == 101


def test_netcdf_holds_the_same(tmp_path: Path) -> None:
    import xarray

    for name in ("arrivals.nc", "arrivals.csv"):
        result = draws(*QUESTION, "--out", tmp_path / name)
        assert result.exit_code == 0, result.stderr or result.exception
    rows = list(csv.DictReader((tmp_path / "arrivals.csv").read_text(encoding="utf-8").splitlines()))
    with xarray.open_datatree(tmp_path / "arrivals.nc", engine="h5netcdf") as tree:
        group = tree["posterior"]
        years = [float(row["decimal_year"] or "inf") for row in rows]
        assert np.array_equal(group["arrival_year"].values[0], years)
        assert [POSITIONS[code] for code in group["outcome"].values[0]] == [row["outcome"] for row in rows]
        assert group.attrs["scenario_hash"]


def test_another_ending_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    result = draws("--flop", "-1", "--out", tmp_path / "arrivals.txt")
    assert result.exit_code == 2 and "give a file that ends in .csv or .nc" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_bad_question_leaves_no_file(tmp_path: Path) -> None:
    result = draws("--flop", "-1", "--out", tmp_path / "arrivals.csv")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
