"""Headline answers as derived quantities: arrivals and levels draw by draw, from any draws of the models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecast.engine.drift import log10_world_gdp, soft_cap
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.engine.scaling import group_law, loss_at
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year

Array = NDArray[np.float64]

GROUP = "chinchilla-massivetext"
_OFF = Algorithms("off")

QUESTIONS: Mapping[str, Question] = {
    "2e29 FLOP, frontier spend": Question(Target.training_flop(2e29), algorithms=_OFF),
    "2e29 FLOP on trend": Question(Target.training_flop(2e29), criterion="on_trend", algorithms=_OFF),
    "1e27 FLOP for $1bn": Question(Target.training_flop(1e27), payer=Payer.fixed(1e9), algorithms=_OFF),
    "0.86 under Kaplan's own law": Question(
        Target.loss(0.86, "kaplan-webtext2"), law=Law.published("kaplan"), algorithms=_OFF
    ),
    f"1.7 nats on {GROUP}": Question(Target.loss(1.7, GROUP), algorithms=_OFF),
}
"""Asked of the frontier's spend unless they say otherwise, algorithms off; most are targets of the headline."""

BEYOND_YEARS = 1.0
"""Where distances need a number, an arrival beyond the horizon or never lies so far past it."""

LEVELS: Mapping[str, str] = {
    "frontier spend at as_of": "log10 2023 USD",
    "realised price at as_of": "log10 2023 USD/FLOP",
    "frontier compute at as_of": "log10 FLOP",
    "growth of compute": "oom/year",
    f"loss at 1e26 FLOP on {GROUP}": "nats/token",
}


def arrivals(posterior: Posterior) -> dict[str, Array]:
    """Decimal year of each draw's arrival, infinite beyond the horizon and for never, by question."""
    forecaster = Forecaster(posterior, imported={})
    return {name: forecaster.draws(question).decimal_year for name, question in QUESTIONS.items()}


def finite(years: Array, horizon: float = 2061.0) -> Array:
    """Arrivals with a number for those that do not come."""
    return np.where(np.isfinite(years), years, horizon + BEYOND_YEARS)


def levels(posterior: Posterior) -> dict[str, Array]:
    """Levels at the as-of date and long-run growth, by the names of `LEVELS`, shape (draws,) each."""
    block = posterior.blocks["compute"]
    ceiling = block["log10_gdp_share"] + log10_world_gdp(np.array([decimal_year(posterior.as_of)]))
    spend = soft_cap(block["u_origin"], ceiling)
    law = group_law(posterior, GROUP, int(posterior.manifest["seed"]))
    values = (
        spend,
        block["p_origin"],
        spend - block["p_origin"],
        block["g_spend"] + block["r_realised"],
        loss_at(law, 26.0),
    )
    return dict(zip(LEVELS, (np.asarray(value).reshape(-1) for value in values), strict=True))
