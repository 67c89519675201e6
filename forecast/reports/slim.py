"""A still picture as a part of a page, half as large: what is drawn is the same to a twentieth of a pixel.

vl-convert writes coordinates to sixteen digits, every attribute on every mark, and empty frames around each group. In
a page the style sheet names the font, marks that look alike share one group's attributes, and circles are circles. Only
geometry is rounded: texts stay as they are.
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from forecast.reports.geometry import short_number, short_path

_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")
_AT = re.compile(r"translate\(([^,]+),([^)]+)\)")
_CURVE = re.compile(r"curve_\d+_\d+")

_UNUSED = ("role", "aria-roledescription", "aria-hidden", "font-family", "version")
_USUAL = {
    "opacity": "1",
    "stroke-dasharray": "",
    "stroke-width": "1",
    "font-weight": "normal",
    "text-anchor": "start",
    "transform": "translate(0,0)",
    "x2": "0",
    "y2": "0",
}
_MEASURES = ("transform", "x", "y", "x2", "y2", "dx", "dy", "width", "height", "cx", "cy", "r")
_SHARED = (
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-opacity",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linejoin",
    "font-size",
    "font-weight",
    "text-anchor",
)
_SHAPES = ("path", "line", "rect", "circle", "text")


def slim(svg: str, name: str) -> str:
    """The picture as markup for a page.

    Parameters
    ----------
    svg : str
        As vl-convert wrote it.
    name : str
        What its ids begin with: those of one page must differ.
    """
    root = ET.fromstring(svg)  # noqa: S314 - vl-convert wrote it a moment ago
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
    _share_clips(root, name)
    for element in list(root.iter()):
        _shorten(element)
    _clear(root)
    _share(root)
    _unfold(root)
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def _share_clips(root: ET.Element, name: str) -> None:
    """One clip path for all that are alike, with an id of the page."""
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    clips = [(holder, child) for holder in root.iter() for child in holder if child.tag == "clipPath"]
    for holder, clip in clips:
        shape = ET.tostring(clip[0], encoding="unicode")
        if shape in first:
            holder.remove(clip)
        own = first.setdefault(shape, f"{name}-clip{len(first)}")
        same[f"url(#{clip.get('id')})"] = f"url(#{own})"
        clip.set("id", own)
    for element in root.iter():
        if (used := element.get("clip-path")) is not None:
            element.set("clip-path", same[used])


def _shorten(element: ET.Element) -> None:
    """Write one element with what it needs."""
    held = element.attrib
    for key in _UNUSED:
        held.pop(key, None)
    _name(held)
    if "aria-label" in held:
        held["data-tip"] = held.pop("aria-label")
    for key in _MEASURES:
        if key in held:
            held[key] = _NUMBER.sub(lambda found: short_number(float(found[0])), held[key])
    if element.tag == "path":
        _round(element)
    for key, usual in _USUAL.items():
        if held.get(key) == usual:
            del held[key]
    _fade(held)


def _name(held: dict[str, str]) -> None:
    """Keep of its classes the curve that it belongs to."""
    curve = _CURVE.search(held.pop("class", ""))
    if curve is not None:
        held["class"] = curve[0]


def _round(path: ET.Element) -> None:
    """A circle where it is one, else a path with short numbers."""
    drawn = path.get("d", "")
    circle, at = _CIRCLE.fullmatch(drawn), _AT.fullmatch(path.get("transform", ""))
    if circle is None or at is None:
        path.set("d", short_path(drawn))
        return
    path.tag = "circle"
    del path.attrib["d"], path.attrib["transform"]
    path.attrib.update({"cx": at[1], "cy": at[2], "r": short_number(float(circle[1]))})


def _fade(held: dict[str, str]) -> None:
    """Opacity as that of the only thing drawn, which a group can hold for its marks."""
    drawn = [part for part in ("fill", "stroke") if held.get(part, "none") not in ("none", "transparent")]
    if "opacity" in held and len(drawn) == 1:
        held[f"{drawn[0]}-opacity"] = held.pop("opacity")


def _clear(parent: ET.Element) -> None:
    """Take away what is not seen."""
    for child in [child for child in parent if child.tag != "clipPath"]:
        _clear(child)
        if _unseen(child):
            parent.remove(child)


def _unfold(parent: ET.Element) -> None:
    """Take away groups that say nothing, and keep what they hold."""
    for child in list(parent):
        _unfold(child)
        if child.tag == "g" and not child.attrib:
            at = list(parent).index(child)
            parent[at : at + 1] = list(child)


def _unseen(element: ET.Element) -> bool:
    if element.tag == "g":
        return not len(element)
    if element.tag not in ("path", "rect"):
        return False
    return element.get("display") == "none" or not _painted(element.attrib)


def _painted(held: Mapping[str, str]) -> bool:
    return any(held.get(part, "none") not in ("none", "transparent") for part in ("fill", "stroke"))


def _share(parent: ET.Element) -> None:
    """Let marks that look alike have their looks from the group around them."""
    for child in parent:
        _share(child)
    marks = [child for child in parent if child.tag != "clipPath"]
    if parent.tag != "g" or len(marks) < 2 or any(mark.tag not in _SHAPES for mark in marks):
        return
    for key in _SHARED:
        values = {mark.get(key) for mark in marks}
        if len(values) == 1 and (value := values.pop()) is not None:
            parent.set(key, value)
            for mark in marks:
                del mark.attrib[key]
    _tell_once(parent)


def _tell_once(parent: ET.Element) -> None:
    """Marks one after another that tell the same tell it as one."""
    runs = [(tip, list(run)) for tip, run in itertools.groupby(list(parent), lambda mark: mark.get("data-tip"))]
    if all(tip is None or len(run) < 2 for tip, run in runs):
        return
    for child in list(parent):
        parent.remove(child)
    for tip, run in runs:
        holder = parent if tip is None or len(run) < 2 else ET.SubElement(parent, "g", {"data-tip": tip})
        holder.extend(run)
        for mark in run if holder is not parent else []:
            del mark.attrib["data-tip"]
