"""`timelines backtest`: what it refuses, and how its table reads."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from forecast.cli.backtest import backtest as command
from forecast.cli.backtest import table
from forecast.errors import InputError
from forecast.evaluation import calibration


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--origins", "2016"], "--out"),
        (["--origins", "soon"], "2016,2020"),
        (["--origins", "2024", "--out", "x"], "pending"),
    ],
)
def test_wrong_origins_are_refused_before_anything_runs(options: list[str], said: str) -> None:
    result = CliRunner().invoke(command, options)
    assert isinstance(result.exception, InputError)
    assert said in str(result.exception)


def test_the_table_shows_the_baselines_beside_the_model() -> None:
    text = table(calibration.summarise(calibration.load()))
    header, *lines = text.splitlines()
    assert "n eff" in header
    assert "line" in header
    assert any(line.startswith("years until the frontier is passed") for line in lines)
    assert max(map(len, lines)) <= 130
