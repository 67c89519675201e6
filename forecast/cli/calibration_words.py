"""A calibration as plain text, at most 100 columns wide: the bar first, then coverage, skill, checks and caveats."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from forecast.cli.layout import filled_wide

if TYPE_CHECKING:
    from forecast.evaluation.backtests import Backtest, Fit, Listing
    from forecast.evaluation.bar import Check
    from forecast.evaluation.calibration import Summary
    from forecast.evaluation.calibration_answer import Calibration
    from forecast.evaluation.skill import Skill
    from forecast.evaluation.stacking import LawWeights

_COVERAGE = (
    "origins",
    "years",
    "n",
    "n eff",
    "CRPS",
    "50 %",
    "80 %",
    "95 %",
    "80 % width",
    "rms error",
    "PIT by fifths",
)
_BOUNDS = ("quantity", "years", "bounds", "-ln P(>= b)", "CRPS cut off at b")
_SKILL = ("quantity", "origins", "years", "n", "n eff", "skill", "90 % interval")
_LISTED = ("name", "origins", "losses", "scores", "fits", "version", "")


def text(calibration: Calibration, whole: bool = False) -> str:
    """A calibration for a terminal, ending in a newline.

    Parameters
    ----------
    calibration : Calibration
        What to tell.
    whole : bool
        Whether to tell every window of origins, and five years ahead too.
    """
    from forecast.cli.machinery_words import machinery_text

    parts = [
        _opening(calibration.backtest),
        _bar(calibration.bar),
        _coverage([one for one in calibration.summaries if whole or _shown(one, ("all", "2016+"))], whole),
        _bounds(calibration.summaries),
        _skills(calibration, [one for one in calibration.skills if whole or _shown(one, ("all",))]),
        _law_weights(calibration.law_weights),
        machinery_text(calibration.machinery),
        _fits(calibration.backtest.fits),
        _caveats(calibration),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def listing_text(listing: Listing) -> str:
    """Every backtest for a terminal, ending in a newline."""
    from forecast.cli.listing import columns

    rows = [_listed_row(backtest) for backtest in listing.sound]
    lines = [columns(_LISTED, rows, right=("scores", "fits"))]
    lines += [filled_wide(f"{name} cannot be read: {problem}", rest="  ") for name, problem in listing.damaged]
    return "\n".join(lines) + "\n"


def _listed_row(backtest: Backtest) -> tuple[str, ...]:
    source = backtest.provenance
    losses = "held out" if source["losses_held_out"] else ""
    counts = (f"{len(backtest.scores):,}", str(len(backtest.fits)))
    stale = "stale: " + " ".join(backtest.stale_reasons) if backtest.stale_reasons else ""
    return (backtest.name, _span(source["origins"]), losses, *counts, source["code_version"], stale)


def _span(origins: Sequence[str]) -> str:
    return f"{origins[0][:4]} to {origins[-1][:4]}" if origins else "none"


def _opening(backtest: Backtest) -> str:
    from forecast.engine.words import listed

    source = backtest.provenance
    years = listed([str(year) for year in source["years_ahead"]])
    losses = "; losses held out" if source["losses_held_out"] else ""
    lines = [
        f"Backtest {backtest.name}: models refitted as of {len(source['origins'])} year-ends, "
        f"{_span(source['origins'])}, forecasting {years} years ahead{losses}. {len(backtest.scores):,} scores."
    ]
    remedy = "`make backtest` makes it anew." if backtest.shipped else "Run it again."
    lines += [f"Stale: {' '.join(backtest.stale_reasons)} {remedy}"] if backtest.stale_reasons else []
    lines += [f"Pending: the origin {origin}: {why}." for origin, why in source["pending_origins"].items()]
    return "\n".join(filled_wide(line, rest="  ") for line in lines)


def _bar(lines: Sequence[Check]) -> str:
    """Those that are missed first."""
    if not lines:
        return ""
    missed = sum(not line.met for line in lines)
    opening = f"The bar: {len(lines) - missed} of {len(lines)} lines are met" + (f", {missed} missed" if missed else "")
    told = [
        filled_wide(line.words, f"  {'met' if line.met else 'MISSED':<8}", " " * 10) for line in _missed_first(lines)
    ]
    return "\n".join([f"{opening}.", *told])


def _missed_first(lines: Sequence[Check]) -> list[Check]:
    return sorted(lines, key=lambda line: line.met)


def _shown(row: Summary | Skill, windows: Sequence[str]) -> bool:
    """Whether a row is told when not all are asked for: up to three years ahead."""
    return row.window in windows and row.years != "5"


def _coverage(summaries: Sequence[Summary], whole: bool) -> str:
    """The models' own scores, a heading for each quantity; a range of years ahead is told by window of origins."""
    from forecast.cli.listing import columns
    from forecast.evaluation.calibration import MODEL, QUANTITIES

    mine = [summary for summary in summaries if summary.forecaster == MODEL]
    if not mine:
        return ""
    lines = columns(_COVERAGE, [_coverage_row(summary) for summary in mine], right=_COVERAGE[2:]).splitlines()
    told, heading = [lines[0]], ""
    for summary, line in zip(mine, lines[1:], strict=True):
        quantity = QUANTITIES[summary.quantity]
        if heading != (heading := f"{quantity.words}{summary.part and f', {summary.part}'} ({quantity.unit})"):
            told.append(heading)
        told.append(f"  {line}")
    told[0] = f"  {told[0]}"
    legend = (
        "n eff: how many independent outcomes these dependent ones are worth. 50, 80, 95 %: share of outcomes inside "
        "that interval. PIT: outcomes by fifths of the forecast, 20 each when calibrated. oom: log10; ln: natural "
        "logarithm." + ("" if whole else " Other origins, and five years ahead: --all.")
    )
    return "\n".join(["Coverage and scores of the models", *told, filled_wide(legend)])


