"""The section on past forecasts: what is missed of the bar, how often intervals held, and skill beside a straight line.

It is read from the shipped tables of the backtest; `timelines calibration --html` writes the whole page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.errors import ArtefactError
from forecast.evaluation import calibration
from forecast.evaluation.bar import CAVEATS, LATE, Check
from forecast.evaluation.calibration import Summary
from forecast.evaluation.calibration_encode import bar_dict, skill_dict, summary_dict
from forecast.evaluation.hindsight import CHOSEN_IN
from forecast.evaluation.quantities import LINE
from forecast.evaluation.skill import Skill
from forecast.reports import calibration_scores, coverage_chart
from forecast.reports.calibration_basis import bounds_words
from forecast.reports.calibration_parts import bound_words, count_words, figure_words
from forecast.reports.calibration_scores import Stored, line_words
from forecast.reports.quantity_words import quantity_words
from forecast.reports.sections import Section, Table, section
from forecast.reports.skill_chart import interval, signed
from forecast.reports.words import percent

SLUG, HEADING = "calibration", "How past forecasts did"
_SHOWN_LINES = 6
_WHOLE_PAGE = "The whole bar, and every chart of the backtest: `timelines calibration --html calibration.html`."


def calibration_section(folder: Path = calibration.STORED) -> Section:
    """The stored backtest in brief: misses first, coverage and skill by quantity, the coverage chart.

    Parameters
    ----------
    folder : Path
        Of the backtest's tables.

    Returns
    -------
    Section
        That says what to run where there are none.
    """
    return section(SLUG, HEADING, lambda: _section(Stored(folder)))


def _section(stored: Stored) -> Section:
    scored, checks = _scored(stored), stored.checks
    missed = [f"{heading}: {words}" for heading, words in calibration_scores.misses(checks)]
    figure = coverage_chart.picture(stored.summaries)
    return Section(
        "",
        "",
        words=(*missed, f"{calibration_scores.headline(checks)} {_done(stored)}"),
        tables=(_quantities(scored), _bar(checks)),
        figures=(figure,),
        notes=(CAVEATS[1], _WHOLE_PAGE),
        values=_values(stored, scored),
    )


@dataclass(frozen=True, slots=True)
class _Scored:
    """One quantity: its coverage, and its skill against a straight line where it has one."""

    summary: Summary
    skill: Skill | None


def _scored(stored: Stored) -> list[_Scored]:
    """Every quantity over all origins, 1 to 3 years ahead."""
    skills = {(one.quantity, one.part): one for one in _skills(stored)}
    chosen = coverage_chart.chosen(stored.summaries)
    return [_Scored(one, skills.get((one.quantity, one.part))) for one in chosen]


def _skills(stored: Stored) -> list[Skill]:
    try:
        found = stored.skills
    except ArtefactError:  # scores without skills still say how often intervals held
        return []
    return [one for one in found if one.baseline == LINE and one.window == "all" and one.years in ("1-3", "")]


def _quantities(scored: Sequence[_Scored]) -> Table:
    headings = ("quantity", "outcomes", "inside 80 %", "skill against a straight line", "90 %")
    rows = tuple(_row(one.summary, one.skill) for one in scored)
    return Table("Coverage and skill by quantity", headings, rows, (2, 3), (1, 4), slug="calibration-quantities")


def _row(summary: Summary, skill: Skill | None) -> tuple[str, ...]:
    known = skill is not None and math.isfinite(skill.skill)
    return (
        quantity_words(summary.quantity, summary.part),
        count_words(summary.n, summary.effective_n),
        percent(summary.inside_80),
        signed(skill.skill) if known and skill else "",
        interval(skill) if known and skill else "",
    )


def _bar(checks: Sequence[Check]) -> Table:
    """The lines of the bar, those that are not met first."""
    ranked = sorted(checks, key=lambda one: (one.met, math.isfinite(one.measured)))
    rows = tuple(
        (
            line_words(one),
            bound_words(one),
            figure_words(one.measured, one.unit),
            count_words(one.n, one.effective_n) if one.n else "",
            calibration_scores.verdict(one),
        )
        for one in ranked
    )
    headings = ("line of the bar", "asked", "measured", "outcomes", "verdict")
    shown = max(_SHOWN_LINES, sum(not one.met for one in checks))
    return Table("The bar, line by line", headings, rows, (1, 2), (3,), slug="calibration-bar", on_page=shown)


def _done(stored: Stored) -> str:
    """What was done, in a sentence or two."""
    origins = stored.provenance["origins"]
    return (
        f"The models were refitted as of {len(origins)} year-ends, {origins[0]} to {origins[-1]}, on what had been "
        f"published by then, and asked for what came after. {bounds_words(stored.rows)}"
    )


def _values(stored: Stored, scored: Sequence[_Scored]) -> dict[str, Any]:
    """What the words say; under `data` the whole bar and every score that is told."""
    checks, origins = stored.checks, stored.provenance["origins"]
    known = [one for one in checks if math.isfinite(one.measured)]
    met = sum(one.met for one in checks)
    return {
        "origins_from": int(LATE[:4]),
        "chosen_in_year": CHOSEN_IN,
        "lines": {"count": len(checks), "met": met, "missed": len(known) - sum(one.met for one in known)},
        "not_measured": len(checks) - len(known),
        "origins": {"count": len(origins), "first": origins[0], "last": origins[-1]},
        "lower_bounds": sum(row.censored for row in stored.rows),
        "not_met": [bar_dict(one) for one in checks if not one.met],
        "data": {
            "bar": [bar_dict(one) for one in checks],
            "quantities": [summary_dict(one.summary) for one in scored],
            "skills": [skill_dict(one.skill) for one in scored if one.skill is not None],
        },
    }
