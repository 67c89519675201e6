"""The answer: quantiles, distribution, masses, choices in words and provenance, frozen and ready for JSON and CSV.

JSON is what `MessageToJson(preserving_proto_field_name=True)` makes of the proto message: field names as here, enums by
full name, dates as `YYYY-MM-DD`. There are no maps and no timings: the same question on the same posterior and build
gives the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forecast.engine.arrival import probability_mcse
from forecast.engine.cdf import Cdf as Cdf
from forecast.engine.encode import answer_dict
from forecast.engine.parts import BindingLimit as BindingLimit
from forecast.engine.parts import Choice as Choice
from forecast.engine.parts import HindsightRows as HindsightRows
from forecast.engine.parts import LawComponent as LawComponent
from forecast.engine.parts import NeverReason as NeverReason
from forecast.engine.parts import Nowcast as Nowcast
from forecast.engine.parts import PosteriorStatus as PosteriorStatus
from forecast.engine.parts import Provenance as Provenance
from forecast.engine.parts import Quantile as Quantile
from forecast.engine.parts import YearProbability as YearProbability
from forecast.engine.question import Question
from forecast.errors import InputError
from forecast.units import date_of


@dataclass(frozen=True, slots=True)
class Answer:
    """When a target becomes affordable.

    Attributes
    ----------
    question : Question
        As settled: every default filled in.
    quantiles : tuple of Quantile
        At the probabilities asked, ascending.
    p_already, p_beyond_horizon, p_never : float
        Masses outside the horizon; each with its Monte Carlo standard error. Together with the arrivals within the
        horizon they sum to one.
    never_reasons : tuple of NeverReason
        Their probabilities sum to `p_never`.
    p_by_year : tuple of YearProbability
        By the end of each year asked.
    cdf : Cdf
        Monthly, up to the horizon.
    binding_limits : tuple of BindingLimit
        Which limit is the tightest.
    posterior : PosteriorStatus
        The posterior's gates.
    choices : tuple of Choice
        What the answer rests on, the one that moves it most first.
    data_notice : str
        Licences of the data.
    provenance : Provenance
        What would reproduce it.
    components : tuple of LawComponent
        The forms of a mixed law, each with its own date.
    notices : tuple of str
        What the answer does not say.

    Examples
    --------
    >>> from forecast import Forecaster
    >>> answer = Forecaster.load().when(flop=2e29)
    >>> low, high = answer.interval(0.8)
    >>> low <= answer.median <= high
    True
    """

    question: Question
    quantiles: tuple[Quantile, ...]
    p_already: float
    p_already_mcse: float
    p_beyond_horizon: float
    p_beyond_horizon_mcse: float
    p_never: float
    p_never_mcse: float
    never_reasons: tuple[NeverReason, ...]
    p_by_year: tuple[YearProbability, ...]
    cdf: Cdf
    binding_limits: tuple[BindingLimit, ...]
    posterior: PosteriorStatus
    choices: tuple[Choice, ...]
    data_notice: str
    provenance: Provenance
    components: tuple[LawComponent, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def median(self) -> float:
        """Decimal year of the median arrival over all draws; infinite where it lies beyond the horizon."""
        return self.quantile(0.5)

    def quantile(self, probability: float) -> float:
        """Decimal year by which the target is reached with `probability`; infinite beyond the horizon.

        Raises
        ------
        InputError
            When the probability is not above 0 and below 1.
        """
        if not 0 < probability < 1:
            raise InputError(f"probability is {probability!r}; give one above 0 and below 1", field="quantiles")
        year = self.cdf.reached(probability)
        return math.inf if year is None else year

    def interval(self, mass: float = 0.8) -> tuple[float, float]:
        """Decimal years of the central interval that holds `mass`; an end beyond the horizon is infinite."""
        return self.quantile((1 - mass) / 2), self.quantile((1 + mass) / 2)

    def p_by(self, year: int) -> float:
        """Probability of arrival by the end of `year`, which may not lie after the horizon.

        Raises
        ------
        InputError
            When the year lies before the forecast's start or after its horizon.
        """
        first, last = int(self.cdf.decimal_year[0]), int(self.cdf.decimal_year[-1])
        if not first <= year <= last:
            raise InputError(f"year is {year!r}; the answer runs from {first} to {last}", field="by_years")
        reached = zip(self.cdf.decimal_year, self.cdf.probability, strict=True)
        return max(p for when, p in reached if when < year + 1)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON values, by proto field names."""
        return answer_dict(self)

    def to_json(self) -> str:
        """The answer as JSON text, indented, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """One row per point of the distribution, then the three masses outside it."""
        return "\n".join(["quantity,decimal_year,date,probability,mcse", *self._csv_rows()]) + "\n"

    def _csv_rows(self) -> Iterator[str]:
        for year, p in zip(self.cdf.decimal_year, self.cdf.probability, strict=True):
            yield f"cdf,{year!r},{date_of(year)},{p!r},{probability_mcse(p, self.provenance.draws)!r}"
        for name in ("p_already", "p_beyond_horizon", "p_never"):
            yield f"{name},,,{getattr(self, name)!r},{getattr(self, f'{name}_mcse')!r}"
