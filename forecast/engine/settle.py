"""Settle a question on a posterior: fill in the defaults that depend on it, refuse what it cannot answer.

Nothing newer than the posterior's as-of date enters: laws are those in its manifest, algorithm options those published
by then. Where a default was not published yet, the newest that was takes its place, and the answer says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from forecast.engine import characters, laws
from forecast.engine.filled import filled
from forecast.engine.imported import ImportedScale
from forecast.engine.overrides import check_overrides
from forecast.engine.question import (
    BASELINE,
    DEFAULT_BY_YEARS,
    DEFAULT_RELATIVE_NOISE,
    MAX_MONTHS,
    Algorithms,
    AlgorithmsKind,
    Law,
    Question,
    Target,
)
from forecast.engine.switches import require_published
from forecast.errors import InputError, UnansweredError, UnknownNameError
from forecast.posterior.artefact import Posterior
from forecast.priors import ALGORITHMS_PUBLISHED_ON
from forecast.units import decimal_year, grid_years, months_until


def settle(question: Question, posterior: Posterior, imported: ImportedScale | None = None) -> Question:
    """The question with every default filled in.

    Parameters
    ----------
    question : Question
        As it was put.
    posterior : Posterior
        Which is to answer it.
    imported : ImportedScale, optional
        Its scale, where that is not one of the posterior's own.

    Raises
    ------
    InputError
        When the horizon or a year by which to answer lies outside the forecast, or something newer than the as-of date
        is asked for.
    UnknownNameError
        For a scale or a law that this posterior does not know.
    UnansweredError
        When a model that the question needs was only sampled from its prior.
    """
    _require(posterior, ["compute"], "price and spend")
    if question.price_basis != "realised":
        needed = ["price", "rental"] if question.price_basis == "list_rental" else ["price"]
        _require(posterior, needed, f"price basis {question.price_basis}")
    if question.scenario is not BASELINE:
        check_overrides(question.scenario.overrides)
    if question.payer.kind == "stated":
        raise InputError(
            "the payer's dollars are not carried over to 2023; ask through a Forecaster", field="payer.stated"
        )
    _check_inputs(question, posterior)
    return filled(
        question,
        target=_target(question.target, imported),
        as_of=posterior.as_of,
        posterior=posterior.name,
        law=_law(question, posterior, imported),
        algorithms=_algorithms(question, posterior.as_of),
        by_years=_by_years(question, posterior.as_of),
    )


def reference_year(question: Question, posterior: Posterior, imported: ImportedScale | None = None) -> float:
    """Decimal year from which algorithmic progress counts.

    For a loss the date of its law: the median publication date of the pooled law's rows, or the publication of the
    published law or the imported study that the scale rests on. For FLOP and GPT-3 multiples the forecast's first
    month: the target is then effective compute.
    """
    if question.law is None:
        return float(grid_years(posterior.as_of, 1)[0])
    if imported is not None:
        return decimal_year(imported.published_on)
    if question.target.scale in laws.groups(posterior):
        return float(posterior.constants("loss")["t_ref"])
    name, scale = question.law.name, str(question.target.scale)
    law = laws.published(posterior, name) if name else laws.newest_of_scale(posterior, scale)
    return decimal_year(date.fromisoformat(law["published_on"]))


def _target(target: Target, imported: ImportedScale | None) -> Target:
    """Bits per character with the characters per token of their scale."""
    if target.kind != "bits_per_character" or target.characters_per_token is not None:
        return target
    stated = characters.of_scale(str(target.scale)) if imported is None else imported.characters_per_token
    if stated is None:
        raise InputError(
            f"scale {target.scale} states no characters per token, which bits per character need; give "
            f"characters_per_token, or a scale that states them: {', '.join(characters.CHARACTERS_PER_TOKEN)}",
            field="target.bits_per_character.characters_per_token",
        )
    return replace(target, characters_per_token=stated)


_INPUTS_OF: dict[str, tuple[str, ...]] = {
    "inference_affordable": ("inference.tokens_per_page", "inference.price_ratio", "data.tokens_per_parameter"),
    "with_staff": ("cost_scope.staff",),
    "development": ("cost_scope.staff", "cost_scope.development"),
}


def _check_inputs(question: Question, posterior: Posterior) -> None:
    """Refuse what rests on priors that are newer than the forecast."""
    overrides = question.scenario.overrides
    for choice in (question.criterion, question.cost_scope):
        require_published(_INPUTS_OF.get(choice, ()), overrides, posterior.as_of, choice)
    target = question.target
    if target.kind == "indistinguishable_tokens" and target.slowdown is None:
        require_published(("judge.slowdown",), overrides, posterior.as_of, target.kind)
    if target.kind == "brain_anchor" and target.flop_per_s is None:
        require_published(("brain.flop_per_s",), overrides, posterior.as_of, target.kind)


def months_within(question: Question, as_of: date) -> int:
    """Number of grid months up to the horizon.

    Raises
    ------
    InputError
        When it is not from 1 to 600.
    """
    months = months_until(as_of, question.horizon_month())
    if not 1 <= months <= MAX_MONTHS:
        last = as_of.year * 12 + as_of.month - 1 + MAX_MONTHS - 1
        raise InputError(
            f"horizon is {question.horizon}; give a month from {as_of:%Y-%m} (the as-of month) to "
            f"{last // 12}-{last % 12 + 1:02d} ({MAX_MONTHS} months)",
            field="horizon",
        )
    return months


def newest_algorithms(as_of: date) -> AlgorithmsKind:
    """The newest published halving time by a date, `off` before the first."""
    known = {day: kind for kind, day in ALGORITHMS_PUBLISHED_ON.items() if day <= as_of.isoformat()}
    return known[max(known)] if known else "off"  # type: ignore[return-value]


def _require(posterior: Posterior, blocks: list[str], what: str) -> None:
    for block in blocks:
        if block in posterior.prior_only:
            raise UnansweredError(
                f"posterior {posterior.name} cannot answer for {what}: its {block} model had fewer than five rows by "
                f"{posterior.data_cutoff} and is only its prior; choose a later as-of date",
                field="as_of",
            )


def _law(question: Question, posterior: Posterior, imported: ImportedScale | None) -> Law | None:
    if not question.target.is_loss:
        return None
    law = _law_on_scale(question, posterior, imported)
    if question.target.kind in ("reducible_loss", "indistinguishable_tokens"):
        _require_floor(law, question.target, posterior)
    return law


def _law_on_scale(question: Question, posterior: Posterior, imported: ImportedScale | None) -> Law:
    if imported is not None:
        return _law_of_import(question.law or Law(), imported, posterior)
    scale, known = question.target.scale, laws.known_scales(posterior)
    if scale not in known:
        raise UnknownNameError("scale", str(scale), known, field=question.target.scale_path)
    law = question.law or _default_law(str(scale), posterior)
    if law.kind == "published":
        _check_scale_of(law, str(scale), posterior)
    else:
        _require_pool(law, posterior)
    if law.relative_noise != DEFAULT_RELATIVE_NOISE and scale in laws.groups(posterior):
        raise InputError(
            f"relative_noise is {law.relative_noise:g}, but scale {scale} has runs of its own, and their scatter "
            "is fitted; leave the noise out",
            field=f"law.{law.kind}.relative_noise",
        )
    return law


def _law_of_import(law: Law, scale: ImportedScale, posterior: Posterior) -> Law:
    if scale.published_on > posterior.as_of:
        raise InputError(
            f"scale {scale.name} was published on {scale.published_on}, after the as-of date {posterior.as_of}, so a "
            "forecast as of then does not know it; choose a scale that was published by then, or make a later "
            f"posterior with `timelines fit --as-of {scale.published_on}`",
            field="target.loss.scale",
        )
    if law.kind == "published":
        laws.published(posterior, str(law.name))
        raise InputError(
            f"law {law.name} is not stated on scale {scale.name}, which is an imported study; choose pooled or mixture",
            field="law.published.name",
        )
    _require_pool(law, posterior, scale.name)
    if law.relative_noise != DEFAULT_RELATIVE_NOISE:
        raise InputError(
            f"relative_noise is {law.relative_noise:g}, but scale {scale.name} has points of its own, whose noise was "
            "stated at import or is learned; leave the noise out",
            field=f"law.{law.kind}.relative_noise",
        )
    return law


def _require_floor(law: Law, target: Target, posterior: Posterior) -> None:
    """What is said of the loss above the floor needs a law that has one in every draw."""
    if law.kind == "pooled":
        return
    if law.kind == "published" and laws.published(posterior, str(law.name))["floor_nats"] > 0:
        return
    name = law.name or law.kind
    raise InputError(
        f"target {target.kind} counts from the law's irreducible loss, and the law {name} has none"
        f"{' in some draws' if law.kind == 'mixture' else ''}; choose the law pooled, or state the loss itself",
        field="law",
    )


def _default_law(scale: str, posterior: Posterior) -> Law:
    if "loss" in posterior.prior_only:
        return Law.published(laws.newest_of_scale(posterior, scale)["name"])
    return Law()


def _check_scale_of(law: Law, scale: str, posterior: Posterior) -> None:
    stated_on = laws.published(posterior, str(law.name))["scale"]
    if stated_on != scale:
        raise InputError(
            f"law {law.name} is stated on scale {stated_on}, the loss on {scale}; give the loss on {stated_on}, or "
            "choose the law pooled",
            field="law.published.name",
        )


def _require_pool(law: Law, posterior: Posterior, imported: str = "") -> None:
    if "loss" not in posterior.prior_only:
        return
    names = ", ".join(sorted(entry["name"] for entry in posterior.manifest["laws"]))
    remedy = f"scale {imported} needs it: choose a later as-of date" if imported else f"choose a published one: {names}"
    raise UnansweredError(
        f"the {law.kind} law had not been published by {posterior.as_of}: fewer than five points were known; {remedy}",
        field="law",
    )


def _algorithms(question: Question, as_of: date) -> Algorithms:
    if question.algorithms is None:
        return Algorithms(newest_algorithms(as_of) if question.target.is_loss else "off")
    published = ALGORITHMS_PUBLISHED_ON.get(question.algorithms.kind, "")
    if published > as_of.isoformat():
        newest = newest_algorithms(as_of)
        raise InputError(
            f"algorithms {question.algorithms.kind} was published on {published}, after the as-of date {as_of}; "
            f"choose {newest if newest == 'off' else f'{newest}, off'} or a prior of your own",
            field="algorithms",
        )
    return question.algorithms


def _by_years(question: Question, as_of: date) -> tuple[int, ...]:
    last = question.horizon_month().year
    months_within(question, as_of)
    if question.by_years is None:
        return tuple(year for year in DEFAULT_BY_YEARS if as_of.year <= year <= last)
    for i, year in enumerate(question.by_years):
        if not as_of.year <= year <= last:
            raise InputError(
                f"by_years[{i}] is {year}; give a year from {as_of.year} (the as-of date's) to {last} (the horizon's)",
                field=f"by_years[{i}]",
            )
    return question.by_years
