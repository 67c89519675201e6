"""Compose an answer: the numbers from the arrivals, the reasons and the choices in words, the provenance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import forecast
from forecast.engine import laws, words
from forecast.engine.answer import (
    Answer,
    BindingLimit,
    Cdf,
    Choice,
    HindsightRows,
    NeverReason,
    Nowcast,
    PosteriorStatus,
    Provenance,
    Quantile,
    YearProbability,
)
from forecast.engine.arrival import ArrivalDistribution, probability_mcse
from forecast.engine.encode import scenario_hash
from forecast.engine.envelope import EnvelopeKey, halving_prior
from forecast.engine.imported import ImportedScale
from forecast.engine.question import Algorithms, Law, Question
from forecast.engine.scaling import POWER_LAW_SHARE
from forecast.posterior.artefact import Posterior
from forecast.priors import ALGORITHMS_PUBLISHED_ON

NEWEST_ALGORITHMS = "8mo"


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What an answer is composed from.

    Attributes
    ----------
    asked, settled : Question
        As it was put, and with every default filled in.
    posterior : Posterior
        Thinned to the draws used.
    key : EnvelopeKey
        What the envelope depended on.
    arrivals : ArrivalDistribution
        Outcomes of all draws.
    p_unreachable : float
        Share of draws whose requirement is infinite.
    ceiling_share : tuple of float
        The 5, 50 and 95 % points of the share of world GDP that caps the spend on one run.
    ceiling_year : int or None
        From when the ceiling decides in half of the draws; None where it never does, or where the question has no part
        in it.
    imported : ImportedScale or None
        The target's scale, where it is not one of the posterior's own.
    """

    asked: Question
    settled: Question
    posterior: Posterior
    key: EnvelopeKey
    arrivals: ArrivalDistribution
    p_unreachable: float
    ceiling_share: tuple[float, float, float]
    ceiling_year: int | None
    imported: ImportedScale | None = None


def compose(basis: Basis) -> Answer:
    """The answer."""
    return Answer(
        question=basis.settled,
        never_reasons=_never_reasons(basis),
        binding_limits=_binding_limits(basis),
        posterior=_status(basis.posterior),
        choices=_choices(basis),
        data_notice=basis.posterior.manifest["data_notice"],
        provenance=_provenance(basis),
        **_summary(basis.arrivals, basis.settled),
    )


def _summary(arrivals: ArrivalDistribution, question: Question) -> dict[str, Any]:
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
        "cdf": Cdf(tuple(arrivals.months), tuple(arrivals.cdf)),
    }


def _quantiles(arrivals: ArrivalDistribution, question: Question) -> tuple[Quantile, ...]:
    return tuple(
        Quantile(p, position, year, None if year is None else words.day(year), mcse)
        for p, position, year, mcse in arrivals.quantiles(question.quantiles)
    )


def _never_reasons(basis: Basis) -> tuple[NeverReason, ...]:
    stalled = basis.arrivals.p_never - basis.p_unreachable
    reasons = (
        NeverReason(
            "no compute reaches the loss: it lies under the floor, or the law levels off above it", basis.p_unreachable
        ),
        NeverReason(_stall_words(basis.key), stalled),
    )
    return tuple(reason for reason in reasons if reason.probability > 0)


def _stall_words(key: EnvelopeKey) -> str:
    spend = key.payer == "frontier_spend"
    money = "spend and the price of compute together stop gaining" if spend else "the price of compute stops falling"
    ceiling = " once algorithms are at their ceiling" if key.algorithms.ceiling_oom is not None else ""
    return f"in the long run {money}{ceiling}, short of the requirement"


def _binding_limits(basis: Basis) -> tuple[BindingLimit, ...]:
    """Money is the only limit so far, so it binds wherever a limit is asked about at all."""
    if basis.settled.criterion == "on_trend":
        return ()
    arrived = basis.arrivals.arrived[-1] > 0
    return (BindingLimit("money", 1.0 if arrived else 0.0, 1.0),)


def _status(posterior: Posterior) -> PosteriorStatus:
    return PosteriorStatus(posterior.name, posterior.status, posterior.reasons, _nowcast(posterior))


