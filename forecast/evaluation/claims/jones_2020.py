"""Andy Jones, "Are we in an AI overhang?" (July 2020), on money: J1 to J4, J11 and J12.

price per petaflop/s-day   = chip's price / (PFLOP/s x 365), paid off in a year
budget of k x GPT-3        = 3640 k x price
pages per dollar           = 100 / cost of 100 pages;  cost = 2 x parameters x tokens x price per FLOP
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from forecast.engine.words import money
from forecast.evaluation.claims import arithmetic as engine
from forecast.evaluation.claims.arithmetic import GPT3_PARAMETERS, GPT3_PF_DAYS
from forecast.evaluation.claims.claim import Arithmetic, Claim, Figure, Judgement, Number, Replayed, Told, Verdict
from forecast.evaluation.claims.evidence import Evidence, Row
from forecast.evaluation.claims.phrases import costs, first_run
from forecast.evaluation.claims.record import AMORTIZED, CLOUD
from forecast.evaluation.claims.then import arrival, probability
from forecast.inputs import INPUTS
from forecast.units import FLOP_PER_PF_DAY, GPT3_FLOP, pf_days

DAY = date(2020, 7, 27)
LATER_DAY = date(2022, 1, 27)
SOURCE = "Are we in an AI overhang?, https://www.lesswrong.com/posts/N6vZEnCn6A95Xn39p/are-we-in-an-ai-overhang"
GPT3 = ("GPT-3 175B (davinci)",)
GPT4 = ("GPT-4 (Mar 2023)", "GPT-4")
GROK3 = ("Grok 3", "Grok-3")
V100_USD, V100_FLOP_PER_S = 10_000.0, 30e12
RTX_USD, RTX_FLOP_PER_S = 1_000.0, 125e12
USD_PER_PF_DAY = 1374.0
"""At which GPT-3's 3640 petaflop/s-days come to $5M."""

BILLION, PAGES_PER_USD = 1e9, 500.0
NEAR = 1.5
"""Factor within which a cost counts as met."""


def claim(name: str, text: str) -> Claim:
    """A claim of Jones's."""
    return Claim(name, "Andy Jones", DAY, SOURCE, text)


def j1(evidence: Evidence) -> Replayed:
    """The cost of GPT-3."""
    record, then = evidence.record, evidence.then(DAY)
    usd = GPT3_PF_DAYS * USD_PER_PF_DAY
    figures = (
        Figure("compute", usd, "2020 USD", "5.00e6"),
        Figure("with labour", usd + 10e6, "2020 USD", "1.5e7"),
        Figure("with labour over compute", (usd + 10e6) / usd, "1"),
    )
    cloud = [record.usd_of(cost, 2020) for cost in record.costs_of(GPT3, CLOUD)]
    amortized = [record.usd_of(cost, 2020) for cost in record.costs_of(GPT3, AMORTIZED)]
    staff = float(INPUTS["cost_scope.staff"].prior.ppf([0.95])[0])
    compute_met, labour_met = usd <= NEAR * max(cloud), (usd + 10e6) / usd <= staff
    return Replayed(
        claim("J1", "GPT-3 cost $5M in compute and perhaps $10M more in labour."),
        Arithmetic(f"3640 x $1374 = {money(usd)}; with $10M of labour {money(usd + 10e6)}", figures),
        then.cost("GPT-3's compute as past runs paid", gpt3=1)
        + then.cost("At list rental", gpt3=1, price="list_rental"),
        costs("At cloud prices", record.costs_of(GPT3, CLOUD))
        + costs("Chips' use and energy", record.costs_of(GPT3, AMORTIZED))
        + Told(f"By a study of 2024 staff makes a run at most {staff:.3g} times as costly; here it is 3 times."),
        Judgement(
            "HELD" if compute_met and labour_met else "PARTLY_HELD" if compute_met else "FAILED",
            f"In dollars of 2020 the compute was {money(max(cloud))} in the cloud and {money(min(amortized))} to "
            f"{money(max(amortized))} amortized; the labour is more than was found since.",
        ),
    )


