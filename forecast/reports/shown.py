"""What the charts of the drivers show beside the drivers: the target of a question as compute, and sums of money."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from forecast.engine import laws, scaling
from forecast.engine.question import Payer, Question, Target
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import Posterior
from forecast.priors import ALGORITHMS_PUBLISHED_ON
from forecast.reports import drivers, inverse_charts
from forecast.reports.drivers import Shown
from forecast.reports.fan_data import Level
from forecast.reports.picture import Picture
from forecast.reports.words import scientific, usd
from forecast.units import GPT3_FLOP

_OF_A_FAN = ("scenario", "condition", "horizon", "seed", "max_draws", "posterior")
_LOSS_YEARS = (2030, 2040)


def shown_for(forecaster: Forecaster, settled: Question, payers: Iterable[Payer]) -> Shown:
    """The lines on the fans of a question.

    Parameters
    ----------
    forecaster : Forecaster
        On the posterior of the question.
    settled : Question
        With every default filled in.
    payers : iterable of Payer
        Whose fixed sums are drawn.
    """
    posterior = forecaster.posterior
    targets = target_levels(posterior, settled.target)
    return Shown(targets, budget_levels(payers), _algorithms(posterior), of_a_fan(settled))


def of_a_fan(question: Question) -> dict[str, Any]:
    """What a driver's fan takes from a question."""
    return {name: getattr(question, name) for name in _OF_A_FAN}


def target_levels(posterior: Posterior, target: Target) -> tuple[Level, ...]:
    """A target as compute: FLOP as they are, a loss on the newest published law of its scale; others have no line."""
    if target.kind in ("training_flop", "gpt3_multiple"):
        flop = target.value * (GPT3_FLOP if target.kind == "gpt3_multiple" else 1.0)
        return (Level(f"a run of {scientific(flop)} FLOP", scientific(flop), math.log10(flop)),)
    if target.kind != "loss" or target.scale is None:
        return ()
    try:
        law = laws.newest_of_scale(posterior, target.scale)
    except InputError:
        return ()
    needed = float(scaling.required_log10_flop(scaling.published_law(law, 1), target.value)[0])
    if not math.isfinite(needed):
        return ()
    short = f"{target.value:g}: {scientific(10**needed)}"
    return (Level(f"loss {target.value:g} on the law {law['name']}: {scientific(10**needed)}", short, needed),)


def budget_levels(payers: Iterable[Payer]) -> tuple[Level, ...]:
    """Fixed sums, each once."""
    sums = dict.fromkeys(payer.usd_2023 for payer in payers if payer.kind == "fixed_usd_2023" and payer.usd_2023)
    return tuple(Level(usd(sum_), usd(sum_), math.log10(sum_)) for sum_ in sums)


def _algorithms(posterior: Posterior) -> tuple[str, ...]:
    as_of = posterior.as_of.isoformat()
    known = [kind for kind in ("16mo", "8mo") if ALGORITHMS_PUBLISHED_ON.get(kind, "") <= as_of]
    return drivers.newest_first(known)


def loss_picture(forecaster: Forecaster, question: Question, scale: str) -> Picture:
    """The loss on a scale that the payer of a question can buy over time, told for two years.

    Raises
    ------
    InputError
        For a criterion or a condition that has no such inverse.
    """
    days = [f"{year}-12-31" for year in _LOSS_YEARS if year > forecaster.posterior.as_of.year]
    return inverse_charts.loss_chart(forecaster, question, days, scale)
