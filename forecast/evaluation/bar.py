"""The bar that the product sets itself, each line of it measured on the stored backtest and the stored checks.

Nothing is tuned on the outcomes to reach it: where a figure misses, the model stays as it is until there is a reason to
change it that is not the miss, and this says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import ArtefactError
from forecast.evaluation import calibration, skill
from forecast.evaluation.calibration import STORED, Scored, Summary
from forecast.evaluation.hindsight import CHOSEN_IN
from forecast.evaluation.quantities import LINE, MODEL, QUANTITIES
from forecast.evaluation.skill import Skill

CAVEATS = (
    "Before 2023-12 there are no true vintages: a backtest of that time knows values as they were recorded later, "
    "widened by revision noise.",
    f"Structure and priors of these models were chosen in {CHOSEN_IN}, with the outcomes in view: only the track "
    "record, which is written before the facts, is prospective.",
    "Forecasts of one origin share one path, and origins share outcomes: one shared path is one success, and the "
    "effective number beside each figure counts it so.",
)
"""What every figure here is to be read with."""

COVERED = ("frontier_compute", "frontier_cost", "realised_price", "hardware_price")
SKILLED = ("largest_compute", "frontier_cost", "realised_price")
TAILS = ("loss_one_decade", "loss_two_decades")
NEW_STUDY = "loss_new_study"
YEARS, LATE = "1-3", "2016+"
TIMING = "timing.json"

COVERAGE_80, LEAST_COVERAGE_95 = (0.70, 0.90), 0.88
LEAST_SKILL, MOST_LOSS_ERROR, LEAST_LOSS_COVERAGE, MOST_MINUTES = 0.10, 0.023, 0.70, 40.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the bar.

    Attributes
    ----------
    name : str
        Which line, such as `coverage_80 realised_price`.
    words : str
        What was asked and what was measured, one sentence.
    measured : float
        NaN where nothing is stored.
    low, high : float or None
        What it has to be at least, and at most.
    unit : {"share", "skill", "ln", "models", "minutes"}
        Of the measured figure and its bounds.
    met : bool
        Whether it is.
    n : int
        Outcomes (models, runs) that it was measured on.
    effective_n : float
        How many independent ones they are worth; NaN where that is no question.
    """

    name: str
    words: str
    measured: float
    low: float | None
    high: float | None
    unit: str
    met: bool
    n: int
    effective_n: float


def checks(folder: Path = STORED) -> list[Check]:
    """Every line of the bar.

    Parameters
    ----------
    folder : Path
        Of the backtest's tables.

    Raises
    ------
    ArtefactError
        When there is no stored backtest.
    """
    return measured(calibration.load(folder), skill.load(folder), folder)


def measured(scores: Sequence[Scored], skills: Sequence[Skill], folder: Path) -> list[Check]:
    """Every line of the bar, of a backtest's scores and skills that were read already.

    Parameters
    ----------
    scores : sequence of Scored
        Of all forecasters.
    skills : sequence of Skill
        Of the model.
    folder : Path
        Where the time that the backtest took is stored.
    """
    rows = [row for row in scores if row.forecaster == MODEL]
    by_window = calibration.summarise(rows)
    summaries = [one for one in by_window if one.window == "all"]
    return [
        *_coverage(summaries),
        *_skills(skills),
        *_losses(summaries),
        *_new_studies(summaries, rows),
        *_known_misses(by_window, skills),
        _calibrated(),
        _time(folder),
    ]


def _coverage(summaries: Sequence[Summary]) -> Iterator[Check]:
    for one in summaries:
        if one.quantity in COVERED and one.years == YEARS:
            least, most = COVERAGE_80
            told = f"intervals cover {{}} of {_outcomes(one)}, {YEARS} years ahead"
            yield _check(f"coverage_80 {_name(one)}", f"{_words(one)}: 80 % {told}", one.inside_80, (least, most), one)
            bounds = (LEAST_COVERAGE_95, None)
            yield _check(f"coverage_95 {_name(one)}", f"{_words(one)}: 95 % {told}", one.inside_95, bounds, one)


def _skills(skills: Sequence[Skill]) -> Iterator[Check]:
    for one in skills:
        if one.quantity in SKILLED and (one.baseline, one.window, one.years) == (LINE, "all", YEARS):
            told = f"{_words(one)}: CRPS skill against the straight line {{}} on {_outcomes(one)}"
            yield _check(f"skill {_name(one)}", told, one.skill, (LEAST_SKILL, None), one, "skill")


def _losses(summaries: Sequence[Summary]) -> Iterator[Check]:
    for one in summaries:
        if one.quantity in TAILS:
            told = f"{_words(one)}: rms error {{}} on {_outcomes(one)}"
            yield _check(f"rms_error {_name(one)}", told, one.rms_error, (None, MOST_LOSS_ERROR), one, "ln")
            told = f"{_words(one)}: 80 % intervals cover {{}} of {_outcomes(one)}"
            yield _check(f"coverage_80 {_name(one)}", told, one.inside_80, (LEAST_LOSS_COVERAGE, None), one)


