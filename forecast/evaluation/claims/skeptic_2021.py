"""The skeptic's case ("transformers work by interpolation", December 2021): S1 to S4.

compute that halves the loss   2^(1 / 0.048)
years until a fixed sum pays   log10(cost now / sum) / rate of the price
what a jump moves              its size / growth of compute
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from forecast.engine.words import money, number
from forecast.evaluation.claims import arithmetic as engine
from forecast.evaluation.claims.arithmetic import GPT3_PF_DAYS
from forecast.evaluation.claims.claim import Arithmetic, Claim, Figure, Judgement, Number, Replayed, Told
from forecast.evaluation.claims.evidence import Evidence, Row
from forecast.evaluation.claims.mt_nlg_2021 import SLOW
from forecast.evaluation.claims.phrases import costliest, largest_run, no_forecast
from forecast.evaluation.claims.then import SCALE, arrival
from forecast.inputs import INPUTS

DAY = date(2021, 12, 15)
SOURCE = 'the skeptic\'s case, "transformers work by interpolation"'
HALF_OF_GPT3, BILLION = 0.86, 1e9


def _claim(name: str, text: str, speaker: str = "the skeptic") -> Claim:
    return Claim(name, speaker, DAY, SOURCE, text)


def s1(evidence: Evidence) -> Replayed:
    """Loss and capability."""
    return Replayed(
        _claim("S1", "Progress on loss need not be progress on capability; emergent jumps are rare."),
        Arithmetic("no figure is stated"),
        no_forecast("The service speaks of loss, compute and money, and makes no claim on capability."),
        no_forecast("The tables hold no capabilities."),
        Judgement("NOT_SCORABLE", "A belief, which this service neither shares nor denies."),
    )


def s2(evidence: Evidence) -> Replayed:
    """Cost without algorithms."""
    then, record = evidence.then(DAY), evidence.record
    factor = engine.pf_days_for(engine.loss_at(GPT3_PF_DAYS) / 2) / GPT3_PF_DAYS
    budget = record.usd_2023(BILLION, 2021)
    cost = engine.pf_days_for(HALF_OF_GPT3) * float(then.usd_2023_per_pf_day()[1])
    years = math.log10(cost / budget) / SLOW[0]
    figures = (
        Figure("compute that halves GPT-3's loss", factor, "GPT-3"),
        Figure("cost of 0.86 at the price of the day", cost, "2023 USD"),
        Figure("years until $1bn pays at tenfold in 16 years", years, "years"),
    )
    words = (
        f"2^(1 / 0.048) = {number(factor)} times the compute halves the loss; 0.86 costs {money(cost)} at the price of "
        f"the day, and $1bn pays for it in {years:.0f} years at tenfold in 16"
    )
    answer = then.ask(loss=HALF_OF_GPT3, scale=SCALE, law="kaplan", algorithms="off", budget_usd=budget)
    return Replayed(
        _claim("S2", "Growing cost ends scaling where algorithms bring no gains.", "Thompson et al. (quoted)"),
        Arithmetic(words, figures),
        arrival("$1bn of 2021 pays for 0.86, algorithms off", answer),
        largest_run(record.largest()) + costliest(record.largest_cost()),
        Judgement("TOO_EARLY", "Cost and compute have both gone on growing; no end of scaling is in the tables."),
    )


def s3(evidence: Evidence) -> Replayed:
    """Flat budgets."""
    then, record = evidence.then(DAY), evidence.record
    before, after = record.largest_cost(DAY), record.largest_cost()
    grown = after.usd_2023 / before.usd_2023
    flat = then.ask(gpt3=100, budget_usd=before.usd_2023)
    return Replayed(
        _claim("S3", "Returns per dollar are overhyped, and no company profits yet."),
        Arithmetic(f"no figure is stated; a flat budget is the costliest run of the day, {money(before.usd_2023)}"),
        arrival("100 x GPT-3 on a flat budget", flat) + arrival("On the frontier's spend", then.ask(gpt3=100)),
        costliest(after)
        + Told(
            f"That is {grown:.0f} times the costliest of that day.", (Number("growth of the largest cost", grown, "1"),)
        ),
        Judgement("NOT_SCORABLE", "The tables hold no profits; budgets were not flat."),
    )


def s4(evidence: Evidence) -> Replayed:
    """Another architecture."""
    then = evidence.then(DAY)
    sizes = INPUTS["algorithmic_jump.size_oom"].prior.ppf([0.05, 0.5, 0.95])
    growth = float(np.median(then.compute_rate()))
    low, middle, high = (float(size) / growth for size in sizes)
    figures = (
        Figure("size of a jump", float(sizes[1]), "oom"),
        Figure("what it moves on trend", middle, "years"),
    )
    words = (
        f"a jump of {sizes[1]:.2g} oom (90 % {sizes[0]:.2g} to {sizes[2]:.2g}) at {growth:.2f} oom a year moves what "
        f"comes after it by {middle:.1f} years ({low:.1f} to {high:.1f})"
    )
    return Replayed(
        _claim("S4", "A different architecture may overtake."),
        Arithmetic(words, figures),
        arrival("1000 x GPT-3 on trend, without a jump", then.on_trend(1000)),
        no_forecast("The tables name no architectures."),
        Judgement("NOT_SCORABLE", "A belief without a date; the scenario of a jump asks what it would change."),
    )


ROWS: Mapping[str, Row] = {"S1": s1, "S2": s2, "S3": s3, "S4": s4}
