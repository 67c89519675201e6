"""What an answer depends on, draw by draw: its inputs, fitted or not, and what can be observed within a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine import limits
from forecast.engine.budgets import payer_growth
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.exchange import block_of
from forecast.engine.plan import Plan
from forecast.engine.progress import halving_months
from forecast.engine.question import Question
from forecast.engine.solver import Solver
from forecast.engine.words import month
from forecast.inputs import INPUTS
from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import CHANNELS, VARIABLES, Variable

Array = NDArray[np.float64]

MONTHS_AHEAD = 12
"""After the as-of month: when the observations are made."""

_PRICE = ("p_origin", "r_realised", "tau_price", "sigma_cost")
_SPEND = ("u_origin", "g_spend", "tau_spend", "log10_gdp_share", "sigma_origin")
_LONG_RUN = "their long-run mean"
_ABOUT = {(variable.block, variable.name): variable for variable in VARIABLES}
_LAW = (
    ("law.log_loss", "ln nats/token", "log_l0", "loss that the law states at its reference compute"),
    ("law.exponent", "1", "b", "exponent of the reducible loss"),
    ("law.floor", "nats/token", "floor_nats", "irreducible loss"),
    ("law.discrepancy", "1 per decade", "omega_z", "how far the law's form is off beyond its data"),
)
_INFERENCE = ("inference.tokens_per_page", "inference.price_ratio", "data.tokens_per_parameter")


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """One input or observation.

    Attributes
    ----------
    name : str
        `group.name`, as scenarios use it where they can.
    unit : str
        Of its values.
    about : str
        What it is, in words.
    block : str
        The independent block that it belongs to (`forecast.engine.exchange`).
    values : ndarray, shape (draws,)
        One for each draw.
    """

    name: str
    unit: str
    about: str
    block: str
    values: Array


def influences(solver: Solver, plan: Plan, checkpoint: Checkpoint = proceed) -> tuple[Influence, ...]:
    """The inputs of a question's answer that vary between draws.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    plan : Plan
        Of the question.
    checkpoint : callable
        Called between the steps.
    """
    found = (*_fitted(solver, plan), *_law(solver, plan, checkpoint), *_unfitted(solver, plan))
    return tuple(influence for influence in found if np.ptp(influence.values) > 0)


def observations(solver: Solver, plan: Plan, checkpoint: Checkpoint = proceed) -> tuple[Influence, ...]:
    """What will be known a year after the as-of month: the largest run, what it cost, and the price of compute.

    Parameters
    ----------
    solver, plan, checkpoint
        As for `influences`.
    """
    simulation = solver.simulation(plan)
    by = month(float(simulation.years[MONTHS_AHEAD]))
    price = simulation.price(plan.settled.price_basis)[:, MONTHS_AHEAD]
    flop, spend = (simulation.largest(quantity, checkpoint)[:, MONTHS_AHEAD] for quantity in ("flop", "spend"))
    found = (
        Influence("observed.frontier_compute", "log10 FLOP", f"the largest training run by {by}", "compute", flop),
        Influence("observed.spend", "log10 2023 USD", f"the largest spend on one run by {by}", "compute", spend),
        Influence("observed.price", "log10 2023 USD/FLOP", f"the price of compute in {by}", "compute", price),
    )
    return tuple(influence for influence in found if np.ptp(influence.values) > 0)


def _fitted(solver: Solver, plan: Plan) -> Iterator[Influence]:
    simulation, settled = solver.simulation(plan), plan.settled
    on_trend = settled.criterion == "on_trend"
    pays = "money" in plan.on or settled.criterion == "inference_affordable"
    if pays or on_trend:
        yield from _compute(simulation.posterior, settled, on_trend)
    if pays:
        about = "how far the price of the asked run lies above the trend"
        yield Influence("run.residual", "oom", about, "run_residual", simulation.run_residual)


def _compute(posterior: Posterior, settled: Question, on_trend: bool) -> Iterator[Influence]:
    names: tuple[str, ...] = ()
    if on_trend or settled.payer.kind == "frontier_spend":
        names += _SPEND
    if on_trend or settled.price_basis == "realised":
        names += _PRICE
    for name in names:
        variable = _ABOUT["compute", name]
        yield Influence(
            f"compute.{name}", variable.unit, _plainly(variable), "compute", posterior.blocks["compute"][name]
        )
    if settled.price_basis == "list_rental":
        yield from _price(posterior, ("a_rental", "r_rental"))
    elif settled.price_basis == "amortized_purchase":
        yield from _price(posterior, ("a", "r", "ten"))


def _price(posterior: Posterior, names: tuple[str, ...]) -> Iterator[Influence]:
    for name in names:
        variable, values = _ABOUT["price", name], posterior.blocks["price"][name]
        place = "" if values.ndim == 1 else ".datacentre"
        values = values if values.ndim == 1 else values[:, CHANNELS.index("datacentre")]
        yield Influence(f"price.{name}{place}", variable.unit, _plainly(variable), "compute", values)


def _plainly(variable: Variable) -> str:
    """The schema's description, with names of variables in words."""
    told = variable.description.replace("as_of", "the as-of date")
    return told.replace("g_spend", _LONG_RUN).replace("r_realised", _LONG_RUN)


def _law(solver: Solver, plan: Plan, checkpoint: Checkpoint) -> Iterator[Influence]:
    law = solver.law(plan, checkpoint)
    if law is not None:
        for name, unit, attribute, about in _LAW:
            yield Influence(name, unit, about, "law", getattr(law, attribute))


def _unfitted(solver: Solver, plan: Plan) -> Iterator[Influence]:
    settled, assumed = plan.settled, solver.assumed(plan)
    if settled.algorithms is not None and settled.algorithms.kind != "off":
        entry, said = INPUTS["algorithms.halving_months"], assumed.says("algorithms.halving_months")
        values = halving_months(settled.algorithms, assumed.draws, assumed.seed, said)
        yield Influence(entry.name, entry.unit, entry.about, "algorithms", values)
    for name in _names(plan):
        entry = INPUTS[name]
        own = {"judge.slowdown": settled.target.slowdown, "brain.flop_per_s": settled.target.flop_per_s}.get(name)
        yield Influence(name, entry.unit, entry.about, block_of(name), assumed(name, own))
    if settled.payer.growth is not None:
        values = payer_growth(settled.payer.growth, assumed)
        yield Influence("payer.growth_oom_per_year", "oom/year", "growth of the payer's budget", "payer", values)


def _names(plan: Plan) -> tuple[str, ...]:
    """The unfitted inputs that a plan reads, each once."""
    settled = plan.settled
    names = [name for switch in sorted(plan.on) for name in limits.INPUTS_OF.get(switch, ())]  # type: ignore[call-overload]
    if settled.criterion == "inference_affordable":
        names += _INFERENCE
    if settled.cost_scope != "final_run":
        names += ["cost_scope.staff", *(["cost_scope.development"] if settled.cost_scope == "development" else [])]
    if settled.target.kind == "indistinguishable_tokens":
        names.append("judge.slowdown")
    if settled.target.kind == "brain_anchor":
        names += ["brain.flop_per_s", "brain.training_seconds"]
    return tuple(dict.fromkeys(names))
