"""Where two questions differ, and every mixture of them.

A difference is a switch that the engine can flip: a field of the question, one override or one limit of its scenario,
the seed, or an independent block of the posterior. What neither question says is no switch, though its default may
differ: it follows from the as-of date, and so belongs to the posterior's block. The horizon is none either: it only
classifies, and a mixture runs to the end of the simulation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from forecast.engine.blending import POSTERIOR, Blocks, Parts
from forecast.engine.plan import Plan
from forecast.engine.question import BASELINE, MAX_MONTHS, Question, Scenario
from forecast.engine.scenario import Override
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "target": ("target",),
    "law": ("law",),
    "algorithms": ("algorithms",),
    "payer": ("payer",),
    "price_basis": ("price_basis",),
    "cost_scope": ("cost_scope",),
    "criterion": ("criterion", "inference_usd_per_100_pages"),
    "condition": ("condition",),
    "simulation": ("seed", "max_draws"),
}
"""Fields of a question by the switch that flips them."""

_LATE = "simulation"
SCENARIO = "scenario."


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two.

    Attributes
    ----------
    solver : Solver
        On its posterior.
    question : Question
        As it was put.
    """

    solver: Solver
    question: Question

    @cached_property
    def plan(self) -> Plan:
        """What follows from the question; refuses it with an InputError where it does not fit."""
        return self.solver.plan(self.question)

    @property
    def posterior(self) -> Posterior:
        """The posterior that answers."""
        return self.solver.posterior

    def to_the_end(self) -> Question:
        """The question with the simulation's last month as its horizon."""
        return replace(self.question, horizon=_end(self.posterior), by_years=())

    @cached_property
    def overrides(self) -> Mapping[str, Override]:
        """Of its scenario, by input."""
        return {override.name: override for override in self.question.scenario.overrides}

    @cached_property
    def told(self) -> Mapping[str, bool]:
        """Limits and changes that its scenario switches on or off."""
        return dict(self.question.scenario.switches)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two questions, each with its posterior.

    Attributes
    ----------
    before, after : Side
        In the order of the change.
    parts : Parts
        Of the posterior's change.
    """

    before: Side
    after: Side
    parts: Parts

    @classmethod
    def by_block(cls, before: Side, after: Side) -> Pair:
        """With the posterior's change by independent block."""
        losses = any(side.plan.settled.target.is_loss for side in (before, after))
        return cls(before, after, Blocks(before.posterior, after.posterior, losses))

    def switches(self) -> tuple[str, ...]:
        """Names of the differences: the cheapest to flip first, the posterior's blocks last."""
        fields = [name for name in _FIELDS if self._field_differs(name)]
        late = [name for name in fields if name == _LATE]
        early = [name for name in fields if name != _LATE]
        return (*early, *self._scenario_switches(), *late, *self.parts.names())

    def mixture(self, flipped: frozenset[str]) -> tuple[Posterior, Question]:
        """The posterior and the question with some switches flipped from before to after.

        Raises
        ------
        InputError
            When what is mixed contradicts itself.
        """
        posterior = self.parts.posterior(frozenset(name for name in flipped if name.startswith(POSTERIOR)))
        return posterior, Question(
            **dict(self._fields(flipped)), scenario=self._scenario(flipped), horizon=_end(posterior), by_years=()
        )

    def _side(self, switch: str, flipped: frozenset[str]) -> Side:
        return self.after if switch in flipped else self.before

    def _fields(self, flipped: frozenset[str]) -> Iterator[tuple[str, Any]]:
        """Fields of a mixture: what both leave to the default stays so, else what each side settled on."""
        for switch, fields in _FIELDS.items():
            side = self._side(switch, flipped)
            for field in fields:
                same = getattr(self.before.question, field) == getattr(self.after.question, field)
                yield field, getattr(side.question if same else side.plan.settled, field)

    def _field_differs(self, switch: str) -> bool:
        """Whether it was put otherwise and also settles otherwise."""
        return any(
            getattr(self.before.question, field) != getattr(self.after.question, field)
            and getattr(self.before.plan.settled, field) != getattr(self.after.plan.settled, field)
            for field in _FIELDS[switch]
        )

    def _scenario_switches(self) -> Iterator[str]:
        before, after = self.before, self.after
        for name in sorted(before.overrides.keys() | after.overrides.keys()):
            if before.overrides.get(name) != after.overrides.get(name):
                yield SCENARIO + name
        same = before.posterior.name == after.posterior.name and not self._field_differs("criterion")
        for name in sorted(before.told.keys() | after.told.keys()):
            acts_alike = same and (name in before.plan.on) == (name in after.plan.on)
            if before.told.get(name) != after.told.get(name) and not acts_alike:
                yield SCENARIO + name

    def _scenario(self, flipped: frozenset[str]) -> Scenario:
        before, after = self.before, self.after
        overrides = [
            self._side(SCENARIO + name, flipped).overrides.get(name)
            for name in sorted(before.overrides.keys() | after.overrides.keys())
        ]
        told = {
            name: self._side(SCENARIO + name, flipped).told.get(name)
            for name in sorted(before.told.keys() | after.told.keys())
        }
        kept = tuple(override for override in overrides if override is not None)
        switches = tuple((name, on) for name, on in told.items() if on is not None)
        if not kept and not switches:
            return BASELINE
        return Scenario("mixture", kept, switches)  # type: ignore[arg-type]  # names that were checked before


def _end(posterior: Posterior) -> str:
    """The simulation's last month."""
    last = posterior.as_of.year * 12 + posterior.as_of.month - 1 + MAX_MONTHS - 1
    return f"{last // 12}-{last % 12 + 1:02d}"
