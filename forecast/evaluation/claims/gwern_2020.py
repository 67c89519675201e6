"""Gwern, "On GPT-3" (newsletter of May 2020), on loss and its price: G1 to G6.

L(C)    = 2.57 C^-0.048, C in petaflop/s-days (Kaplan et al. 2020, Brown et al. 2020)
C*(l)   = (2.57 / l)^(1 / 0.048)
years   = months per doubling x ceil(log2 factor) / 12
cost(t) = cost(2020.4) / 2^((t - 2020.4) x 12 / 16)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from forecast.engine.answer import Answer
from forecast.engine.words import money, number, percent
from forecast.evaluation.claims import arithmetic as engine
from forecast.evaluation.claims.arithmetic import GPT3_PF_DAYS, GPT3_USD_2020
from forecast.evaluation.claims.claim import Arithmetic, Claim, Figure, Judgement, Number, Replayed, Told
from forecast.evaluation.claims.evidence import Evidence, Row
from forecast.evaluation.claims.phrases import first_run, largest_run, no_forecast
from forecast.evaluation.claims.record import doubling_months
from forecast.evaluation.claims.then import SCALE, Then, arrival, band, multiple, probability, probability_by
from forecast.priors import ALGORITHMS
from forecast.units import GPT3_FLOP, LOG10_2, decimal_year, flop_from_pf_days

DAY = date(2020, 5, 28)
SOURCE = "On GPT-3, newsletter of May 2020, https://www.gwern.net/newsletter/2020/05"
HALF_OF_GPT3 = 0.86
GPT3_RUN = "gpt-3-175b-davinci"
DOUBLING_MONTHS, HALVING_MONTHS = 3.4, 16.0
BILLION = 1e9
NEGLIGIBLE = 0.01
"""Probability under which the reference posterior counts a date as missed."""


def claim(name: str, text: str, day: date = DAY, source: str = SOURCE) -> Claim:
    """A claim of Gwern's."""
    return Claim(name, "Gwern", day, source, text)


def g1(evidence: Evidence) -> Replayed:
    """The loss of GPT-3."""
    loss = engine.loss_at(GPT3_PF_DAYS)
    return Replayed(
        claim("G1", "By the scaling law GPT-3, with 3640 petaflop/s-days, reaches a loss of 1.73 nats per token."),
        Arithmetic(f"2.57 x 3640^-0.048 = {loss:.4g}", (Figure("loss of GPT-3", loss, "nats per token", "1.734"),)),
        no_forecast("The posterior of that day reads a loss by this same law: no study with a floor was published."),
        Told("Later laws are stated on other corpora and tokenizers, where a loss is another quantity."),
        Judgement("ARITHMETIC_ONLY", "It restates the law at GPT-3's compute of 3.145e23 FLOP."),
    )


def g2(evidence: Evidence) -> Replayed:
    """A thousand times GPT-3."""
    loss = engine.loss_at(1000 * GPT3_PF_DAYS)
    came = evidence.record.first_of(1000, DAY) is not None
    return Replayed(
        claim("G2", "A model with 1000 times GPT-3's compute reaches a loss of about 1.24."),
        Arithmetic(f"2.57 x (1000 x 3640)^-0.048 = {loss:.5g}", (Figure("loss", loss, "nats per token", "1.2445"),)),
        arrival(f"On trend, {multiple(1000)}", evidence.then(DAY).on_trend(1000)),
        first_run(evidence.record, 1000, DAY),
        _unpublished_loss() if came else Judgement("TOO_EARLY", "No run of that size is known."),
    )


def _unpublished_loss() -> Judgement:
    return Judgement("NOT_SCORABLE", "Runs of that size came; the tables hold no loss of theirs on this corpus.")


