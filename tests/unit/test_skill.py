"""Skill is paired outcome by outcome, and its interval is that of blocks of origins."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import ArtefactError
from forecast.evaluation import calibration, past_fans, skill, stacking
from forecast.evaluation.calibration import Scored
from forecast.evaluation.quantities import LINE, MODEL, POWER_LAW, RANDOM_WALK
from forecast.evaluation.scores import LEVELS
from forecast.evaluation.stacking import LawWeights, stacked, weigh

ROW = Scored("largest_compute", "", "2016-12-31", 1, "2017-12-31", MODEL, False, 22.0, (0.0,) * 7, 0.5, 0.2, 1, 0, 0, 0)
RNG = np.random.default_rng(11)


def both(years: range, mine: list[float], theirs: list[float], **fields: object) -> list[Scored]:
    """A row of the model and one of the line for each origin."""
    rows = []
    for year, *crps in zip(years, mine, theirs, strict=True):
        about = {"origin": f"{year}-12-31", "target": f"{year + 1}-12-31"}
        rows += [replace(ROW, **about, **fields, forecaster=f, crps=c)  # type: ignore[arg-type]
                 for f, c in zip((MODEL, LINE), crps, strict=True)]  # fmt: skip
    return rows


def found(rows: list[Scored], **wanted: object) -> skill.Skill:
    keys = {"quantity": "largest_compute", "window": "all", "years": "1-3", "baseline": LINE} | wanted
    (one,) = [one for one in skill.between(rows) if all(getattr(one, k) == v for k, v in keys.items())]
    return one


def test_skill_is_one_less_the_ratio_of_the_means() -> None:
    one = found(both(range(2014, 2022), [0.1] * 8, [0.2] * 4 + [0.4] * 4))
    assert one.skill == pytest.approx(1 - 0.1 / 0.3)
    assert one.n == 8
    assert one.low < one.skill < one.high


def test_only_outcomes_that_both_forecast_count_and_bounds_do_not() -> None:
    rows = both(range(2014, 2022), [0.1] * 8, [0.2] * 8)
    alone = replace(ROW, origin="2013-12-31", crps=9.0)
    bound = replace(ROW, censored=True, origin="2022-12-31", crps=math.nan)
    assert found([*rows, alone, bound, replace(bound, forecaster=LINE)]).skill == pytest.approx(0.5)


def test_outcomes_of_equal_names_are_told_apart_by_their_order() -> None:
    """Two chips may be launched in one channel on one day."""
    rows = [replace(ROW, crps=c, forecaster=f) for f, c in ((MODEL, 0.1), (MODEL, 0.3), (LINE, 0.2), (LINE, 0.6))]
    one = found(rows)
    assert (one.n, one.skill) == (2, pytest.approx(0.5))


def test_few_origins_have_a_skill_but_no_interval() -> None:
    one = found(both(range(2014, 2019), [0.1] * 5, [0.2] * 5))
    assert one.skill == pytest.approx(0.5)
    assert math.isnan(one.low) and math.isnan(one.high)
    assert skill.as_row(one)["low"] == ""


def test_the_bootstrap_draws_blocks_of_origins_that_follow_each_other() -> None:
    """With six origins in blocks of three there are four starts and two draws: sixteen samples, all counted here."""
    model, line = np.array([1.0, 1, 1, 2, 3, 4]), np.array([2.0, 2, 2, 2, 2, 2])
    every = []
    for starts in product(range(4), repeat=2):
        drawn = np.concatenate([np.arange(start, start + 3) for start in starts])
        every.append(1 - model[drawn].sum() / line[drawn].sum())
    low, high = skill.bootstrap(np.stack([model, line]), block=3, resamples=20_000)
    assert low == pytest.approx(np.quantile(every, 0.05, method="inverted_cdf"), abs=0.1)
    assert high == pytest.approx(np.quantile(every, 0.95, method="inverted_cdf"), abs=0.1)
    assert (low, high) == skill.bootstrap(np.stack([model, line]), block=3, resamples=20_000)


def test_blocks_of_one_cover_the_skill_of_independent_origins() -> None:
    hits = 0
    for _ in range(100):
        model, line = RNG.gamma(4, 0.1, 30), RNG.gamma(4, 0.2, 30)
        low, high = skill.bootstrap(np.stack([model, line]), block=1, resamples=400)
        hits += low <= 0.5 <= high
    assert 80 <= hits <= 97


def test_losses_are_drawn_by_group() -> None:
    rows = [replace(r, quantity="loss_one_decade", origin="last 1 decade", years_ahead=0, part=r.target)
            for r in both(range(2010, 2020), [0.1] * 5 + [0.3] * 5, [0.2] * 10)]  # fmt: skip
    one = found(rows, quantity="loss_one_decade", years="")
    assert one.skill == pytest.approx(0.0)
    assert one.low < -0.2 < 0.2 < one.high


def test_the_stored_skills_are_those_of_the_stored_scores() -> None:
    made = [{k: str(v) for k, v in skill.as_row(one).items()} for one in skill.between(calibration.load())]
    with (calibration.STORED / skill.SKILL).open(encoding="utf-8", newline="") as file:
        stored = list(csv.DictReader(file))
    assert [row["baseline"] for row in made] == [row["baseline"] for row in stored]
    for mine, theirs in zip(made, stored, strict=True):
        assert float(mine["skill"]) == pytest.approx(float(theirs["skill"]), abs=2e-3)
        assert (mine["n"], mine["low"] == "") == (theirs["n"], theirs["low"] == "")
    assert skill.load()[0].quantity == made[0]["quantity"]


def test_missing_and_foreign_tables_are_one_error_that_says_what_to_run(tmp_path: Path) -> None:
    for read, name in ((skill.load, skill.SKILL), (past_fans.load, past_fans.FANS)):
        with pytest.raises(ArtefactError, match="timelines backtest"):
            read(tmp_path)
        (tmp_path / name).write_text("quantity,other\nx,1\n", encoding="utf-8")
        with pytest.raises(ArtefactError, match="other columns"):
            read(tmp_path)
    with pytest.raises(ArtefactError, match="timelines backtest"):
        stacking.load(tmp_path)
    (tmp_path / stacking.LAW_WEIGHTS).write_text('{"floor": 1}', encoding="utf-8")
    with pytest.raises(ArtefactError, match="not what"):
        stacking.load(tmp_path)


def test_the_stored_fans_are_ordered_and_start_at_their_origins() -> None:
    fans = past_fans.load()
    assert {fan.quantity for fan in fans} == set(past_fans.FAN_QUANTITIES)
    for fan in fans:
        assert fan.decimal_year[0] == pytest.approx(fan.origin.year + 1, abs=0.01)
        assert list(fan.decimal_year) == sorted(fan.decimal_year)
        levels = np.array([fan.quantiles[level] for level in LEVELS])
        assert (np.diff(levels, axis=0) >= 0).all()
        if fan.quantity != "realised_price":
            assert (np.diff(levels, axis=1) >= -1e-9).all()  # running maxima and medians of the top ten never fall


def test_stacking_weighs_by_density() -> None:
    assert stacked(np.full(5, 0.5), np.ones(5)) == pytest.approx(1)
    assert stacked(np.full(5, 2.0), np.ones(5)) == pytest.approx(0, abs=1e-9)
    ratio = np.array([4.0, 0.25])  # what one gains with the first, it loses with the second
    assert stacked(ratio, np.ones(2)) == pytest.approx(0.5)
    assert stacked(ratio, np.array([1.0, 3.0])) > 0.5


def test_stacking_finds_the_best_weight_of_a_fine_grid() -> None:
    ratio = np.exp(RNG.normal(-0.2, 1.5, 60))
    grid = np.linspace(0, 1, 2001)
    totals = np.log(grid + (1 - grid) * ratio[:, None]).sum(axis=0)
    assert stacked(ratio, np.ones(60)) == pytest.approx(grid[totals.argmax()], abs=1e-3)


def test_weights_come_from_tails_that_both_forms_forecast() -> None:
    rows = [
        replace(ROW, quantity=quantity, part=part, target=f"1e2{i} FLOP", forecaster=forecaster, log_score=score)
        for quantity in ("loss_one_decade", "loss_two_decades", "loss_new_study")
        for i, part in enumerate("abcd")
        for forecaster, score in ((MODEL, -3.0 if i else 0.0), (POWER_LAW, -1.0), (RANDOM_WALK, -9.0))
    ]
    weights = weigh(rows)
    assert weights is not None
    assert (weights.n, weights.groups) == (8, 4)
    assert weights.floor == pytest.approx(stacked(np.exp([1.0, -2.0, -2.0, -2.0]), np.ones(4)), abs=1e-4)
    assert weights.low <= weights.floor <= weights.high
    assert weights.floor + weights.power_law == pytest.approx(1)
    assert weigh([row for row in rows if row.forecaster != POWER_LAW]) is None


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    weights = LawWeights(0.94, 0.06, 0.7, 1.0, 67, 13)
    (tmp_path / stacking.LAW_WEIGHTS).write_text(stacking.as_json(weights), encoding="utf-8")
    assert stacking.load(tmp_path) == weights
    stored, again = stacking.load(), weigh(calibration.load())
    assert again is not None
    assert stored.floor == pytest.approx(again.floor, abs=0.01)
