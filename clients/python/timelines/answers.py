"""An answer: the message that the server sent, and what can be read from it, converted when it is asked for."""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from google.protobuf.json_format import MessageToDict

from timelines.errors import invalid
from timelines.export import csv_of, frame_of
from timelines.limits import BindingLimit, LawComponent
from timelines.parts import (
    Cdf,
    Choice,
    NeverReason,
    PosteriorGate,
    Provenance,
    Quantile,
    YearProbability,
)
from timelines.requests import asked_question
from timelines.v1 import answer_pb2 as pb

if TYPE_CHECKING:
    import pandas

    from timelines.draws import Draws
    from timelines.question import Question

Source = Callable[["Answer"], "Draws"]


def no_source(answer: Answer) -> NoReturn:
    """Stands in where no client is at hand to be asked for draws.

    Raises
    ------
    RuntimeError
        Always.
    """
    message = f"{answer!r} did not come from a Client that is at hand; ask one: client.draws(answer)"
    raise RuntimeError(message)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Answer:
    """When a target becomes affordable.

    Two answers are equal when their messages are. An answer can be pickled and copied.

    Parameters
    ----------
    raw : timelines.v1.answer_pb2.Answer
        The message; leave it as it is.
    source : callable
        Fetches the draws behind the answer.

    Examples
    --------
    >>> from timelines.v1.answer_pb2 import Answer as Message
    >>> answer = Answer(Message(cdf={"decimal_year": [2030.0, 2030.5], "probability": [0.2, 0.6]}, p_never=0.1))
    >>> answer.median, answer.quantile(0.9)
    (2030.5, inf)
    >>> answer
    Answer(median=2030.50, interval_80=(2030.00, inf), p_never=0.100)
    """

    raw: pb.Answer
    source: Source = no_source

    @property
    def median(self) -> float:
        """Decimal year of the median arrival over all draws; infinite where it lies beyond the horizon."""
        return self.quantile(0.5)

    def quantile(self, probability: float) -> float:
        """Decimal year by which the target is reached with `probability`; infinite beyond the horizon.

        Raises
        ------
        InvalidQuestionError
            When the probability is not above 0 and below 1; also a ValueError.
        """
        if not 0 < probability < 1:
            raise invalid(f"probability is {probability!r}; give one above 0 and below 1", "quantiles")
        at = bisect_left(self.raw.cdf.probability, probability - 1e-12)
        return self.raw.cdf.decimal_year[at] if at < len(self.raw.cdf.decimal_year) else math.inf

    def interval(self, mass: float = 0.8) -> tuple[float, float]:
        """Decimal years of the central interval that holds `mass`; an end beyond the horizon is infinite.

        Raises
        ------
        InvalidQuestionError
            When the mass is not above 0 and below 1; also a ValueError.
        """
        if not 0 < mass < 1:
            raise invalid(f"mass is {mass!r}; give one above 0 and below 1", "quantiles")
        return self.quantile((1 - mass) / 2), self.quantile((1 + mass) / 2)

    def p_by(self, year: int) -> float:
        """Probability of arrival by the end of `year`, which may not lie after the horizon.

        Raises
        ------
        InvalidQuestionError
            When the year lies before the forecast's start or after its horizon; also a ValueError.
        """
        years = self.raw.cdf.decimal_year
        first, last = (int(years[0]), int(years[-1])) if years else (0, -1)
        if not first <= year <= last:
            raise invalid(f"year is {year!r}; the answer runs from {first} to {last}", "by_years")
        return self.raw.cdf.probability[bisect_left(years, year + 1) - 1]

    @property
    def question(self) -> Question:
        """As settled: every default that moves the answer filled in. It can be asked again as it is."""
        return asked_question(self.raw.question)

    @property
    def quantiles(self) -> tuple[Quantile, ...]:
        """At the probabilities asked, ascending."""
        return tuple(map(Quantile.from_raw, self.raw.quantiles))

    @property
    def p_already(self) -> float:
        """Probability that the target is reached in the first month of the forecast already."""
        return self.raw.p_already

    @property
    def p_already_mcse(self) -> float:
        """Monte Carlo standard error of `p_already`."""
        return self.raw.p_already_mcse

    @property
    def p_beyond_horizon(self) -> float:
        """Probability that it is reached, but after the horizon."""
        return self.raw.p_beyond_horizon

    @property
    def p_beyond_horizon_mcse(self) -> float:
        """Monte Carlo standard error of `p_beyond_horizon`."""
        return self.raw.p_beyond_horizon_mcse

    @property
    def p_never(self) -> float:
        """Probability that it is never reached; the same for every horizon."""
        return self.raw.p_never

    @property
    def p_never_mcse(self) -> float:
        """Monte Carlo standard error of `p_never`."""
        return self.raw.p_never_mcse

    @property
    def never_reasons(self) -> tuple[NeverReason, ...]:
        """Why some draws never arrive; the probabilities sum to `p_never`."""
        return tuple(map(NeverReason.from_raw, self.raw.never_reasons))

    @property
    def p_by_year(self) -> tuple[YearProbability, ...]:
        """By the end of each year asked."""
        return tuple(map(YearProbability.from_raw, self.raw.p_by_year))

    @property
    def cdf(self) -> Cdf:
        """The distribution, monthly up to the horizon."""
        return Cdf(self.raw.cdf)

    @property
    def binding_limits(self) -> tuple[BindingLimit, ...]:
        """What limits do to the answer."""
        return tuple(map(BindingLimit.from_raw, self.raw.binding_limits))

    @property
    def posterior(self) -> PosteriorGate:
        """The posterior's gates."""
        return PosteriorGate.from_raw(self.raw.posterior)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the answer rests on, in the server's words, the choice that moves it most first."""
        return tuple(map(Choice.from_raw, self.raw.choices))

    @property
    def components(self) -> tuple[LawComponent, ...]:
        """What each form of a mixed law would answer alone; empty where the law has one form."""
        return tuple(map(LawComponent.from_raw, self.raw.components))

    @property
    def notices(self) -> tuple[str, ...]:
        """What the answer does not say."""
        return tuple(self.raw.notices)

    @property
    def data_notice(self) -> str:
        """Licences of the data."""
        return self.raw.data_notice

    @property
    def provenance(self) -> Provenance:
        """What would reproduce the answer."""
        return Provenance.from_raw(self.raw.provenance)

    def draws(self) -> Draws:
        """The arrival dates behind the answer, draw by draw: another call to the server that gave it.

        Raises
        ------
        TimelinesError
            As `Client.draws`.
        RuntimeError
            When no client is at hand, as after unpickling, or the answer came from an `AsyncClient`.
        """
        return self.source(self)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON values, by proto field names and with enums by full name."""
        return MessageToDict(self.raw, preserving_proto_field_name=True)

    def to_json(self) -> str:
        """The answer as JSON text, indented, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """One row per point of the distribution, then the three masses outside it."""
        return csv_of(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows of `to_csv` as a table: quantity, decimal_year, date, probability, mcse.

        Raises
        ------
        ImportError
            When pandas is not installed.
        """
        table: pandas.DataFrame = frame_of(self)
        return table

    def __eq__(self, other: object) -> bool:
        return self.raw == other.raw if isinstance(other, Answer) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.raw.SerializeToString(deterministic=True))

    def __repr__(self) -> str:
        low, high = self.interval(0.8)
        return f"Answer(median={self.median:.2f}, interval_80=({low:.2f}, {high:.2f}), p_never={self.p_never:.3f})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Answer, (self.raw,)
