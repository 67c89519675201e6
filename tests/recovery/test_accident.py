"""The accident that fooled a published model, fitted for real: the chains mix, and the nowcast gate refuses it.

A straight line through the frontier's rows, with a prior of the intercept that is tight and reasonable where the
predictor is centred. With the calendar year as it is, the intercept is the level in the year 0: the same prior then
forbids growth, and today's level lies orders of magnitude too low.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pymc as pm
import pytest

from forecast.inference import diagnostics
from forecast.inference.diagnostics import Verdict, convergence
from forecast.inference.nowcast import nowcast
from forecast.inference.observations import Observations, observe
from forecast.inference.sampling import Sampled, SamplerSettings, compile_model, sample
from forecast.posterior.artefact import Posterior, read
from forecast.posterior.selection import reference

SETTINGS = SamplerSettings(draws=500, tune=500, chains=2)
CENTRE = 2018.0
NAMES = ("intercept", "slope", "sigma")


@pytest.fixture(scope="module")
def seen() -> Observations:
    shipped = read(reference().path)
    return observe(shipped.as_of, shipped.data_cutoff)


@pytest.fixture(scope="module")
def fits(seen: Observations) -> dict[float, Sampled]:
    """One model, compiled once, by the year from which its predictor counts."""
    with pm.Model() as model:
        intercept, slope = pm.Normal("intercept", 22.0, 1.5), pm.Normal("slope", 0.45, 0.25)
        mean = intercept + slope * pm.Data("year", seen.compute.run_year - CENTRE)
        sigma = pm.LogNormal("sigma", np.log(0.45), 0.4)
        pm.StudentT("runs", nu=7, mu=mean, sigma=sigma, observed=seen.compute.run_log10_flop)
    compiled = compile_model(model)
    years = {zero: compiled.with_data(year=seen.compute.run_year - zero) for zero in (CENTRE, 0.0)}
    return {zero: sample("line", swapped, SETTINGS, seed=3) for zero, swapped in years.items()}


def posterior_of(fitted: Sampled, zero: float, seen: Observations) -> Posterior:
    """The reference posterior with the line in the place of its frontier: prices stay, spend follows from both."""
    shipped, draws = read(reference().path), len(fitted.flat("slope"))
    block = {name: values[:draws].copy() for name, values in shipped.blocks["compute"].items()}
    level, slope, data = fitted.flat("intercept"), fitted.flat("slope"), seen.compute
    block["spend_slopes"] = slope[:, None] - block["price_slopes"]
    block["m_spend"] = level + slope * (data.anchor - zero) + block["a_realised"]
    block["u_origin"] = level + slope * (data.origin - zero) + block["p_origin"]
    block["g_spend"], block["tau_spend"] = slope - block["r_realised"], np.full(draws, 1e-3)
    block["log10_gdp_share"] = np.full(draws, 20.0)  # no cap
    block["sigma"] = block["sigma_origin"] = fitted.flat("sigma")
    block["delta"] = block["kappa"] = np.zeros(draws)
    others = {
        name: {v: values[:draws] for v, values in shipped.blocks[name].items()} for name in ("price", "loss", "scales")
    }
    return replace(shipped, blocks={**others, "compute": block}).with_manifest(draws=draws)


def verdicts(fits: dict[float, Sampled], zero: float, seen: Observations) -> tuple[Verdict, Verdict]:
    """Of the chains, and of the nowcast."""
    found = nowcast(posterior_of(fits[zero], zero, seen), seen.compute, seed=0)
    mixing = diagnostics.judge_convergence(convergence("line", fits[zero], NAMES))
    return mixing, diagnostics.judge_nowcast(found)


def test_the_shipped_reference_passes_the_gate_again(seen: Observations) -> None:
    shipped = read(reference().path)
    found = nowcast(shipped, seen.compute, seed=int(shipped.manifest["seed"]))
    assert diagnostics.judge_nowcast(found) == Verdict("PASSED", ())
    stored = shipped.manifest["nowcast"]
    assert found.rows == stored["rows"]
    assert found.inside_80 == pytest.approx(stored["inside_80"], abs=0.08)
    assert found.reach == pytest.approx(stored["reach"], abs=0.03)


def test_with_a_centred_predictor_the_fit_passes_both_gates(fits: dict[float, Sampled], seen: Observations) -> None:
    assert [verdict.status for verdict in verdicts(fits, CENTRE, seen)] == ["PASSED", "PASSED"]


def test_an_uncentred_predictor_passes_convergence_and_is_refused(
    fits: dict[float, Sampled], seen: Observations
) -> None:
    mixing, now = verdicts(fits, 0.0, seen)
    assert mixing == Verdict("PASSED", ())
    assert now.status == "REFUSED"
    assert diagnostics.combine([mixing, now]).status == "REFUSED"
    assert "nowcast: the median of the recent disclosed runs lies outside the 99 % band" in now.reasons


def test_the_refused_line_says_that_compute_hardly_grows(fits: dict[float, Sampled]) -> None:
    assert abs(np.median(fits[0.0].flat("slope"))) < 0.05 < 0.5 < np.median(fits[CENTRE].flat("slope"))
