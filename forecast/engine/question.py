"""The question: target, payer, law, algorithms and the rest, frozen and validated once, where it is built.

Every value is checked in `__post_init__`, so a `Question` that exists is a question that can be put to a posterior.
What depends on the posterior (known scales, what was published by its `as_of`, the length of the horizon) is settled by
`forecast.engine.requirement.resolve`. Errors are `InputError` with the proto path of the field, as in
`target.loss.nats_per_token`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from forecast.engine.checks import (
    checked_by_years,
    checked_choice,
    checked_int,
    checked_number,
    checked_quantiles,
    parse_month,
)
from forecast.errors import InputError
from forecast.priors import LogNormal

TargetKind = Literal["loss", "training_flop", "gpt3_multiple"]
PayerKind = Literal["fixed_usd_2023", "frontier_spend"]
LawKind = Literal["pooled", "published", "mixture"]
AlgorithmsKind = Literal["off", "8mo", "16mo", "prior"]
Criterion = Literal["affordable", "on_trend"]
PriceBasis = Literal["realised", "list_rental", "amortized_purchase"]

DEFAULT_QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
DEFAULT_BY_YEARS = (2030, 2035, 2040, 2050)
DEFAULT_HORIZON = "2060-12"
DEFAULT_RELATIVE_NOISE = 0.01
DEFAULT_SEED = 20_261_120
MAX_MONTHS = 600
MAX_SEED = 2**32 - 1
DRAWS_BOUNDS = (100, 100_000)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to become affordable.

    Parameters
    ----------
    kind : {"loss", "training_flop", "gpt3_multiple"}
        What `value` counts: nats per token on `scale`, FLOP of one training run, or multiples of GPT-3's 3.14e23 FLOP.
    value : float
        Loss above 0 and up to 100 nats per token; FLOP from 1 to 1e60; a multiple from 1e-20 to 1e36.
    scale : str, optional
        The loss scale (corpus, tokenizer, evaluation). A loss means nothing without it; other targets have none.
    """

    kind: TargetKind
    value: float
    scale: str | None = None

    def __post_init__(self) -> None:
        checked_choice(self.kind, "target", get_args(TargetKind))
        low, high, what = _TARGET_BOUNDS[self.kind]
        object.__setattr__(self, "value", checked_number(self.value, self.path, low, high, what))
        if self.kind == "loss" and not (isinstance(self.scale, str) and self.scale):
            raise InputError(
                f"target.loss.scale is missing: a loss of {self.value:g} means nothing without its scale; "
                "name one, for example kaplan-webtext2",
                field="target.loss.scale",
            )
        if self.kind != "loss" and self.scale is not None:
            raise InputError(
                f"scale {self.scale!r} goes with a loss, and the target is {self.kind}; leave the scale out",
                field="target.loss.scale",
            )

    @property
    def path(self) -> str:
        """Proto path of the target's value."""
        return "target.loss.nats_per_token" if self.kind == "loss" else f"target.{self.kind}"

    @classmethod
    def loss(cls, nats_per_token: float, scale: str) -> Target:
        """A loss in nats per token on a named scale."""
        return cls("loss", nats_per_token, scale)

    @classmethod
    def training_flop(cls, flop: float) -> Target:
        """One training run of `flop` FLOP."""
        return cls("training_flop", flop)

    @classmethod
    def gpt3_multiple(cls, multiple: float) -> Target:
        """One training run of `multiple` times GPT-3's 3.14e23 FLOP."""
        return cls("gpt3_multiple", multiple)


