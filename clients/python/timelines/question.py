"""A question as keywords, the same as the library's `Forecaster.when`; standard library only.

What is left None takes the server's default, which is told back as `answer.question`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Unpack, overload

from timelines.beliefs import Belief, Condition
from timelines.beliefs import LogNormal as LogNormal
from timelines.checks import check
from timelines.errors import InvalidQuestionError, invalid
from timelines.options import AlgorithmsChoice, CostScope, Criterion, PayerName, PriceBasis
from timelines.options import Driver as Driver
from timelines.options import FanOptions as FanOptions

if TYPE_CHECKING:
    from timelines.options import (
        AskBits,
        AskBrain,
        AskFlop,
        AskGpt3,
        AskLoss,
        AskReducibleLoss,
        AskScenario,
        AskTokens,
    )
    from timelines.scenarios import Scenario


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Question:
    """One question, when a target becomes affordable, as keywords.

    Parameters
    ----------
    loss, reducible_loss, bits_per_character, indistinguishable_tokens : float, optional
        A loss on `scale`: in nats per token, above the irreducible loss, in bits per character, or as the number of
        tokens after which a judge tells the model from the text.
    scale : str, optional
        The loss's scale, such as kaplan-webtext2.
    characters_per_token, judge_confidence, slowdown : float, float and Belief, optional
        Details of the last two.
    flop, gpt3 : float, optional
        FLOP of one training run, or a multiple of GPT-3's 3.14e23.
    brain_seconds, brain_flop_per_s : float and Belief, optional
        As much compute as a brain does in a time. Exactly one target is given, or none where the scenario has one.
    budget_usd : float, optional
        A fixed sum, in constant 2023 US dollars unless one of the next two says otherwise; without any payer the
        frontier's own spend pays.
    currency_year, nominal_inflation : int or float, optional
        The year of its dollars; or the share by which prices rise a year, for dollars of the day.
    spend_usd, spend_from, spend_growth, spend_ceiling_usd : float, date or str, Belief and float, optional
        A budget that grows from a sum on a day by so many orders of magnitude a year, up to a ceiling.
    payer : {"frontier_spend", "unlimited"}, optional
        One that needs no sum.
    criterion : {"affordable", "on_trend", "inference_affordable"}, optional
        Whether the payer can buy it, the frontier of compute reaches it, or 100 pages cost less than a bound.
    inference_usd_per_100_pages : float, optional
        That bound, 2023 US dollars; it implies the criterion.
    law : str, optional
        `pooled`, `mixture`, `power_law` or the name of a published law; only with a loss.
    noise, power_law_weight : float, optional
        Relative noise with which a published law enters the pool; share of the power law in the mixture.
    algorithms : str or (float, float) or LogNormal, optional
        `off`, `8mo`, `16mo`, the 90 % interval of the halving time in months, or a prior of your own.
    algorithms_ceiling_oom : float, optional
        The most that algorithms can ever give, orders of magnitude.
    price : {"realised", "list_rental", "amortized_purchase"}, optional
        Which price of compute is meant.
    cost_scope : {"final_run", "with_staff", "development"}, optional
        What the money pays for.
    scenario : str or Scenario or mapping, optional
        What is assumed: a name, one of the server's, or a `Scenario` of the protos as JSON.
    condition : Condition or str, optional
        An event under which is asked, such as `frontier_compute >= 1e28 by 2028-12-31`.
    limit_effects : bool, optional
        Whether the answer says by how many years each limit moves it.
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
    reducible_loss: float | None = None
    bits_per_character: float | None = None
    characters_per_token: float | None = None
    indistinguishable_tokens: float | None = None
    judge_confidence: float | None = None
    slowdown: Belief | None = None
    brain_seconds: float | None = None
    brain_flop_per_s: Belief | None = None
    budget_usd: float | None = None
    currency_year: int | None = None
    nominal_inflation: float | None = None
    spend_usd: float | None = None
    spend_from: date | str | None = None
    spend_growth: Belief | None = None
    spend_ceiling_usd: float | None = None
    payer: PayerName | None = None
    criterion: Criterion | None = None
    inference_usd_per_100_pages: float | None = None
    law: str | None = None
    noise: float | None = None
    power_law_weight: float | None = None
    algorithms: AlgorithmsChoice | None = None
    algorithms_ceiling_oom: float | None = None
    price: PriceBasis | None = None
    cost_scope: CostScope | None = None
    scenario: str | Scenario | Mapping[str, Any] | None = None
    condition: Condition | str | None = None
    limit_effects: bool | None = None
    as_of: date | str | None = None
    posterior: str | None = None
    horizon: str | None = None
    quantiles: Sequence[float] | None = None
    by_years: Sequence[int] | None = None
    seed: int | None = None
    max_draws: int | None = None

    if TYPE_CHECKING:
        # What the type checker refuses: no target or two, a loss without its scale, details of another target.
        @overload
        def __init__(self, **asked: Unpack[AskLoss]) -> None: ...
        @overload
        def __init__(self, **asked: Unpack[AskReducibleLoss]) -> None: ...
        @overload
        def __init__(self, **asked: Unpack[AskBits]) -> None: ...
        @overload
        def __init__(self, **asked: Unpack[AskTokens]) -> None: ...
        @overload
        def __init__(self, **asked: Unpack[AskFlop]) -> None: ...
        @overload
        def __init__(self, **asked: Unpack[AskGpt3]) -> None: ...
        @overload
        def __init__(self, **asked: Unpack[AskBrain]) -> None: ...
        @overload
        def __init__(self, **asked: Unpack[AskScenario]) -> None: ...
        def __init__(self, **asked: Any) -> None: ...

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        given = ((name, getattr(self, name)) for name in self.__slots__)
        return f"Question({', '.join(f'{name}={value!r}' for name, value in given if value is not None)})"


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
