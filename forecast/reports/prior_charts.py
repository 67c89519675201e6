"""Prior against posterior: what the data said, and where they said nothing, so that the answer is a judgement."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forecast.evaluation.checks import Predictive, PriorPosterior
from forecast.reports.picture import Picture
from forecast.reports.placing import wrap
from forecast.reports.sheet import Cell, Sheet, Spaces
from forecast.reports.theme import NARROW, Theme
from forecast.reports.words import listed, percent

KEPT = 0.8
"""A posterior this wide, as a share of its prior, or wider, is its prior."""

ANSWERS = "headline"
"""The rows that are answers to default questions, not parameters of a model."""

_PANEL_PX, _FOOT_PX, _LINE_PX, _PAST_PX = 38.0, 30.0, 15.0, 5.0
_SHOWN_WIDTHS = 3.0  # of what was learnt, to either side: a prior that is far wider would hide it
_TIPS = {"": "what", "prior": "prior", "posterior": "posterior", "observed": "observed"}
_MOST_NAMED = 4

Ends = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """One quantity before and after the data.

    Attributes
    ----------
    name, detail : str
        What, and of which model or in which unit.
    prior, posterior : tuple of float
        5, 50 and 95 % quantiles; None where only the other is stored; infinite beyond a horizon.
    observed : float or None
        What was observed, where it is a prediction.
    """

    name: str
    detail: str
    prior: Ends | None
    posterior: Ends | None
    observed: float | None = None

    @property
    def kept(self) -> float:
        """Width of the posterior as a share of the prior's; NaN where neither has one."""
        if self.prior is None or self.posterior is None:
            return math.nan
        before, after = self.prior[2] - self.prior[0], self.posterior[2] - self.posterior[0]
        return after / before if math.isfinite(after) and before > 0 else math.nan


def pairs(rows: Sequence[PriorPosterior], *, answers: bool) -> list[Pair]:
    """Answers or parameters, each before and after."""
    rows = [row for row in rows if (row.model == ANSWERS) == answers]
    keys = dict.fromkeys((row.model, row.quantity, row.unit) for row in rows)
    found = []
    for model, quantity, unit in keys:
        mine = [row for row in rows if (row.model, row.quantity, row.unit) == (model, quantity, unit)]
        ends: dict[str, Ends] = {row.kind: (row.q5, row.q50, row.q95) for row in mine}
        detail = unit if answers else ", ".join(part for part in (model, unit) if part)
        found.append(Pair(quantity, detail, ends.get("prior"), ends.get("posterior")))
    return found


def answer_picture(rows: Sequence[PriorPosterior]) -> Picture | None:
    """Answers from the priors alone beside those after the data; None where none are stored."""
    found = pairs(rows, answers=True)
    if not found:
        return None
    halved = sum(pair.kept < 0.5 for pair in found)
    return _picture(
        "prior-answers",
        found,
        f"No prior alone gives the answer: the data more than halve the 90 % interval of {halved} of {len(found)} "
        "answers",
        "Default questions answered from the priors alone (grey) and after the data (blue): 5, 50 and 95 %, each on "
        "its own axis. An arrow: further than drawn; of a date, beyond the horizon or never.",
    )


def parameter_picture(rows: Sequence[PriorPosterior]) -> Picture | None:
    """Parameters of the models before and after the data; None where none are stored."""
    found = pairs(rows, answers=False)
    if not found:
        return None
    kept = [pair.name for pair in found if pair.kept >= KEPT]
    more = [f"{len(kept) - _MOST_NAMED} more"] if len(kept) > _MOST_NAMED else []
    moved = f"The data narrowed {len(found) - len(kept)} of {len(found)} parameters"
    stays = "stays as wide as its prior" if len(kept) == 1 else "stay as wide as their priors"
    left = f"; {listed([*kept[:_MOST_NAMED], *more])} {stays}" if kept else ""
    return _picture(
        "prior-posterior",
        found,
        moved + left,
        "5, 50 and 95 % of each parameter before the data (grey) and after (blue), each on its own axis. Where the "
        f"blue is {percent(KEPT)} as wide as the grey or wider, the answer is that judgement.",
    )


