"""The backtest looks at nothing but what was known, and measures what came after."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.cli.backtest_table import table
from forecast.data import tables
from forecast.engine import paths
from forecast.errors import InputError
from forecast.evaluation import calibration, past_fans, skill, stacking
from forecast.evaluation.quantities import (
    AUTO_ETS,
    LAST_LAW,
    LINE,
    MODEL,
    RANDOM_WALK,
    RUNS_ON_LINE,
)
from forecast.executors.processes import Processes
from forecast.experiments import refits
from forecast.experiments.ahead import RunsAhead, padded, simulate_joint, top_median
from forecast.experiments.backtest import Backtest, Done, Task, run
from forecast.experiments.baselines import Line
from forecast.experiments.checkpoints import count, resume
from forecast.experiments.origins import ORIGINS, PENDING, origins_of, year_end, years_until
from forecast.experiments.outcomes import Series
from forecast.experiments.price_targets import price_outcomes
from forecast.experiments.run_targets import Known, run_outcomes
from forecast.experiments.scored import Outcome, rows
from forecast.experiments.storing import store
from forecast.inference.diagnostics import Convergence
from forecast.inference.observations import observe
from forecast.inference.runs import Recipe, Run
from forecast.inference.sampling import SamplerSettings
from forecast.models import compute
from forecast.posterior.schema import variables_of
from forecast.priors import DEFAULT
from forecast.units import decimal_year
from tests.synthetic import synthetic_posterior

TOY = SamplerSettings(draws=60, tune=100, chains=2, cores=1)
ORIGIN = date(2020, 12, 31)
RNG = np.random.default_rng(3)


def test_origins_are_year_ends_and_pending_ones_say_why() -> None:
    assert origins_of([2020, 2013, 2020]) == (date(2013, 12, 31), ORIGIN)
    assert set(PENDING).isdisjoint(ORIGINS)
    with pytest.raises(InputError, match=r"pending.*disclosure date"):
        origins_of([2025])
    with pytest.raises(InputError, match="from 2013 to 2023"):
        origins_of([1999])


@pytest.mark.parametrize(("day", "ahead"), [("2021-01-01", 1), ("2021-12-31", 1), ("2022-01-01", 2), ("2025-12-31", 5)])
def test_a_date_lies_in_the_year_ahead_that_its_year_end_closes(day: str, ahead: int) -> None:
    assert years_until(ORIGIN, decimal_year(date.fromisoformat(day))) == ahead
    assert year_end(ORIGIN, ahead).year == int(day[:4])


def test_a_line_finds_a_line_and_is_surer_inside_its_data() -> None:
    years = np.linspace(2010, 2020, 200)
    line = Line.fit(years, 20 + 0.5 * (years - 2015) + 0.3 * RNG.standard_normal(200))
    assert (line.slope, line.sd) == (pytest.approx(0.5, abs=0.03), pytest.approx(0.3, abs=0.05))
    predicted = line.predict(np.array([2015.0, 2040.0]), 4000, RNG)
    assert predicted.mean(axis=0) == pytest.approx([20, 32.5], abs=0.5)
    assert predicted[:, 0].std() == pytest.approx(0.3, abs=0.05)
    assert predicted[:, 1].std() > 1.1 * predicted[:, 0].std()


def test_maxima_medians_and_passages_are_those_of_the_runs() -> None:
    values = np.full((1, 36, 2), -np.inf)
    values[0, 3], values[0, 20, 1] = (21.0, 20.2), 22.5
    ahead = RunsAhead(values, known=np.array([20.0, 20.5]))
    assert [ahead.largest(years)[0] for years in (1, 2, 3)] == [21.0, 22.5, 22.5]
    assert ahead.top_ten(1)[0] == np.median([20.0, 20.5, 21.0, 20.2])
    assert ahead.first_passage(0.5)[0] == pytest.approx(3.5 / 12)
    assert ahead.first_passage(1.0)[0] == pytest.approx(20.5 / 12)
    assert ahead.first_passage(3.0)[0] == 3.0


def test_the_median_of_the_top_ten_ignores_everything_under_it() -> None:
    assert top_median(np.array([-np.inf, *range(25)])) == np.median(range(15, 25))


def test_padding_keeps_every_run_in_its_month() -> None:
    counts = np.array([[2, 0], [1, 3]])
    cells = padded(np.arange(6.0), counts)
    assert cells.shape == (2, 2, 3)
    assert (np.isfinite(cells).sum(axis=2) == counts).all()
    assert cells[1, 1].tolist() == [3, 4, 5]


def test_simulated_runs_agree_with_the_engine() -> None:
    """The engine keeps the largest of each month only; both obey the same equations, so their maxima agree."""
    posterior = synthetic_posterior(4000, as_of=ORIGIN)
    flop, spend = simulate_joint(posterior, 1, months=36)
    latent, known = paths.latent(posterior, 2, 37), posterior.constants("compute")
    for quantity, mine in (("flop", flop), ("spend", spend)):
        theirs = paths.largest_so_far(posterior, latent, 2, quantity)
        largest = known[f"largest_known_log10_{quantity}"]
        ours = np.maximum(mine.max(axis=(1, 2)), largest)
        levels = np.linspace(0.1, 0.9, 9)
        assert np.quantile(ours, levels) == pytest.approx(np.quantile(theirs[:, -1], levels), abs=0.12)


def made_up_runs() -> Series:
    days = pd.to_datetime(["2019-03-01", "2020-06-01", "2021-01-15", "2022-02-01", "2026-01-01"])
    return Series.of(pd.DataFrame({"published_on": days, "flop": [1e20, 1e22, 1e21, 1e23, 1e26]}), "flop")


def test_a_series_knows_what_was_published_by_a_day() -> None:
    series = made_up_runs()
    assert series.top(ORIGIN).tolist() == [20, 22]
    assert series.at("largest", date(2022, 12, 31)) == 23
    assert series.at("top_ten", date(2021, 12, 31)) == 21
    assert series.first_above(22.5, ORIGIN) == pytest.approx(decimal_year(date(2022, 2, 1)) - decimal_year(ORIGIN))


def test_a_passage_after_the_disclosure_date_is_not_known() -> None:
    assert made_up_runs().first_above(25.0, ORIGIN) is None


@pytest.mark.parametrize("name", ["compute", "cost"])
def test_baselines_know_only_what_was_published_by_the_origin(name: str) -> None:
    known = Known.of(name, ORIGIN)
    assert known.series.decimal_year.max() <= decimal_year(ORIGIN)
    years, values = known.series.history("largest", known.since.year, ORIGIN)
    assert years.max() == pytest.approx(decimal_year(ORIGIN))
    assert (np.diff(values) >= 0).all()


def test_run_outcomes_lie_after_the_origin_and_are_bounds_after_the_disclosure_date() -> None:
    outcomes = list(run_outcomes(synthetic_posterior(200, as_of=ORIGIN), 0))
    year_ends = [outcome for outcome in outcomes if outcome.years_ahead]
    assert {outcome.quantity for outcome in outcomes} == {
        *("largest_compute", "top_ten_compute", "largest_cost", "top_ten_cost", "first_passage")
    }
    assert {outcome.target: outcome.censored for outcome in year_ends} == {
        "2021-12-31": False, "2022-12-31": False, "2023-12-31": False, "2025-12-31": True
    }  # fmt: skip
    everyone = {MODEL, LINE, RUNS_ON_LINE, LAST_LAW, RANDOM_WALK, AUTO_ETS}
    assert all(set(outcome.said) == everyone for outcome in year_ends)
    assert all(set(outcome.said) == {MODEL, RUNS_ON_LINE} for outcome in outcomes if not outcome.years_ahead)
    largest = [outcome.observed for outcome in year_ends if outcome.quantity == "largest_compute"]
    assert largest == sorted(largest)


def test_prices_of_the_past_are_not_scored_and_thin_channels_are_not_forecast() -> None:
    origin = date(2017, 12, 31)
    today, seen = observe(tables.RELEASED_ON, tables.RELEASED_ON), observe(origin, origin)
    no_workstations = np.where(seen.price.purchase_channel == 1, 0, seen.price.purchase_channel)
    seen = replace(seen, price=replace(seen.price, purchase_channel=no_workstations))
    outcomes = list(price_outcomes(synthetic_posterior(100, as_of=origin), seen, today, 0))
    assert min(outcome.target for outcome in outcomes) > origin.isoformat()
    assert {outcome.part for outcome in outcomes} == {"", "consumer", "datacentre", "historical_fp32", "rental"}
    assert {outcome.years_ahead for outcome in outcomes if outcome.part} <= {1, 2, 3}
    priced = [outcome for outcome in outcomes if outcome.quantity == "realised_price"]
    assert {outcome.years_ahead for outcome in priced} == {1, 2, 3, 5}


def test_every_forecaster_has_a_row_and_bounds_have_no_point_scores() -> None:
    said = {MODEL: RNG.normal(22, 1, 200), LINE: RNG.normal(23, 1, 200)}
    about = ("largest_compute", "", "2020-12-31", 5, "2025-12-31")
    made = rows([Outcome(*about, 22.0, True, said), Outcome(*about, 22.0, False, {MODEL: said[MODEL]})])
    assert [row["forecaster"] for row in made] == [MODEL, MODEL, LINE]
    assert all(set(row) == set(calibration.COLUMNS) for row in made)
    bound, known, _ = made
    assert (bound["crps"], bound["pit"], bound["log_score"]) == ("", "", "")
    assert bound["reach"] == pytest.approx(0.5, abs=0.15)
    assert bound["bound_log_score"] == pytest.approx(-math.log(bound["reach"]), abs=1e-3)
    assert bound["tw_crps"] > 0
    assert known["crps"] > 0
    assert (known["reach"], known["bound_log_score"], known["tw_crps"]) == ("", "", "")


def test_a_finished_fit_is_taken_from_its_checkpoint(tmp_path: Path) -> None:
    made = []

    def make() -> Run:
        made.append(1)
        return Run({"loss": {"b": np.arange(6.0).reshape(3, 2)}}, "loss-1", "v", {"draws": 3})

    first, again = resume(tmp_path, "loss-1", make), resume(tmp_path, "loss-1", make)
    assert len(made) == 1
    assert (again.identity, again.model_version, again.diagnostics) == (first.identity, "v", {"draws": 3})
    assert np.array_equal(again.blocks["loss"]["b"], first.blocks["loss"]["b"])
    resume(tmp_path, "loss-2", make)
    assert len(made) == count(tmp_path) == 2


def from_the_prior(recipe: Recipe, progress: object) -> Run:
    """A run without a sampler: draws from the prior, which fit the origin's shapes."""
    seen, draws = recipe.observations.compute, 200
    block = compute.prior_draws(seen, DEFAULT.compute, DEFAULT.price, draws, np.random.default_rng(0))
    weights = seen.weights(np.array([seen.origin]))[0]
    block["u_origin"] = block["m_spend"] + block["spend_slopes"] @ weights
    block["p_origin"] = block["a_realised"] - block["price_slopes"] @ weights
    block["sigma_origin"] = compute.spread(block["sigma"], block["delta"], seen.origin)
    blocks = {
        "compute": {variable.name: block[variable.name] for variable in variables_of("compute")},
        "price": synthetic_posterior(draws).blocks["price"],
    }
    mixing = Convergence("compute", 0, draws, 1.0, "", 500.0, "", 1.0, 0.95)
    return Run(blocks, recipe.identity("compute", "prior"), "prior", asdict(mixing))


