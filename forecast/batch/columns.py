"""The table of a batch's answers: a row for each question, the same columns in every part.

    index, name                         of the question; axis_NAME: its label on an axis that is no argument
    loss_nats_per_token, budget_usd ... its arguments, as many as the batch has, with their units
    status                              answered or failed; error_code, error_message, error_field say why
    posterior, seed, draws, scenario_hash
    q50_decimal_year ...                quantiles of the arrival; null beyond the horizon and for never
    q50_position                        already, within_horizon, beyond_horizon or never
    q50_mcse_years                      Monte Carlo standard error
    p_already, p_beyond_horizon, p_never and their _mcse; p_by_2030 ...
    binding_limit, binding_limit_share  the limit that most arrivals waited for, and their share
    cdf_from_decimal_year, cdf          the first month and the distribution by month, where curves are asked for

The as-of date and the scenario are in the names of the folders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forecast.batch.asking import said
from forecast.batch.failures import Failure
from forecast.batch.grid import Expanded, label_of
from forecast.batch.parameters import PARAMETERS
from forecast.batch.spec import Item
from forecast.engine.answer import Answer
from forecast.engine.parts import BindingLimit
from forecast.engine.question import DEFAULT_BY_YEARS, DEFAULT_QUANTILES, DEFAULT_SEED
from forecast.errors import InputError

MOST_QUANTILES = 200
MOST_YEARS = 200

Kind = Literal["number", "whole", "text", "name", "day", "flag", "curve"]
"""Of a column: `text` is kept once however often it stands there, a `name` each time."""

_BEFORE: Mapping[str, Kind] = {
    "status": "text",
    "error_code": "text",
    "error_message": "text",
    "error_field": "text",
    "posterior": "text",
    "seed": "whole",
    "draws": "whole",
    "scenario_hash": "name",
}
_MASSES = tuple(f"p_{mass}{error}" for mass in ("already", "beyond_horizon", "never") for error in ("", "_mcse"))
_AFTER: Mapping[str, Kind] = {"binding_limit": "text", "binding_limit_share": "number"}
_CURVE: Mapping[str, Kind] = {"cdf_from_decimal_year": "number", "cdf": "curve"}

_EPOCH = date(1970, 1, 1).toordinal()
ANSWERED, FAILED = "answered", "failed"


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns the answers of a batch have.

    Attributes
    ----------
    axes, arguments : tuple of str
        Axes and arguments that have a column.
    quantiles : tuple of float
        All probabilities that are asked anywhere, ascending.
    years : tuple of int
        All years by whose end a probability is asked.
    curves : bool
        Whether each row has its whole distribution.
    """

    axes: tuple[str, ...]
    arguments: tuple[str, ...]
    quantiles: tuple[float, ...]
    years: tuple[int, ...]
    curves: bool = False

    @classmethod
    def of(cls, items: Expanded, curves: bool = False) -> Layout:
        """The layout of a batch, of its axes and lists alone: no question is expanded.

        Raises
        ------
        InputError
            When there are more than 200 quantiles or years among all questions.
        """
        used = items.arguments()
        return cls(
            tuple(name for name in items.axes() if name not in PARAMETERS),
            tuple(name for name, parameter in PARAMETERS.items() if name in used and parameter.column),
            _all_of(items, "quantiles", DEFAULT_QUANTILES, MOST_QUANTILES),
            _all_of(items, "by_years", DEFAULT_BY_YEARS, MOST_YEARS),
            curves,
        )

    def kinds(self) -> dict[str, Kind]:
        """Every column and its kind, in order."""
        found: dict[str, Kind] = {"index": "whole", "name": "name"}
        found |= {f"axis_{name}": "text" for name in self.axes}
        found |= {PARAMETERS[name].column: PARAMETERS[name].kind for name in self.arguments}  # type: ignore[misc]
        found |= _BEFORE
        for name in map(quantile_name, self.quantiles):
            found |= {f"{name}_decimal_year": "number", f"{name}_position": "text", f"{name}_mcse_years": "number"}
        found |= dict.fromkeys(_MASSES, "number")
        found |= {f"p_by_{year}": "number" for year in self.years}
        return {**found, **_AFTER, **(_CURVE if self.curves else {})}