def predictive_picture(rows: Sequence[Predictive]) -> Picture | None:
    """What the prior alone would predict, what the posterior does, and what was observed; None where none is stored."""
    keys = dict.fromkeys((row.model, row.statistic) for row in rows)
    found = [_pair(*key, [row for row in rows if (row.model, row.statistic) == key]) for key in keys]
    after = [row for row in rows if row.kind == "posterior"]
    if not found:
        return None
    extreme = sum(row.extreme for row in after)
    return _picture(
        "predictive",
        found,
        f"{len(after) - extreme} of {len(after)} statistics of the data lie inside the central 90 % of what the fitted "
        "models would produce",
        "Statistics of the data as the priors alone would have them (grey, 5 to 95 %), as the posteriors have them "
        "(blue), and as they are (upright line). An arrow: further than drawn.",
    )


def _pair(model: str, statistic: str, rows: Sequence[Predictive]) -> Pair:
    ends: dict[str, Ends] = {row.kind: (row.q5, row.q50, row.q95) for row in rows}
    of, _, what = statistic.rpartition(": ")
    return Pair(of or model, what, ends.get("prior"), ends.get("posterior"), rows[0].observed)


def _picture(slug: str, found: Sequence[Pair], title: str, subtitle: str) -> Picture:
    levels = ("5 %", "50 %", "95 %")
    return Picture(
        slug=slug,
        title=title,
        subtitle=subtitle,
        description="Pairs of intervals. " + "; ".join(_told(pair) for pair in found) + ".",
        columns=("name", "detail", *(f"{kind} {p}" for kind in ("prior", "posterior") for p in levels), "observed"),
        rows=tuple(
            (p.name, p.detail, *_cells(p.prior), *_cells(p.posterior), "" if p.observed is None else p.observed)
            for p in found
        ),
        draw=functools.partial(_draw, found),
    )


def _cells(ends: Ends | None) -> tuple[object, ...]:
    return ("", "", "") if ends is None else tuple(value if math.isfinite(value) else "beyond" for value in ends)


def _told(pair: Pair) -> str:
    said = [f"{name} {_span(ends)}" for name, ends in (("prior", pair.prior), ("posterior", pair.posterior)) if ends]
    seen = [f"observed {_number(pair.observed)}"] if pair.observed is not None else []
    return f"{pair.name}, {pair.detail}: {', '.join([*said, *seen])}"


def _span(ends: Ends | None) -> str:
    return f"{_number(ends[0])} to {_number(ends[2])}" if ends else "not stored"


def _number(value: float) -> str:
    """Three digits; dates keep one decimal."""
    if not math.isfinite(value):
        return "beyond"
    return (f"{value:.1f}" if 1900 <= value < 2200 else f"{value:.3g}").replace("-", "−")


