"""A question as keywords, the same as the library's `Forecaster.when`; standard library only.

What is left None takes the server's default, which is told back as `answer.question`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, get_args, overload

from timelines.errors import InvalidQuestionError, invalid

Criterion = Literal["affordable", "on_trend"]
PriceBasis = Literal["realised", "list_rental", "amortized_purchase"]
PayerName = Literal["frontier_spend"]
AlgorithmsName = Literal["off", "8mo", "16mo"]
Driver = Literal["frontier_compute", "price", "algorithms", "spend"]

Z95 = 1.6448536269514715
"""The 95 % point of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A log-normal prior of a halving time: its median in months, and the standard deviation of ln months."""

    median: float
    sd_ln: float

    @classmethod
    def from_interval(cls, low: float, high: float) -> LogNormal:
        """The log-normal whose 5 % and 95 % points are `low` and `high`.

        Raises
        ------
        InvalidQuestionError
            When not 0 < low < high.
        """
        if not 0 < low < high < math.inf:
            message = f"algorithms is ({low!r}, {high!r}); give a 90 % interval in months, 0 < low < high"
            raise invalid(message, "question.algorithms.prior.halving_months")
        return cls(math.sqrt(low * high), math.log(high / low) / (2 * Z95))


AlgorithmsChoice = AlgorithmsName | tuple[float, float] | LogNormal


class Options(TypedDict, total=False):
    """Keywords that go with every target."""

    criterion: Criterion | None
    algorithms: AlgorithmsChoice | None
    algorithms_ceiling_oom: float | None
    price: PriceBasis | None
    as_of: date | str | None
    posterior: str | None
    horizon: str | None
    quantiles: Sequence[float] | None
    by_years: Sequence[int] | None
    seed: int | None
    max_draws: int | None


class FanOptions(TypedDict, total=False):
    """Keywords that go with a driver."""

    quantiles: Sequence[float] | None
    algorithms: AlgorithmsChoice | None
    algorithms_ceiling_oom: float | None
    price: PriceBasis | None
    as_of: date | str | None
    posterior: str | None
    horizon: str | None
    seed: int | None
    max_draws: int | None


class LossOptions(Options, total=False):
    """Keywords that go with a loss."""

    law: str | None
    noise: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Question:
    """One question, when a target becomes affordable, as keywords.

    Parameters
    ----------
    loss, scale : float and str, optional
        A loss in nats per token and its scale, such as kaplan-webtext2.
    flop, gpt3 : float, optional
        FLOP of one training run, or a multiple of GPT-3's 3.14e23. Exactly one of loss, flop and gpt3 is given.
    budget_usd : float, optional
        A fixed sum in constant 2023 US dollars; without it the frontier's own spend pays.
    payer : {"frontier_spend"}, optional
        To say so.
    criterion : {"affordable", "on_trend"}, optional
        Whether the payer can buy it, or the frontier of compute reaches it.
    law : str, optional
        `pooled`, `mixture` or the name of a published law; only with a loss.
    noise : float, optional
        Relative noise with which a published law enters the pool.
    algorithms : str or (float, float) or LogNormal, optional
        `off`, `8mo`, `16mo`, the 90 % interval of the halving time in months, or a prior of your own.
    algorithms_ceiling_oom : float, optional
        The most that algorithms can ever give, orders of magnitude.
    price : {"realised", "list_rental", "amortized_purchase"}, optional
        Which price of compute is meant.
    as_of : date or str, optional
        Start of the forecast, as YYYY-MM-DD; selects the posterior fitted as of that day.
    posterior : str, optional
        Name of a posterior.
    horizon : str, optional
        Last month that counts as within, YYYY-MM.
    quantiles : sequence of float, optional
        Probabilities above 0 and below 1.
    by_years : sequence of int, optional
        Calendar years by whose end the probability of arrival is asked.
    seed, max_draws : int, optional
        Seed of the simulation, and the draws to use at most.

    Raises
    ------
    InvalidQuestionError
        When targets, payers or laws contradict each other, or a name is not known; values are checked by the server.
    """

    loss: float | None = None
    scale: str | None = None
    flop: float | None = None
    gpt3: float | None = None
    budget_usd: float | None = None
    payer: PayerName | None = None
    criterion: Criterion | None = None
    law: str | None = None
    noise: float | None = None
    algorithms: AlgorithmsChoice | None = None
    algorithms_ceiling_oom: float | None = None
    price: PriceBasis | None = None
    as_of: date | str | None = None
    posterior: str | None = None
    horizon: str | None = None
    quantiles: Sequence[float] | None = None
    by_years: Sequence[int] | None = None
    seed: int | None = None
    max_draws: int | None = None

    if TYPE_CHECKING:
        # What the type checker refuses: no target or two, a loss without its scale, a budget beside a payer.
        @overload
        def __init__(
            self, *, loss: float, scale: str, budget_usd: float | None = None, **options: Unpack[LossOptions]
        ) -> None: ...
        @overload
        def __init__(self, *, loss: float, scale: str, payer: PayerName, **options: Unpack[LossOptions]) -> None: ...
        @overload
        def __init__(self, *, flop: float, budget_usd: float | None = None, **options: Unpack[Options]) -> None: ...
        @overload
        def __init__(self, *, flop: float, payer: PayerName, **options: Unpack[Options]) -> None: ...
        @overload
        def __init__(self, *, gpt3: float, budget_usd: float | None = None, **options: Unpack[Options]) -> None: ...
        @overload
        def __init__(self, *, gpt3: float, payer: PayerName, **options: Unpack[Options]) -> None: ...
        def __init__(self, **asked: Any) -> None: ...

    def __post_init__(self) -> None:
        self._check_target()
        if self.payer is not None:
            checked_name(self.payer, "question.payer", get_args(PayerName))
            if self.budget_usd is not None:
                message = f"a budget of {self.budget_usd!r} contradicts the payer frontier_spend; give one of the two"
                raise invalid(message, "question.payer.fixed_usd_2023")
        if self.criterion is not None:
            checked_name(self.criterion, "question.criterion", get_args(Criterion))
        if self.price is not None:
            checked_name(self.price, "question.price_basis", get_args(PriceBasis))
        self._check_law()

    def __repr__(self) -> str:
        given = ((name, getattr(self, name)) for name in self.__slots__)
        return f"Question({', '.join(f'{name}={value!r}' for name, value in given if value is not None)})"

    def _check_target(self) -> None:
        given = sum(value is not None for value in (self.loss, self.flop, self.gpt3))
        if given != 1:
            message = f"{given} targets are given; give one: a loss with its scale, FLOP, or a multiple of GPT-3"
            raise invalid(message, "question.target")
        if (self.loss is None) != (self.scale is None):
            message = f"loss is {self.loss!r} and scale {self.scale!r}; a loss and its scale go together"
            raise invalid(message, "question.target.loss.scale")

    def _check_law(self) -> None:
        if (self.law is not None or self.noise is not None) and self.loss is None:
            raise invalid(f"law {self.law!r} goes with a loss, and the target is none; leave it out", "question.law")
        if self.noise is not None and self.law not in (None, "pooled", "mixture"):
            message = f"a noise of {self.noise!r} goes with the pooled law; {self.law} is taken at its word"
            raise invalid(message, "question.law.published.name")
        if self.algorithms is None and self.algorithms_ceiling_oom is not None:
            message = "a ceiling needs algorithms 8mo, 16mo or a prior beside it"
            raise invalid(message, "question.algorithms.ceiling_oom")


def checked_name(value: object, path: str, known: tuple[str, ...]) -> None:
    """Refuse a name that is not one of `known`.

    Raises
    ------
    InvalidQuestionError
        Naming those that are.
    """
    if value not in known:
        what = path.rsplit(".", 1)[-1].replace("_", " ")
        raise invalid(f"unknown {what} {value!r}; known: {', '.join(sorted(known))}", path, "UNKNOWN_NAME")


def question_of(asked: Question | Mapping[str, Any]) -> Question:
    """A question as it is, or out of its keywords.

    Raises
    ------
    InvalidQuestionError
        When a keyword is not known, or the question contradicts itself.
    """
    if isinstance(asked, Question):
        return asked
    try:
        unknown = asked.keys() - KEYWORDS
    except (AttributeError, TypeError):
        message = f"a question is a Question or a mapping of its keywords, not {type(asked).__name__}"
        raise InvalidQuestionError(message, reason="INVALID_INPUT") from None
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        raise invalid(f"unknown keyword {names}; known: {', '.join(sorted(KEYWORDS))}", "question", "UNKNOWN_NAME")
    return Question(**asked)


KEYWORDS = frozenset(item.name for item in fields(Question))
"""What a mapping may have for keys."""