def _new_studies(summaries: Sequence[Summary], rows: Sequence[Scored]) -> Iterator[Check]:
    """All points together by their 80 % intervals, and the worst study by its 95 % intervals."""
    of_studies = [row for row in rows if row.quantity == NEW_STUDY]
    for one in (summary for summary in summaries if summary.quantity == NEW_STUDY):
        told = f"{_words(one)}: 80 % intervals cover {{}} of {_outcomes(one)}"
        yield _check(f"coverage_80 {NEW_STUDY}", told, one.inside_80, (LEAST_LOSS_COVERAGE, None), one)
        studies = sorted({row.origin for row in of_studies})
        by_study = {study: calibration.summarise([r for r in of_studies if r.origin == study])[0] for study in studies}
        worst = min(studies, key=lambda study: by_study[study].inside_95)
        told = f"{_words(one)}: of the worst one, {worst}, 95 % intervals cover {{}} of {_outcomes(by_study[worst])}"
        bounds = (LEAST_COVERAGE_95, None)
        yield _check(f"coverage_95 {NEW_STUDY}", told, by_study[worst].inside_95, bounds, by_study[worst])


def _known_misses(summaries: Sequence[Summary], skills: Sequence[Skill]) -> Iterator[Check]:
    """What was known to miss when the bar was set: later origins of compute and of spend."""
    for one in skills:
        if (one.quantity, one.window, one.years, one.baseline) == ("frontier_compute", LATE, YEARS, LINE):
            told = f"Known miss, origins of {LATE}: {_words(one)}: CRPS skill against the straight line {{}} on "
            yield _check("known_miss skill", told + _outcomes(one), one.skill, (0.0, None), one, "skill")
    for each in summaries:
        if (each.quantity, each.window, each.years) == ("frontier_cost", LATE, YEARS):
            told = f"Known miss, origins of {LATE}: {_words(each)}: 80 % intervals cover {{}} of {_outcomes(each)}"
            yield _check("known_miss coverage_80", told, each.inside_80, COVERAGE_80, each)


def _calibrated() -> Check:
    from forecast.evaluation.checks import load_sbc

    try:
        found = load_sbc()
    except ArtefactError:
        words = "Simulation-based calibration is not stored: run `timelines check`."
        return Check("sbc", words, math.nan, 1.0, None, "share", met=False, n=0, effective_n=math.nan)
    models = sorted({one.model for one in found})
    failed = sorted({one.model for one in found if not one.passed})
    share = 1 - len(failed) / len(models) if models else math.nan
    told = f"Simulation-based calibration passes for {len(models) - len(failed)} of {len(models)} models"
    but = f", not for {', '.join(failed)}" if failed else ""
    words = f"{told}{but}; asked are all."
    return Check("sbc", words, share, 1.0, None, "share", share == 1, len(models), math.nan)


def _time(folder: Path) -> Check:
    path = folder / TIMING
    if not path.is_file():
        words = "How long a whole backtest takes is not stored: run `timelines backtest` without checkpoints."
        return Check("minutes", words, math.nan, None, MOST_MINUTES, "minutes", met=False, n=0, effective_n=math.nan)
    found: Mapping[str, float] = json.loads(path.read_text(encoding="utf-8"))
    minutes, fits = found["wall_minutes"], int(found["fits"])
    words = (
        f"The whole backtest, {fits} fits, ended after {minutes:.1f} minutes in {found['jobs']:.0f} processes "
        f"({found['cpu_minutes']:.1f} CPU-minutes); asked are at most {MOST_MINUTES:.0f}."
    )
    met = minutes <= MOST_MINUTES
    return Check("minutes", words, minutes, None, MOST_MINUTES, "minutes", met, fits, math.nan)


def _check(
    name: str,
    told: str,
    measured: float,
    bounds: tuple[float | None, float | None],
    of: Summary | Skill,
    unit: str = "share",
) -> Check:
    """A check whose words hold a place for the measured figure, followed by what is asked."""
    low, high = bounds
    met = (low is None or measured >= low) and (high is None or measured <= high)
    words = f"{told.format(_figure(measured, unit))}; {_asked(low, high, unit)}."
    return Check(name, words, measured, low, high, unit, met, of.n, of.effective_n)


def _asked(low: float | None, high: float | None, unit: str) -> str:
    if low is not None and high is not None:
        return f"asked are {_figure(low, unit)} to {_figure(high, unit)}"
    if low is not None:
        return f"asked is at least {_figure(low, unit)}"
    return f"asked is at most {_figure(high or 0.0, unit)}"


def _figure(value: float, unit: str) -> str:
    if math.isnan(value):
        return "unknown"
    if unit == "skill":
        return f"{value:+.2f}"
    return f"{100 * value:.1f} %" if unit == "ln" else f"{100 * value:.0f} %"


def _outcomes(of: Summary | Skill) -> str:
    return f"{of.n} outcomes, worth {of.effective_n:.0f} independent ones"


def _name(of: Summary | Skill) -> str:
    return f"{of.quantity} {of.part}".rstrip()


def _words(of: Summary | Skill) -> str:
    words = QUANTITIES[of.quantity].words + (of.part and f", {of.part}")
    return words[0].upper() + words[1:]
