"""A picture: a chart with the sentence it proves, its text alternative and the numbers behind it.

One specification gives the interactive page, SVG, PNG and JSON; what differs is the theme.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import vl_convert
from altair.utils.schemapi import debug_mode

from forecast.errors import InputError
from forecast.reports.drawing import png_of
from forecast.reports.placing import wrap
from forecast.reports.theme import Theme
from forecast.storage.atomic import write_bytes

SUFFIXES = (".html", ".svg", ".png", ".json")
_CLIP = re.compile(r'(id="|url\(#)clip(\d+)')


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and its words.

    Attributes
    ----------
    slug : str
        File and element name.
    title : str
        The finding, with numbers from the run.
    subtitle : str
        What is drawn, the bands, and the assumption that matters most.
    description : str
        The text alternative.
    columns : tuple of str
        Names, with units, of the columns of `rows`.
    rows : tuple of tuple
        The numbers behind the chart.
    draw : callable
        Theme -> Vega-Lite specification, without title, description and configuration.
    values : mapping
        What title and subtitle say beyond `rows`, as JSON values: by these the strict check reads them.
    curves : tuple of (str, str)
        Names, as its labels and tips have them, and colour roles of the curves that a page can hide, in the order of
        `Plot.part`; two or more, or none.
    """

    slug: str
    title: str
    subtitle: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    draw: Callable[[Theme], dict[str, Any]]
    values: Mapping[str, Any] = field(default_factory=dict)
    curves: tuple[tuple[str, str], ...] = ()

    def csv(self) -> str:
        """The numbers behind the chart as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()

    def spec(self, theme: Theme) -> dict[str, Any]:
        """The complete Vega-Lite specification under one theme."""
        with debug_mode(False):  # what Altair would check again and again is checked once, by a test
            spec = {**self.draw(theme), "description": self.description}
        layout = theme.layout
        spec["padding"] = {"left": layout.left, "right": layout.right, "top": layout.top, "bottom": layout.bottom}
        if theme.titled:
            _add_title(spec, self, theme)
        spec["config"] = theme.config()
        return spec

    def json(self, theme: Theme) -> str:
        """The specification as JSON text, the same bytes for the same picture."""
        return json.dumps(self.spec(theme), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def svg(self, theme: Theme | None = None) -> str:
        """The picture as SVG text."""
        return svg_of(self.json(theme or Theme()))

    def png(self, theme: Theme | None = None) -> bytes:
        """The picture as PNG at twice its nominal size."""
        return png_of(self.json(theme or Theme()))

    def save(self, path: Path | str) -> None:
        """Write the picture as .html, .svg, .png or .json (its specification), by the suffix.

        Raises
        ------
        InputError
            For another suffix.
        StorageError
            When the file cannot be written.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise InputError(
                f"chart file {target} has the suffix {suffix!r}; give .html, .svg, .png or .json", field="chart"
            )
        write_bytes(target, self._bytes(suffix))

    def _bytes(self, suffix: str) -> bytes:
        if suffix == ".png":
            return self.png()
        if suffix == ".html":
            from forecast.reports.render import picture_page

            return picture_page(self).encode()
        return (self.svg() if suffix == ".svg" else self.json(Theme()) + "\n").encode()


def svg_of(spec: str) -> str:
    """A specification, as JSON text, as SVG text."""
    return _renumbered(str(vl_convert.vegalite_to_svg(spec)))


def _renumbered(svg: str) -> str:
    """Clip paths numbered from nought: vl-convert goes on counting from one picture to the next."""
    order: dict[str, int] = {}
    return _CLIP.sub(lambda found: f"{found[1]}clip{order.setdefault(found[2], len(order))}", svg)


def _add_title(spec: dict[str, Any], picture: Picture, theme: Theme) -> None:
    """Write title and subtitle above the plot, broken to its width, and make room for them."""
    layout = theme.layout
    sizes = theme.config()["title"]
    title = wrap(picture.title, layout.width - 12, sizes["fontSize"], bold=True)
    subtitle = wrap(picture.subtitle, layout.width - 12, sizes["subtitleFontSize"])
    spec["title"] = {"text": title, "subtitle": subtitle}
    words = len(title) * sizes["lineHeight"] + len(subtitle) * sizes["subtitleLineHeight"]
    spec["padding"]["top"] = layout.top + sizes["offset"] + round(words + sizes["subtitlePadding"])
