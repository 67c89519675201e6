"""The keywords of questions as types: what goes with every target, with a loss, and with a driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict

from timelines.beliefs import Belief, Condition, LogNormal

if TYPE_CHECKING:
    from timelines.scenarios import Scenario

Criterion = Literal["affordable", "on_trend", "inference_affordable"]
PriceBasis = Literal["realised", "list_rental", "amortized_purchase"]
CostScope = Literal["final_run", "with_staff", "development"]
PayerName = Literal["frontier_spend", "unlimited"]
AlgorithmsName = Literal["off", "8mo", "16mo"]
Driver = Literal[
    "frontier_compute",
    "price",
    "algorithms",
    "spend",
    "cost_of_target",
    "limit_money",
    "limit_chips",
    "limit_power",
    "limit_data",
    "limit_data_movement",
]

AlgorithmsChoice = AlgorithmsName | tuple[float, float] | LogNormal


class _Money(TypedDict, total=False):
    budget_usd: float | None
    currency_year: int | None
    nominal_inflation: float | None
    spend_usd: float | None
    spend_from: date | str | None
    spend_growth: Belief | None
    spend_ceiling_usd: float | None
    payer: PayerName | None
    cost_scope: CostScope | None
    price: PriceBasis | None


class _Shared(_Money, total=False):
    algorithms: AlgorithmsChoice | None
    algorithms_ceiling_oom: float | None
    condition: Condition | str | None
    as_of: date | str | None
    posterior: str | None
    horizon: str | None
    quantiles: Sequence[float] | None
    seed: int | None
    max_draws: int | None


class _Anywhere(_Shared, total=False):
    criterion: Criterion | None
    inference_usd_per_100_pages: float | None
    limit_effects: bool | None
    by_years: Sequence[int] | None


class _Law(TypedDict, total=False):
    law: str | None
    noise: float | None
    power_law_weight: float | None


class Options(_Anywhere, total=False):
    """Keywords that go with every target."""

    scenario: str | Scenario | Mapping[str, Any] | None


class LossOptions(Options, _Law, total=False):
    """Keywords that go with a loss."""


class AskLoss(LossOptions, total=False):
    """A loss in nats per token."""

    loss: Required[float]
    scale: Required[str]


class AskReducibleLoss(LossOptions, total=False):
    """A loss above the irreducible one."""

    reducible_loss: Required[float]
    scale: Required[str]


class AskBits(LossOptions, total=False):
    """A loss in bits per character."""

    bits_per_character: Required[float]
    scale: Required[str]
    characters_per_token: float | None


class AskTokens(LossOptions, total=False):
    """Tokens after which a judge tells the model from the text."""

    indistinguishable_tokens: Required[float]
    scale: Required[str]
    judge_confidence: float | None
    slowdown: Belief | None


class AskFlop(Options, total=False):
    """FLOP of one training run."""

    flop: Required[float]


class AskGpt3(Options, total=False):
    """A multiple of GPT-3's compute."""

    gpt3: Required[float]


class AskBrain(Options, total=False):
    """A brain's compute for so many seconds."""

    brain_seconds: Required[float]
    brain_flop_per_s: Belief | None


class AskScenario(_Anywhere, _Law, total=False):
    """The target of a scenario."""

    scenario: Required[str | Scenario | Mapping[str, Any]]


class AnyTarget(LossOptions, total=False):
    """Whatever a question can have; which go together is looked at when it is asked."""

    loss: float
    reducible_loss: float
    bits_per_character: float
    characters_per_token: float | None
    indistinguishable_tokens: float
    judge_confidence: float | None
    slowdown: Belief | None
    scale: str
    flop: float
    gpt3: float
    brain_seconds: float
    brain_flop_per_s: Belief | None


class LossFree(Options, _Law, total=False):
    """Keywords that go with a scale alone."""


class FanOptions(_Shared, _Law, total=False):
    """Keywords that go with a driver; a target only with `cost_of_target`."""

    scenario: str | Scenario | Mapping[str, Any] | None
    loss: float
    reducible_loss: float
    bits_per_character: float
    characters_per_token: float | None
    indistinguishable_tokens: float
    judge_confidence: float | None
    slowdown: Belief | None
    scale: str
    flop: float
    gpt3: float
    brain_seconds: float
    brain_flop_per_s: Belief | None