def quantile_name(probability: float) -> str:
    """How columns of a quantile begin: q50, q2_5."""
    return f"q{100 * probability:.12g}".replace(".", "_")


def _all_of(items: Expanded, argument: str, default: tuple[Any, ...], most: int) -> tuple[Any, ...]:
    asked = items.values_of(argument) if argument in items.arguments() or "question" in items.arguments() else ()
    found = sorted({*default, *(one for listed in asked for one in listed or ())})
    if len(found) > most:
        raise InputError(f"{len(found)} {argument} among all questions; give at most {most}", field=argument)
    return tuple(found)


type Columns = tuple[tuple[Any, ...], ...]
"""Python's own values, column by column; None is null."""


class Rows:
    """The rows of one part, one after the other.

    Parameters
    ----------
    layout : Layout
        Of the batch.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout, self._place = layout, {name: i for i, name in enumerate(layout.kinds())}
        self._at = {p: self._place[f"{quantile_name(p)}_decimal_year"] for p in layout.quantiles}
        self._by = {year: self._place[f"p_by_{year}"] for year in layout.years}
        self._masses = self._place[_MASSES[0]]
        self._rows: list[list[Any]] = []

    def add(self, item: Item, outcome: Answer | Failure) -> None:
        """Put down what came of a question."""
        row: list[Any] = [None] * len(self._place)
        self._rows.append(row)
        self._put(row, index=item.index, name=item.name)
        for axis in self._layout.axes:
            row[self._place[f"axis_{axis}"]] = item.axes.get(axis)
        for name in self._layout.arguments:
            row[self._place[PARAMETERS[name].column]] = _cell(name, item.asked.get(name))
        if isinstance(outcome, Failure):
            asked = said(item.asked, "seed")
            self._put(row, status=FAILED, seed=DEFAULT_SEED if asked is None else asked)
            self._put(row, error_code=outcome.code, error_message=outcome.message, error_field=outcome.field)
        else:
            self._answered(row, outcome)

    def columns(self) -> Columns:
        """All rows, column by column."""
        return tuple(zip(*self._rows, strict=True)) or ((),) * len(self._place)

    def _put(self, row: list[Any], **values: Any) -> None:
        for name, value in values.items():
            row[self._place[name]] = value

    def _answered(self, row: list[Any], answer: Answer) -> None:
        made = answer.provenance
        self._put(row, status=ANSWERED, posterior=made.posterior, seed=made.seed, draws=made.draws)
        self._put(row, scenario_hash=made.scenario_hash)
        for quantile in answer.quantiles:
            at = self._at[quantile.probability]
            row[at : at + 3] = quantile.decimal_year, quantile.position, quantile.mcse_years
        row[self._masses : self._masses + 6] = [getattr(answer, name) for name in _MASSES]
        for by in answer.p_by_year:
            row[self._by[by.year]] = by.probability
        limit = largest(answer.binding_limits)
        if limit is not None:
            self._put(row, binding_limit=limit.limit, binding_limit_share=limit.share_of_arrivals)
        if self._layout.curves:
            self._put(row, cdf_from_decimal_year=answer.cdf.decimal_year[0], cdf=answer.cdf.probability)


def largest(limits: Iterable[BindingLimit]) -> BindingLimit | None:
    """The limit that most arrivals waited for; where there are none, the one that is the tightest most often."""
    return max(limits, key=lambda limit: (limit.share_of_arrivals, limit.share_at_horizon), default=None)


def _cell(name: str, value: Any) -> Any:
    kind = PARAMETERS[name].kind
    if value is None or kind in ("number", "whole", "flag"):
        return value
    if kind == "day":
        return date.fromisoformat(value).toordinal() - _EPOCH
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else label_of(value)
