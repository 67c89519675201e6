"""The loss that money buys, and the budget that a target needs: frozen records; `raw` is the message behind each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from timelines.asked import asked_question
from timelines.parts import Choice, PosteriorGate, Provenance
from timelines.v1 import forecast_service_pb2 as pb

if TYPE_CHECKING:
    from timelines.question import Question


@dataclass(frozen=True, slots=True)
class ValueQuantile:
    """A value at a probability: the share of the draws at or under it; infinite where no finite value has it."""

    probability: float
    value: float


def values_of(messages: Iterable[pb.ValueQuantile]) -> tuple[ValueQuantile, ...]:
    """Out of their messages."""
    return tuple(ValueQuantile(one.probability, one.value if one.HasField("value") else math.inf) for one in messages)


@dataclass(frozen=True, slots=True)
class AffordableLoss:
    """The lowest loss that a payer can buy on a day.

    Attributes
    ----------
    scale : str
        On which the loss is measured.
    date : str
        Mid-month of the day, YYYY-MM-DD.
    loss, reducible_loss : tuple of ValueQuantile
        Nats per token, and those above the irreducible loss; the second is empty where the law has none.
    log10_flop : tuple of ValueQuantile
        Compute that buys it, without what algorithms save.
    """

    scale: str
    date: str
    loss: tuple[ValueQuantile, ...]
    reducible_loss: tuple[ValueQuantile, ...]
    log10_flop: tuple[ValueQuantile, ...]
    raw: pb.AffordableLossResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.AffordableLossResponse) -> AffordableLoss:
        """Out of its message."""
        loss, reducible = values_of(raw.loss_nats_per_token), values_of(raw.reducible_nats_per_token)
        return cls(raw.scale, raw.date, loss, reducible, values_of(raw.log10_flop), raw)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the losses rest on."""
        return tuple(map(Choice.from_raw, self.raw.choices))

    @property
    def posterior(self) -> PosteriorGate:
        """The posterior's gates."""
        return PosteriorGate.from_raw(self.raw.posterior)

    @property
    def provenance(self) -> Provenance:
        """What would reproduce the losses."""
        return Provenance.from_raw(self.raw.provenance)


@dataclass(frozen=True, slots=True)
class BudgetAtDate:
    """The budget that a target needs on one day.

    Attributes
    ----------
    date : str
        Mid-month of the day, YYYY-MM-DD.
    usd_2023 : tuple of ValueQuantile
        Constant 2023 US dollars; infinite where no budget is enough.
    p_never_enough : float
        Share of the draws in which none is.
    """

    date: str
    usd_2023: tuple[ValueQuantile, ...]
    p_never_enough: float

    @classmethod
    def from_raw(cls, raw: pb.BudgetAtDate) -> BudgetAtDate:
        """Out of its message."""
        return cls(raw.date, values_of(raw.usd_2023), raw.p_never_enough)


@dataclass(frozen=True, slots=True)
class BudgetSurface:
    """Probability that a target is affordable.

    Attributes
    ----------
    dates : tuple of str
        Mid-months, ascending.
    budgets_usd_2023 : tuple of float
        Ascending.
    probability : tuple of tuple of float
        One row for each day, one column for each budget.
    """

    dates: tuple[str, ...]
    budgets_usd_2023: tuple[float, ...]
    probability: tuple[tuple[float, ...], ...]

    @classmethod
    def from_raw(cls, raw: pb.BudgetSurface) -> BudgetSurface:
        """Out of its message."""
        width = len(raw.budgets_usd_2023)
        flat = tuple(raw.probability)
        rows = tuple(flat[at : at + width] for at in range(0, len(flat), width or 1))
        return cls(tuple(raw.dates), tuple(raw.budgets_usd_2023), rows)


@dataclass(frozen=True, slots=True)
class RequiredBudget:
    """The budget that a target needs, day by day, and the surface where budgets were given."""

    dates: tuple[BudgetAtDate, ...]
    surface: BudgetSurface | None
    raw: pb.RequiredBudgetResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.RequiredBudgetResponse) -> RequiredBudget:
        """Out of its message."""
        surface = BudgetSurface.from_raw(raw.surface) if raw.HasField("surface") else None
        return cls(tuple(map(BudgetAtDate.from_raw, raw.dates)), surface, raw)

    @property
    def question(self) -> Question:
        """As settled."""
        return asked_question(self.raw.question)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the budgets rest on."""
        return tuple(map(Choice.from_raw, self.raw.choices))

    @property
    def posterior(self) -> PosteriorGate:
        """The posterior's gates."""
        return PosteriorGate.from_raw(self.raw.posterior)

    @property
    def provenance(self) -> Provenance:
        """What would reproduce the budgets."""
        return Provenance.from_raw(self.raw.provenance)
