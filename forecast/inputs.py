"""The inputs that no posterior holds: their default priors, each with its source, its unit and its date.

An input is named `group.name`; its unit is in its name or in `unit`. A value that a user gives has to lie between `low`
and `high`. `published_on` is the day on which the figures behind a prior were public: a posterior as of an earlier day
must not use it. A prior that is our judgement says so. `forecast.engine.inputs` draws them.

Quantities "in 2030" hold in the middle of that year (`REFERENCE_YEAR`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.families import Beta, Distribution, LogNormal, Normal, Point, Uniform
from forecast.priors import ALGORITHMS, ALGORITHMS_PUBLISHED_ON

REFERENCE_YEAR = 2030.5
"""Decimal year at which the levels named `_2030` hold."""

DATA_MOVEMENT_YEAR = 2024.84
"""Decimal year of the study of data movement, at which its wall holds."""

_EPOCH = "Sevilla et al. 2024 (Epoch AI, Can AI scaling continue through 2030?)"
_COTTIER = "Cottier et al. 2024, The rising costs of training frontier AI models"
_EPOCH_DAY, _COTTIER_DAY, _JONES_DAY, _SKEPTIC_DAY = "2024-08-20", "2024-05-31", "2020-07-27", "2021-12-15"
_COUNTS_DAY = "2026-04-03"


@dataclass(frozen=True, slots=True)
class Input:
    """One input with its default prior.

    Attributes
    ----------
    name : str
        `group.name`.
    unit : str
        Unit of its values.
    prior : Distribution
        The default, with its source in words.
    published_on : str
        Day on which the prior's figures were public, YYYY-MM-DD.
    low, high : float
        Bounds of values; draws are clipped to them.
    about : str
        What it is, in words.
    """

    name: str
    unit: str
    prior: Distribution
    published_on: str
    low: float
    high: float
    about: str


def _interval(low: float, high: float, source: str) -> LogNormal:
    """A log-normal by its 90 % interval."""
    return LogNormal.from_interval(low, high, source)


def _run() -> tuple[Input, ...]:
    months = _interval(
        2,
        9,
        "a judgement: over nine months later runs win (Sevilla et al. 2022, The Longest Training Run), 2-3 are usual",
    )
    used = _interval(0.3, 0.5, f"{_EPOCH}: Llama 3.1 ran at about 0.4; 90 % 0.3-0.5 is judged")
    return (
        Input("run.months", "months", months, _EPOCH_DAY, 0.1, 60, "length of the largest run"),
        Input("run.utilization", "share", used, _EPOCH_DAY, 0.01, 1, "share of peak FLOP/s that training attains"),
    )


def _chips() -> tuple[Input, ...]:
    share = _interval(0.08, 0.4, f"a judgement around {_EPOCH}, where the largest developer has a fifth of all chips")
    growth = Normal(
        0.48, 0.08, "ai-chip-counts: the year 2025 (Epoch AI: 0.52 since 2022), spread judged; a posterior has its own"
    )
    later = Normal(0.14, 0.05, "a judgement: output grows 3 % a year and price-performance 0.13 oom a year")
    error = Normal(0.0, 0.04, "ai-chip-counts: the counts' 90 % interval; a posterior has its own")
    return (
        Input("chips.share_of_stock", "share", share, _EPOCH_DAY, 1e-6, 1, "share of all chips that one run can use"),
        Input("chips.growth_oom_per_year", "oom/year", growth, _COUNTS_DAY, 0, 3, "growth of the stock of chips, now"),
        Input(
            "chips.long_run_growth_oom_per_year",
            "oom/year",
            later,
            _EPOCH_DAY,
            0,
            1,
            "growth of the stock of chips, late",
        ),
        Input("chips.stock_error_oom", "oom", error, _COUNTS_DAY, -2, 2, "error of the latest count of the stock"),
    )


def _power() -> tuple[Input, ...]:
    watts = _interval(
        1e9, 4.5e10, f"{_EPOCH}: one campus has 1-5 GW in 2030, a distributed network 2-45 GW; spanning both is ours"
    )
    growth = Normal(0.15, 0.07, "a judgement: from about 2 GW at the end of 2026 to 7 GW in mid-2030")
    joule = _interval(
        2e12,
        1.1e13,
        f"{_EPOCH}: H100 with its overhead (5.8e11 peak FLOP/J), 4x by 2030, 2x by 8 bits; 90 % judged",
    )
    better = Normal(0.10, 0.04, f"{_EPOCH}: efficiency improves fourfold in the six years to 2030; spread judged")
    return (
        Input("power.watts_2030", "W", watts, _EPOCH_DAY, 1e5, 1e14, "power that one run can have in mid-2030"),
        Input("power.growth_oom_per_year", "oom/year", growth, _EPOCH_DAY, 0, 1, "growth of the power of one run"),
        Input(
            "power.flop_per_joule_2030",
            "peak FLOP/J",
            joule,
            _EPOCH_DAY,
            1e9,
            1e18,
            "energy efficiency of chips in mid-2030",
        ),
        Input("power.efficiency_oom_per_year", "oom/year", better, _EPOCH_DAY, 0, 1, "growth of the energy efficiency"),
    )


def _data() -> tuple[Input, ...]:
    stock = _interval(
        4e14, 2e16, f"{_EPOCH}: text and other modalities; public text alone is 3e14, 90 % 1e14-1e15 (Villalobos 2024)"
    )
    growth = Normal(0.03, 0.015, f"{_EPOCH}: the indexed web grows by half by 2030; spread judged")
    ratio = _interval(10, 40, "Hoffmann et al. 2022: about 20 tokens per parameter; twofold either way is judged")
    return (
        Input("data.tokens_2030", "tokens", stock, _EPOCH_DAY, 1e9, 1e22, "stock of training data in mid-2030"),
        Input("data.growth_oom_per_year", "oom/year", growth, _EPOCH_DAY, 0, 2, "growth of the stock of training data"),
        Input("data.tokens_per_parameter", "1", ratio, "2022-03-29", 0.1, 1e4, "tokens per parameter at the optimum"),
    )


def _data_movement() -> tuple[Input, ...]:
    paper = "Erdil & Schneider-Joseph 2024: over about 1e28 FLOP utilization falls, over about 1e31 a run is infeasible"
    wall = Normal(30.5, 0.91, f"{paper} (three months); 90 % 1e29-1e32, as bigger batches may help, is our judgement")
    growth = Normal(0.1, 0.06, "a judgement: bandwidth grows, latency hardly improves")
    day = "2024-11-02"
    return (
        Input("data_movement.wall_log10_flop", "log10 FLOP", wall, day, 20, 60, "largest run of three months"),
        Input(
            "data_movement.growth_oom_per_year",
            "oom/year",
            growth,
            day,
            0,
            2,
            "growth of the run that data movement allows",
        ),
    )


def _changers() -> tuple[Input, ...]:
    crossover = Uniform(23.94, 25.94, "Gwern 2020, comment on Jones: somewhere in 1e4-1e6 petaflop/s-days")
    exponent = Beta(4, 4, "a judgement: half of the exponent is left, 90 % 0.23-0.77")
    context = _interval(4_096, 1_048_576, "Jones 2020 names the limit; the figures are our judgement")
    width = Point(12_288, "GPT-3 (Brown et al. 2020)")
    ceiling = _interval(5e8, 5e10, "Jones 2020 names the limit and finds $1bn plausible; the figures are our judgement")
    return (
        Input("scaling_break.log10_flop", "log10 FLOP", crossover, _JONES_DAY, 15, 60, "compute where the law breaks"),
        Input("scaling_break.exponent_share", "share", exponent, _JONES_DAY, 0.01, 1, "exponent that is left beyond"),
        Input("context_length.tokens", "tokens", context, _JONES_DAY, 2048, 1e9, "length of the training context"),
        Input("context_length.model_width", "1", width, "2020-05-28", 64, 1e7, "width of the model"),
        Input("commoditization.usd_2023", "2023 USD", ceiling, _JONES_DAY, 1, 1e14, "ceiling on a payer's budget"),
    )


def _algorithms() -> tuple[Input, ...]:
    jump_date = Uniform(2027, 2042, "the skeptic's case of 2021 names no date; the range is our judgement")
    size = Normal(1.0, 0.3, "a judgement: 3 to 30 times (Ho et al. 2024 later put the transformer at 3 to 46 times)")
    halving, day = ALGORITHMS["8mo"], ALGORITHMS_PUBLISHED_ON["8mo"]
    about = "time in which the compute of a fixed loss halves"
    return (
        Input("algorithmic_jump.decimal_year", "year", jump_date, _SKEPTIC_DAY, 1950, 2200, "date of a jump"),
        Input("algorithmic_jump.size_oom", "oom", size, _SKEPTIC_DAY, 0, 20, "compute that the jump saves"),
        Input("algorithms.halving_months", "months", halving, day, 0.1, 1e4, about),
    )


def _readings() -> tuple[Input, ...]:
    slowdown = _interval(9.84, 290, "Barnett & Besiroglu 2023, The Direct Approach: 90 % 9.84-290")
    brain = _interval(1e13, 1e17, "Carlsmith 2020, How much computational power does it take to match the human brain")
    lifetime = Point(1e9, "a convention: about 30 years")
    page = _interval(450, 900, "a judgement: 350 to 700 words on a page, 1.3 tokens a word")
    serving = _interval(1, 10, "Jones 2020: 500 pages of GPT-3 a dollar is 3 times its training price; spread judged")
    return (
        Input("judge.slowdown", "1", slowdown, "2023-04-25", 1, 1e9, "times longer that a human judge needs"),
        Input("brain.flop_per_s", "FLOP/s", brain, "2020-09-11", 1, 1e30, "computation of a human brain"),
        Input("brain.training_seconds", "s", lifetime, "2020-09-11", 1, 1e20, "time for which it learns"),
        Input("inference.tokens_per_page", "tokens", page, "2020-05-28", 1, 1e5, "tokens on one page"),
        Input("inference.price_ratio", "1", serving, _JONES_DAY, 1e-3, 1e4, "price of served over trained FLOP"),
    )


def _cost_scope() -> tuple[Input, ...]:
    staff = _interval(1.41, 1.96, f"{_COTTIER}: staff is 29-49 % of the amortized total, so the run times 1.41-1.96")
    compute = _interval(1.2, 4, f"{_COTTIER}: all compute of a model's development is 1.2-4 times its final run's")
    return (
        Input("cost_scope.staff", "1", staff, _COTTIER_DAY, 1, 100, "cost with staff over the cost of the run"),
        Input("cost_scope.development", "1", compute, _COTTIER_DAY, 1, 1000, "compute with experiments over the run's"),
    )


_GROUPS = (_run, _chips, _power, _data, _data_movement, _changers, _algorithms, _readings, _cost_scope)

INPUTS: Mapping[str, Input] = {entry.name: entry for group in _GROUPS for entry in group()}
"""Every unfitted input by its name."""


def spelt(value: float) -> str:
    """A value to three digits; what has four or five before the point (a year, a width) in full."""
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e5 else f"{value:.3g}"


def as_markdown() -> str:
    """Every input as a row of a Markdown table."""
    header = ("input", "unit", "5 %", "50 %", "95 %", "bounds", "published", "what it is", "source of the prior")
    rows = [
        (
            f"`{entry.name}`",
            entry.unit,
            *map(spelt, entry.prior.ppf([0.05, 0.5, 0.95]).tolist()),
            f"{spelt(entry.low)} to {spelt(entry.high)}",
            entry.published_on,
            entry.about,
            entry.prior.source,
        )
        for entry in INPUTS.values()
    ]
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