def j2(evidence: Evidence) -> Replayed:
    """The price of compute on a V100."""
    usd = engine.usd_per_pf_day(V100_USD, V100_FLOP_PER_S)
    figures = (
        Figure("price", usd, "2020 USD per petaflop/s-day", "913"),
        Figure("price, as published", usd, "2020 USD per petaflop/s-day", "1000", about=True),
    )
    paid, amortized = (_paid_per_pf_day(evidence, method) for method in (CLOUD, AMORTIZED))
    return Replayed(
        claim("J2", "A V100 at $10k and 30 TFLOP/s, paid off in a year: about $1000 per petaflop/s-day."),
        Arithmetic(f"10,000 / (0.030 x 365) = ${usd:.3g}", figures),
        evidence.then(DAY).price(),
        Told(
            f"GPT-3 at cloud prices: {money(paid)} per petaflop/s-day in dollars of 2020.",
            (Number("GPT-3 at cloud prices", paid, "2020 USD per petaflop/s-day"),),
        ),
        Judgement(
            "HELD" if max(usd / paid, paid / usd) <= NEAR else "FAILED",
            f"It is the price of rented chips; amortized, GPT-3's compute cost at most {money(amortized)}.",
        ),
    )


def _paid_per_pf_day(evidence: Evidence, method: str) -> float:
    """What GPT-3's compute cost by the highest estimate of a method, 2020 dollars per petaflop/s-day."""
    record = evidence.record
    return record.usd_of(max(record.costs_of(GPT3, method)), 2020) / pf_days(GPT3_FLOP)


def j3(evidence: Evidence) -> Replayed:
    """The floor of the price."""
    usd = engine.usd_per_pf_day(RTX_USD, RTX_FLOP_PER_S)
    figures = (
        Figure("price", usd, "2020 USD per petaflop/s-day", "21.9"),
        Figure("price, as published", usd, "2020 USD per petaflop/s-day", "25", about=True),
    )
    record = evidence.record
    of_size = [cost for cost in record.costs if cost.method == AMORTIZED and (cost.flop or 0) >= GPT3_FLOP]
    cheapest = min(of_size, key=lambda cost: cost.usd_2023_per_pf_day)
    paid = record.usd_of(cheapest.usd_2023_per_pf_day, 2020)
    return Replayed(
        claim("J3", "An RTX 2080 Ti at $1k and 125 TFLOP/s: about $25 per petaflop/s-day, the floor."),
        Arithmetic(f"1000 / (0.125 x 365) = ${usd:.3g}", figures),
        evidence.then(DAY).price(),
        Told(
            f"Cheapest run of GPT-3's size or more: {cheapest.system}, {cheapest.published_on}, {money(paid)} per "
            "petaflop/s-day in dollars of 2020.",
            (Number("cheapest run", paid, "2020 USD per petaflop/s-day"),),
        ),
        Judgement("HELD", f"No run of that size has gone below $25; the cheapest paid {paid / 25:.2g} times as much.")
        if paid >= 25
        else Judgement("FAILED", f"{cheapest.system} went below it."),
    )


def j4(evidence: Evidence) -> Replayed:
    """What a billion and a trillion buy."""
    record, then = evidence.record, evidence.then(DAY)
    dear = engine.usd_per_pf_day(V100_USD, V100_FLOP_PER_S)
    cheap = engine.usd_per_pf_day(RTX_USD, RTX_FLOP_PER_S)
    needed = BILLION / (1000 * GPT3_PF_DAYS)
    figures = (
        Figure("100 x GPT-3 at J2's price", 100 * GPT3_PF_DAYS * dear, "2020 USD"),
        Figure("$1bn at J2's price", BILLION / dear / 1e6, "zettaflop/s-days", "1"),
        Figure("$1bn at J2's price, in multiples", BILLION / dear / GPT3_PF_DAYS, "GPT-3"),
        Figure("$1bn at J3's price, in multiples", BILLION / cheap / GPT3_PF_DAYS, "GPT-3"),
        Figure("price at which $1bn buys 1000 x", needed, "2020 USD per petaflop/s-day"),
        Figure("1000 x GPT-3", 1000 * GPT3_PF_DAYS / 1e6, "zettaflop/s-days"),
    )
    words = (
        f"$1bn buys {BILLION / dear / 1e6:.2g} zettaflop/s-days, {BILLION / dear / GPT3_PF_DAYS:.0f} x GPT-3, at "
        f"J2's price and {BILLION / cheap / GPT3_PF_DAYS:,.0f} x at J3's; 1000 x needs ${needed:.0f} per "
        "petaflop/s-day, between the two, and is 3.64 zettaflop/s-days, which the claim rounds to 1"
    )
    budget = record.usd_2023(BILLION, 2020)
    paid = record.costs_of(GROK3)
    held = record.first_of(1000, DAY) is not None and max(paid) <= budget
    return Replayed(
        claim("J4", "100 x at $1bn is plausible now; 1000 x, 1 ZFLOP/s-day, at $1bn; another 1000 x at $1tn."),
        Arithmetic(words, figures),
        then.cost("Cost of 100 x", gpt3=100)
        + arrival("100 x for $1bn of 2020", then.ask(gpt3=100, budget_usd=budget))
        + arrival("1000 x", then.ask(gpt3=1000, budget_usd=budget))
        + arrival("1e6 x for $1tn", then.ask(gpt3=1e6, budget_usd=1000 * budget)),
        first_run(record, 100, DAY) + first_run(record, 1000, DAY) + costs("Cost of Grok 3", paid),
        Judgement(
            "HELD" if held else "TOO_EARLY",
            "100 x and 1000 x came for less than $1bn, years later than they could be paid; the trillion is not spent.",
        ),
    )


