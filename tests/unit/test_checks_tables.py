"""The command runs every check, stores tables that the readers read, and puts their numbers into words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from forecast.cli.check import check as command
from forecast.errors import ArtefactError, InputError
from forecast.evaluation import check_words, checks
from forecast.evaluation.checks import Loo, PowerScaling, Predictive, PriorPosterior
from forecast.executors import executor
from forecast.executors.here import Here
from forecast.experiments.checks import answers, fits, predictive, run, storing
from forecast.experiments.checks.fits import Fit
from forecast.experiments.checks.run import Checked
from forecast.inference import sampling
from forecast.inference.observations import Observations
from forecast.models import compute
from forecast.posterior.artefact import Posterior, read
from forecast.posterior.selection import reference
from tests.toy_machine import NormalMean

Row = dict[str, Any]
LOO = Loo("compute", "training runs", 10, -8.0, 1.0, 2.0, 0.3, 0, "GPT-3", 0.8)
SCALED = PowerScaling("compute", "log10_gdp_share", "", 0.09, 0.02, 0.01, 0.04, "runs", checks.PRIOR_DOMINATED)
STATISTIC = Predictive("compute", "runs: growth", "posterior", 0.62, 0.54, 0.68, 0.79, 0.8)
AFTER = PriorPosterior("headline", "growth of compute", "oom/year", "posterior", 0.58, 0.61, 0.69, 0.77, 0.79)
BEFORE = replace(AFTER, kind="prior", q5=0.01, q10=0.11, q90=0.78, q95=0.88)
TABLES: dict[str, list[Row]] = {
    checks.LOO: [asdict(LOO)],
    checks.POWER_SCALING: [asdict(SCALED)],
    checks.PREDICTIVE: [asdict(STATISTIC)],
    checks.PRIOR_POSTERIOR: [asdict(BEFORE), asdict(AFTER)],
}


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "open_executor", lambda *_, **__: Here())  # where what is replaced below is seen
    monkeypatch.setattr(run, "MACHINES", {"toy": NormalMean})
    monkeypatch.setattr(run, "FITTED", ())
    looks = {name: lambda _, name=name: TABLES[name] for name in TABLES}
    monkeypatch.setattr(run, "LOOKS", looks)
    monkeypatch.setattr(sampling, "prepare_environment", lambda folder: None)
    run.machine.cache_clear()


@pytest.mark.usefixtures("toy")
def test_the_command_checks_stores_and_tells(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--out", str(tmp_path / "out"), "--simulations", "12", "--jobs", "1"])
    assert result.exception is None, result.output
    rows = checks.load_sbc(tmp_path / "out")
    assert {(row.model, row.parameter) for row in rows} == {("toy", "mu"), ("toy", "log_likelihood")}
    assert all(row.simulations == sum(row.ranks) == 12 and row.passed for row in rows)
    assert checks.load_loo(tmp_path / "out") == [LOO]
    assert checks.load_power_scaling(tmp_path / "out") == [SCALED]
    assert checks.load_predictive(tmp_path / "out") == [STATISTIC]
    assert checks.load_prior_posterior(tmp_path / "out") == [BEFORE, AFTER]
    about = checks.provenance(tmp_path / "out")["simulation_based"]
    assert about["models"]["toy"] == {"run_longer": 0, "simulations": 12, "with_divergences": 0}
    assert "toy: simulations 11 to 12" in result.output
    assert "2 of 2 quantities have uniform ranks in 12 simulations" in result.output


@pytest.mark.usefixtures("toy")
def test_equal_checks_are_stored_in_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        found = run.check(tmp_path / f"kept {name}", Here(), lambda *event: None, simulations=7)
        storing.store(tmp_path / name, found)
    first, second = ({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert first == second


def test_fewer_simulations_never_replace_the_stored_ones() -> None:
    result = CliRunner().invoke(command, ["--simulations", "3"])
    assert isinstance(result.exception, InputError)
    assert "--out" in str(result.exception)


@pytest.mark.parametrize("load", [checks.load_sbc, checks.load_loo, checks.provenance])
def test_missing_checks_say_what_to_run(load: Callable[[Path], Any], tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="run `timelines check`"):
        load(tmp_path)


def test_a_table_of_another_version_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / checks.LOO).write_text("model,group\nloss,a\n", encoding="utf-8")
    with pytest.raises(ArtefactError, match="run `timelines check`"):
        checks.load_loo(tmp_path)


def test_rows_that_hang_on_themselves_are_named() -> None:
    loud = replace(LOO, group="rental", max_k=1.1, above_07=2, worst="H100, Azure")
    (quiet_words,) = check_words.left_out([LOO])
    (loud_words,) = check_words.left_out([LOO, loud])
    assert quiet_words.endswith("every Pareto k is at most 0.30.")
    assert "2 rows hang" in loud_words and "H100, Azure of rental (1.10)" in loud_words
    assert "80 % of 20 rows" in loud_words


def test_what_the_prior_decides_is_said_by_name() -> None:
    torn = replace(SCALED, parameter="tau_price", likelihood=0.4, verdict=checks.CONFLICT)
    answer = replace(SCALED, model="headline", parameter="1e29 FLOP")
    said = list(check_words.listened([SCALED, torn, answer, replace(answer, scaled="log10_gdp_share")]))
    assert said[0] == "Of 2 parameters the prior decides 1: log10_gdp_share."
    assert "1 of 2 parameters" in said[1] and "tau_price" in said[1]
    assert "1e29 FLOP" in said[2] and "log10_gdp_share" in said[2]


def test_statistics_that_the_posterior_would_not_produce_are_told() -> None:
    odd = replace(STATISTIC, statistic="price: tail", p_value=0.01)
    counted, told = check_words.predicted([STATISTIC, odd])
    assert "1 of 2" in counted and "price: tail: 0.62" in told
    assert not STATISTIC.extreme and odd.extreme


def test_what_data_taught_and_what_they_did_not_is_said() -> None:
    kept = replace(BEFORE, quantity="share"), replace(BEFORE, quantity="share", kind="posterior")
    grown, same = check_words.learned([BEFORE, AFTER, *kept])
    assert "0.11 to 0.78" in grown and "0.61 to 0.77" in grown
    assert "share" in same


@pytest.fixture(scope="module")
def seen() -> Observations:
    return run.observations()


@pytest.fixture(scope="module")
def drawn(seen: Observations) -> dict[str, Fit]:
    """Draws from the prior in the place of fits."""
    draws = predictive.prior_draws(seen, 200)
    return {model: Fit(model, block, 2, {}) for model, block in draws.items()}


@pytest.fixture(scope="module")
def posterior(drawn: dict[str, Fit]) -> Posterior:
    return fits.as_posterior(read(reference().path), drawn["compute"].draws, drawn["loss"].draws)


def test_draws_under_the_samplers_names_answer_questions(posterior: Posterior) -> None:
    found = answers.arrivals(posterior)
    assert set(found) == set(answers.QUESTIONS)
    for years in found.values():
        assert len(years) == 200 and years.min() > 2026
        assert np.isfinite(answers.finite(years)).all()


def test_levels_are_those_of_the_model(posterior: Posterior, seen: Observations) -> None:
    found, block = answers.levels(posterior), posterior.blocks["compute"]
    year = np.array([seen.compute.origin])
    level = compute.frontier_mean(compute.trend_of(block), seen.compute.weights(year), year)[:, 0]
    assert found["frontier compute at as_of"] == pytest.approx(level, abs=1e-3)
    assert set(found) == set(answers.LEVELS)


def test_every_look_gives_the_rows_that_its_reader_reads(
    drawn: dict[str, Fit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecast.experiments.checks.power_scaling._SHUFFLES", 2)
    tables = {name: look(drawn) for name, look in run.LOOKS.items()}
    storing.store(tmp_path, Checked([], tables))
    assert {row.group for row in checks.load_loo(tmp_path)} >= {"training runs", "rental", "cerebras-pile"}
    assert {row.kind for row in checks.load_predictive(tmp_path)} == {"prior", "posterior"}
    assert {row.model for row in checks.load_power_scaling(tmp_path)} == {"headline", "compute", "loss"}
    assert all(0 <= row.p_value <= 1 for row in checks.load_predictive(tmp_path))
    assert {row.quantity for row in checks.load_prior_posterior(tmp_path)} >= {*answers.QUESTIONS, "log10_gdp_share"}
