"""Gwern, "On GPT-3" (newsletter of May 2020) and his comment on Jones, on budgets, ladders and brains: G7 to G10.

k x GPT-3 at its price                 $5M k, with 175e9 k parameters on GPT-3's tokens
nats per token                         bits per character x ln 2 x characters per token
$1000 of compute                       1000 / (price of the best-priced chip per peak FLOP/s)
crossover in multiples of GPT-3        petaflop/s-days / 3640
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from forecast.engine.characters import of_scale
from forecast.engine.training_cost import from_parameters
from forecast.engine.words import money, month, number, percent
from forecast.evaluation.claims import arithmetic as engine
from forecast.evaluation.claims.arithmetic import GPT3_PARAMETERS, GPT3_PF_DAYS, GPT3_TOKENS, GPT3_USD_2020
from forecast.evaluation.claims.claim import Arithmetic, Figure, Judgement, Number, Replayed, Told
from forecast.evaluation.claims.evidence import Evidence, Row
from forecast.evaluation.claims.gwern_2020 import DAY, HALF_OF_GPT3, claim
from forecast.evaluation.claims.phrases import costs, described, largest_run
from forecast.evaluation.claims.then import SCALE, arrival, band
from forecast.inputs import INPUTS
from forecast.units import GPT3_FLOP, flop_from_pf_days

LOW_USD, HIGH_USD = 10e6, 100e6
TRILLION = 1e12
GPT4 = ("GPT-4 (Mar 2023)", "GPT-4")
HUMAN_BITS = 0.7
MORAVEC_USD, MORAVEC_YEAR, BRAIN_FLOP_PER_S = 1000.0, 1998, 1e15
COMMENT_DAY = date(2020, 7, 27)
COMMENT = "comment on Are we in an AI overhang?, https://www.lesswrong.com/posts/N6vZEnCn6A95Xn39p"
CROSSOVER_PF_DAYS = (1e4, 1e6)


def g7(evidence: Evidence) -> Replayed:
    """Trillions of parameters."""
    trillion, ten, thirty = (_usd_2020(n) for n in (TRILLION, 10 * GPT3_PARAMETERS, 30 * GPT3_PARAMETERS))
    figures = (
        Figure("1e12 parameters", trillion, "2020 USD", "1e7..1e8"),
        Figure("10 x GPT-3, 1.75e12 parameters", ten, "2020 USD", "1e7..1e8"),
        Figure("30 x GPT-3, 5.25e12 parameters", thirty, "2020 USD"),
    )
    words = (
        f"on GPT-3's tokens at GPT-3's price 1e12 parameters cost {money(trillion)}, 10 x GPT-3 (1.75e12) "
        f"{money(ten)} and 30 x (5.25e12) {money(thirty)}, the last over the $100M"
    )
    record, budget = evidence.record, evidence.record.usd_2023(HIGH_USD, 2020)
    run = next(run for run in record.runs if run.system == GPT4[0])
    paid = [record.usd_of(usd, 2020) for usd in record.costs_of(GPT4)]
    held = (run.parameters or 0) >= TRILLION and all(LOW_USD <= usd <= HIGH_USD for usd in paid)
    then = evidence.then(DAY)
    return Replayed(
        claim("G7", "Trillions of parameters are within $10M to $100M without further progress."),
        Arithmetic(words, figures),
        then.cost("Cost of 30 x GPT-3", gpt3=30)
        + arrival("$100M of 2020 buys 10 x GPT-3", then.ask(gpt3=10, budget_usd=budget))
        + arrival("30 x", then.ask(gpt3=30, budget_usd=budget)),
        Told(f"{described(run)}, reported to have {number(run.parameters or 0)} parameters.")
        + costs("Its chips and energy", record.costs_of(GPT4)),
        Judgement(
            "HELD" if held else "FAILED",
            f"GPT-4 cost {money(min(paid))} to {money(max(paid))} in dollars of 2020, on chips one generation later.",
        ),
    )


def _usd_2020(parameters: float) -> float:
    """Cost of a model on GPT-3's tokens at GPT-3's price."""
    times = from_parameters(parameters, GPT3_TOKENS).flop / from_parameters(GPT3_PARAMETERS, GPT3_TOKENS).flop
    return GPT3_USD_2020 * times


def g8(evidence: Evidence) -> Replayed:
    """The ladder of bits per character."""
    characters = float(of_scale(SCALE) or math.nan)
    nats_per_bit = math.log(2) * characters
    gpt3 = engine.loss_at(GPT3_PF_DAYS) / nats_per_bit
    figures = (
        Figure("random byte, log2 256", math.log2(256), "bits per character", "8"),
        Figure("letters and a space alike, log2 27", math.log2(27), "bits per character", "5", about=True),
        Figure("human, 0.7 bits per character", HUMAN_BITS * nats_per_bit, "nats per token"),
        Figure("GPT-3's 1.73 nats per token", gpt3, "bits per character"),
    )
    words = (
        f"log2 256 = 8; log2 27 = {math.log2(27):.3g}; at {characters:.3g} characters a token the human 0.7 is "
        f"{HUMAN_BITS * nats_per_bit:.3g} nats per token, and GPT-3's 1.73 nats are {gpt3:.2g} bits per character"
    )
    need = engine.pf_days_for(HUMAN_BITS * nats_per_bit) / GPT3_PF_DAYS
    answer = evidence.then(DAY).ask(
        bits_per_character=HUMAN_BITS, scale=SCALE, law="kaplan", algorithms="off", criterion="on_trend"
    )
    return Replayed(
        claim(
            "G8",
            "Bits per character: 8 for random bytes, about 5 for letter frequencies, 3 to 4 for vocabulary, under 3 "
            "for association of words, about 2 for sentences, 1 to 2 convincing for a few sentences, 0.7 for humans.",
        ),
        Arithmetic(words, figures),
        arrival("0.7 bits per character by Kaplan's law on trend", answer)
        + Told(f"It needs {number(need)} x GPT-3.", (Number("compute of 0.7 bits per character", need, "GPT-3"),)),
        Told("No table holds a human's loss on the same text."),
        Judgement(
            "NOT_SCORABLE",
            f"The human step is {HUMAN_BITS * nats_per_bit / HALF_OF_GPT3:.2g} times the 0.86 nats that G3 calls "
            "human-level; we claim neither.",
        ),
    )


def g9(evidence: Evidence) -> Replayed:
    """A thousand dollars against a brain."""
    usd = evidence.record.usd_2023(MORAVEC_USD, MORAVEC_YEAR)
    year = evidence.then(DAY).consumer_year(BRAIN_FLOP_PER_S, usd)
    per_usd, chip = evidence.record.chips_per_usd[0]
    bought = per_usd * usd
    brain = INPUTS["brain.flop_per_s"].prior
    low, high = (float(point) for point in brain.ppf([0.05, 0.95]))
    words = f"A brain is 1e15 FLOP/s, 90 % {number(low)} to {number(high)}; $1000 of 1998 is {money(usd)} of 2023"
    figures = (
        Figure("brain, 5 %", low, "FLOP/s", "1e13"),
        Figure("brain, 95 %", high, "FLOP/s", "1e17"),
        Figure("$1000 of 1998", usd, "2023 USD"),
    )
    low_year, middle, high_year = (month(float(point)) for point in np.quantile(year, (0.1, 0.5, 0.9)))
    share = float(np.mean(brain.ppf((np.arange(1000) + 0.5) / 1000) <= bought))
    since = (
        f"Best price so far: {chip['name']}, {chip['published_on']}, {number(bought)} peak FLOP/s for {money(usd)}: "
        f"{percent(share)} of the prior of a brain lies below it."
    )
    return Replayed(
        claim("G9", "$1000 of compute rivals a human brain in the 2020s (Moravec 1998, quoted)."),
        Arithmetic(words, figures),
        Told(
            f"1e15 peak tensor FLOP/s of consumer card at list price: {middle} (80 %: {low_year} to {high_year}).",
            band("$1000 of 1998 buys 1e15 FLOP/s", year, "decimal year"),
        ),
        Told(since, (Number("for $1000 of 1998", bought, "FLOP/s"), Number("brains below it", share, "probability"))),
        Judgement("HELD", "1e15 FLOP/s were sold for that sum.")
        if bought >= BRAIN_FLOP_PER_S
        else Judgement(
            "TOO_EARLY",
            f"The 2020s last until 2029; the sum buys {bought / BRAIN_FLOP_PER_S:.2g} of the middle of the prior.",
        ),
    )


def g10(evidence: Evidence) -> Replayed:
    """Where the scaling law breaks."""
    low, high = (compute / GPT3_PF_DAYS for compute in CROSSOVER_PF_DAYS)
    prior = INPUTS["scaling_break.log10_flop"].prior
    ends = [math.log10(flop_from_pf_days(compute)) for compute in CROSSOVER_PF_DAYS]
    figures = (
        Figure("1e4 petaflop/s-days", low, "GPT-3", "2.75"),
        Figure("1e6 petaflop/s-days", high, "GPT-3", "275"),
        Figure("lower end of the prior", float(prior.ppf([0.0])[0]), "log10 FLOP", f"{ends[0]:.2f}"),
        Figure("upper end of the prior", float(prior.ppf([1.0])[0]), "log10 FLOP", f"{ends[1]:.2f}"),
    )
    record = evidence.record
    seen = record.largest_loss_flop
    return Replayed(
        claim(
            "G10",
            "No break of the scaling law before another 100 to 1000 times; the crossover lies somewhere in 1e4 to 1e6 "
            "petaflop/s-days.",
            COMMENT_DAY,
            COMMENT,
        ),
        Arithmetic(f"1e4 / 3640 = {low:.3g} and 1e6 / 3640 = {high:.3g} x GPT-3: the prior of the break", figures),
        arrival(
            "1e6 petaflop/s-days on trend", evidence.then(COMMENT_DAY).on_trend(flop_from_pf_days(1e6) / GPT3_FLOP)
        ),
        largest_run(record.largest())
        + Told(
            f"The largest run with a compute-efficient loss in the tables has {number(seen)} FLOP.",
            (Number("largest run with a loss", seen, "FLOP"),),
        ),
        no_losses_beyond(record.largest_loss_flop, CROSSOVER_PF_DAYS[0]),
    )


def no_losses_beyond(seen_flop: float, compute_pf_days: float) -> Judgement:
    """Whether a published loss lies beyond a compute."""
    if seen_flop < flop_from_pf_days(compute_pf_days):
        return Judgement("NOT_SCORABLE", "Runs went beyond it, but no loss that would show a break was published.")
    return Judgement("NOT_SCORABLE", "Losses beyond it are published, on other corpora than the law's.")


ROWS: Mapping[str, Row] = {"G7": g7, "G8": g8, "G9": g9, "G10": g10}
