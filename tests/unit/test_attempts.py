"""Attempts at a better model are on record with their reasons, and beside the shipped model's scores."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import ArtefactError
from forecast.evaluation import attempts, calibration
from forecast.evaluation.attempts import KEPT, NOT_KEPT, ORIGINS, Attempt, Tried
from forecast.evaluation.calibration import Scored
from forecast.evaluation.quantities import HORIZONS, MODEL, QUANTITIES, WINDOWS

LOADED = attempts.load()
OWN = [attempt for attempt in LOADED if attempt.source == "own"]


@lru_cache
def rows() -> list[dict[str, str]]:
    with (attempts.STORED / attempts.ATTEMPTS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache
def stored_rows() -> list[Scored]:
    """The shipped model's rows of the stored backtest; read and checked once."""
    return [row for row in calibration.load() if row.forecaster == MODEL and not row.censored]


def shipped(tried: Tried) -> list[float]:
    """CRPS of the stored backtest on the outcomes of an attempt."""
    (first, last), (least, most) = WINDOWS[tried.window], HORIZONS[tried.years]
    return [
        row.crps
        for row in stored_rows()
        if row.quantity == tried.quantity
        if first <= row.origin_year <= last and row.origin_year in ORIGINS[tried.origins]
        if least <= row.years_ahead <= most
    ]


def test_every_attempt_has_one_reason_and_one_verdict() -> None:
    assert len({attempt.name for attempt in LOADED}) == len(LOADED)
    for attempt in LOADED:
        mine = [row for row in rows() if row["attempt"] == attempt.name]
        assert {(row["reason"], row["verdict"], row["source"]) for row in mine} == {
            (attempt.reason, attempt.verdict, attempt.source)
        }
        assert attempt.reason and attempt.verdict.startswith((KEPT, NOT_KEPT))
        assert attempt.kept == attempt.verdict.startswith(KEPT)


def test_scores_are_of_quantities_and_windows_that_the_backtest_knows() -> None:
    for attempt in LOADED:
        assert attempt.source in {"own", "science"}
        for tried in attempt.scores:
            assert tried.quantity in QUANTITIES and tried.window in WINDOWS and tried.years in HORIZONS
            assert tried.origins in ORIGINS
            assert tried.inside_80 is None or 0 <= tried.inside_80 <= 1


@pytest.mark.parametrize("attempt", OWN, ids=lambda attempt: attempt.name)
def test_an_attempt_stands_beside_the_shipped_model_on_the_same_outcomes(attempt: Attempt) -> None:
    for tried in attempt.scores:
        if tried.crps is None:
            continue
        stored = shipped(tried)
        assert tried.n == len(stored)
        assert tried.crps_shipped == pytest.approx(np.mean(stored), abs=2e-4)


def test_an_attempt_that_was_kept_is_better_on_the_largest_and_on_the_top_ten() -> None:
    for attempt in OWN:
        judged = [t for t in attempt.scores if t.quantity in {"largest_compute", "top_ten_compute"}]
        better = [t.crps is not None and t.crps_shipped is not None and t.crps < t.crps_shipped for t in judged]
        assert not attempt.kept or (better and all(better))


def test_a_missing_file_and_other_columns_are_told(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="no attempts"):
        attempts.load(tmp_path)
    (tmp_path / attempts.ATTEMPTS).write_text("attempt,crps\na,1\n")
    with pytest.raises(ArtefactError, match="other columns"):
        attempts.load(tmp_path)
