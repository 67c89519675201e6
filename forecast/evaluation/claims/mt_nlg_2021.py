"""The discussion of Megatron-Turing NLG (LessWrong, October 2021): M1 to M6.

FLOP from the log   280 x 8 GPUs x 126e12 FLOP/s x 60.1 s x 271e9 / (2048 x 1920) batches
tokens in an epoch  C / (6 N);  C / (8 N) where each activation is computed twice
tenfold in k years  1 / k oom per year
brain               FLOP/s x 1e9 s
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np

from forecast.engine.training_cost import from_chips
from forecast.engine.words import number, percent
from forecast.evaluation.claims.arithmetic import GPT3_PF_DAYS
from forecast.evaluation.claims.claim import Arithmetic, Claim, Figure, Judgement, Number, Replayed, Told
from forecast.evaluation.claims.evidence import Evidence, Row
from forecast.evaluation.claims.phrases import costs, first_run, largest_run, no_forecast
from forecast.evaluation.claims.then import SCALE, arrival, band, probability
from forecast.evaluation.claims.trend import Influence, influence, slope
from forecast.inputs import INPUTS
from forecast.priors import DEFAULT
from forecast.units import GPT3_FLOP, decimal_year, pf_days

DAY = date(2021, 10, 12)
SOURCE = "discussion of NVIDIA and Microsoft's Megatron-Turing NLG 530B on LessWrong"
RUN, NAMES = "megatron-turing-nlg-530b", ("Megatron-Turing NLG 530B",)
GPT3_RUN, GPT2_RUN, GPT3_NAME = "gpt-3-175b-davinci", "gpt-2-1-5b", "GPT-3 175B (davinci)"
GPUS, FLOP_PER_S, SECONDS_A_BATCH = 280 * 8, 126e12, 60.1
TOKENS, TOKENS_A_BATCH, PARAMETERS = 271e9, 2048 * 1920, 530e9
FAST, SLOW = 1 / 4, (1 / 16, 1 / 10)
BRAIN_SECONDS = 1e9
SLOWED = 0.9
"""Share of the slope before under which growth since counts as slower."""


def _claim(name: str, speaker: str, text: str) -> Claim:
    return Claim(name, speaker, DAY, SOURCE, text)


def _logged_flop() -> float:
    """Compute by the log of the run, FLOP."""
    hours = SECONDS_A_BATCH * TOKENS / TOKENS_A_BATCH / 3600
    return from_chips(GPUS, hours, FLOP_PER_S, 1.0).flop


def m1(evidence: Evidence) -> Replayed:
    """The compute of MT-NLG."""
    flop = _logged_flop()
    in_petaflop = float(f"{flop / 1e15:.3g}")
    figures = (
        Figure("by the log", pf_days(flop), "petaflop/s-days", "13531"),
        Figure(
            "the log's FLOP rounded to three digits, as published", in_petaflop / 86_400, "petaflop/s-days", "13542"
        ),
        Figure("over GPT-3's 3640 petaflop/s-days", pf_days(flop) / GPT3_PF_DAYS, "1", "3.72"),
        Figure("over 3.14e23 FLOP", flop / GPT3_FLOP, "1"),
    )
    words = (
        f"280 x 8 x 126e12 x 60.1 x 271e9 / (2048 x 1920) = {pf_days(flop):,.0f} petaflop/s-days; the 13,542 comes of "
        "rounding to 1.17e9 petaflop"
    )
    run = evidence.record.named(RUN)
    held = run.gpt3_multiple >= 0.95 * pf_days(flop) / GPT3_PF_DAYS
    return Replayed(
        _claim("M1", "Jack Stone", "MT-NLG took 13,542 petaflop/s-days, 3.72 times GPT-3."),
        Arithmetic(words, figures),
        evidence.then(DAY).cost("So much compute as past runs paid", flop=flop),
        Told(
            f"The tables count {number(run.flop)} FLOP by 6 N D: {run.gpt3_multiple:.3g} x GPT-3.",
            (Number("in the tables", run.flop, "FLOP"), Number("multiple", run.gpt3_multiple, "GPT-3")),
        )
        + costs("Chips' use and energy", evidence.record.costs_of(NAMES)),
        Judgement("HELD", "The tables have the same compute.")
        if held
        else Judgement(
            "PARTLY_HELD",
            f"The log counts operations done, {flop / run.flop:.2f} times 6 N D (8 N D fits: activations are computed "
            f"twice); by 6 N D, as GPT-3 is counted, it is {run.gpt3_multiple:.2f} times GPT-3.",
        ),
    )


def m2(evidence: Evidence) -> Replayed:
    """How fast compute becomes cheaper."""
    prior = DEFAULT.price.mu_r
    slow = [float(rate) for rate in SLOW]
    figures = (
        Figure("tenfold every 4 years", FAST, "oom/year", "0.25"),
        Figure("tenfold every 16 years", slow[0], "oom/year", "0.06"),
        Figure("tenfold every 10 years", slow[1], "oom/year", "0.10"),
        *(Figure(f"{rate:.4g} from the prior's mean", (rate - prior.mean) / prior.sd, "sd") for rate in (*slow, FAST)),
    )
    words = (
        f"1/4 = 0.25 and 1/16 to 1/10 = 0.06 to 0.10 oom a year; the prior of the price is {prior.mean:g} +- "
        f"{prior.sd:g}: the slow rates lie inside it, the fast one {(FAST - prior.mean) / prior.sd:.1f} sd above"
    )
    then, now = evidence.then(DAY).price_rate(), evidence.now.price_rate()
    middle = float(np.median(now))
    return Replayed(
        _claim("M2", "a commenter", "The price of compute fell tenfold every 4 years, and now every 10 to 16."),
        Arithmetic(words, figures),
        _tenfold("Realised price", then),
        _tenfold("By the reference posterior", now),
        Judgement(
            "HELD" if slow[0] <= middle <= slow[1] else "PARTLY_HELD" if middle < FAST else "FAILED",
            f"The fast rate is over, as said; tenfold took {1 / middle:.1f} years, and not 10 to 16.",
        ),
    )


def _tenfold(subject: str, rates: np.ndarray) -> Told:
    low, middle, high = (1 / rate for rate in np.quantile(rates, (0.9, 0.5, 0.1)))
    words = f"{subject}: tenfold every {middle:.1f} years (80 %: {low:.1f} to {high:.1f})."
    return Told(words, band(f"{subject}: fall", rates, "oom/year"))


def m3(evidence: Evidence) -> Replayed:
    """Whether growth slows, and how much GPT-3 counts."""
    rate = evidence.then(DAY).compute_rate()
    point, later = _influence_of_gpt3(evidence), _slope_after(evidence)
    return Replayed(
        _claim("M3", "a commenter", "Model sizes are slowing: GPT-3 was above the trend, and COVID came after it."),
        _growth(evidence, point),
        Told(
            f"Frontier compute grows {float(np.median(rate)):.2f} oom a year in the long run.",
            band("growth of compute", rate, "oom/year"),
        ),
        Told(
            f"Frontier runs published after that day: {later:.2f} oom a year by least squares.",
            (Number("slope since", later, "oom/year"),),
        ),
        Judgement(
            "HELD" if later < SLOWED * point.slope_without else "PARTLY_HELD",
            "GPT-3 lay above the line and sizes slowed, but it moved the slope little and compute did not slow; no "
            "table tells what COVID did.",
        ),
    )


def _growth(evidence: Evidence, point: Influence) -> Arithmetic:
    """Growth of parameters before and after GPT-3, and of compute with and without it."""
    gpt2, gpt3, mt_nlg = (evidence.record.named(name) for name in (GPT2_RUN, GPT3_RUN, RUN))
    before, after = (
        math.log10(float(last.parameters or 0) / float(first.parameters or 0)) / (last.year - first.year)
        for first, last in ((gpt2, gpt3), (gpt3, mt_nlg))
    )
    figures = (
        Figure("growth of parameters, GPT-2 to GPT-3", before, "oom/year"),
        Figure("growth of parameters, GPT-3 to MT-NLG", after, "oom/year"),
        Figure("slope of compute with GPT-3", point.slope, "oom/year"),
        Figure("slope of compute without GPT-3", point.slope_without, "oom/year"),
        Figure("GPT-3 above the line without it", point.above, "oom"),
        Figure("spread around that line", point.residual_sd, "oom"),
        Figure("Cook's distance", point.cook, "1"),
    )
    words = (
        f"parameters grew {before:.2g} oom a year from GPT-2 to GPT-3 and {after:.2g} to MT-NLG; least squares on "
        f"{point.points} frontier runs give {point.slope:.3f} oom a year with GPT-3 and {point.slope_without:.3f} "
        f"without, {point.above:+.2f} oom from it (spread {point.residual_sd:.2f}); a line stands in for a refit"
    )
    return Arithmetic(words, figures)


def _influence_of_gpt3(evidence: Evidence) -> Influence:
    """On the rows of compute that the posterior of that day was fitted on."""
    rows = evidence.then(DAY).forecaster.posterior.observed
    index = [str(name) for name in rows["compute_name"]].index(GPT3_NAME)
    return influence(rows["compute_year"], rows["compute_log10_flop"], index)


def _slope_after(evidence: Evidence) -> float:
    rows = evidence.now.forecaster.posterior.observed
    later = rows["compute_year"] > decimal_year(DAY)
    return slope(rows["compute_year"][later], rows["compute_log10_flop"][later])


def m4(evidence: Evidence) -> Replayed:
    """Tokens in one epoch."""
    flop = _logged_flop()
    six, eight = (flop / (each * PARAMETERS) for each in (6, 8))
    figures = (
        Figure("tokens by 6 N", six, "tokens"),
        Figure("tokens by 8 N", eight, "tokens", f"{TOKENS:.3g}", about=True),
    )
    most = max(evidence.record.between(DAY), key=lambda run: run.tokens or 0)
    then = evidence.then(DAY)
    return Replayed(
        _claim("M4", "a commenter", "Data is not the limit: compute fixes how many tokens are seen in one epoch."),
        Arithmetic(f"the log's FLOP over 8 x 530e9 parameters are {number(eight)} tokens, of 271e9 reported", figures),
        arrival("With data off, 1000 x GPT-3 on trend", then.on_trend(1000)),
        Told(
            f"Most tokens in a run: {most.system}, {most.published_on}, {number(most.tokens or 0)}.",
            (Number("most tokens in a run", float(most.tokens or 0), "tokens"),),
        )
        + largest_run(evidence.record.largest()),
        Judgement("HELD", "Runs of more than 1000 x GPT-3 came and found their data.")
        if evidence.record.first_of(1000, DAY)
        else Judgement("TOO_EARLY", "No run has come near the stock of data."),
    )


def m5(evidence: Evidence) -> Replayed:
    """A brain against GPT-3."""
    prior = INPUTS["brain.flop_per_s"].prior
    low, middle, high = (float(x) * BRAIN_SECONDS / GPT3_FLOP for x in prior.ppf([0.05, 0.5, 0.95]))
    needed = 1000 * GPT3_FLOP / BRAIN_SECONDS
    grid = prior.ppf((np.arange(10_000) + 0.5) / 10_000)
    share = float(np.mean(grid >= needed))
    figures = (
        Figure("a brain's compute over GPT-3's, middle of the prior", middle, "1"),
        Figure("a brain's compute over GPT-3's, 95 %", high, "1"),
        Figure("FLOP/s of 1000 x GPT-3 in 1e9 s", needed, "FLOP/s"),
        Figure("share of the prior at 1000 x or more", share, "probability"),
    )
    words = (
        f"(1e13 to 1e17) FLOP/s x 1e9 s = {low:.2g} to {high:.3g} x GPT-3, middle {middle:.2g}; 1000 x takes "
        f"{number(needed)} FLOP/s, which {percent(share)} of the prior reach"
    )
    return Replayed(
        _claim("M5", "a commenter", "The brain uses at least 1000 times GPT-3's compute."),
        Arithmetic(words, figures),
        arrival("1000 x GPT-3 on trend", evidence.then(DAY).on_trend(1000))
        + arrival(
            "A brain by the prior, on trend", evidence.then(DAY).ask(brain_seconds=BRAIN_SECONDS, criterion="on_trend")
        ),
        first_run(evidence.record, 1000, DAY),
        Judgement("NOT_SCORABLE", "No table measures a brain; that compute is a target, not a capability."),
    )


def m6(evidence: Evidence) -> Replayed:
    """Published beliefs on AGI."""
    then, due = evidence.then(DAY), date(2030, 12, 31)
    answer = then.ask(loss=0.86, scale=SCALE, law="kaplan", criterion="on_trend")
    return Replayed(
        _claim(
            "M6", "Shane Legg and Ajeya Cotra (quoted)", "50 % for AGI by 2030; an aggressive distribution beside it."
        ),
        Arithmetic("no arithmetic: beliefs"),
        probability("1000 x GPT-3 on trend", then.on_trend(1000), due)
        + probability("0.86 on Kaplan's law on trend, algorithms 16mo", answer, due),
        no_forecast("2030 has not come."),
        Judgement("NOT_SCORABLE", "A belief about capability, shown beside ours about compute and loss."),
    )


ROWS: Mapping[str, Row] = {"M1": m1, "M2": m2, "M3": m3, "M4": m4, "M5": m5, "M6": m6}
