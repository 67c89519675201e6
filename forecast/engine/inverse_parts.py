"""What the inverses of the question answer with, frozen."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.engine.parts import Choice, PosteriorStatus, Provenance
from forecast.engine.question import Question


@dataclass(frozen=True, slots=True)
class ValueQuantile:
    """A quantile of a number that is no date: an order statistic; the value is None where it is infinite."""

    probability: float
    value: float | None


@dataclass(frozen=True, slots=True)
class AffordableLoss:
    """The lowest loss that a payer can buy on a day.

    Attributes
    ----------
    question : Question
        As settled; its target only names the scale.
    scale : str
        On which the loss is measured.
    date : str
        Mid-month of the day, YYYY-MM-DD.
    loss_nats_per_token : tuple of ValueQuantile
        At the probabilities asked, ascending.
    reducible_nats_per_token : tuple of ValueQuantile
        Above the irreducible loss; empty where the law has none.
    log10_flop : tuple of ValueQuantile
        Compute that buys it, without what algorithms save.
    posterior, choices, data_notice, provenance
        As in an answer.
    """

    question: Question
    scale: str
    date: str
    loss_nats_per_token: tuple[ValueQuantile, ...]
    reducible_nats_per_token: tuple[ValueQuantile, ...]
    log10_flop: tuple[ValueQuantile, ...]
    posterior: PosteriorStatus
    choices: tuple[Choice, ...]
    data_notice: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class BudgetAtDate:
    """The budget that a target needs on one day.

    Attributes
    ----------
    date : str
        Mid-month of the day, YYYY-MM-DD.
    usd_2023 : tuple of ValueQuantile
        Constant 2023 US dollars, at the probabilities asked; None where no budget is enough.
    p_never_enough : float
        Share of the draws in which no budget is enough on that day.
    """

    date: str
    usd_2023: tuple[ValueQuantile, ...]
    p_never_enough: float


@dataclass(frozen=True, slots=True)
class BudgetSurface:
    """Probability that the target is affordable, by day and by budget.

    Attributes
    ----------
    dates : tuple of str
        Mid-months, ascending.
    budgets_usd_2023 : tuple of float
        Ascending.
    probability : tuple of float
        Row by row: for the first day one for each budget, then for the second.
    """

    dates: tuple[str, ...]
    budgets_usd_2023: tuple[float, ...]
    probability: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RequiredBudget:
    """The budget that a target needs by each of some days; its payer is left out, the rest as in an answer."""

    question: Question
    dates: tuple[BudgetAtDate, ...]
    surface: BudgetSurface | None
    posterior: PosteriorStatus
    choices: tuple[Choice, ...]
    data_notice: str
    provenance: Provenance