def test_an_origin_is_scored_stored_and_not_refitted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refits, "run_compute", from_the_prior)
    toy = Backtest(tmp_path / "checkpoints", (date(2017, 12, 31),), losses=False, settings=TOY)
    (task,) = toy.plan()
    done = toy.perform(task, toy.checkpoints)
    monkeypatch.setattr(refits, "run_compute", None)
    assert toy.perform(task, toy.checkpoints).scores == done.scores
    assert [file.name for file in toy.checkpoints.iterdir()] == toy.kept(task)
    summaries = store(tmp_path / "out", toy, [done])
    assert [s.n for s in calibration.summarise(calibration.load(tmp_path / "out"))] == [s.n for s in summaries]
    (fit,) = calibration.fits(tmp_path / "out")
    assert fit["fit"] == "2017-12-31"
    assert fit["status"] in ("PASSED", "FLAGGED", "REFUSED")
    found = calibration.provenance(tmp_path / "out")
    assert found["origins"] == ["2017-12-31"]
    assert found["data_digests"] == tables.digests()
    assert "largest run so far" in table(summaries)
    assert {one.baseline for one in skill.load(tmp_path / "out")} >= {LINE, RUNS_ON_LINE, LAST_LAW, RANDOM_WALK}
    fans = past_fans.load(tmp_path / "out")
    assert [fan.quantity for fan in fans] == sorted(past_fans.FAN_QUANTITIES)
    assert all(len(fan.decimal_year) == past_fans.QUARTERS * past_fans.YEARS + 1 for fan in fans)
    assert not (tmp_path / "out" / stacking.LAW_WEIGHTS).exists()  # no losses were held out


