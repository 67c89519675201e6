"""Where a label goes: beside what it names, clear of every line, axis and other label, at every size that ships.

A canvas holds obstacles in fractions of the plot (0-1, y upwards) and knows the pixel sizes at which the plot will be
shown. A label is tried at one spot after another, in order of preference, and takes the first that is clear at all of
those sizes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Align = Literal["left", "center", "right"]

CLEARANCE_PX = 3.0
_SAFETY = 1.05  # system fonts run a little wider than the metrics below

# Widths of Helvetica, thousandths of an em (Adobe's font metrics), for the characters that a label may hold.
_WIDTHS = {
    **dict.fromkeys("0123456789$abdeghnopqu_?", 556),
    **dict.fromkeys(" \N{NO-BREAK SPACE}!,./:;[]ftI", 278),
    **dict.fromkeys("ckJsvxyz", 500),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("Mm", 833),
    **dict.fromkeys("()-r", 333),
    **dict.fromkeys("ijl'", 222),
    **dict.fromkeys("+<=>~", 584),
    "%": 889,
    "W": 944,
    "@": 1015,
    "L": 556,
}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text in px, a little generous."""
    thousandths = sum(_WIDTHS.get(character, 600) for character in text)
    return thousandths / 1000 * size * _SAFETY * (1.07 if bold else 1.0)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break text into lines that fit `width` px, never before a percent sign.

    Parameters
    ----------
    text : str
        Words.
    width, size : float
        Room and font size in px.
    bold : bool
        Weight.
    """
    lines = [""]
    for word in text.replace(" %", "\N{NO-BREAK SPACE}%").split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, bold=bold) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a label: a point in fractions of the plot, an offset from it in px (y upwards), and an alignment."""

    x: float
    y: float
    dx: float = 0.0
    dy: float = 0.0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Style:
    """How a label is set.

    Attributes
    ----------
    bold : bool
        Weight.
    names : str
        The series that it names: it keeps `distance` px from every other one, so that nobody reads it as theirs.
    distance : float
        In px.
    over : frozenset of str
        Series that it may be written over, such as a band.
    """

    bold: bool = False
    names: str = ""
    distance: float = CLEARANCE_PX
    over: frozenset[str] = frozenset()


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    bottom: float
    top: float

    def meets(self, other: _Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Columns from `low` to `high` at `x`, ascending, widened by a radius in px; `owner` names its series.

    `ends` are the levels between which all of it lies: most labels are far from most obstacles.
    """

    x: list[float]
    low: Array
    high: Array
    radius: float
    owner: str
    ends: tuple[float, float]

    @classmethod
    def of(cls, x: Array, low: Array, high: Array, radius: float, owner: str) -> _Obstacle:
        """The obstacle of some columns, at least one."""
        return cls(x.tolist(), low, high, radius, owner, (float(low.min()), float(high.max())))

    def meets(self, span: tuple[float, float], bottom: float, top: float) -> bool:
        """Whether a column strictly within a span reaches between two levels; all in fractions."""
        if self.ends[0] >= top or self.ends[1] <= bottom:
            return False
        first, last = bisect_right(self.x, span[0]), bisect_left(self.x, span[1])
        return first < last and bool(((self.low[first:last] < top) & (self.high[first:last] > bottom)).any())


class Canvas:
    """Obstacles and labels of one plot.

    Parameters
    ----------
    sizes : sequence of (float, float)
        Widths and heights in px at which the plot will be shown.
    """

    def __init__(self, sizes: Sequence[tuple[float, float]]) -> None:
        self.sizes = list(sizes)
        self._obstacles: list[_Obstacle] = []
        self._taken: list[list[_Box]] = [[] for _ in self.sizes]

    def add_band(self, x: ArrayLike, low: ArrayLike, high: ArrayLike, owner: str = "") -> None:
        """Add the area between two curves as an obstacle; equal curves make a line."""
        at, bottom, top = (np.asarray(values, float) for values in (x, low, high))
        fine = np.union1d(np.linspace(at[0], at[-1], 1200), at)  # a peak may lie between two columns
        fine = fine if len(fine) > 1 else np.repeat(fine, 2)  # an upright line is one column
        bottom, top = np.interp(fine, at, bottom), np.interp(fine, at, top)
        lowest, highest = np.minimum(bottom[1:], bottom[:-1]), np.maximum(top[1:], top[:-1])
        self._obstacles.append(_Obstacle.of(fine[1:], lowest, highest, 0.5, owner))

    def add_line(self, x: ArrayLike, y: ArrayLike, owner: str = "") -> None:
        """Add a curve as an obstacle."""
        self.add_band(x, y, y, owner)

    def add_points(self, x: ArrayLike, y: ArrayLike, radius_px: float) -> None:
        """Add dots as obstacles."""
        order = np.argsort(np.asarray(x, float))
        at, level = np.asarray(x, float)[order], np.asarray(y, float)[order]
        if len(at):
            self._obstacles.append(_Obstacle.of(at, level, level, radius_px, ""))

    def place(self, text: Sequence[str], spots: Iterable[Spot], size: float, style: Style = PLAIN) -> Spot | None:
        """Take the first spot where the text is clear of everything at every size.

        Parameters
        ----------
        text : sequence of str
            The lines of the label.
        spots : iterable of Spot
            Places in order of preference.
        size : float
            Font size in px.
        style : Style
            Weight, and what the label names.

        Returns
        -------
        Spot or None
            None when no spot is clear.
        """
        width = max(text_width(line, size, bold=style.bold) for line in text)
        for spot in spots:
            boxes = [self._box(spot, width, size * 1.1 * len(text), frame) for frame in self.sizes]
            if all(self._clear(box, i, style) for i, box in enumerate(boxes)):
                for taken, box in zip(self._taken, boxes, strict=True):
                    taken.append(box)
                return spot
        return None

    def _box(self, spot: Spot, width: float, height: float, frame: tuple[float, float]) -> _Box:
        x = spot.x * frame[0] + spot.dx
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[spot.align] * width
        middle = spot.y * frame[1] + spot.dy
        return _Box(left, left + width, middle - height / 2, middle + height / 2)

    def _clear(self, box: _Box, index: int, style: Style) -> bool:
        width, height = self.sizes[index]
        inside = box.left >= 0 and box.right <= width and box.bottom >= 1 and box.top <= height
        free = inside and not any(box.meets(other) for other in self._taken[index])
        solid = (obstacle for obstacle in self._obstacles if obstacle.owner not in style.over)
        return free and not any(self._hit(box, obstacle, index, style) for obstacle in solid)

    def _hit(self, box: _Box, obstacle: _Obstacle, index: int, style: Style) -> bool:
        width, height = self.sizes[index]
        foreign = obstacle.owner not in ("", "grid", style.names)
        reach = obstacle.radius + (style.distance if foreign else CLEARANCE_PX)
        span = (box.left - reach) / width, (box.right + reach) / width
        return obstacle.meets(span, (box.bottom - reach) / height, (box.top + reach) / height)
