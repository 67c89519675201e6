"""The question: target, payer, law, algorithms, scenario and the rest, frozen and validated once, where it is built.

Every value is checked in `__post_init__`, so a `Question` that exists is a question that can be put to a posterior.
What depends on the posterior (known scales, what was published by its `as_of`, the length of the horizon) is settled by
`forecast.engine.settle`. Errors are `InputError` with the proto path of the field, as in
`target.loss.nats_per_token`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from forecast.engine.assumptions import DEFAULT_RELATIVE_NOISE as DEFAULT_RELATIVE_NOISE
from forecast.engine.assumptions import Algorithms as Algorithms
from forecast.engine.assumptions import AlgorithmsKind as AlgorithmsKind
from forecast.engine.assumptions import Law as Law
from forecast.engine.assumptions import LawKind as LawKind
from forecast.engine.checks import (
    checked_by_years,
    checked_choice,
    checked_int,
    checked_number,
    checked_quantiles,
    parse_month,
)
from forecast.engine.condition import Condition as Condition
from forecast.engine.payers import CostScope as CostScope
from forecast.engine.payers import Payer as Payer
from forecast.engine.payers import PayerKind as PayerKind
from forecast.engine.scenario import BASELINE as BASELINE
from forecast.engine.scenario import Criterion as Criterion
from forecast.engine.scenario import PriceBasis as PriceBasis
from forecast.engine.scenario import Scenario as Scenario
from forecast.engine.targets import Target as Target
from forecast.engine.targets import TargetKind as TargetKind
from forecast.errors import InputError

CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
PRICE_BASES: tuple[PriceBasis, ...] = get_args(PriceBasis)
COST_SCOPES: tuple[CostScope, ...] = get_args(CostScope)
DEFAULT_QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
DEFAULT_BY_YEARS = (2030, 2035, 2040, 2050)
DEFAULT_HORIZON = "2060-12"
DEFAULT_SEED = 20_261_120
MAX_MONTHS = 600
MAX_SEED = 2**32 - 1
DRAWS_BOUNDS = (100, 100_000)

_DEFAULTS: dict[str, Any] = {
    "payer": Payer(),
    "criterion": "affordable",
    "price_basis": "realised",
    "cost_scope": "final_run",
}
_CHOSEN = ("target", *_DEFAULTS, "law", "algorithms", "inference_usd_per_100_pages")
"""Fields that a scenario fills in where the question does not."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: when the target becomes affordable.

    Parameters
    ----------
    target : Target
        What is to become affordable; may be left out where the scenario has one.
    payer : Payer
        Who pays; the frontier's own spend by default.
    criterion : {"affordable", "on_trend", "inference_affordable"}
        The payer can buy the requirement and no limit forbids it; the coherent frontier of compute reaches it; or 100
        pages of the model's text cost less than a bound.
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
    cost_scope : {"final_run", "with_staff", "development"}
        How much of the cost the payer bears; the last two go with a budget.
    scenario : Scenario
        What is assumed otherwise; it also fills in what is left out here.
    condition : Condition, optional
        An event under which the question is asked.
    inference_usd_per_100_pages : float, optional
        The bound, 2023 US dollars from 1e-12 to 1e12; with the criterion inference_affordable, and only with it.
    limit_effects : bool
        Whether the answer also says by how many years each limit moves its median.
    """

    target: Target = None  # type: ignore[assignment]  # filled in from the scenario
    payer: Payer = None  # type: ignore[assignment]  # the fields with None here are never None once it exists
    criterion: Criterion = None  # type: ignore[assignment]
    price_basis: PriceBasis = None  # type: ignore[assignment]
    law: Law | None = None
    algorithms: Algorithms | None = None
    as_of: date | None = None
    posterior: str | None = None
    horizon: str = DEFAULT_HORIZON
    quantiles: tuple[float, ...] = DEFAULT_QUANTILES
    by_years: tuple[int, ...] | None = None
    seed: int = DEFAULT_SEED
    max_draws: int = 4_000
    cost_scope: CostScope = None  # type: ignore[assignment]
    scenario: Scenario = BASELINE
    condition: Condition | None = None
    inference_usd_per_100_pages: float | None = None
    limit_effects: bool = False
    given: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._fill_in()
        checked_choice(self.criterion, "criterion", CRITERIA)
        checked_choice(self.price_basis, "price_basis", PRICE_BASES)
        checked_choice(self.cost_scope, "cost_scope", COST_SCOPES)
        self._check_contradictions()
        self.horizon_month()
        if self.quantiles is not DEFAULT_QUANTILES:
            object.__setattr__(self, "quantiles", checked_quantiles(self.quantiles))
        if self.by_years is not None:
            object.__setattr__(self, "by_years", checked_by_years(self.by_years))
        checked_int(self.seed, "seed", 0, MAX_SEED, "a seed")
        checked_int(self.max_draws, "max_draws", *DRAWS_BOUNDS, "a number of draws")

    def under(self, scenario: Scenario) -> Question:
        """The same question under another scenario, which fills in what the asker left out."""
        kept = {name: getattr(self, name) for name in self.__slots__ if name not in ("given", "scenario", *_CHOSEN)}
        return Question(**kept, **{name: getattr(self, name) for name in self.given}, scenario=scenario)

    def horizon_month(self) -> date:
        """First day of the horizon's month.

        Raises
        ------
        InputError
            When the text is not a month.
        """
        return parse_month(self.horizon, "horizon")

    def _fill_in(self) -> None:
        scenario = self.scenario
        given = tuple([name for name in _CHOSEN if getattr(self, name) is not None])
        object.__setattr__(self, "given", given)
        for name in _CHOSEN:
            if name not in given:
                chosen = None if scenario is BASELINE else getattr(scenario, name)
                object.__setattr__(self, name, _DEFAULTS.get(name) if chosen is None else chosen)
        if self.target is None:
            raise InputError(f"the target is missing, and scenario {scenario.name} has none; give one", field="target")
        self._drop_what_has_no_part()

    def _drop_what_has_no_part(self) -> None:
        """What only the scenario says goes where the question's own target or criterion leaves no room for it."""
        if self.law is not None and "law" not in self.given and not self.target.is_loss:
            object.__setattr__(self, "law", None)
        if self.criterion != "affordable" and "payer" not in self.given:
            object.__setattr__(self, "payer", _DEFAULTS["payer"])
        if self.criterion != "inference_affordable" and "inference_usd_per_100_pages" not in self.given:
            object.__setattr__(self, "inference_usd_per_100_pages", None)

    def _check_contradictions(self) -> None:
        if self.criterion != "affordable":
            self._check_no_payer()
        if self.law is not None and not self.target.is_loss:
            raise InputError(f"a law goes with a loss, and the target is {self.target.kind}; leave it out", field="law")
        if self.cost_scope != "final_run" and self.payer.usd_2023 is None and self.payer.stated is None:
            raise InputError(
                f"cost_scope {self.cost_scope} goes with a budget, and the payer is {self.payer.kind}, which is the "
                "spend on final runs; give a budget or leave the scope out",
                field="cost_scope",
            )
        bound, path = self.inference_usd_per_100_pages, "inference_usd_per_100_pages"
        if (bound is not None) != (self.criterion == "inference_affordable"):
            message = f"{path} is {bound!r} with criterion {self.criterion}; give both or neither"
            raise InputError(message, field=path)
        if bound is not None:
            object.__setattr__(self, path, checked_number(bound, path, 1e-12, 1e12, "2023 US dollars for 100 pages"))

    def _check_no_payer(self) -> None:
        if self.payer.kind != "frontier_spend":
            raise InputError(
                f"payer {self.payer.kind} contradicts the criterion {self.criterion}, which has none; "
                "drop the budget or ask affordable",
                field=f"payer.{self.payer.kind}",
            )
        if self.criterion == "on_trend" and self.price_basis != "realised":
            raise InputError(
                f"price_basis {self.price_basis} has no part in the criterion on_trend; leave it out or ask affordable",
                field="price_basis",
            )
