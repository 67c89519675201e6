"""A settled question as the solver works through it: which envelopes must pass the requirement, and at which level."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

from forecast.engine import settle
from forecast.engine.assumptions import Algorithms
from forecast.engine.envelope import EnvelopeKey
from forecast.engine.filled import filled
from forecast.engine.imported import ImportedScale
from forecast.engine.overrides import is_fitted
from forecast.engine.question import Question
from forecast.engine.requirement import log10_compute
from forecast.engine.scenario import BASELINE, PHYSICAL_LIMITS, Override
from forecast.engine.switches import switched_on
from forecast.posterior.artefact import Posterior

CHANGES_LAW = frozenset({"scaling_break", "context_length"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from a question before anything is simulated.

    Attributes
    ----------
    settled : Question
        With every default filled in.
    on : frozenset of str
        Limits and changes that are switched on.
    paths : hashable
        What the simulated paths depend on: posterior, overrides of what was fitted, seed, draws.
    keys : tuple of EnvelopeKey
        The envelopes that must pass the requirement, money (or the one of another criterion) first.
    levels : tuple of float
        What is added to the requirement for each, log10.
    law, unchanged, requirement : hashable
        What the law depends on, the requirement before anything changes it, and the requirement; None for compute as
        such.
    imported : ImportedScale or None
        The target's scale, where it is not one of the posterior's own.
    """

    settled: Question
    on: frozenset[str]
    paths: Hashable
    keys: tuple[EnvelopeKey, ...]
    levels: tuple[float, ...]
    law: Hashable
    unchanged: Hashable
    requirement: Hashable
    imported: ImportedScale | None

    @property
    def value(self) -> float | None:
        """The target's number where the requirement depends on it, and not the levels."""
        return None if self.requirement is None else self.settled.target.value

    @property
    def ground(self) -> Hashable:
        """What the draws depend on beside the numbers of the target and of a fixed sum."""
        if self.requirement is None:
            return self.paths, self.keys
        target = filled(self.settled.target, value=None)
        return self.paths, self.keys, self.law, target, self.on & CHANGES_LAW, split(self.settled)[1]


def plan_of(
    settled: Question, posterior: Posterior, imported: ImportedScale | None, on: frozenset[str] | None = None
) -> Plan:
    """The plan of a settled question.

    Parameters
    ----------
    settled : Question
        By `forecast.engine.settle.settle`.
    posterior : Posterior
        Which is to answer it.
    imported : ImportedScale, optional
        Its scale, where that is not one of the posterior's own.
    on : frozenset of str, optional
        What to take as switched on, whatever the scenario says.
    """
    on = switched_on(settled, posterior) if on is None else on
    fitted, assumed = split(settled)
    draws = min(settled.max_draws, posterior.draws)
    paths = (posterior.name, fitted, settled.seed, draws)
    law = (settled.target.scale, settled.law, paths, imported and imported.digest) if settled.target.is_loss else None
    keys = _envelopes(settled, posterior, imported, on, assumed)
    return _numbered(settled, on, paths, keys, law, assumed, imported)


def like(plan: Plan, settled: Question) -> Plan:
    """The plan of a question that is settled like another one's but for the numbers of its target and its fixed sum."""
    return _numbered(settled, plan.on, plan.paths, plan.keys, plan.law, split(settled)[1], plan.imported)


def _numbered(
    settled: Question,
    on: frozenset[str],
    paths: Hashable,
    keys: tuple[EnvelopeKey, ...],
    law: Hashable,
    assumed: tuple[Override, ...],
    imported: ImportedScale | None,
) -> Plan:
    """The plan, with the target and the fixed sum as levels or in the keys of what depends on them."""
    levels = _levels(settled, on)[: len(keys)]
    if _is_level(settled):
        level = log10_compute(settled.target)
        levels = tuple(level + more for more in levels)
        return Plan(settled, on, paths, keys, levels, law, None, None, imported)
    unchanged, changes = (settled.target, law, paths, assumed), on & CHANGES_LAW
    return Plan(
        settled, on, paths, keys, levels, law, unchanged, (unchanged, changes) if changes else unchanged, imported
    )


def _levels(settled: Question, on: frozenset[str]) -> tuple[float, ...]:
    """What each envelope's goal lies above the requirement: a fixed sum is a level of its own."""
    if settled.criterion == "inference_affordable":
        return (-2 * math.log10(settled.inference_usd_per_100_pages or 1.0),)
    payer = settled.payer
    if settled.criterion == "affordable" and payer.kind == "fixed_usd_2023" and "money" in on:
        return (-math.log10(payer.usd_2023 or 1.0), 0.0)
    return (0.0,)


def split(question: Question) -> tuple[tuple[Override, ...], tuple[Override, ...]]:
    """Overrides of what was fitted, and of the other inputs."""
    if question.scenario is BASELINE:
        return (), ()
    overrides = question.scenario.overrides
    return tuple(o for o in overrides if is_fitted(o.name)), tuple(o for o in overrides if not is_fitted(o.name))


def _is_level(settled: Question) -> bool:
    """Whether targets of this kind differ by a level alone: compute as such."""
    return settled.target.kind in ("training_flop", "gpt3_multiple")


def _envelopes(
    settled: Question,
    posterior: Posterior,
    imported: ImportedScale | None,
    on: frozenset[str],
    assumed: tuple[Override, ...],
) -> tuple[EnvelopeKey, ...]:
    algorithms = settled.algorithms or Algorithms()
    t_ref = 0.0 if algorithms.kind == "off" else settle.reference_year(settled, posterior, imported)
    jump = on & {"algorithmic_jump"}
    if settled.criterion == "on_trend":
        return (EnvelopeKey("on_trend", algorithms, t_ref, on=jump, overrides=assumed),)
    if settled.criterion == "inference_affordable":
        return (EnvelopeKey("inference", algorithms, t_ref, settled.price_basis, on=jump, overrides=assumed),)
    return _limited(settled, (algorithms, t_ref), on, assumed)


def _limited(
    settled: Question, pace: tuple[Algorithms, float], on: frozenset[str], assumed: tuple[Override, ...]
) -> tuple[EnvelopeKey, ...]:
    """Where money and other limits count: a fixed sum is a level of its own, a growing budget a limit like others.

    Commoditization caps a fixed sum as it would cap a payer without bounds: its ceiling is then among the limits, so
    that another sum changes a level alone.
    """
    jump, physical, payer = on & {"algorithmic_jump"}, on.intersection(PHYSICAL_LIMITS), settled.payer
    limited, capped = physical | jump | (on & {"context_length"}), on & {"commoditization"}
    if "money" not in on:
        return (EnvelopeKey("physical", *pace, on=limited, overrides=assumed),) if physical else ()
    fixed = payer.kind == "fixed_usd_2023"
    paid = (*pace, settled.price_basis, None if fixed else payer, settled.cost_scope)
    last: tuple[EnvelopeKey, ...] = ()
    if not fixed or capped:
        last = (EnvelopeKey("all" if physical else "money", *paid, limited | capped, assumed),)
    elif physical:
        last = (EnvelopeKey("physical", *pace, on=limited, overrides=assumed),)
    return (EnvelopeKey("money", *paid, jump, assumed), *last) if fixed else last