def _nowcast(posterior: Posterior) -> Nowcast | None:
    found = posterior.manifest["nowcast"]
    if not {"window", "rows", "inside_80", "reach"} <= found.keys():
        return None
    start, end = found["window"]
    return Nowcast(start, end, found["rows"], found["inside_80"], found["reach"])


def _provenance(basis: Basis) -> Provenance:
    manifest = basis.posterior.manifest
    hindsight = sorted((table, rows) for table, rows in manifest["hindsight_rows"].items() if rows)
    return Provenance(
        posterior=basis.posterior.name,
        data_digest=manifest["data_digest"],
        as_of=manifest["as_of"],
        data_cutoff=manifest["data_cutoff"],
        hindsight_rows=tuple(HindsightRows(table, rows) for table, rows in hindsight),
        seed=basis.settled.seed,
        draws=basis.arrivals.draws,
        code_version=forecast.__version__,
        scenario_hash=scenario_hash(basis.settled, basis.imported.digest if basis.imported else ""),
    )


def _choices(basis: Basis) -> tuple[Choice, ...]:
    """Algorithms first: they move the answer by decades."""
    question = basis.settled
    listed = [_algorithms_choice(basis)]
    if question.law is not None:
        listed.append(Choice("law", question.law.name or question.law.kind, _law_words(basis, question.law)))
    if question.criterion == "affordable":
        basis_words = words.PRICE_BASIS[question.price_basis]
        listed += [_payer_choice(basis), Choice("price_basis", question.price_basis, basis_words)]
    else:
        listed.append(Choice("criterion", "on_trend", f"the largest run so far reaches it; {_ceiling_words(basis)}"))
    return tuple(listed)


def _algorithms_choice(basis: Basis) -> Choice:
    chosen = basis.key.algorithms
    if chosen.kind == "off":
        told = words.algorithms_words(chosen, None)
    else:
        since = f"counted from {words.month(basis.key.t_ref)}"
        effective = "" if basis.settled.target.kind == "loss" else "; the target is effective compute"
        told = f"{_halving_words(chosen)}, {since}{effective}"
    wanted_newest = basis.asked.algorithms is None and basis.settled.target.kind == "loss"
    if wanted_newest and chosen.kind != NEWEST_ALGORITHMS:
        told += f"; the newest by then ({NEWEST_ALGORITHMS} came on {ALGORITHMS_PUBLISHED_ON[NEWEST_ALGORITHMS]})"
    return Choice("algorithms", chosen.kind, told)


@lru_cache(64)
def _halving_words(chosen: Algorithms) -> str:
    low, middle, high = halving_prior(chosen).ppf([0.05, 0.5, 0.95]).tolist()
    return words.algorithms_words(chosen, (low, middle, high))


def _payer_choice(basis: Basis) -> Choice:
    payer = basis.settled.payer
    if payer.usd_2023:
        return Choice("payer", payer.kind, f"{words.money(payer.usd_2023)}, fixed in constant 2023 US dollars")
    return Choice("payer", payer.kind, f"the spend on the largest run so far as it grows; {_ceiling_words(basis)}")


def _ceiling_words(basis: Basis) -> str:
    low, middle, high = (f"{100 * share:.2g}" for share in basis.ceiling_share)
    ceiling = f"the ceiling of spend, {middle} % of world GDP (90 % {low} to {high} %)"
    return f"{ceiling}, is a judgement that {ceiling_decides(basis.ceiling_year)}"


def ceiling_decides(year: int | None) -> str:
    """From when the assumed ceiling of spend shapes the answer, in words."""
    return f"decides after about {year}" if year else "decides in under half of the draws"


def _law_words(basis: Basis, law: Law) -> str:
    if law.kind == "published":
        found = laws.published(basis.posterior, str(law.name))
        told = f"{law.name}: {words.published_law(found)}, taken at its word"
        return told + ("; the newest by then" if basis.asked.law is None else "")
    power = f"; with weight {POWER_LAW_SHARE:g} a pure power law without floor" if law.kind == "mixture" else ""
    if basis.imported is not None:
        return words.imported_law(basis.imported) + power
    scale = str(basis.settled.target.scale)
    pooled = "the law pooled over all studies, with an irreducible floor"
    if scale not in laws.groups(basis.posterior):
        pooled += f"; {scale} enters by its published law at {100 * law.relative_noise:.3g} % noise"
    return pooled + power
