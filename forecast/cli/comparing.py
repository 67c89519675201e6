"""A comparison as plain text for a terminal."""

from __future__ import annotations

import textwrap

from forecast.cli.layout import filled
from forecast.cli.listing import columns
from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.beliefs import Overlay
from forecast.engine.comparison import Comparison, overlay_years

_ENDS = (0.1, 0.5, 0.9)


def render(found: Comparison) -> str:
    """The comparison, ending in a newline: a row for each scenario, then one for each belief."""
    answers = [answer for _, answer in found.answers]
    years = _shown_years(answers)
    header = ("scenario", "10 %", "median", "90 %", *(f"by {year}" for year in years), "never")
    rows = [(name, *_dates(answer), *_masses(answer, years)) for name, answer in found.answers]
    rows += [(overlay.name, *_believed(overlay), *("" for _ in years), "") for overlay in found.overlays]
    table = columns(header, rows, right=header[4:])
    notes = [f"{name}: {_about(answer)}" for name, answer in found.answers]
    notes += [f"{overlay.name}: a belief of others{_from(overlay)}" for overlay in found.overlays]
    listed = [textwrap.fill(note, 80, subsequent_indent="  ", break_on_hyphens=False) for note in notes]
    return "\n".join([_head(answers), "", table, "", *listed, "", _source(answers[0])]) + "\n"


def _head(answers: list[Answer]) -> str:
    targets = list(dict.fromkeys(words.target_words(answer.question.target) for answer in answers))
    return f"{'; '.join(targets)}: when, under each scenario."


def _shown_years(answers: list[Answer]) -> list[int]:
    """Every other year that is asked of all, two at most."""
    common = [set(answer.question.by_years or ()) for answer in answers]
    return sorted(set.intersection(*common))[::2][:2]


def _dates(answer: Answer) -> list[str]:
    return [_shortened(words.end_words(answer, p)) for p in _ENDS]


def _shortened(when: str) -> str:
    """A month by its first three letters."""
    first, _, rest = when.partition(" ")
    return f"{first[:3]} {rest}" if rest.isdigit() and first != "beyond" else when


def _masses(answer: Answer, years: list[int]) -> list[str]:
    told = (words.percent(p) for p in (*(answer.p_by(year) for year in years), answer.p_never))
    return [text.replace("under ", "<").replace("over ", ">") for text in told]


def _believed(overlay: Overlay) -> list[str]:
    found = overlay_years(overlay, _ENDS)
    return ["not told" if year is None else _shortened(words.month(year)) for _, year in found]


def _about(answer: Answer) -> str:
    scenario = answer.question.scenario
    return scenario.about or words.scenario_words(scenario)


def _from(overlay: Overlay) -> str:
    return f", {overlay.source}" if overlay.source else ""


def _source(answer: Answer) -> str:
    source = answer.provenance
    gates = "; ".join([answer.posterior.status, *answer.posterior.reasons])
    return filled(f"Posterior {source.posterior} ({gates}), {source.draws:,} draws, seed {source.seed}.")