def _bounds(summaries: Sequence[Summary]) -> str:
    """The models' scores of outcomes that are known as a lower bound only."""
    from forecast.cli.listing import columns
    from forecast.evaluation.calibration import MODEL, QUANTITIES

    mine = [one for one in summaries if one.bounds and one.forecaster == MODEL and one.window == "all"]
    rows = [
        (
            QUANTITIES[one.quantity].words,
            one.years,
            str(one.bounds),
            _decimal(one.bound_log_score),
            _decimal(one.tw_crps),
        )
        for one in mine
        if math.isfinite(one.bound_log_score)
    ]
    return f"Outcomes known as lower bounds b only\n{_indented(columns(_BOUNDS, rows, _BOUNDS[2:]))}" if rows else ""


def _coverage_row(summary: Summary) -> tuple[str, ...]:
    from forecast.evaluation.calibration import QUANTITIES

    decimals = 4 if QUANTITIES[summary.quantity].unit == "ln" else 3
    inside = (f"{100 * share:.0f}" for share in (summary.inside_50, summary.inside_80, summary.inside_95))
    return (
        *(summary.window, summary.years, str(summary.n), _decimal(summary.effective_n, 0)),
        *(_decimal(summary.crps, decimals), *inside),
        *(_decimal(value, decimals) for value in (summary.width_80, summary.rms_error)),
        " ".join(f"{100 * share:.0f}" for share in summary.pit),
    )


def _skills(calibration: Calibration, skills: Sequence[Skill]) -> str:
    """A block for each baseline."""
    if not skills:
        return ""
    parts = ["Skill: 1 - CRPS / the baseline's, on the same outcomes; above zero the models are better"]
    for name in dict.fromkeys(skill.baseline for skill in skills):
        words = calibration.forecasters.get(name, name)
        own = [skill for skill in skills if skill.baseline == name]
        parts += [filled_wide(f"beside {name}: {words}", rest="  "), _skill_table(own)]
    return "\n".join(parts)


def _skill_table(skills: Iterable[Skill]) -> str:
    from forecast.cli.listing import columns
    from forecast.evaluation.calibration import QUANTITIES

    rows = [
        (
            f"{QUANTITIES[one.quantity].words}{one.part and f', {one.part}'}",
            *(one.window, one.years, str(one.n), _decimal(one.effective_n, 0)),
            *(_signed(one.skill), f"{_signed(one.low)} to {_signed(one.high)}" if math.isfinite(one.low) else ""),
        )
        for one in skills
    ]
    return _indented(columns(_SKILL, rows, right=_SKILL[3:]))


def _law_weights(weights: LawWeights | None) -> str:
    if weights is None:
        return ""
    return filled_wide(
        f"Forms of the law: held-out losses ({weights.n} in {weights.groups} groups) give the form with a floor a "
        f"weight of {weights.floor:.2f} (90 %: {weights.low:.2f} to {weights.high:.2f}), the one without the rest.",
        rest="  ",
    )


def _fits(fits: Sequence[Fit]) -> str:
    passed = sum(fit.status == "PASSED" for fit in fits)
    lines = [f"Fits: {passed} of {len(fits)} passed the gates."]
    lines += [
        filled_wide(f"{fit.fit}: {fit.status}, {fit.reasons}", "  ", "    ") for fit in fits if fit.status != "PASSED"
    ]
    return "\n".join(lines)


def _caveats(calibration: Calibration) -> str:
    lines = [filled_wide(caveat, "- ", "  ") for caveat in calibration.caveats]
    return "\n".join(["What these figures do not show", *lines]) if lines else ""


def _indented(block: str) -> str:
    return textwrap.indent(block, "  ")


def _decimal(value: float, decimals: int = 3) -> str:
    return f"{value:.{decimals}f}" if math.isfinite(value) else ""


def _signed(value: float) -> str:
    return f"{round(value, 2) or 0.0:+.2f}" if math.isfinite(value) else ""
