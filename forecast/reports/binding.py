"""Which limit binds over time: the share of the draws in which each allows the smallest run."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import Choice
from forecast.engine.choices import choices
from forecast.engine.question import Question
from forecast.forecaster import Forecaster
from forecast.reports.limits import NAMES
from forecast.reports.picture import Picture
from forecast.reports.placing import Style, text_width
from forecast.reports.plot import Plot, y_axis, year_axis
from forecast.reports.theme import NARROW, Theme
from forecast.reports.words import month, percent

Array = NDArray[np.float64]

LOOKS = {
    "money": ("muted", 0.42),
    "chips": ("uncertainty", 0.5),
    "power": ("uncertainty", 0.22),
    "data": ("third", 0.46),
    "data_movement": ("third", 0.2),
}
"""Colour role and opacity of each limit: what is paid, what is built, what is read."""

_TOLD_RUNS = 4
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Binding:
    """Shares of the draws.

    Attributes
    ----------
    as_of : str
        In words.
    decimal_year : ndarray, shape (dates,)
        The as-of month, then each December up to the horizon.
    limits : tuple of str
        Those that are on, as in `LOOKS`.
    shares : ndarray, shape (limits, dates)
        In which each allows the smallest run; they sum to one.
    choices : tuple of Choice
        What the question rests on.
    """

    as_of: str
    decimal_year: Array
    limits: tuple[str, ...]
    shares: Array
    choices: tuple[Choice, ...]


def binding_chart(forecaster: Forecaster, question: Question) -> Picture | None:
    """Which limit allows least over time; None where fewer than two limits count.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    question : Question
        Payer, limits, algorithms and the rest; of a fixed sum or a growing one its money counts, the target does not.
    """
    found = binding_of(forecaster, question)
    if found is None:
        return None
    return Picture(
        slug="binding",
        title=_title(found),
        subtitle=_subtitle(found),
        description=_describe(found),
        columns=("decimal_year", *(f"share of draws: {NAMES[name]}" for name in found.limits)),
        rows=tuple(_numbers(found)),
        draw=functools.partial(_draw, found),
        values={"leaders": list(_leaders(found))},
    )


def binding_of(forecaster: Forecaster, question: Question) -> Binding | None:
    """What `binding_chart` shows.

    Parameters
    ----------
    forecaster, question : Forecaster and Question
        As there.
    """
    solver, asked = forecaster.ready(replace(question, by_years=None, limit_effects=False))
    plan = solver.plan(asked)
    limits = solver.outcome(plan).limits()
    as_of, last = plan.settled.as_of, asked.horizon_month()
    if len(limits) < 2 or as_of is None:
        return None
    found = []
    for end in _ends(as_of, last):
        outcome = solver.outcome(solver.plan(replace(asked, horizon=f"{end:%Y-%m}")))
        year = float(outcome.arrivals.years[outcome.arrivals.within - 1])
        found.append((year, np.array(outcome.tightest()) / outcome.arrivals.draws))
    return Binding(
        as_of=as_of.isoformat(),
        decimal_year=np.array([year for year, _ in found]),
        limits=tuple(limits),
        shares=np.stack([shares for _, shares in found], axis=1),
        choices=tuple(choices(solver, asked, plan)),
    )


def _ends(as_of: date, last: date) -> list[date]:
    """The as-of month, each December, and the horizon's month."""
    decembers = [date(year, 12, 1) for year in range(as_of.year, last.year + 1)]
    first = as_of.replace(day=1)
    return [first, *(day for day in decembers if first < day < last), *([last] if last > first else [])]


def _title(found: Binding) -> str:
    """Which limit leads, from when on."""
    years = [math.floor(year) for year in found.decimal_year.tolist()]
    (first, k), *others = _runs(found)
    if not others:
        ends = f"{_led(found, 0)} of the draws in {years[0]}, {_led(found, -1)} in {years[-1]}"
        return f"What allows the smallest run: {NAMES[first]} throughout ({ends})"
    told = [f"{NAMES[first]} in {years[k]} ({_led(found, k)} of the draws)"]
    told += [f"{NAMES[name]} from {years[k]} on ({_led(found, k)})" for name, k in others]
    return f"What allows the smallest run: {', '.join(told[:-1])}, then {told[-1]}"


def _runs(found: Binding) -> list[tuple[str, int]]:
    """Leading limits in their order, with the place of the first date of each."""
    leaders = found.shares.argmax(axis=0).tolist()
    starts = [k for k in range(len(leaders)) if k == 0 or leaders[k] != leaders[k - 1]]
    if len(starts) > _TOLD_RUNS:
        starts = [*starts[: _TOLD_RUNS - 1], starts[-1]]
    return [(found.limits[leaders[k]], k) for k in starts]


def _leaders(found: Binding) -> Iterator[dict[str, object]]:
    """What the title says."""
    for k in (*(k for _, k in _runs(found)), -1):
        yield {"from_year": math.floor(found.decimal_year[k]), "share": float(found.shares[:, k].max())}


def _led(found: Binding, k: int) -> str:
    return percent(float(found.shares[:, k].max()))


def _subtitle(found: Binding) -> str:
    told = [one for one in found.choices if one.name in ("payer", "limits")]
    said = " ".join(f"{one.name.capitalize()}: {one.words}." for one in told)
    return f"Share of the draws in which each limit allows the smallest run, whatever the target. {said}"


