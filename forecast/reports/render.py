"""One self-contained page: it opens offline, follows the reader's colour scheme, prints, and works without scripts.

Every chart is there twice as SVG (wide and narrow, CSS shows one) and turns interactive where scripts run: one copy of
the Vega bundle serves all of them. It and what it draws from are packed; a browser that cannot unpack them keeps the
still pictures. Colours are CSS variables, so nothing is drawn again when the scheme changes.
"""

from __future__ import annotations

import base64
import functools
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import vl_convert
from markupsafe import Markup, escape

from forecast.reports.picture import Picture
from forecast.reports.slim import slim
from forecast.reports.theme import DARK, IN_PAGE, LIGHT, MEDIUM, NARROW, PAGE_FONT, WIDE, Layout, Theme, css_variables

_CODE = re.compile(r"`([^`]+)`")
_TEMPLATES = Path(__file__).parent / "templates"
_IN_ADDRESS = "!$'()*+,-./:;=?@_~"  # stands for itself in an address of data


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as the page holds it.

    Attributes
    ----------
    picture : Picture
        Its words.
    wide, narrow : Markup
        Static SVG.
    specs : mapping
        Interactive specifications by layout, without their data.
    csv : str
        The numbers behind it as a data URI.
    """

    picture: Picture
    wide: Markup
    narrow: Markup
    specs: dict[str, dict[str, Any]]
    csv: str


def picture_page(picture: Picture) -> str:
    """A page with one picture."""
    return rendered("picture.html.j2", figures=[picture])


def rendered(template: str, figures: Sequence[Picture], *, live: bool = True, **context: Any) -> str:
    """A template with its figures drawn, and with what every page shares.

    Parameters
    ----------
    template : str
        Its file.
    figures : sequence of Picture
        In order; the template finds them drawn, as `figures`.
    live : bool
        Whether charts are drawn anew where scripts run; else they stay still, and only tell what their marks carry.
    **context
        What else it asks for.
    """
    datasets: dict[str, Any] = {}
    made = [_figure(picture, datasets if live else None) for picture in figures]
    return (
        _environment()
        .get_template(template)
        .render(
            figures=made,
            charts=packed(_as_json({figure.picture.slug: figure.specs for figure in made})) if live else "",
            datasets=packed(_as_json(datasets)) if live else "",
            bundle=_bundle() if live else "",
            live=live,
            light=css_variables(LIGHT),
            dark=css_variables(DARK),
            font=PAGE_FONT,
            **context,
        )
    )


def _figure(picture: Picture, datasets: dict[str, Any] | None) -> Figure:
    """Draw a picture at both sizes; with a place for data, make live specifications too, which find them there."""
    specs = {} if datasets is None else _live(picture, datasets)
    csv = f"data:text/csv;charset=utf-8,{quote(picture.csv(), safe=_IN_ADDRESS)}"
    return Figure(picture, _static(picture, WIDE), _static(picture, NARROW), specs, csv)


def _live(picture: Picture, datasets: dict[str, Any]) -> dict[str, dict[str, Any]]:
    specs = {}
    for layout in (WIDE, MEDIUM, NARROW):
        spec = picture.spec(Theme(IN_PAGE, layout, titled=False, interactive=True))
        datasets.update(spec.pop("datasets"))
        spec["usermeta"] = {"narrowest": layout.narrowest, "widest": layout.widest}
        specs[layout.name] = spec
    return specs


def _static(picture: Picture, layout: Layout) -> Markup:
    """The picture as part of a page: its ids are its own."""
    svg = slim(picture.svg(Theme(IN_PAGE, layout, titled=False)), f"{picture.slug}-{layout.name}")
    return Markup(svg)  # noqa: S704 - every text in it is escaped


@functools.lru_cache(maxsize=1)
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one packed script: it sets `window.vegaEmbed`, and says when it is there."""
    told = 'window.dispatchEvent(new Event("bundle"));'
    return packed(str(vl_convert.javascript_bundle(f"window.vegaEmbed = vegaEmbed; {told}")))


def packed(text: str) -> str:
    """Text compressed (zlib) and written in letters (base64), a third as long; the page's script unpacks it."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@functools.lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_unbroken,
    )
    made.filters["coded"] = coded
    return made


def coded(words: str) -> Markup:
    """Words with what stands between backticks set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(_unbroken(words)))))  # noqa: S704 - escaped just before


def _unbroken(value: Any) -> Any:
    """No line break before a percent sign."""
    plain_text = isinstance(value, str) and not isinstance(value, Markup)
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if plain_text else value
