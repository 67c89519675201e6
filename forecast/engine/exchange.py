"""A question's outcome with the draws of independent blocks exchanged: what the Shapley effects evaluate.

Blocks, each taken whole from another draw:

    compute        spend, price and the runs simulated on them (drawn jointly)
    run_residual   how far the asked run's price lies off the trend
    algorithms     halving time and jump
    law            the scaling law with its discrepancy
    limits         what limits one run beside money, and what changes the question
    target         a judge's slowdown, a brain's FLOP/s
    payer          growth of a budget, what the cost counts
    inference      tokens, parameters and prices of what a model writes

The envelopes are made anew by the code that makes them for answers, on exchanged paths and inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.engine import requirement
from forecast.engine.arrival import first_passage
from forecast.engine.assumed import Assumed
from forecast.engine.budgets import payer_growth
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.envelope import EnvelopeKey, make_envelope
from forecast.engine.paths import PriceBasis, Quantity
from forecast.engine.plan import Plan
from forecast.engine.progress import halving_months
from forecast.engine.scaling import LossLaw
from forecast.engine.simulation import Simulation
from forecast.engine.solver import Solver
from forecast.families import Distribution

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_GROUPS = {
    "algorithms": "algorithms",
    "algorithmic_jump": "algorithms",
    "judge": "target",
    "brain": "target",
    "cost_scope": "payer",
    "inference": "inference",
}


def block_of(name: str) -> str:
    """The block that an unfitted input belongs to, by the group in its name."""
    return _GROUPS.get(name.partition(".")[0], "limits")


class Exchange:
    """Evaluates one plan with rows exchanged.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    plan : Plan
        Of the question; without a condition, which would make blocks depend on each other.
    within : int
        Months up to the horizon: later ones do not matter to min(arrival, horizon).
    chosen : ndarray of int, shape (chosen,)
        Positions of the draws that are used; rows are exchanged among them.
    outcome_of : callable
        Months of arrival, shape (chosen,), to the outcome.
    checkpoint : callable
        Called between the steps.
    """

    def __init__(
        self,
        solver: Solver,
        plan: Plan,
        within: int,
        chosen: Rows,
        outcome_of: Callable[[NDArray[np.int32]], Array],
        checkpoint: Checkpoint = proceed,
    ) -> None:
        self._plan, self._chosen, self._outcome_of, self._checkpoint = plan, chosen, outcome_of, checkpoint
        self._source = _Source.of(solver, plan, within, checkpoint)

    def __call__(self, rows: Mapping[str, Rows]) -> Array:
        """The outcome, shape (chosen,), when each block takes the draws of these rows; a missing block stays."""
        self._checkpoint()
        at = {block: self._chosen[taken] for block, taken in rows.items()}
        source, plan = self._source, self._plan
        assumed = _ExchangedInputs(source, at, self._chosen)
        paths = _ExchangedPaths(source, at.get("compute", self._chosen), at.get("run_residual", self._chosen))
        required = source.required(plan, at.get("law", self._chosen), assumed)
        passed = [
            first_passage(make_envelope(paths, source.key(key, at, self._chosen), assumed).values, required + level)
            for key, level in zip(plan.keys, plan.levels, strict=True)
        ]
        months: NDArray[np.int32] = np.maximum.reduce(passed)
        return self._outcome_of(months)


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Everything of one plan that rows are taken from."""

    simulation: Simulation
    assumed: Assumed
    law: LossLaw | None
    price: Array
    flop: Array | None
    spend: Array | None
    years: Array
    halving: Array | None
    growth: Array | None

    @classmethod
    def of(cls, solver: Solver, plan: Plan, within: int, checkpoint: Checkpoint) -> _Source:
        simulation, assumed, algorithms = solver.simulation(plan), solver.assumed(plan), plan.settled.algorithms
        payers = [key.payer for key in plan.keys if key.payer is not None]
        growth = next((payer.growth for payer in payers if payer.growth is not None), None)
        trend = any(key.kind == "on_trend" for key in plan.keys)
        spends = any(payer.kind == "frontier_spend" for payer in payers)
        halves = algorithms is not None and algorithms.kind != "off"
        said = assumed.says("algorithms.halving_months")
        return cls(
            simulation,
            assumed,
            solver.law(plan, checkpoint),
            simulation.price(plan.settled.price_basis)[:, :within],
            simulation.largest("flop", checkpoint)[:, :within] if trend else None,
            simulation.largest("spend", checkpoint)[:, :within] if spends else None,
            simulation.years[:within],
            halving_months(algorithms, assumed.draws, assumed.seed, said) if halves else None,  # type: ignore[arg-type]
            None if growth is None else payer_growth(growth, assumed),
        )

    def required(self, plan: Plan, rows: Rows, assumed: Assumed) -> Array:
        """What the target needs above the plan's levels, log10 FLOP, by the law's rows."""
        if plan.requirement is None:
            return np.zeros(assumed.draws)
        needed = requirement.required_flop(plan.settled.target, _taken(self.law, rows), assumed)
        return needed if self.law is None else requirement.after_changes(needed, plan.on, assumed)

    def key(self, key: EnvelopeKey, at: Mapping[str, Rows], chosen: Rows) -> EnvelopeKey:
        """The envelope's key, with the growth of the payer's budget exchanged."""
        if key.payer is None or self.growth is None:
            return key
        growth: Distribution = _Drawn(self.growth[at.get("payer", chosen)])  # type: ignore[assignment]
        return replace(key, payer=replace(key.payer, growth=growth))


def _taken(law: LossLaw | None, rows: Rows) -> LossLaw | None:
    if law is None:
        return None
    arrays = {name: getattr(law, name)[rows] for name in ("log_l0", "b", "floor_nats", "omega_z")}
    return replace(law, **arrays)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Draws in the place of the distribution that they were drawn from."""

    values: Array

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """The draws themselves."""
        return self.values


class _ExchangedInputs(Assumed):
    """The unfitted inputs, with rows exchanged block by block."""

    def __init__(self, source: _Source, at: Mapping[str, Rows], chosen: Rows) -> None:
        self.draws, self.seed = len(chosen), source.assumed.seed
        self._source, self._at, self._all = source, at, chosen

    def __call__(self, name: str, prior: Distribution | None = None) -> Array:
        return self._source.assumed(name, prior)[self._at.get(block_of(name), self._all)]

    def kept(self, name: str, make: Callable[[], Array]) -> Array:
        return make()

    def says(self, name: str) -> Distribution | None:
        if name == "algorithms.halving_months" and self._source.halving is not None:
            return _Drawn(self._source.halving[self._at.get("algorithms", self._all)])  # type: ignore[return-value]
        return self._source.assumed.says(name)


class _ExchangedPaths(Simulation):
    """The paths of the compute block and the run's residual, with rows exchanged."""

    def __init__(self, source: _Source, compute: Rows, residual: Rows) -> None:
        super().__init__(source.simulation.posterior.thin(len(compute)), source.simulation.seed)
        self._source, self._compute = source, compute
        self.years = source.years
        self.run_residual = source.simulation.run_residual[residual]

    def price(self, basis: PriceBasis, rows: slice | None = None) -> Array:
        return self._source.price[self._compute if rows is None else self._compute[rows]]

    def largest(self, quantity: Quantity, checkpoint: Checkpoint = proceed) -> Array:
        path = self._source.flop if quantity == "flop" else self._source.spend
        assert path is not None  # kept where an envelope of the plan asks for it
        return path[self._compute]
