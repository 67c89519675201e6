"""The rows of a retrospective, in numbers and in words: see `forecast.evaluation.retrospective`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any

from forecast.engine.encode_question import told
from forecast.engine.words import money, month, number, percent

CHOSEN_IN = 2026
"""When the structure and the priors of the models were chosen, with all outcomes until then in view."""

_WEEKS = 0.05
"""Years under which an error is no more than weeks."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run was forecast to cost, and what it cost.

    Attributes
    ----------
    low, median, high : float
        The forecast for a run of its compute in the month in which it came, 2023 US dollars: 10, 50 and 90 % points.
    recorded : float
        The cost of its chips' use and energy as it was estimated later, 2023 US dollars.
    at : float
        Share of the forecast at or under what was recorded.
    inside_80 : bool
        Whether that lies between the ends.
    crps_oom : float
        Continuous ranked probability score, log10.
    """

    low: float
    median: float
    high: float
    recorded: float
    at: float
    inside_80: bool
    crps_oom: float

    @property
    def words(self) -> str:
        """The forecast beside what was recorded."""
        return (
            f"Its cost was forecast as {money(self.median)} (80 %: {money(self.low)} to {money(self.high)}, 2023 "
            f"dollars); {money(self.recorded)} was recorded, {_place(self.at, self.inside_80)}."
        )


@dataclass(frozen=True, slots=True)
class Row:
    """The forecast of one size of run, and what came. What is None is not known, because it has not come.

    Attributes
    ----------
    as_of : date
        Day of the forecast.
    posterior : str
        Which answered.
    flop : float
        Size asked, FLOP.
    low, median, high : float
        10, 50 and 90 % points of the date on trend, decimal years; infinite beyond the horizon.
    claimed : float
        The date by a doubling every 3.4 months from GPT-3 in mid-2020.
    system : str
        The first run of that size; empty where none was disclosed.
    published_on, training_flop, came : date, float and float, or None
        Its publication, its compute in FLOP, and the publication as a decimal year.
    at : float or None
        Share of the forecast that lay in its month or before.
    inside_80 : bool or None
        Whether it came between the ends.
    crps_years : float or None
        Continuous ranked probability score, years.
    log_waited : float or None
        ln P(T > known_until), where it had not come by then.
    known_until : date
        Until when developers told of their largest runs.
    p_by_known_until : float
        What the forecast gave to an arrival by then.
    cost : Cost or None
        None where no cost of it was recorded.
    """

    as_of: date
    posterior: str
    flop: float
    low: float
    median: float
    high: float
    claimed: float
    system: str
    published_on: date | None
    training_flop: float | None
    came: float | None
    at: float | None
    inside_80: bool | None
    crps_years: float | None
    log_waited: float | None
    known_until: date
    p_by_known_until: float
    cost: Cost | None

    @property
    def error_years(self) -> float | None:
        """By how much it came later than the median."""
        return None if self.came is None else self.came - self.median

    @property
    def claim_error_years(self) -> float | None:
        """By how much it came later than the 3.4-month doubling had it."""
        return None if self.came is None else self.came - self.claimed

    @property
    def words(self) -> str:
        """The row in sentences."""
        ends = f"80 %: {_month(self.low)} to {_month(self.high)}"
        opening = f"{number(self.flop)} FLOP: forecast for {_month(self.median)} ({ends})."
        if self.came is None or self.at is None:
            return (
                f"{opening} None had been disclosed by {self.known_until}, when the forecast gave "
                f"{percent(self.p_by_known_until)} to one; the 3.4-month doubling had it in {_month(self.claimed)}."
            )
        cost = f" {self.cost.words}" if self.cost else ""
        return (
            f"{opening} {self.system} ({number(self.training_flop or 0.0)} FLOP) came {self.published_on}, "
            f"{_place(self.at, bool(self.inside_80))}: {_against(self.error_years, 'the median')}, "
            f"{_against(self.claim_error_years, 'the date of the 3.4-month doubling')}.{cost}"
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """How a retrospective did: one shared path, so one success or one failure.

    Attributes
    ----------
    runs, inside_80 : int
        Dates that are known, and how many of them lie in the 80 % interval.
    crps_years, error_years, claim_error_years : float
        Means of the score, and of the absolute errors of the median and of the 3.4-month doubling.
    costs, costs_inside_80 : int
        The same counts of costs.
    crps_oom : float
        Mean score of the costs, log10; NaN where there are none.
    """

    runs: int
    inside_80: int
    crps_years: float
    error_years: float
    claim_error_years: float
    costs: int
    costs_inside_80: int
    crps_oom: float

    @property
    def words(self) -> str:
        """The counts in sentences."""
        if not self.runs:
            return "No run larger than all before it has come since."
        told_of = (
            f"{self.inside_80} of {self.runs} dates lie in their 80 % interval; the median was off by "
            f"{self.error_years:.1f} years on average, the 3.4-month doubling by {self.claim_error_years:.1f}; mean "
            f"CRPS {self.crps_years:.2f} years."
        )
        if not self.costs:
            return told_of
        return (
            f"{told_of} {self.costs_inside_80} of {self.costs} recorded costs lie in theirs; mean CRPS "
            f"{self.crps_oom:.2f} in log10."
        )


def summary(rows: Sequence[Row]) -> Summary:
    """Counts and means over the rows whose outcome is known."""
    came = [row for row in rows if row.came is not None]
    costs = [row.cost for row in came if row.cost is not None]
    return Summary(
        runs=len(came),
        inside_80=sum(bool(row.inside_80) for row in came),
        crps_years=_mean([row.crps_years or 0.0 for row in came]),
        error_years=_mean([abs(row.error_years or 0.0) for row in came]),
        claim_error_years=_mean([abs(row.claim_error_years or 0.0) for row in came]),
        costs=len(costs),
        costs_inside_80=sum(cost.inside_80 for cost in costs),
        crps_oom=_mean([cost.crps_oom for cost in costs]),
    )


def caveats(rows: Sequence[Row]) -> tuple[str, ...]:
    """What has to be known before such rows are believed."""
    came = sum(row.came is not None for row in rows)
    return (
        f"One shared path is one success, not {came}: if growth had broken off, all of them would have missed.",
        f"Hindsight: the structure and the priors were chosen in {CHOSEN_IN} with these outcomes in view.",
        f"Pseudo-vintage: the rows had been published by {rows[0].as_of}, but most values were recorded later.",
        "The sizes asked are those of the runs that came, so each came as early as a run of that size can.",
        "Costs are estimates that others made later.",
        "Only the track record is prospective: `timelines track-record`.",
    )


def to_dict(rows: Sequence[Row]) -> dict[str, Any]:
    """A retrospective as JSON values; what is None is left out, an infinite date is told as text."""
    return {
        "as_of": rows[0].as_of.isoformat(),
        "posterior": rows[0].posterior,
        "rows": [_row_dict(row) for row in rows],
        "summary": _plain(summary(rows)) | {"words": summary(rows).words},
        "caveats": list(caveats(rows)),
    }


def to_json(rows: Sequence[Row]) -> str:
    """The same as JSON text, indented, ending in a newline."""
    return json.dumps(to_dict(rows), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _against(years: float | None, what: str) -> str:
    """An error in words: `0.3 years before the median`."""
    if years is None or abs(years) < _WEEKS:
        return f"within weeks of {what}"
    return f"{abs(years):.1f} years {'after' if years > 0 else 'before'} {what}"


def _row_dict(row: Row) -> dict[str, Any]:
    errors = {"error_years": row.error_years, "claim_error_years": row.claim_error_years}
    cost = None if row.cost is None else _plain(row.cost) | {"words": row.cost.words}
    own = {name: value for name, value in _plain(row).items() if name not in ("as_of", "posterior")}
    return told(own | {name: _json(value) for name, value in errors.items()} | {"cost": cost, "words": row.words})


def _plain(record: Any) -> dict[str, Any]:
    return {name: _json(getattr(record, name)) for name in record.__slots__}


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return "beyond" if value > 0 else None
    return float(f"{value:.10g}") if isinstance(value, float) else value


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else math.nan


def _month(year: float) -> str:
    return month(year) if math.isfinite(year) else "beyond the horizon"


def _place(at: float, inside: bool) -> str:
    return f"at the {percent(at).removesuffix(' %')} % point, {'inside' if inside else 'outside'}"