def g3(evidence: Evidence) -> Replayed:
    """The compute of half of GPT-3's loss."""
    need = engine.pf_days_for(HALF_OF_GPT3)
    largest = evidence.record.largest()
    short = flop_from_pf_days(need) / largest.flop
    figures = (
        Figure("multiple of GPT-3's 3640 petaflop/s-days", need / GPT3_PF_DAYS, "1", "2.207e6"),
        Figure("multiple of 3.14e23 FLOP", flop_from_pf_days(need) / GPT3_FLOP, "1", "2.210e6"),
        Figure("compute", flop_from_pf_days(need), "FLOP"),
        Figure("half of GPT-3's loss", engine.loss_at(GPT3_PF_DAYS) / 2, "nats per token", "0.86", about=True),
    )
    words = (
        f"(2.57 / 0.86)^(1 / 0.048) / 3640 = {need / GPT3_PF_DAYS / 1e6:.4g}e6: {number(flop_from_pf_days(need))} FLOP"
    )
    return Replayed(
        claim("G3", "A loss of 0.86, half of GPT-3's and called human-level, needs 2.2 million times its compute."),
        Arithmetic(words, figures),
        arrival("0.86 on trend, algorithms off", on_trend_to_half(evidence.then(DAY))),
        largest_run(largest),
        Judgement("NOT_SCORABLE", "Runs of that size came; whether 0.86 is human-level is not ours to say.")
        if short <= 1
        else Judgement("TOO_EARLY", f"The largest run is {short:,.0f} times short; human-level is the claim's word."),
    )


def on_trend_to_half(then: Then) -> Answer:
    """When the frontier of compute reaches what 0.86 needs under Kaplan's law."""
    return then.ask(loss=HALF_OF_GPT3, scale=SCALE, law="kaplan", algorithms="off", criterion="on_trend")


def g4(evidence: Evidence) -> Replayed:
    """The date of that compute at a doubling every 3.4 months."""
    factor = engine.pf_days_for(HALF_OF_GPT3) / GPT3_PF_DAYS
    doublings, rounded = engine.steps(factor), math.ceil(engine.steps(factor))
    years = rounded * DOUBLING_MONTHS / 12
    due = date(2027, 12, 31)
    figures = (
        Figure("doublings", doublings, "1", "21.07"),
        Figure("doublings, rounded up", rounded, "1", "22"),
        Figure("years", years, "years", "6.23"),
        Figure("years, as published", years, "years", "6.3", about=True),
        Figure("date, from mid-2020", 2020.5 + years, "decimal year", "2027"),
    )
    words = f"log2(2.207e6) = {doublings:.4g}, rounded up to {rounded}; {rounded} x 3.4 / 12 = {years:.3g} years"
    now = on_trend_to_half(evidence.now)
    likely = probability_by(now, due)
    then = on_trend_to_half(evidence.then(DAY))
    return Replayed(
        claim("G4", "At a compute doubling of 3.4 months that is 22 doublings, 6.3 years: 2027."),
        Arithmetic(words, figures),
        arrival("0.86 on trend, algorithms off", then) + probability("Reached", then, due),
        _compute_since(evidence),
        Judgement(
            "FAILED" if likely < NEGLIGIBLE else "TOO_EARLY",
            f"Compute doubled more slowly: the reference posterior gives so much by the end of 2027 {_small(likely)}.",
        ),
    )


def _small(share: float) -> str:
    return "under 1 %" if share < NEGLIGIBLE else percent(share)


def _compute_since(evidence: Evidence) -> Told:
    """How fast the largest run has doubled since GPT-3, and where 3.4 months would have been."""
    record = evidence.record
    first, last = record.named(GPT3_RUN), record.largest()
    months = doubling_months(first, last)
    projected = engine.halvings_between(DOUBLING_MONTHS, first.year, last.year)
    words = (
        f"From GPT-3 to there compute doubled every {months:.2g} months; every 3.4 months would have given "
        f"{number(projected)} x GPT-3."
    )
    numbers = (Number("doubling time", months, "months"), Number("at 3.4 months", projected, "GPT-3"))
    return largest_run(last) + Told(words, numbers)