def _describe(found: Binding) -> str:
    at = sorted({0, len(found.decimal_year) // 3, 2 * len(found.decimal_year) // 3, len(found.decimal_year) - 1})
    told = [
        f"{month(float(found.decimal_year[k]))}: "
        + ", ".join(f"{NAMES[name]} {percent(float(found.shares[i, k]))}" for i, name in enumerate(found.limits))
        for k in at
    ]
    return f"Stacked areas of the share of draws in which each limit binds, as of {found.as_of}. {'; '.join(told)}."


def _numbers(found: Binding) -> Iterator[tuple[object, ...]]:
    for k, year in enumerate(found.decimal_year.tolist()):
        yield round(year, 4), *(round(share, 5) for share in found.shares[:, k].tolist())


def _draw(found: Binding, theme: Theme) -> dict[str, Any]:
    """Names inside the areas; those that do not fit go to the right edge, which makes the areas narrower."""
    outside: frozenset[int] = frozenset()
    while True:
        plot, left_out = _attempt(found, theme, outside)
        if left_out == outside:
            return plot.finish()
        outside = left_out


def _attempt(found: Binding, theme: Theme, outside: frozenset[int]) -> tuple[Plot, frozenset[int]]:
    """The chart with the names of some limits at the right edge, and those that have to be there."""
    start = float(found.decimal_year[0])
    horizon = max(float(found.decimal_year[-1]), start + 1 / 12)
    size = theme.layout.small
    room = max((text_width(_edge_name(found, i, theme), size) + 8 for i in outside), default=0.0)
    across = min(width for width, _ in theme.layout.plot_sizes())
    end = horizon + room / (across - room) * (horizon - start)
    plot = Plot(theme, (start, end), (0.0, 1.0), *_axes(start, horizon, theme))
    rows = _rows(found, horizon)
    for i, name in enumerate(found.limits):
        role, opacity = LOOKS[name]
        area = [{**row, f"a{i}": row[f"b{i}"]} for row in rows]  # a name by which labels know it
        plot.band(area, f"a{i}", f"b{i + 1}", getattr(theme.palette, role), opacity)
    for i in range(1, len(found.limits)):
        plot.line(rows, f"b{i}", theme.palette.background, width=1.2)
    plot.as_of(start, found.as_of)
    if room:
        plot.canvas.add_band(*plot.fraction([horizon, end], [0, 0]), [1, 1])
    named = frozenset(i for i in range(len(found.limits)) if i not in outside and _name_inside(plot, found, i))
    seen = frozenset(i for i in range(len(found.limits)) if found.shares[i].max() > _LEAST)
    _name_at_edge(plot, found, horizon, sorted(outside))
    tips = {"date": "row.month"} | {NAMES[name]: f"row.t{i}" for i, name in enumerate(found.limits)}
    plot.hover(rows, tips)
    return plot, outside | (seen - named)


def _axes(start: float, horizon: float, theme: Theme) -> tuple[alt.Axis, alt.Axis]:
    across = year_axis(start, horizon, theme, domain=False)
    return across, y_axis("share of the draws", theme, values=list(_TICKS), format="%", grid=False)


def _rows(found: Binding, horizon: float) -> list[dict[str, Any]]:
    edges = np.vstack([np.zeros(len(found.decimal_year)), np.cumsum(found.shares, axis=0)])
    years = found.decimal_year.tolist()
    columns = list(range(len(years))) if len(years) > 1 else [0, 0]
    return [
        {"year": round(horizon if n and n == len(columns) - 1 else years[k], 4), "month": month(years[k])}
        | {f"b{i}": round(float(edge), 4) for i, edge in enumerate(edges[:, k])}
        | {f"t{i}": percent(float(share)) for i, share in enumerate(found.shares[:, k])}
        for n, k in enumerate(columns)
    ]


def _name_inside(plot: Plot, found: Binding, i: int) -> bool:
    """Write a limit's name where its area is thickest, if it fits there."""
    middles = np.cumsum(found.shares, axis=0)[i] - found.shares[i] / 2
    order = np.argsort(-found.shares[i], kind="stable")[:24].tolist()
    spots = [
        plot.spot(float(found.decimal_year[k]), float(middles[k]), dx=dx, align=align)
        for k in order
        for dx, align in ((0, "center"), (6, "left"), (-6, "right"))
    ]
    name = NAMES[found.limits[i]]
    texts = [[name], name.split(" ")] if " " in name else [[name]]
    return plot.label(texts, spots, plot.theme.palette.ink, Style(bold=True, over=frozenset({f"a{i}"})))


def _edge_name(found: Binding, i: int, theme: Theme) -> str:
    name = NAMES[found.limits[i]]
    return f"{name.split()[-1] if theme.layout is NARROW else name} {percent(float(found.shares[i, -1]))}"


def _name_at_edge(plot: Plot, found: Binding, horizon: float, outside: Sequence[int]) -> None:
    """Names with their last shares right of their areas, apart from each other."""
    size, height = plot.theme.layout.small, plot.theme.layout.plot[1]
    levels = (np.cumsum(found.shares, axis=0) - found.shares / 2)[:, -1]
    wanted = [max(float(levels[i]) * height, size / 2) for i in outside]
    placed: list[float] = []
    for at in wanted:
        placed.append(max(at, placed[-1] + 1.3 * size) if placed else at)
    for n in range(len(placed) - 1, -1, -1):  # back down from the top
        roof = height - size / 2 if n == len(placed) - 1 else placed[n + 1] - 1.3 * size
        placed[n] = min(placed[n], roof)
    for i, at in zip(outside, placed, strict=True):
        plot.write(
            [_edge_name(found, i, plot.theme)], plot.spot(horizon, at / height, dx=6), plot.theme.palette.ink, size
        )
