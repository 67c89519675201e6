"""Andy Jones, "Are we in an AI overhang?" (July 2020), on what may limit a run: J5 to J10.

context of n tokens, width d   cost per token x (1 + n / 12d) / (1 + 2048 / 12d)
tokens of k x GPT-3            3e11 sqrt(k)   (Kaplan et al. 2020);   sqrt(20 C / 6)   (Hoffmann et al. 2022)
GPU-years                      $5M / price of a V100
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from forecast.engine.courses import H100_PEAK_FLOP_PER_S
from forecast.engine.limits import context_multiplier_oom
from forecast.engine.training_cost import from_chips
from forecast.engine.words import money, number, percent
from forecast.evaluation.claims import arithmetic as engine
from forecast.evaluation.claims.arithmetic import GPT3_PF_DAYS, GPT3_TOKENS, GPT3_USD_2020, HOURS_PER_YEAR
from forecast.evaluation.claims.claim import Arithmetic, Figure, Judgement, Number, Replayed, Told
from forecast.evaluation.claims.evidence import Evidence, Row
from forecast.evaluation.claims.gwern_2020_means import no_losses_beyond
from forecast.evaluation.claims.jones_2020 import BILLION, DAY, V100_FLOP_PER_S, V100_USD, claim
from forecast.evaluation.claims.phrases import costliest, described, largest_run, no_forecast
from forecast.evaluation.claims.record import Run
from forecast.evaluation.claims.then import arrival, multiple
from forecast.units import GPT3_FLOP, flop_from_pf_days

BREAK_PF_DAYS = 1e4
GPT3_CONTEXT, GPT3_WIDTH = 2_048.0, 12_288.0
NOVEL_TOKENS = 1e5
BOOKS, WANTED_TOKENS = 130e6, 1e13
MANY_V100 = 500_000
RUN_HOURS, RUN_UTILIZATION = 90 * 24.0, 0.4


def j5(evidence: Evidence) -> Replayed:
    """A break near 1e4 petaflop/s-days."""
    record = evidence.record
    times = BREAK_PF_DAYS / GPT3_PF_DAYS
    figures = (
        Figure("1e4 petaflop/s-days", times, "GPT-3", "2.75"),
        Figure("that compute", flop_from_pf_days(BREAK_PF_DAYS), "FLOP", "8.64e23"),
        Figure("loss there", engine.loss_at(BREAK_PF_DAYS), "nats per token"),
    )
    words = f"1e4 / 3640 = {times:.3g} x GPT-3, a loss of {engine.loss_at(BREAK_PF_DAYS):.3g} by the law"
    beyond = record.first_of(flop_from_pf_days(BREAK_PF_DAYS) / GPT3_FLOP, DAY)
    passed = Told(f"First run beyond it: {described(beyond)}." if beyond else "No run has gone beyond it.")
    answer = evidence.then(DAY).on_trend(flop_from_pf_days(BREAK_PF_DAYS) / GPT3_FLOP)
    return Replayed(
        claim("J5", "The scaling law is expected to break near 1e4 petaflop/s-days."),
        Arithmetic(words, figures),
        arrival("That compute on trend", answer),
        passed + largest_run(record.largest()),
        no_losses_beyond(record.largest_loss_flop, BREAK_PF_DAYS),
    )


def j6(evidence: Evidence) -> Replayed:
    """A longer context."""
    tokens = np.array([GPT3_CONTEXT, NOVEL_TOKENS, 10 * NOVEL_TOKENS])
    same, novel, ten = 10 ** context_multiplier_oom(tokens, np.full(3, GPT3_WIDTH))
    figures = (
        Figure("context of 2,048 tokens", float(same), "1", "1"),
        Figure("context of 100,000 tokens", float(novel), "1"),
        Figure("context of 1,000,000 tokens", float(ten), "1"),
        Figure("context at which attention costs as much as all else", 12 * GPT3_WIDTH, "tokens"),
    )
    words = (
        f"(1 + n / 12d) / (1 + 2048 / 12d) with d = 12,288: a token costs {novel:.3g} times as much at 100,000 tokens "
        f"of context and {ten:.3g} times at a million"
    )
    then = evidence.then(DAY)
    longer = f"1000 x GPT-3 at a context of 100,000 tokens, {multiple(1000 * float(novel))}"
    return Replayed(
        claim("J6", "Attention costs the square of the context: a much longer one may be out of reach."),
        Arithmetic(words, figures),
        arrival("1000 x GPT-3 on trend", then.on_trend(1000)) + arrival(longer, then.on_trend(1000 * float(novel))),
        Told("The tables hold no lengths of context."),
        Judgement("NOT_SCORABLE", "By the arithmetic it is a factor on the cost of a run."),
    )


def j7(evidence: Evidence) -> Replayed:
    """Tokens for a thousand times GPT-3."""
    tokens = GPT3_TOKENS * math.sqrt(1000)
    later = math.sqrt(1000 * GPT3_FLOP * 20 / 6)
    figures = (
        Figure("tokens for 1000 x GPT-3", tokens, "tokens", "1e13", about=True),
        Figure("tokens a book at which 130M books suffice", WANTED_TOKENS / BOOKS, "tokens"),
        Figure("tokens for 1000 x GPT-3 at 20 a parameter", later, "tokens"),
    )
    words = (
        f"3e11 x sqrt(1000) = {number(tokens)} tokens; 130M books hold 1e13 at {WANTED_TOKENS / BOOKS:,.0f} tokens a "
        f"book; at 20 tokens a parameter (known since 2022) it is {number(later)}"
    )
    first = next((run for run in evidence.record.between(DAY) if (run.tokens or 0) >= WANTED_TOKENS), None)
    return Replayed(
        claim("J7", "Tokens grow with the root of compute: 1000 x GPT-3 wants 1e13; 130M books exceed that."),
        Arithmetic(words, figures),
        no_forecast("Estimates of the stock of data are younger, so data does not limit a run as of that day."),
        Told(
            f"First run on 1e13 tokens: {first.system}, {first.published_on}, {number(first.tokens or 0)} tokens.",
            (Number("first run on 1e13 tokens", first.year, "decimal year"),),
        )
        if first
        else Told("No run on 1e13 tokens is known."),
        Judgement("HELD", "So many tokens were found and used.") if first else Judgement("TOO_EARLY", "None is known."),
    )


def j8(evidence: Evidence) -> Replayed:
    """Half a million chips in one run."""
    runs = [run for run in evidence.record.between(DAY) if run.chips]
    most = max(runs, key=_chips)
    tensor = MANY_V100 * 125e12
    h100 = tensor / H100_PEAK_FLOP_PER_S
    figures = (
        Figure("500,000 V100 over 500", MANY_V100 / 500, "1", "1000"),
        Figure("500,000 V100 in H100 by peak", h100, "chips"),
    )
    reached = _chips(most) >= MANY_V100
    return Replayed(
        claim("J8", "Bandwidth: a run on 500 V100 is one thing, on 500,000 quite another."),
        Arithmetic(f"500,000 V100 at 125 TFLOP/s have the peak of {h100:,.0f} H100", figures),
        no_forecast("The study of data movement is of 2024, so it does not limit a run as of that day."),
        Told(
            f"Most chips in one run: {described(most)}, {_chips(most):,.0f} chips.",
            (Number("most chips in one run", _chips(most), "chips"),),
        ),
        Judgement("NOT_SCORABLE", "A run of so many chips came; what its network cost is not known.")
        if reached
        else Judgement(
            "TOO_EARLY", "No run on 500,000 chips is known; by peak FLOP/s fewer and later chips have passed it."
        ),
    )


def _chips(run: Run) -> float:
    return float(run.chips or 0)


def j9(evidence: Evidence) -> Replayed:
    """Supply of chips."""
    record = evidence.record
    years = GPT3_USD_2020 / V100_USD
    by_flop = GPT3_PF_DAYS / from_chips(1, HOURS_PER_YEAR, V100_FLOP_PER_S, 1.0).petaflop_s_days
    figures = (
        Figure("GPU-years in GPT-3, from $5M at $10k", years, "V100-years", "500"),
        Figure("GPU-years in GPT-3, from FLOP", by_flop, "V100-years"),
        Figure("sales a quarter of which $5M is 1 %", GPT3_USD_2020 / 0.01, "2020 USD"),
    )
    words = (
        f"$5M / $10k = {years:.0f} V100-years ({by_flop:.0f} by FLOP at 30 TFLOP/s); 1 % of sales means $500M a quarter"
    )
    first = record.first_of(100, DAY)
    chips = 100 * GPT3_FLOP / from_chips(1, RUN_HOURS, H100_PEAK_FLOP_PER_S, RUN_UTILIZATION).flop
    quarter, stock = next(
        ((end, total) for end, total in record.stock.items() if first and end >= first.published_on), (None, math.nan)
    )
    return Replayed(
        claim(
            "J9", "GPT-3 took 500 GPU-years, 1 % of NVIDIA's quarterly sales; 100 x by several firms saturates supply."
        ),
        Arithmetic(words, figures),
        no_forecast("No count of the chips in the world was published by then, so chips do not limit a run."),
        Told(
            f"100 x GPT-3 in 90 days at 40 % of peak takes {chips:,.0f} H100; by {quarter}, the quarter of the first "
            f"such run, the world had {number(stock)} H100 equivalents: {percent(chips / stock)}.",
            (Number("100 x in 90 days", chips, "H100"), Number("stock", stock, "H100 equivalents")),
        )
        if quarter
        else Told("No run of 100 x GPT-3, or no count of chips at its time, is known."),
        Judgement("NOT_SCORABLE", "Counts of chips begin in 2022 and no table holds orders that were not met."),
    )


def j10(evidence: Evidence) -> Replayed:
    """Profits driven down."""
    then = evidence.then(DAY)
    low, middle, high = 10 ** then.spend(2025)
    costly = evidence.record.largest_cost()
    usd = evidence.record.usd_2023(BILLION, 2020)
    words = (
        f"Spend on the largest run by mid-2025: {money(middle)} (80 %: {money(low)} to {money(high)}, 2023 dollars)."
    )
    return Replayed(
        claim("J10", "Commoditization drives the profit of each firm down, and with it what one will spend."),
        Arithmetic(f"no figure is stated; the $1bn of J4 is {money(usd)} in dollars of 2023"),
        Told(words, tuple(Number(f"spend mid-2025: {n}", float(v), "2023 USD") for n, v in _band(low, middle, high))),
        costliest(costly),
        Judgement("NOT_SCORABLE", "The tables hold spending and no profits; spending has gone on growing."),
    )


def _band(low: float, middle: float, high: float) -> tuple[tuple[str, float], ...]:
    return (("10 %", low), ("median", middle), ("90 %", high))


ROWS: Mapping[str, Row] = {"J5": j5, "J6": j6, "J7": j7, "J8": j8, "J9": j9, "J10": j10}
