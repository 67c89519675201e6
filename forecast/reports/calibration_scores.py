"""The first half of the calibration page: the bar, and how forecasts of the past were scored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import ArtefactError
from forecast.evaluation import bar, calibration, past_fans, skill
from forecast.evaluation.bar import Check
from forecast.evaluation.calibration import Scored, Summary
from forecast.evaluation.quantities import LINE, MODEL
from forecast.evaluation.skill import Skill
from forecast.posterior import selection
from forecast.reports import coverage_chart, loss_chart, passage_chart, past_fans_chart, pit_chart, skill_chart
from forecast.reports.calibration_parts import bound_words, count_words, figure_words
from forecast.reports.past_fans_chart import Runs
from forecast.reports.quantity_words import baseline_words, quantity_words
from forecast.reports.sections import Section, Table, Tile, drawn, section
from forecast.reports.skill_chart import interval, signed
from forecast.reports.words import listed, percent
from forecast.units import decimal_year

_LINES = {
    "coverage_80": "80 % coverage",
    "coverage_95": "95 % coverage",
    "skill": "skill",
    "rms_error": "rms error",
    "sbc": "simulation-based calibration, models that pass",
    "minutes": "time of a whole backtest",
}
_KNOWN = {
    "known_miss skill": "skill, frontier compute, origins from 2016",
    "known_miss coverage_80": "80 % coverage, spend, origins from 2016",
}
_COVERED = {"frontier_compute": "compute", "frontier_cost": "spend", "realised_price": "price"}
_SKILLED = {"largest_compute": "the largest run", "frontier_cost": "spend", "realised_price": "price"}
_NAMED_RUNS = "loss_olmo"
_LOSSES = {"loss_one_decade": "one decade of compute out", "loss_two_decades": "two decades out"}


@dataclass(frozen=True)
class Stored:
    """The tables of one backtest, each read when it is asked for.

    Attributes
    ----------
    folder : Path
        Where they lie.
    """

    folder: Path

    @cached_property
    def rows(self) -> list[Scored]:
        """The scores."""
        return calibration.load(self.folder)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """What they came from; asked for only with the scores, so that what is missing is told once."""
        return calibration.provenance(self.folder) if self.rows else {}

    @cached_property
    def summaries(self) -> list[Summary]:
        """Their summaries."""
        return calibration.summarise(self.rows)

    @cached_property
    def skills(self) -> list[Skill]:
        """Skill against each baseline."""
        return skill.load(self.folder)

    @cached_property
    def checks(self) -> list[Check]:
        """The lines of the bar."""
        return bar.measured(self.rows, self.skills, self.folder)


def headline(checks: Sequence[Check]) -> str:
    """How many lines of the bar are met, and how many are missed, plainly."""
    missed, unknown = len(_missed(checks)), len(_unknown(checks))
    met = f"{len(checks) - missed - unknown} of the {len(checks)} lines of their own bar are met"
    told = [met, *([f"{missed} missed"] if missed else []), *([f"{unknown} not measured"] if unknown else [])]
    return f"Past forecasts of these models, scored: {listed(told)}."


def misses(checks: Sequence[Check]) -> list[tuple[str, str]]:
    """Which lines are missed and by how much, and which are not measured: a heading and its words each."""
    missed = [f"{line_words(check)}: {_against(check)}" for check in _missed(checks)]
    unknown = [line_words(check) for check in _unknown(checks)]
    told = [("Missed", missed), ("Not measured", unknown)]
    return [(heading, "; ".join(lines) + ".") for heading, lines in told if lines]


def _missed(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if not check.met and math.isfinite(check.measured)]


def _unknown(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if not math.isfinite(check.measured)]


def line_words(check: Check) -> str:
    """A line of the bar in a few words: `80 % coverage of the realised price`."""
    if check.name in _KNOWN:
        return _KNOWN[check.name]
    kind, _, about = check.name.partition(" ")
    quantity, _, part = about.partition(" ")
    words = _LINES.get(kind, kind.replace("_", " "))
    return f"{words}, {quantity_words(quantity, part)}" if about else words


def _against(check: Check) -> str:
    return f"{figure_words(check.measured, check.unit)}, asked {bound_words(check)}"


def tiles(stored: Stored) -> list[Tile]:
    """Coverage, skill against a straight line and error of losses; what is not stored is left out."""
    found = [_coverage_tile(s, _COVERED[s.quantity]) for s in _main(stored.summaries) if s.quantity in _COVERED]
    found += [_skill_tile(s, _SKILLED[s.quantity]) for s in _skills(stored) if s.quantity in _SKILLED]
    losses = [s for s in _main(stored.summaries) if s.quantity in _LOSSES]
    return found + [
        Tile(
            f"error of losses, {_LOSSES[s.quantity]}",
            figure_words(s.rms_error, "ln"),
            f"root mean square; {count_words(s.n, s.effective_n)}",
        )
        for s in losses
    ]


def _main(summaries: Sequence[Summary]) -> list[Summary]:
    """The model's, over all origins, 1 to 3 years ahead."""
    return [
        s for s in summaries if s.forecaster == MODEL and s.window == "all" and s.years in ("1-3", "") and not s.part
    ]


