"""What a still picture shows where: the boxes of its texts and the lines of its rules, read from the SVG itself."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from altair.vegalite.v6.schema.core import load_schema
from jsonschema import Draft7Validator

from forecast.reports.picture import Picture
from forecast.reports.placing import text_width
from forecast.reports.slim import slim
from forecast.reports.theme import DARK, IN_PAGE, LIGHT, MEDIUM, NARROW, WIDE, Layout, Palette, Theme

LAYOUTS = (WIDE, MEDIUM, NARROW)
MOST_BYTES = 90_000
"""Of a still picture, wide and narrow together: a page of sixteen has to stay under 3 MB with all else."""

_DRAWN: dict[tuple[int, str], tuple[Picture, str]] = {}
_MOVED = re.compile(r"translate\(([-\d.]+),\s*([-\d.]+)\)")
_SAFETY = 1.05  # of `text_width`, which is a little generous
_ASCENT, _DESCENT = 0.70, 0.18  # of letters and figures, in em


@dataclass(frozen=True)
class Box:
    """A text and the rectangle that it takes, px from the upper left corner."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: Box, slack: float = 0.5) -> bool:
        across = self.left + slack < other.right and other.left + slack < self.right
        return across and self.top + slack < other.bottom and other.top + slack < self.bottom


def check_picture(picture: Picture) -> None:
    """Words, numbers, specification, colours, size and texts of a picture are what a page needs."""
    assert re.search(r"\d", picture.title) and not picture.title.endswith(".")
    assert picture.subtitle.endswith(".") and picture.description.endswith(".")
    assert {len(row) for row in picture.rows} <= {len(picture.columns)}
    for layout in (WIDE, NARROW):
        _schema().validate(picture.spec(Theme(layout=layout, interactive=True)))
    for palette in (LIGHT, DARK, IN_PAGE):
        allowed = {getattr(palette, role) for role in Palette.__slots__} | {"transparent"}
        told = picture.json(Theme(palette, titled=False))
        assert set(re.findall(r'"(?:color|fill|stroke|\w+Color)":"([^"]+)"', told)) <= allowed
    assert sum(len(slim(_still(picture, layout), "a")) for layout in (WIDE, NARROW)) < MOST_BYTES
    assert picture.svg(Theme(layout=NARROW, titled=False)) == _still(picture, NARROW)
    check_texts(picture)


@cache
def _schema() -> Draft7Validator:
    return Draft7Validator(load_schema())


def texts(picture: Picture, layout: Layout) -> list[Box]:
    """The texts of a picture, without its title."""
    return [box for box, _ in _walk(_root(picture, layout), 0.0, 0.0)]


def size(picture: Picture, layout: Layout) -> tuple[float, float]:
    """Width and height of the picture."""
    root = _root(picture, layout)
    return float(root.attrib["width"]), float(root.attrib["height"])


def marks(picture: Picture, layout: Layout, role: str) -> list[ElementTree.Element]:
    """Groups of marks whose class holds a word, such as `mark-rect`."""
    return [group for group in _root(picture, layout).iter() if role in group.attrib.get("class", "")]


def check_texts(picture: Picture, layouts: tuple[Layout, ...] = LAYOUTS) -> None:
    """No text meets another or leaves the picture, at any size that ships; what two share word by word counts once."""
    for layout in layouts:
        found, (width, height) = texts(picture, layout), size(picture, layout)
        assert found
        for box in found:
            inside = box.left >= -1 and box.right <= width + 1 and box.top >= -1 and box.bottom <= height + 1
            assert inside, (picture.slug, layout.name, box, width, height)
        for one, other in combinations(found, 2):
            assert not one.meets(other), (picture.slug, layout.name, one, other)


def _root(picture: Picture, layout: Layout) -> ElementTree.Element:
    return ElementTree.fromstring(_still(picture, layout))


def _still(picture: Picture, layout: Layout) -> str:
    """The picture as SVG, drawn once."""
    key = (id(picture), layout.name)
    if key not in _DRAWN or _DRAWN[key][0] is not picture:
        _DRAWN[key] = picture, picture.svg(Theme(LIGHT, layout, titled=False))
    return _DRAWN[key][1]


def _walk(node: ElementTree.Element, x: float, y: float) -> Iterator[tuple[Box, ElementTree.Element]]:
    moved = _MOVED.search(node.attrib.get("transform", ""))
    if moved:
        x, y = x + float(moved[1]), y + float(moved[2])
    if node.tag.endswith("}text"):
        yield _box(node, x, y), node
    for child in node:
        yield from _walk(child, x, y)


def _box(node: ElementTree.Element, x: float, y: float) -> Box:
    lines = [child.text or "" for child in node] or [node.text or ""]
    em = float(node.attrib["font-size"].removesuffix("px"))
    long = max(text_width(line, em, bold=node.attrib.get("font-weight") == "bold") for line in lines) / _SAFETY
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[node.attrib.get("text-anchor", "start")] * long
    text = " ".join(lines)
    if "rotate(-90)" in node.attrib.get("transform", ""):
        return Box(text, x - _ASCENT * em, x + _DESCENT * em, y - (long - before), y + before)
    deep = (len(lines) - 1) * 1.1 * em
    return Box(text, x - before, x - before + long, y - _ASCENT * em, y + _DESCENT * em + deep)