def _draw(found: Sequence[Pair], theme: Theme) -> dict[str, Any]:
    narrow = theme.layout.name == NARROW.name
    columns, size = (2, theme.layout.small) if narrow else (3, theme.layout.small)
    left, between = 12.0 - theme.layout.left, 24.0
    width = (theme.layout.plot[0] - left - (columns - 1) * between) / columns
    heads = [_head(pair, width, size) for pair in found]
    head = _LINE_PX * max(len(bold) + len(plain) for bold, plain in heads)
    rows = -(-len(found) // columns)
    sheet = Sheet(theme, rows * (_PANEL_PX + head) + (rows - 1) * _FOOT_PX)
    spaces = Spaces(column=between, row=head + _FOOT_PX, left=left, top=head)
    placed = zip(sheet.cells(len(found), columns, ((0, 1), (0, 1)), spaces), found, strict=True)
    shown = [(_scaled(cell, pair), pair) for cell, pair in placed]
    _write_heads(sheet, [cell for cell, _ in shown], heads, size)
    _strips(sheet, shown, "prior", 0.7, sheet.palette.muted, 0.35)
    _strips(sheet, shown, "posterior", 0.3, sheet.palette.uncertainty, 0.45)
    _observed(sheet, shown)
    for cell, _ in shown:
        sheet.foot([cell], _ticks(cell), grid=False)
    lines = [{"year": c.left, "until": c.right, "low": c.bottom, "high": c.bottom} for c, _ in shown]
    sheet.rules(lines, sheet.palette.axis, 1)
    return sheet.finish()


Head = tuple[list[str], list[str]]


def _head(pair: Pair, width: float, size: float) -> Head:
    """Its name and its detail, in lines that fit the panel."""
    return wrap(pair.name, width, size, bold=True), wrap(pair.detail, width, size - 1) if pair.detail else []


def _write_heads(sheet: Sheet, cells: Sequence[Cell], heads: Sequence[Head], size: float) -> None:
    """The lines over each panel, the last of them just above it."""
    for i, (colour, bold) in enumerate(((sheet.palette.ink, True), (sheet.palette.muted, False))):
        rows = [
            {"year": cell.left, "level": round(cell.top + 6 + _LINE_PX * (len(head[0]) + len(head[1]) - 1 - k - j), 2)}
            | {"text": line}
            for cell, head in zip(cells, heads, strict=True)
            for k in [len(head[0]) if i else 0]
            for j, line in enumerate(head[i])
        ]
        sheet.words(rows, colour, size - i, bold=bold)


def _scaled(cell: Cell, pair: Pair) -> Cell:
    """The panel with an axis that holds what was learnt, and of the prior so much that both can be seen."""
    told = [*(pair.posterior or pair.prior or ()), *([] if pair.observed is None else [pair.observed])]
    core = [value for value in told if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(core), max(core)
    room = _SHOWN_WIDTHS * (high - low)
    before = [value for value in pair.prior or () if math.isfinite(value)]
    low, high = (max(min([low, *before]), low - room), min(max([high, *before]), high + room))
    air = 0.04 * (high - low) or 1.0
    return Cell(cell.left, cell.bottom, cell.width, cell.height, (low - air, high + air), (0.0, 1.0))


def _ticks(cell: Cell) -> list[tuple[float, str]]:
    low, high = cell.x
    inner = 0.12 * (high - low)
    return [(value, _number(value)) for value in (low + inner, high - inner)]


def _strips(
    sheet: Sheet, shown: Sequence[tuple[Cell, Pair]], kind: str, at: float, colour: str, opacity: float
) -> None:
    there = [(cell, pair, ends, cell.up(at)) for cell, pair in shown if (ends := getattr(pair, kind)) is not None]
    strips = [
        {"year": cell.across(ends[0]), "until": cell.across(ends[2]), "low": y - 6, "high": y + 6}
        | {"what": f"{pair.name}, {pair.detail}", "prior": _span(pair.prior), "posterior": _span(pair.posterior)}
        | {"observed": "" if pair.observed is None else _number(pair.observed)}
        for cell, pair, ends, y in there
    ]
    sheet.blocks(strips, colour, opacity, _TIPS)
    medians = [(cell.across(ends[1]), y) for cell, _, ends, y in there if cell.x[0] <= ends[1] <= cell.x[1]]
    sheet.rules([{"year": x, "until": x, "low": y - 6, "high": y + 6} for x, y in medians], colour, 2)
    below = [{"year": cell.left - _PAST_PX, "level": y} for cell, _, ends, y in there if ends[0] < cell.x[0]]
    above = [{"year": cell.right + _PAST_PX, "level": y} for cell, _, ends, y in there if ends[2] > cell.x[1]]
    sheet.arrows(below, colour, "triangle-left", 44)
    sheet.arrows(above, colour, "triangle-right", 44)


def _observed(sheet: Sheet, shown: Sequence[tuple[Cell, Pair]]) -> None:
    seen = [(cell, cell.across(pair.observed)) for cell, pair in shown if pair.observed is not None]
    lines = [{"year": x, "until": x, "low": cell.bottom, "high": cell.top} for cell, x in seen]
    sheet.rules(lines, sheet.palette.ink, 1.5)