def _coverage_tile(summary: Summary, name: str) -> Tile:
    rests = count_words(summary.n, summary.effective_n)
    return Tile(f"inside 80 %, {name}", percent(summary.inside_80), rests)


def _skills(stored: Stored) -> list[Skill]:
    """Against a straight line, over all origins, 1 to 3 years ahead; none where none are stored."""
    try:
        found = stored.skills
    except ArtefactError:
        return []
    return [s for s in found if s.baseline == LINE and s.window == "all" and s.years == "1-3" and not s.part]


def _skill_tile(found: Skill, name: str) -> Tile:
    ends = interval(found)
    return Tile(f"skill on {name}", signed(found.skill), f"90 %: {ends}" if ends else "too few origins for an interval")


def sections(stored: Stored) -> list[Section]:
    """The bar, coverage, PIT, past fans, skill, first passages and losses."""
    return [
        section("bar", "The bar", lambda: _bar(stored)),
        section("held", "How often the intervals held", lambda: _held(stored)),
        section("fans", "What was said, and what came", lambda: _fans(stored)),
        section("against", "Against simpler forecasters", lambda: _against_baselines(stored)),
        section("passages", "First passages", lambda: _passages(stored)),
        section("losses-held-out", "Losses held out", lambda: _losses(stored)),
    ]


def _bar(stored: Stored) -> Section:
    rows = tuple(
        (
            line_words(check),
            bound_words(check),
            figure_words(check.measured, check.unit),
            count_words(check.n, check.effective_n) if check.n else "",
            verdict(check),
        )
        for check in stored.checks
    )
    return Section(
        "",
        "",
        words=("Every line is computed from the stored tables; none was moved to be met.",),
        tables=(
            Table("The bar, line by line", ("line", "asked", "measured", "outcomes", "verdict"), rows, (1, 2), (3,)),
        ),
    )


def verdict(check: Check) -> str:
    """`met`, `missed` or `not measured`."""
    if not math.isfinite(check.measured):
        return "not measured"
    return "met" if check.met else "missed"


def _held(stored: Stored) -> Section:
    told = (
        "n counts outcomes; what they are worth is how many independent ones would say as much: forecasts of one "
        "origin share a path, and origins that follow each other share outcomes."
    )
    return Section(
        "", "", words=(told,), figures=(coverage_chart.picture(stored.summaries), pit_chart.picture(stored.summaries))
    )


def _fans(stored: Stored) -> Section:
    found = past_fans.load(stored.folder)
    return Section("", "", figures=drawn(past_fans_chart.picture(found, known_runs(stored))))


def known_runs(stored: Stored) -> Runs:
    """What is known of the frontier: the runs that the shipped reference was fitted on."""
    facts = selection.find(selection.reference().name)
    disclosed = date.fromisoformat(str(stored.provenance["disclosure_date"]))
    return Runs(
        np.asarray(facts.observed["compute_year"], float),
        np.asarray(facts.observed["compute_log10_flop"], float),
        decimal_year(disclosed),
        decimal_year(facts.data_cutoff),
    )


def _against_baselines(stored: Stored) -> Section:
    told = stored.provenance["baselines"]
    notes = tuple(f"{name}: {description}." for name, description in _baselines(stored, told))
    later = [
        s
        for s in stored.skills
        if s.window != "all"
        and s.baseline == LINE
        and s.years == "1-3"
        and s.quantity in (*_SKILLED, "top_ten_compute")
    ]
    rows = tuple(
        (quantity_words(s.quantity), s.window, count_words(s.n, s.effective_n), signed(s.skill), interval(s))
        for s in later
    )
    headings = ("against a straight line", "origins", "outcomes", "skill", "90 %")
    table = Table("Skill against a straight line by window of origins", headings, rows, (3,), (2,))
    figures = drawn(skill_chart.picture(stored.skills))
    return Section("", "", tables=(table,) if rows else (), figures=figures, notes=(" ".join(notes),))


def _baselines(stored: Stored, told: dict[str, str]) -> list[tuple[str, str]]:
    used = dict.fromkeys(s.baseline for s in stored.skills)
    return [(_opened(baseline_words(name)), told[name]) for name in used if name in told]


def _opened(words: str) -> str:
    """As it opens a sentence."""
    return words[:1].upper() + words[1:]


def _passages(stored: Stored) -> Section:
    return Section("", "", figures=drawn(passage_chart.picture(stored.rows)))


def _losses(stored: Stored) -> Section:
    words = tuple(
        f"{_opened(quantity_words(s.quantity))}: rms error {figure_words(s.rms_error, 'ln')}, {percent(s.inside_80)} "
        f"inside the 80 % intervals; {count_words(s.n, s.effective_n)}."
        for s in _main(stored.summaries)
        if s.quantity == _NAMED_RUNS
    )
    return Section("", "", words=words, figures=drawn(loss_chart.picture(stored.rows, stored.summaries)))