def j11(evidence: Evidence) -> Replayed:
    """The price of a page."""
    usd_per_100 = 100 / PAGES_PER_USD
    tokens = float(INPUTS["inference.tokens_per_page"].prior.ppf([0.5])[0])
    flop = 2 * GPT3_PARAMETERS * 100 * tokens
    at_j2 = flop / FLOP_PER_PF_DAY * engine.usd_per_pf_day(V100_USD, V100_FLOP_PER_S)
    figures = (
        Figure("a page of a 1000 x model", 1000 / PAGES_PER_USD, "2020 USD", "2"),
        Figure("energy at a fifth of the price", usd_per_100 / 5 / 0.4, "2020 USD per kWh"),
        Figure("pages per dollar by FLOP at J2's price", 100 / at_j2, "pages per 2020 USD", "500", about=True),
    )
    words = (
        f"1000 / 500 = $2 a page; by FLOP: 2 x 175e9 x {tokens:.0f} tokens a page at J2's price give "
        f"{100 / at_j2:.0f} pages per dollar"
    )
    price = evidence.then(DAY).usd_2023_per_pf_day()[1]
    fall = float(price / evidence.now.usd_2023_per_pf_day()[1])
    return Replayed(
        claim(
            "J11", "GPT-3 writes 100 pages for 0.4 kWh, about 500 pages per dollar; at 1000 x it is about $2 a page."
        ),
        Arithmetic(words, figures),
        evidence.then(DAY).price(),
        Told(
            f"Realised compute has become {fall:.2g} times cheaper; the tables hold no prices of served pages.",
            (Number("fall of the realised price", fall, "1"),),
        ),
        Judgement(
            "NOT_SCORABLE",
            "A page costs by parameters: with tokens in proportion, 1000 x the compute has 32 x the parameters.",
        ),
    )


def j12(evidence: Evidence) -> Replayed:
    """Eighteen months."""
    record, then = evidence.record, evidence.then(DAY)
    ten, hundred = then.on_trend(10), then.on_trend(100)
    best = record.largest(LATER_DAY)
    came = {k: (run := record.first_of(k, DAY)) is not None and run.published_on <= LATER_DAY for k in (10, 100)}
    verdict: Verdict = "FAILED" if came[100] else "HELD" if came[10] else "PARTLY_HELD"
    return Replayed(
        claim("J12", "Later note: 10 x within 18 months has a substantial chance, 100 x is very unlikely."),
        Arithmetic("18 months from July 2020 end in January 2022; no figure is stated"),
        probability("10 x GPT-3", ten, LATER_DAY)
        + probability("100 x", hundred, LATER_DAY)
        + arrival("67 x, which GPT-4 was", then.on_trend(67))
        + then.cost("Its cost in March 2023", date(2023, 3, 15), gpt3=67),
        Told(
            f"Largest by {LATER_DAY}: {best.system}, {best.published_on}, {best.gpt3_multiple:.2g} x GPT-3.",
            (Number("largest by then", best.gpt3_multiple, "GPT-3"),),
        )
        + first_run(record, 10, DAY)
        + costs("Chips' use and energy", record.costs_of(GPT4))
        + first_run(record, 100, DAY),
        Judgement(
            verdict,
            "100 x did not come in time, as said; 10 x, given a substantial chance, did not come either."
            if verdict == "PARTLY_HELD"
            else "The runs published in time decide it.",
        ),
    )


ROWS: Mapping[str, Row] = {"J1": j1, "J2": j2, "J3": j3, "J4": j4, "J11": j11, "J12": j12}
