"""What a question assumes of the scaling law and of algorithms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from forecast.engine.checks import checked_choice, checked_number
from forecast.errors import InputError
from forecast.families import LogNormal

LawKind = Literal["pooled", "published", "mixture", "power_law"]
AlgorithmsKind = Literal["off", "8mo", "16mo", "prior"]
LAWS: tuple[LawKind, ...] = get_args(LawKind)
ALGORITHMS: tuple[AlgorithmsKind, ...] = get_args(AlgorithmsKind)

DEFAULT_RELATIVE_NOISE = 0.01
DEFAULT_POWER_LAW_WEIGHT = 0.06
"""Of draws without a floor in the mixture: what stacking on held-out tails left to E = 0 in trial fits.

The stored backtest gives it less, with an interval that holds this (`timelines calibration --json`, `law_weights`); a
test says when it no longer does.
"""


@dataclass(frozen=True, slots=True)
class Law:
    """Which scaling law turns a loss into compute.

    Parameters
    ----------
    kind : {"pooled", "published", "mixture", "power_law"}
        The pooled law with its floor; one published point law; both forms by their weights; or the power law that lies
        closest to the pooled law, without a floor.
    name : str, optional
        Name of the published law; only for `published`.
    relative_noise : float
        Relative noise, from .0005 to .2, with which a published law enters the pool on a scale that has no runs of its
        own.
    power_law_weight : float, optional
        Share of the draws without a floor, from .001 to .999; only for `mixture`, .06 by default.
    """

    kind: LawKind = "pooled"
    name: str | None = None
    relative_noise: float = DEFAULT_RELATIVE_NOISE
    power_law_weight: float | None = None

    def __post_init__(self) -> None:
        checked_choice(self.kind, "law", LAWS)
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
        if self.kind == "mixture" or self.power_law_weight is not None:
            self._check_weight()

    @classmethod
    def published(cls, name: str) -> Law:
        """A published point law by name."""
        return cls("published", name)

    def _check_weight(self) -> None:
        path = "law.mixture.power_law_weight"
        if self.kind != "mixture":
            message = f"a weight of {self.power_law_weight!r} goes with the mixture, and the law is {self.kind}"
            raise InputError(f"{message}; leave it out", field=path)
        given = DEFAULT_POWER_LAW_WEIGHT if self.power_law_weight is None else self.power_law_weight
        object.__setattr__(self, "power_law_weight", checked_number(given, path, 0.001, 0.999, "a share of the draws"))


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
        checked_choice(self.kind, "algorithms", ALGORITHMS)
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
