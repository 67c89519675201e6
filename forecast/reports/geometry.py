"""Numbers and paths of a picture in few characters, to a hundredth of a pixel."""

from __future__ import annotations

import re

_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_STRAIGHT = re.compile(r"(?:M[^A-Za-z]+(?:L[^A-Za-z]+)+Z?)+")
_OFF_PX = 0.03
"""How far a point may lie from the line that is drawn without it, px."""

Point = tuple[float, float]


def short_number(value: float) -> str:
    """A number to two decimals, without what can be left out."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    text = text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
    return "0" if text in ("-0", "") else text


def short_path(drawn: str) -> str:
    """The path with short numbers; one of straight lines without the points that lie between their neighbours."""
    if not _STRAIGHT.fullmatch(drawn):
        return _NUMBER.sub(lambda found: short_number(float(found[0])), drawn)
    return "".join(_line(part) for part in re.findall(r"M[^M]+", drawn))


def _line(part: str) -> str:
    numbers = [float(number) for number in _NUMBER.findall(part)]
    points = thinned(list(zip(numbers[::2], numbers[1::2], strict=True)))
    x, y = round(100 * points[0][0]), round(100 * points[0][1])
    text = "M" + _pair(x, y)
    for across, down in points[1:]:
        right, low = round(100 * across), round(100 * down)  # in whole hundredths, so that errors never add up
        text += "l" + _pair(right - x, low - y)
        x, y = right, low
    return text + ("Z" if part.endswith("Z") else "")


def _pair(across: int, down: int) -> str:
    second = short_number(down / 100)
    return short_number(across / 100) + ("" if second.startswith("-") else ",") + second


def thinned(points: list[Point]) -> list[Point]:
    """Points without those that a straight line shows as well, to a few hundredths of a pixel."""
    kept = [0]
    last = len(points) - 1
    waiting = [(0, last)]
    while waiting:
        first, end = waiting.pop()
        offs = ((_distance(points[k], points[first], points[end]), k) for k in range(first + 1, end))
        far, at = max(offs, default=(0.0, 0))
        if far > _OFF_PX:
            kept.append(at)
            waiting += [(first, at), (at, end)]
    return [points[k] for k in sorted({*kept, last})]


def _distance(point: Point, start: Point, end: Point) -> float:
    """Of a point from a stretch, px."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    share = 0.0
    if length > 0:
        share = min(max(((point[0] - start[0]) * across + (point[1] - start[1]) * down) / length, 0.0), 1.0)
    off = point[0] - start[0] - share * across, point[1] - start[1] - share * down
    return float((off[0] ** 2 + off[1] ** 2) ** 0.5)
