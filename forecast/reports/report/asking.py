"""What a report is about: its lead, and the variants of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecast.batch.asking import WHOLE
from forecast.batch.layering import over
from forecast.batch.spec import Spec, Variant
from forecast.engine.question import DEFAULT_HORIZON
from forecast.errors import InputError

TOLD_YEARS = (2030, 2035, 2040)
BASELINE = Variant("baseline", {})


def lead_arguments(spec: Spec) -> dict[str, Any]:
    """The arguments of the question that the report is about: the spec's lead, else its first question.

    Raises
    ------
    InputError
        When the spec has neither.
    """
    if not spec.lead and not len(spec.items):
        raise InputError(f"{spec.name} has no lead and no questions; give one", field="lead")
    asked = over(spec.defaults, spec.lead) if spec.lead else dict(spec.items[0].asked)
    if WHOLE in asked:
        return {WHOLE: {"by_years": list(_years(asked[WHOLE])), **asked[WHOLE]}}
    return {"by_years": _years(asked), **asked}


def _years(asked: Mapping[str, Any]) -> tuple[int, ...]:
    """The years of the tiles that lie within the horizon."""
    last = int(str(asked.get("horizon", DEFAULT_HORIZON))[:4])
    return tuple(year for year in TOLD_YEARS if year <= last) or (last,)


def variants(spec: Spec) -> tuple[Variant, ...]:
    """The lead as it is, then every other scenario of the spec."""
    others = [one for one in spec.scenarios if one.asked not in ({}, {"scenario": "baseline"})]
    first = [one for one in spec.scenarios if one not in others] or [BASELINE]
    return (first[0], *others)
