"""Compose an answer: the numbers from the arrivals, which limit was waited for, the provenance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import forecast
from forecast.engine import reasons, words
from forecast.engine.answer import (
    Answer,
    Cdf,
    HindsightRows,
    LawComponent,
    Nowcast,
    PosteriorStatus,
    Provenance,
    Quantile,
    YearProbability,
)
from forecast.engine.assumptions import Law
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.choices import choices, notices
from forecast.engine.encode import scenario_hash
from forecast.engine.figures import Figures, probability_mcse
from forecast.engine.influence import binding_limits
from forecast.engine.outcome import Found
from forecast.engine.question import Question
from forecast.posterior.artefact import Posterior

if TYPE_CHECKING:
    from forecast.engine.family import Family
    from forecast.engine.plan import Plan
    from forecast.engine.solver import Solver


def compose(
    solver: Solver, family: Family, asked: Question, plan: Plan, found: Found, checkpoint: Checkpoint
) -> Answer:
    """The answer to a question.

    Parameters
    ----------
    solver : Solver
        On its posterior.
    family : Family
        Of the question.
    asked : Question
        As it was put.
    plan : Plan
        Of the question, settled.
    found : Found
        What there is to tell of its arrivals.
    checkpoint : callable
        Called between the steps.
    """
    settled, posterior = plan.settled, solver.posterior
    if family.choices is None or family.provenance is None:
        family.choices = choices(solver, asked, plan)
        family.provenance = provenance(posterior, plan, found.arrivals.draws)
    return Answer(
        question=settled,
        never_reasons=reasons.never_reasons(found.never, found.arrivals.draws),
        binding_limits=binding_limits(solver, found, plan, checkpoint),
        posterior=solver.status,
        choices=family.choices_of(settled, family.choices),
        data_notice=posterior.manifest["data_notice"],
        provenance=family.provenance_of(settled, family.provenance),
        components=_components(solver, settled, checkpoint),
        notices=notices(settled),
        **_summary(found.arrivals, settled),
    )


def _summary(arrivals: Figures, question: Question) -> dict[str, Any]:
    """What follows from the arrivals alone."""
    draws = arrivals.draws
    already, _, beyond, never = (count / draws for count in arrivals.counts)
    by_years = question.by_years or ()
    by = arrivals.p_by_year(by_years)
    return {
        "quantiles": _quantiles(arrivals, question),
        "p_already": already,
        "p_already_mcse": probability_mcse(already, draws),
        "p_beyond_horizon": beyond,
        "p_beyond_horizon_mcse": probability_mcse(beyond, draws),
        "p_never": never,
        "p_never_mcse": probability_mcse(never, draws),
        "p_by_year": tuple(
            YearProbability(y, p, probability_mcse(p, draws)) for y, p in zip(by_years, by, strict=True)
        ),
        "cdf": Cdf(arrivals.months, arrivals.cdf),
    }


def _quantiles(arrivals: Figures, question: Question) -> tuple[Quantile, ...]:
    return tuple(
        Quantile(p, position, year, None if year is None else words.day(year), mcse)
        for p, position, year, mcse in arrivals.quantiles(question.quantiles)
    )


def _components(solver: Solver, settled: Question, checkpoint: Checkpoint) -> tuple[LawComponent, ...]:
    """Each form of a mixed law by itself, on all draws."""
    law = settled.law
    if law is None or law.kind != "mixture":
        return ()
    power = law.power_law_weight or 0.0
    forms = (("pooled", 1 - power), ("power_law", power))
    return tuple(_component(solver, settled, Law(kind, None, law.relative_noise), w, checkpoint) for kind, w in forms)  # type: ignore[arg-type]


def _component(solver: Solver, settled: Question, law: Law, weight: float, checkpoint: Checkpoint) -> LawComponent:
    arrivals = solver.arrivals(replace(settled, law=law, posterior=None, as_of=None), checkpoint)
    already, _, beyond, never = (count / arrivals.draws for count in arrivals.counts)
    return LawComponent(law.kind, weight, _quantiles(arrivals, settled), already, beyond, never)


def posterior_status(posterior: Posterior) -> PosteriorStatus:
    """The posterior behind an answer, and what its gates said."""
    return PosteriorStatus(posterior.name, posterior.status, posterior.reasons, _nowcast(posterior))


def _nowcast(posterior: Posterior) -> Nowcast | None:
    found = posterior.manifest["nowcast"]
    if not {"window", "rows", "inside_80", "reach"} <= found.keys():
        return None
    start, end = found["window"]
    return Nowcast(start, end, found["rows"], found["inside_80"], found["reach"])


def provenance(posterior: Posterior, plan: Plan, draws: int) -> Provenance:
    """What would reproduce an answer.

    Parameters
    ----------
    posterior : Posterior
        That answered.
    plan : Plan
        Of the question.
    draws : int
        How many counted.
    """
    manifest = posterior.manifest
    hindsight = sorted((table, rows) for table, rows in manifest["hindsight_rows"].items() if rows)
    return Provenance(
        posterior=posterior.name,
        data_digest=manifest["data_digest"],
        as_of=manifest["as_of"],
        data_cutoff=manifest["data_cutoff"],
        hindsight_rows=tuple(HindsightRows(table, rows) for table, rows in hindsight),
        seed=plan.settled.seed,
        draws=draws,
        code_version=forecast.__version__,
        scenario_hash=scenario_hash(plan.settled, plan.imported.digest if plan.imported else ""),
    )
