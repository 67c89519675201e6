"""Prior and posterior predictive checks, and what the data made of priors and of answers.

A prior predictive far wider than the data shows that the prior does not give the answer; a posterior predictive whose
statistics are far from the data's shows what the model cannot produce.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.streams import stream
from forecast.evaluation.checks import Kind
from forecast.experiments.checks import answers, statistics, truths
from forecast.experiments.checks.fits import Fit, as_posterior
from forecast.experiments.checks.statistics import Statistic
from forecast.inference.observations import Observations
from forecast.models import compute, loss
from forecast.models.price import PURCHASE_CHANNELS
from forecast.posterior.artefact import Posterior
from forecast.priors import DEFAULT

Array = NDArray[np.float64]
Draws = Mapping[str, Array]

SEED = 19840101
SETS = 2000
SPAN_YEARS, TURN_YEAR = 10.0, 2016.0
_QUANTILES = (0.05, 0.1, 0.5, 0.9, 0.95)


def prior_draws(seen: Observations, count: int, seed: int = SEED) -> dict[str, dict[str, Array]]:
    """Draws of both sampled models from the shipped priors, by model."""
    rng = stream(seed, "prior draws")
    joint = truths.joint_truth(seen.compute, seen.price, DEFAULT.compute, DEFAULT.price, count, rng)
    return {"compute": joint, "loss": loss.prior_draws(seen.loss, DEFAULT.loss, count, rng)}


def table(fits: Mapping[str, Fit], seen: Observations, sets: int = SETS) -> list[dict[str, Any]]:
    """Statistics of every likelihood's data beside replicates from the prior and from the posterior."""
    before, after = prior_draws(seen, sets), {model: _thinned(fit.draws, sets) for model, fit in fits.items()}
    sources: tuple[tuple[Kind, Mapping[str, Draws]], ...] = (("prior", before), ("posterior", after))
    found = [row for kind, draws in sources for row in _rows(kind, draws, seen)]
    order = list(dict.fromkeys((row["model"], row["statistic"]) for row in found))
    return sorted(found, key=lambda row: order.index((row["model"], row["statistic"])))


def _thinned(draws: Draws, sets: int) -> dict[str, Array]:
    return {name: values[np.arange(sets) * len(values) // sets] for name, values in draws.items()}


def _rows(kind: Kind, draws: Mapping[str, Draws], seen: Observations) -> Iterator[dict[str, Any]]:
    rng = stream(SEED, f"replicates {kind}")
    for model, of, statistic, replicates, observed in _sets(draws, seen, rng):
        for name, actual, values in statistics.compared(statistic, replicates, observed):
            low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
            yield {
                "model": model,
                "statistic": f"{of}: {name}",
                "kind": kind,
                "observed": round(actual, 5),
                "q5": round(float(low), 5),
                "q50": round(float(middle), 5),
                "q95": round(float(high), 5),
                "p_value": round(float(np.mean(values > actual) + np.mean(values == actual) / 2), 4),
            }


Set = tuple[str, str, Mapping[str, Statistic], Array, Array]


def _sets(draws: Mapping[str, Draws], seen: Observations, rng: np.random.Generator) -> Iterator[Set]:
    """Model, which rows, statistics, replicates (sets, rows) and what was observed (rows,)."""
    joint, data, hardware = draws["compute"], seen.compute, seen.price
    runs, costs = compute.predictive(joint, data, rng)
    yield "compute", "training runs", _of_runs(data.run_year), runs, data.run_log10_flop
    by_compute = data.cost_log10_flop
    of_costs = {
        **statistics.trend(data.cost_year, sign=-1),
        "slope with compute, oom/oom": lambda values: statistics.slope(values, by_compute, data.cost_year),
    }
    yield "compute", "realised price", of_costs, costs, data.cost_log10_price
    prices = truths.purchases(joint, hardware, rng)
    for number, channel in enumerate(PURCHASE_CHANNELS):
        mine = hardware.purchase_channel == number
        of_channel = statistics.trend(hardware.purchase_year[mine], sign=-1)
        yield "hardware", channel, of_channel, prices[:, mine], hardware.purchase_log10_price[mine]
    release = hardware.chip_release_year[hardware.rental_chip]
    of_offers = statistics.of_offers(hardware.rental_age_years, release, hardware.rental_vendor, hardware.rental_chip)
    yield "hardware", "rental", of_offers, truths.offers(joint, hardware, rng), hardware.rental_log10_price
    points = seen.loss
    losses = loss.predictive(draws["loss"], points, points.group, points.log10_flop, rng, DEFAULT.loss)
    yield "loss", "points", statistics.of_laws(points.log10_flop, points.group), losses, points.log_loss


def _of_runs(years: Array) -> dict[str, Statistic]:
    return {
        "growth of the maximum over ten years, oom/year": lambda values: statistics.growth_of_maximum(
            values, years, SPAN_YEARS
        ),
        f"slope since {TURN_YEAR:g} less before, oom/year": lambda values: statistics.change_of_slope(
            values, years, TURN_YEAR
        ),
        **statistics.trend(years),
    }


def prior_posterior(fits: Mapping[str, Fit], seen: Observations, shipped: Posterior) -> list[dict[str, Any]]:
    """Levels, growth, exponents and arrivals before and after the data: no prior alone gives the answer."""
    count = len(fits["compute"].draws["sigma"])
    before = prior_draws(seen, count)
    after = {model: fit.draws for model, fit in fits.items()}
    found = []
    for kind, draws in (("prior", before), ("posterior", after)):
        posterior = as_posterior(shipped, draws["compute"], draws["loss"])
        quantities = [
            *(("compute", name, unit, draws["compute"][name]) for name, unit in _GROWTH.items()),
            *(("loss", name, unit, values) for name, unit, values in _new_study(draws["loss"])),
            *(("headline", name, answers.LEVELS[name], v) for name, v in answers.levels(posterior).items()),
            *(("headline", name, "decimal year", v) for name, v in answers.arrivals(posterior).items()),
        ]
        found += [_quantiles(kind, *quantity) for quantity in quantities]
    return found


_GROWTH = {
    "g_spend": "oom/year",
    "r_realised": "oom/year",
    "tau_spend": "oom/year",
    "tau_price": "oom/year",
    "sigma": "oom",
    "sigma_cost": "oom",
    "log10_gdp_share": "log10",
}


def _new_study(block: Draws) -> Iterator[tuple[str, str, Array]]:
    study = loss.new_study(block, stream(SEED, "new study"))
    yield "b of a new study", "1", study["b"][:, 0]
    yield "e of a new study", "1", study["e"][:, 0]
    yield "s of a new study", "1", study["s"][:, 0]


def _quantiles(kind: str, model: str, quantity: str, unit: str, values: Array) -> dict[str, Any]:
    levels = np.quantile(values, _QUANTILES, method="inverted_cdf")
    named = {f"q{100 * p:g}": round(float(level), 5) for p, level in zip(_QUANTILES, levels, strict=True)}
    return {"model": model, "quantity": quantity, "unit": unit, "kind": kind, **named}