_TARGET_BOUNDS: dict[str, tuple[float, float, str]] = {
    "loss": (1e-6, 100.0, "a loss in nats per token"),
    "training_flop": (1.0, 1e60, "the FLOP of one training run"),
    "gpt3_multiple": (1e-20, 1e36, "a multiple of GPT-3's compute"),
}


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays for the run.

    Parameters
    ----------
    kind : {"fixed_usd_2023", "frontier_spend"}
        A fixed sum, or the spend on the largest run as it grows.
    usd_2023 : float, optional
        The sum in constant 2023 US dollars, from 1 to 1e20; only for a fixed sum.
    """

    kind: PayerKind = "frontier_spend"
    usd_2023: float | None = None

    def __post_init__(self) -> None:
        checked_choice(self.kind, "payer", get_args(PayerKind))
        if self.kind == "fixed_usd_2023":
            usd = checked_number(self.usd_2023, "payer.fixed_usd_2023", 1.0, 1e20, "a budget in 2023 US dollars")
            object.__setattr__(self, "usd_2023", usd)
        elif self.usd_2023 is not None:
            raise InputError(
                f"a budget of {self.usd_2023!r} contradicts the payer frontier_spend; give one of the two",
                field="payer.fixed_usd_2023",
            )

    @classmethod
    def fixed(cls, usd_2023: float) -> Payer:
        """A fixed sum in constant 2023 US dollars."""
        return cls("fixed_usd_2023", usd_2023)


@dataclass(frozen=True, slots=True)
class Law:
    """Which scaling law turns a loss into compute.

    Parameters
    ----------
    kind : {"pooled", "published", "mixture"}
        The pooled law with its floor; one published point law; or .94 pooled and .06 the pure power law.
    name : str, optional
        Name of the published law; only for `published`.
    relative_noise : float
        Relative noise, from .0005 to .2, with which a published law enters the pool on a scale that has no runs of its
        own.
    """

    kind: LawKind = "pooled"
    name: str | None = None
    relative_noise: float = DEFAULT_RELATIVE_NOISE

    def __post_init__(self) -> None:
        checked_choice(self.kind, "law", get_args(LawKind))
        if (self.kind == "published") != bool(self.name):
            raise InputError(
                f"law.published.name is {self.name!r} with law {self.kind}; only a published law has one",
                field="law.published.name",
            )
        path = f"law.{self.kind}.relative_noise"
        if self.kind == "published" and self.relative_noise != DEFAULT_RELATIVE_NOISE:
            raise InputError(
                f"a noise of {self.relative_noise!r} goes with the pooled law; {self.name} is taken at its word",
                field=path,
            )
        noise = checked_number(self.relative_noise, path, 0.0005, 0.2, "a relative noise of the loss")
        object.__setattr__(self, "relative_noise", noise)

    @classmethod
    def published(cls, name: str) -> Law:
        """A published point law by name."""
        return cls("published", name)


@dataclass(frozen=True, slots=True)
class Algorithms:
    """How fast algorithms lower the compute that a fixed loss requires.

    Parameters
    ----------
    kind : {"off", "8mo", "16mo", "prior"}
        No progress, a published halving time, or a prior of your own.
    halving_months : LogNormal, optional
        The prior of the halving time in months (median .1 to 1200, sd of ln 0.001 to 3); only for `prior`.
    ceiling_oom : float, optional
        The most that algorithms can ever give, in orders of magnitude from .01 to 60; not with `off`.
    """

    kind: AlgorithmsKind = "off"
    halving_months: LogNormal | None = None
    ceiling_oom: float | None = None

    def __post_init__(self) -> None:
        checked_choice(self.kind, "algorithms", get_args(AlgorithmsKind))
        path = "algorithms.prior.halving_months"
        if (self.kind == "prior") != (self.halving_months is not None):
            raise InputError(f"{path} goes with algorithms prior, and only with it; here {self.kind}", field=path)
        if self.halving_months is not None:
            checked_number(self.halving_months.median, f"{path}.median", 0.1, 1200.0, "a halving time in months")
            checked_number(self.halving_months.sd_ln, f"{path}.sd_ln", 0.001, 3.0, "a standard deviation of ln months")
        if self.ceiling_oom is not None:
            self._check_ceiling()

    def _check_ceiling(self) -> None:
        path = "algorithms.ceiling_oom"
        if self.kind == "off":
            raise InputError(f"{path} is {self.ceiling_oom!r} with algorithms off; leave it out", field=path)
        ceiling = checked_number(self.ceiling_oom, path, 0.01, 60.0, "a ceiling in orders of magnitude")
        object.__setattr__(self, "ceiling_oom", ceiling)


@dataclass(frozen=True, slots=True)
class Question:
    """One question: when the target becomes affordable.

    Parameters
    ----------
    target : Target
        What is to become affordable.
    payer : Payer
        Who pays; the frontier's own spend by default.
    criterion : {"affordable", "on_trend"}
        The payer can buy the requirement, or the coherent frontier of compute reaches it.
    price_basis : {"realised", "list_rental", "amortized_purchase"}
        Which price of compute is meant; they differ up to thirtyfold.
    law : Law, optional
        The scaling law; by default pooled, or where that was not published by `as_of` the newest published one.
    algorithms : Algorithms, optional
        By default 8mo for a loss (or the newest published by `as_of`), off for FLOP and GPT-3 multiples.
    as_of : date, optional
        Start of the forecast; selects the posterior with this as-of date and never shifts one. Default: the current.
    posterior : str, optional
        Name of a posterior, instead of `as_of`.
    horizon : str
        Last month that counts as within, `YYYY-MM`, at most 600 months from the as-of month.
    quantiles : tuple of float
        Probabilities above 0 and below 1, at most 50; kept sorted and without repeats.
    by_years : tuple of int, optional
        Years by whose end the probability of arrival is asked, at most 50, from the as-of year to the horizon's.
        Default: those of 2030, 2035, 2040 and 2050 that lie there.
    seed : int
        From 0 to 2^32 - 1. Same question, posterior and seed: same bytes.
    max_draws : int
        Posterior draws to use at most, from 100 to 100,000; more are thinned evenly.
    """

    target: Target
    payer: Payer = field(default_factory=Payer)
    criterion: Criterion = "affordable"
    price_basis: PriceBasis = "realised"
    law: Law | None = None
    algorithms: Algorithms | None = None
    as_of: date | None = None
    posterior: str | None = None
    horizon: str = DEFAULT_HORIZON
    quantiles: tuple[float, ...] = DEFAULT_QUANTILES
    by_years: tuple[int, ...] | None = None
    seed: int = DEFAULT_SEED
    max_draws: int = 4_000

    def __post_init__(self) -> None:
        checked_choice(self.criterion, "criterion", get_args(Criterion))
        checked_choice(self.price_basis, "price_basis", get_args(PriceBasis))
        self._check_contradictions()
        self.horizon_month()
        object.__setattr__(self, "quantiles", checked_quantiles(self.quantiles))
        if self.by_years is not None:
            object.__setattr__(self, "by_years", checked_by_years(self.by_years))
        checked_int(self.seed, "seed", 0, MAX_SEED, "a seed")
        checked_int(self.max_draws, "max_draws", *DRAWS_BOUNDS, "a number of draws")

    def _check_contradictions(self) -> None:
        if self.criterion == "on_trend" and self.payer.kind != "frontier_spend":
            raise InputError(
                f"payer {self.payer.kind} contradicts the criterion on_trend, which follows the frontier itself; "
                "drop the budget or ask affordable",
                field="payer.fixed_usd_2023",
            )
        if self.criterion == "on_trend" and self.price_basis != "realised":
            raise InputError(
                f"price_basis {self.price_basis} has no part in the criterion on_trend; leave it out or ask affordable",
                field="price_basis",
            )
        if self.law is not None and self.target.kind != "loss":
            raise InputError(f"a law goes with a loss, and the target is {self.target.kind}; leave it out", field="law")

    def horizon_month(self) -> date:
        """First day of the horizon's month.

        Raises
        ------
        InputError
            When the text is not a month.
        """
        return parse_month(self.horizon, "horizon")
