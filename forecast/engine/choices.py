"""What an answer rests on, in words, the choice that moves it most first; and what it does not say."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from forecast.engine import laws, words
from forecast.engine.answer import Choice
from forecast.engine.assumptions import Algorithms, Law
from forecast.engine.progress import halving_prior
from forecast.engine.question import BASELINE, Question
from forecast.engine.scenario import CHANGERS, PHYSICAL_LIMITS, PhysicalLimit
from forecast.priors import ALGORITHMS_PUBLISHED_ON

if TYPE_CHECKING:
    from forecast.engine.plan import Plan
    from forecast.engine.simulation import Simulation
    from forecast.engine.solver import Solver

NEWEST_ALGORITHMS = "8mo"
HUMAN_BITS_PER_CHARACTER = 0.7

HUMAN_LEVEL = (
    "A target that people call human-level is only a loss here: the answer speaks of loss, compute and money, and not "
    "of what a model can do."
)
BRAIN = (
    "A brain's FLOP/s is an estimate by analogy: the answer says when so much compute is affordable, and not that it "
    "makes a mind."
)


def choices(solver: Solver, asked: Question, plan: Plan) -> tuple[Choice, ...]:
    """The choices of an answer: algorithms first, they move it by decades.

    Parameters
    ----------
    solver : Solver
        On its posterior.
    asked : Question
        As it was put.
    plan : Plan
        Of the question, settled.
    """
    question, simulation = plan.settled, solver.simulation(plan)
    listed = [_algorithms(asked, plan)]
    if question.law is not None:
        listed.append(Choice("law", question.law.name or question.law.kind, _law(solver, asked, plan, question.law)))
    if question.criterion == "affordable":
        listed += _of_affordable(plan, simulation)
    else:
        listed.append(_criterion(question, simulation))
    if question.scenario is not BASELINE:
        listed.append(_scenario(question))
    if question.condition is not None:
        listed.append(Choice("condition", question.condition.driver, words.condition_words(question.condition)))
    return tuple(listed)


def notices(settled: Question) -> tuple[str, ...]:
    """What the answer to a question does not say."""
    target = settled.target
    if target.kind == "brain_anchor":
        return (BRAIN,)
    called = target.kind == "indistinguishable_tokens" or (
        target.kind == "bits_per_character" and target.value <= HUMAN_BITS_PER_CHARACTER
    )
    return (HUMAN_LEVEL,) if called else ()


def _algorithms(asked: Question, plan: Plan) -> Choice:
    question, key = plan.settled, plan.keys[0] if plan.keys else None
    chosen = question.algorithms or Algorithms()
    if chosen.kind == "off" or key is None:
        told = words.algorithms_words(chosen, None)
    else:
        effective = "" if question.target.is_loss else "; the target is effective compute"
        told = f"{_halving(chosen)}, counted from {words.month(key.t_ref)}{effective}"
    if asked.algorithms is None and question.target.is_loss and chosen.kind != NEWEST_ALGORITHMS:
        told += f"; the newest by then ({NEWEST_ALGORITHMS} came on {ALGORITHMS_PUBLISHED_ON[NEWEST_ALGORITHMS]})"
    return Choice("algorithms", chosen.kind, told)


@lru_cache(64)
def _halving(chosen: Algorithms) -> str:
    low, middle, high = halving_prior(chosen).ppf([0.05, 0.5, 0.95]).tolist()
    return words.algorithms_words(chosen, (low, middle, high))


def _law(solver: Solver, asked: Question, plan: Plan, law: Law) -> str:
    if law.kind == "published":
        found = laws.published(solver.posterior, str(law.name))
        told = f"{law.name}: {words.published_law(found)}, taken at its word"
        return told + ("; the newest by then" if asked.law is None else "")
    if law.kind == "power_law":
        return "the power law closest to the pooled law, without a floor"
    power = f"; with weight {law.power_law_weight:g} a pure power law without floor" if law.kind == "mixture" else ""
    if plan.imported is not None:
        return words.imported_law(plan.imported) + power
    scale = str(plan.settled.target.scale)
    pooled = "the law pooled over all studies, with an irreducible floor"
    if scale not in laws.groups(solver.posterior):
        pooled += f"; {scale} enters by its published law at {100 * law.relative_noise:.3g} % noise"
    return pooled + power


def _of_affordable(plan: Plan, simulation: Simulation) -> list[Choice]:
    question = plan.settled
    listed = [_payer(question, simulation)]
    if "money" in plan.on:
        listed.append(Choice("price_basis", question.price_basis, words.PRICE_BASIS[question.price_basis]))
    if question.cost_scope != "final_run":
        listed.append(Choice("cost_scope", question.cost_scope, words.COST_SCOPE[question.cost_scope]))
    physical = [limit for limit in PHYSICAL_LIMITS if limit in plan.on]
    return [*listed, Choice("limits", ", ".join(physical) or "none", _limits(plan, physical))]


def _limits(plan: Plan, physical: list[PhysicalLimit]) -> str:
    """What caps a run beside its price, what does not, and what changes the question."""
    named = [limit.replace("_", " ") for limit in physical]
    told = f"one run is also capped by {words.listed(named)}" if named else "nothing but money caps a run"
    if "money" not in plan.on:
        told = f"one run is capped by {words.listed(named)} alone" if named else "nothing caps a run"
    switched = dict(plan.settled.scenario.switches)
    for why, off in (("switched off", True), ("not published by then", False)):
        missing = [
            limit.replace("_", " ")
            for limit in PHYSICAL_LIMITS
            if limit not in plan.on and (switched.get(limit) is False) is off
        ]
        told += f"; {why}: {words.listed(missing)}" if missing else ""
    changes = [_CHANGES[change] for change in CHANGERS if change in plan.on]
    return "; ".join([told, *changes])


_CHANGES = {
    "scaling_break": "beyond a crossover the scaling law is less steep",
    "context_length": "the run's longer context is paid for",
    "commoditization": "what can be earned caps the budget",
}


def _payer(question: Question, simulation: Simulation) -> Choice:
    payer = question.payer
    if payer.kind == "frontier_spend":
        told = f"the spend on the largest run so far as it grows; {ceiling_words(simulation)}"
    else:
        told = words.budget_words(payer)
    return Choice("payer", payer.kind, told)


def _criterion(question: Question, simulation: Simulation) -> Choice:
    if question.criterion == "on_trend":
        return Choice("criterion", "on_trend", f"the largest run so far reaches it; {ceiling_words(simulation)}")
    bound = words.money(question.inference_usd_per_100_pages or 0.0)
    told = f"100 pages of a compute-efficient model's text cost at most {bound}; who pays for its training is not asked"
    return Choice("criterion", "inference_affordable", told)


def _scenario(question: Question) -> Choice:
    scenario = question.scenario
    told = scenario.about or words.scenario_words(scenario)
    return Choice("scenario", scenario.name, f"{scenario.name}: {told}" if scenario.name != "inline" else told)


def ceiling_words(simulation: Simulation) -> str:
    """What caps the spend on one run, and from when that judgement decides."""
    low, middle, high = (f"{100 * share:.2g}" for share in simulation.ceiling_share)
    ceiling = f"the ceiling of spend, {middle} % of world GDP (90 % {low} to {high} %)"
    return f"{ceiling}, is a judgement that {ceiling_decides(simulation.ceiling_year)}"


def ceiling_decides(year: int | None) -> str:
    """From when the assumed ceiling of spend shapes the answer, in words."""
    return f"decides after about {year}" if year else "decides in under half of the draws"
