"""A scenario: what is assumed otherwise, by name, and which limits are switched on.

An override of an *input* either sets it, which is an intervention (the value is overwritten in every draw), or gives it
a prior: one that was fitted is re-weighted by new over old prior, any other is drawn anew. Inputs are named
`group.name`; `forecast.engine.inputs` and the posterior's schema say which there are. A scenario may also choose what
the asker leaves out; what the question says itself goes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from forecast.engine.assumptions import Algorithms, Law
from forecast.engine.checks import checked_choice, checked_number
from forecast.engine.payers import CostScope, Payer
from forecast.engine.targets import Target
from forecast.errors import InputError
from forecast.families import Distribution

Criterion = Literal["affordable", "on_trend", "inference_affordable"]
PriceBasis = Literal["realised", "list_rental", "amortized_purchase"]
PhysicalLimit = Literal["chips", "power", "data", "data_movement"]
Limit = Literal[
    "money", "chips", "power", "data", "data_movement", "scaling_break", "context_length", "commoditization"
]
SwitchName = Literal[
    "chips", "power", "data", "data_movement", "scaling_break", "context_length", "commoditization", "algorithmic_jump"
]

PHYSICAL_LIMITS: tuple[PhysicalLimit, ...] = get_args(PhysicalLimit)
"""What caps a single run beside money; on by default, where it was published."""

CHANGERS: tuple[SwitchName, ...] = ("scaling_break", "context_length", "commoditization")
"""What changes the question rather than cap a run; off by default."""

SWITCHES: tuple[SwitchName, ...] = get_args(SwitchName)
MAX_OVERRIDES = 100


@dataclass(frozen=True, slots=True)
class Override:
    """One input, set or given another prior.

    Parameters
    ----------
    name : str
        Of the input, as in `compute.g_spend` or `run.months`.
    value : float, optional
        What it is set to in every draw.
    prior : Distribution, optional
        What it is believed to be instead. One of the two.
    """

    name: str
    value: float | None = None
    prior: Distribution | None = None

    def __post_init__(self) -> None:
        path = f"scenario.overrides[{self.name!s:.80}]"
        if (self.value is None) == (self.prior is None):
            both = "both set and given a prior" if self.prior is not None else "neither set nor given a prior"
            raise InputError(f"input {self.name!s:.80} is {both}; choose one", field=path)
        if self.value is not None:
            object.__setattr__(self, "value", checked_number(self.value, path, -1e60, 1e60, "a value"))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is assumed otherwise.

    Parameters
    ----------
    name : str
        By which it is asked for; `inline` where it has none.
    overrides : tuple of Override
        Kept sorted by name.
    switches : tuple of (str, bool)
        Limits and the algorithmic jump, on or off; kept sorted. The others keep their default.
    target, payer, criterion, law, algorithms, price_basis, cost_scope, inference_usd_per_100_pages : optional
        What a question takes that does not say it itself.
    about, source, published_on : str
        In words; where it comes from; YYYY-MM-DD or empty.
    """

    name: str = "inline"
    overrides: tuple[Override, ...] = ()
    switches: tuple[tuple[SwitchName, bool], ...] = ()
    target: Target | None = None
    payer: Payer | None = None
    criterion: Criterion | None = None
    law: Law | None = None
    algorithms: Algorithms | None = None
    price_basis: PriceBasis | None = None
    cost_scope: CostScope | None = None
    inference_usd_per_100_pages: float | None = None
    about: str = ""
    source: str = ""
    published_on: str = ""

    def __post_init__(self) -> None:
        check_overrides(len(self.overrides))
        for i, (name, _) in enumerate(self.switches):
            checked_choice(name, f"scenario.switches[{i}].switch", SWITCHES)
        _refuse_twice([override.name for override in self.overrides], "overrides")
        _refuse_twice([name for name, _ in self.switches], "switches")
        object.__setattr__(self, "overrides", tuple(sorted(self.overrides, key=lambda override: override.name)))
        object.__setattr__(self, "switches", tuple(sorted(self.switches)))


def check_overrides(count: int) -> None:
    """Refuse more overrides than a scenario may have.

    Raises
    ------
    InputError
        When there are too many.
    """
    if count > MAX_OVERRIDES:
        message = f"the scenario has {count} overrides; give at most {MAX_OVERRIDES}"
        raise InputError(message, field="scenario.overrides")


def _refuse_twice(names: list[str], field: str) -> None:
    for name in names:
        if names.count(name) > 1:
            message = f"{name} is there {names.count(name)} times in the scenario's {field}; keep one"
            raise InputError(message, field=f"scenario.{field}")


BASELINE = Scenario("baseline", about="The posterior as it was fitted, with every physical limit that is known.")