@pytest.mark.long
def test_an_origin_is_refitted_on_what_was_known(tmp_path: Path) -> None:
    toy = Backtest(tmp_path, (date(2017, 12, 31),), losses=False, settings=TOY)
    done = toy.perform(Task(date(2017, 12, 31)), tmp_path)
    largest = [row for row in done.scores if row["quantity"] == "largest_compute" and row["forecaster"] == MODEL]
    assert {row["years_ahead"] for row in largest} == {1, 2, 3, 5}
    assert all(abs(row["q50"] - row["observed"]) < 1.5 for row in largest)


def test_equal_backtests_are_stored_in_equal_bytes(tmp_path: Path) -> None:
    toy = Backtest(tmp_path, (ORIGIN,), losses=False, settings=TOY)
    done = Done(rows(list(run_outcomes(synthetic_posterior(100, as_of=ORIGIN), 0))), [{"fit": "x", "status": "PASSED"}])
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        store(folder, toy, [done])
    assert {f.name: f.read_bytes() for f in folders[0].iterdir()} == {
        f.name: f.read_bytes() for f in folders[1].iterdir()
    }


@pytest.mark.long
def test_tasks_run_in_processes_and_come_back_in_order(tmp_path: Path) -> None:
    toy = Backtest(tmp_path, origins_of([2013, 2014]), losses=False, settings=TOY)
    told: list[tuple[int, int, str]] = []
    with Processes(2) as executor:
        results = run(toy, executor, lambda *event: told.append(event))
    assert [done.fits[0]["fit"] for done in results] == ["2014-12-31", "2013-12-31"]
    assert [event[:2] for event in told] == [(0, 2), (1, 2), (2, 2)]
