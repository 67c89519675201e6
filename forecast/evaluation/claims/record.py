"""What has happened since: facts from the shipped tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from forecast.data.raw import Row
from forecast.data.stored import read_rows
from forecast.money import usd_2023_per_usd
from forecast.units import GPT3_FLOP, decimal_year, pf_days

AMORTIZED, CLOUD = "amortized_hardware_energy", "cloud"


@dataclass(frozen=True, slots=True)
class Run:
    """One training run with known compute.

    Attributes
    ----------
    run_id, system : str
        Its key in the tables, and its name.
    published_on : date
        When it was published.
    flop : float
        Training compute, FLOP.
    parameters, tokens, chips : float or None
        Parameters (all experts counted), tokens of the data set, chips at work; None where unknown.
    confidence : str
        How well the compute is known: `confident`, `likely` or `speculative`.
    """

    run_id: str
    system: str
    published_on: date
    flop: float
    parameters: float | None
    tokens: float | None
    chips: float | None
    confidence: str

    @property
    def gpt3_multiple(self) -> float:
        """Compute in multiples of GPT-3's 3.14e23 FLOP."""
        return self.flop / GPT3_FLOP

    @property
    def year(self) -> float:
        """Decimal year of publication."""
        return decimal_year(self.published_on)


@dataclass(frozen=True, slots=True)
class Cost:
    """One estimate of what a run cost.

    Attributes
    ----------
    run_id, system : str
        The run.
    published_on : date
        When the run was published.
    usd_2023 : float
        Constant 2023 US dollars.
    method : str
        How the cost was counted.
    flop : float or None
        The run's compute.
    """

    run_id: str
    system: str
    published_on: date
    usd_2023: float
    method: str
    flop: float | None

    @property
    def usd_2023_per_pf_day(self) -> float:
        """Price of its compute; infinite where the compute is unknown."""
        return self.usd_2023 / pf_days(self.flop) if self.flop else math.inf


class Record:
    """The facts, read from the shipped tables when they are first needed."""

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Runs with known compute, by date of publication."""
        known = (row for row in read_rows("training_runs") if row["training_flop"])
        return tuple(sorted((_run(row) for row in known), key=lambda run: (run.published_on, run.run_id)))

    @cached_property
    def costs(self) -> tuple[Cost, ...]:
        """Estimates of what runs cost, by date of the run."""
        return tuple(sorted(map(_cost, read_rows("spend")), key=lambda cost: (cost.published_on, cost.run_id)))

    def usd_2023(self, usd: float, year: int) -> float:
        """Dollars of a year in dollars of 2023."""
        return usd * usd_2023_per_usd(year)

    def usd_of(self, usd_2023: float, year: int) -> float:
        """Dollars of 2023 in dollars of a year."""
        return usd_2023 / usd_2023_per_usd(year)

    @property
    def known_until(self) -> date:
        """Publication of the newest run with known compute."""
        return self.runs[-1].published_on

    def between(self, after: date, until: date = date.max) -> list[Run]:
        """Runs published after a day, up to another."""
        return [run for run in self.runs if after < run.published_on <= until]

    def first_of(self, gpt3_multiple: float, after: date) -> Run | None:
        """The first run of at least so many times GPT-3's compute, published after a day."""
        return next((run for run in self.between(after) if run.gpt3_multiple >= gpt3_multiple), None)

    def largest(self, until: date = date.max) -> Run:
        """The run with the most compute among those published by a day; the first of equals."""
        return max(self.between(date.min, until), key=lambda run: run.flop)

    def named(self, run_id: str) -> Run:
        """The run of a key."""
        return next(run for run in self.runs if run.run_id == run_id)

    def costs_of(self, systems: Sequence[str], method: str = AMORTIZED) -> list[float]:
        """Every estimate of the cost of a system under any of its names, in 2023 US dollars, ascending."""
        return sorted(cost.usd_2023 for cost in self.costs if cost.system in systems and cost.method == method)

    def largest_cost(self, until: date = date.max, source_method: str = AMORTIZED) -> Cost:
        """The costliest run published by a day, by the cost of the chips' use and energy."""
        return max(
            (cost for cost in self.costs if cost.method == source_method and cost.published_on <= until),
            key=lambda cost: cost.usd_2023,
        )

    @cached_property
    def largest_loss_flop(self) -> float:
        """Compute of the largest run with a published compute-efficient loss, FLOP."""
        return max(float(row["training_flop"]) for row in read_rows("loss_points"))

    @cached_property
    def chips_per_usd(self) -> tuple[tuple[float, Row], ...]:
        """Peak FLOP/s per 2023 dollar of every priced chip, the best first."""
        rated = ((float(row["peak_flop_per_s"]) / float(row["launch_price_usd_2023"]), row) for row in _accelerators())
        return tuple(sorted(rated, key=lambda pair: -pair[0]))

    @cached_property
    def stock(self) -> dict[date, float]:
        """Chips in the world in H100 equivalents, by complete quarter: the makers' totals added up."""
        totals: dict[date, float] = {}
        for row in read_rows("chip_stock"):
            if row["owner"] == "all" and not row["incomplete"] and row["chip"] == "total":
                totals[row["quarter_end"]] = totals.get(row["quarter_end"], 0.0) + float(row["h100_equivalents_p50"])
        return dict(sorted(totals.items()))


def doubling_months(first: Run, last: Run) -> float:
    """Months in which compute doubled from one run to another."""
    return 12 * (last.year - first.year) / math.log2(last.flop / first.flop)


def _accelerators() -> Iterable[Row]:
    return (row for row in read_rows("accelerators") if row["launch_price_usd_2023"] and row["peak_flop_per_s"])


def _run(row: Row) -> Run:
    return Run(
        run_id=row["run_id"],
        system=row["system"],
        published_on=row["published_on"],
        flop=float(row["training_flop"]),
        parameters=row["parameters"],
        tokens=row["tokens"],
        chips=row["chip_count"],
        confidence=row["confidence"],
    )


def _cost(row: Row) -> Cost:
    return Cost(
        run_id=row["run_id"],
        system=row["system"],
        published_on=row["published_on"],
        usd_2023=float(row["cost_usd_2023"]),
        method=row["cost_method"],
        flop=row["training_flop"],
    )