def g5(evidence: Evidence) -> Replayed:
    """A cost that halves every 16 months."""
    start, mid_2021 = decimal_year(DAY), 2021.5
    after_one = GPT3_USD_2020 / engine.halvings_between(HALVING_MONTHS, start, start + HALVING_MONTHS / 12)
    then = GPT3_USD_2020 / engine.halvings_between(HALVING_MONTHS, start, mid_2021)
    figures = (
        Figure("after 16 months", after_one, "2020 USD", "2.5e6"),
        Figure("in mid-2021", then, "2020 USD", "2.5e6", about=True),
    )
    rate = evidence.then(DAY).price_rate()
    own = Told(
        f"Hardware alone: the realised price halves every {12 * LOG10_2 / float(np.median(rate)):.0f} months.",
        band("fall of the realised price", rate, "oom/year"),
    )
    return Replayed(
        claim("G5", "The cost of a fixed performance halves every 16 months: GPT-3's $5M is $2.5M in mid-2021."),
        Arithmetic(f"$5M / 2^(16/16) = {money(after_one)} in September 2021; {money(then)} in mid-2021", figures),
        own,
        _halving_now(evidence),
        Judgement(
            "NOT_SCORABLE", "No table observes the cost of a fixed performance; later estimates make it fall faster."
        ),
    )


def _halving_now(evidence: Evidence) -> Told:
    """Halving time of cost by what is known now: a later estimate of algorithms, and the price of compute."""
    price = evidence.now.price_rate()
    months = ALGORITHMS["8mo"].ppf((np.arange(len(price)) + 0.5) / len(price))  # its quantiles, evenly spaced
    together = 12 * LOG10_2 / (12 * LOG10_2 / months + float(np.median(price)))
    numbers = band("halving time", together, "months")
    low, middle, high = (number.value for number in numbers)
    words = (
        f"Algorithms by the estimate of 2024 (8 months) and the realised price together: halved every {middle:.0f} "
        f"months (80 %: {low:.0f} to {high:.0f})."
    )
    return Told(words, numbers)


def g6(evidence: Evidence) -> Replayed:
    """Half of GPT-3's loss for a billion dollars."""
    cost = GPT3_USD_2020 * engine.pf_days_for(HALF_OF_GPT3) / GPT3_PF_DAYS
    halvings = math.ceil(engine.steps(cost / BILLION))
    years = halvings * HALVING_MONTHS / 12
    figures = (
        Figure("cost in 2020", cost, "2020 USD", "1.1e13"),
        Figure("cost in 2020, as published", cost, "2020 USD", "1e13", about=True),
        Figure("halvings to $1bn", halvings, "1", "14"),
        Figure("years", years, "years", "18.7"),
        Figure("year, from the start of 2020", math.floor(2020 + years), "year", "2038"),
    )
    words = f"$5M x 2.207e6 = {money(cost)}; {halvings} halvings to $1bn; {halvings} x 16 / 12 = {years:.3g} years"
    return Replayed(
        claim("G6", "Human-level (0.86) costs about $10 trillion in 2020 and $1bn after 14 halvings, in 2038."),
        Arithmetic(words, figures),
        _for_a_billion(evidence, evidence.then(DAY), ""),
        _for_a_billion(evidence, evidence.now, "By the reference posterior, "),
        Judgement("TOO_EARLY", "2038 has not come; human-level is the claim's word."),
    )


def _for_a_billion(evidence: Evidence, then: Then, opening: str) -> Told:
    """When $1bn of 2020 buys the loss 0.86 under Kaplan's law, without and with algorithms."""
    usd = evidence.record.usd_2023(BILLION, 2020)

    def asked(algorithms: str) -> Answer:
        return then.ask(loss=HALF_OF_GPT3, scale=SCALE, law="kaplan", algorithms=algorithms, budget_usd=usd)

    return arrival(f"{opening}$1bn of 2020, algorithms off", asked("off")) + arrival("Algorithms 16mo", asked("16mo"))


ROWS: Mapping[str, Row] = {"G1": g1, "G2": g2, "G3": g3, "G4": g4, "G5": g5, "G6": g6}
