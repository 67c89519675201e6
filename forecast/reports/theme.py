"""How pictures look: colours by role, sizes, and the configuration that every chart shares.

A palette names roles, not hues, so that light, dark and print differ only here. `IN_PAGE` holds CSS variables: an SVG
inside a page follows the reader's colour scheme, and turns light on paper, without being drawn again.

Blue is uncertainty, orange is what was decided or asked, green is the third: safe together for the common
colour-vision deficiencies.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

STATIC_FONT = "sans-serif"
"""For SVG and PNG: vl-convert draws no text at all in a family it does not know, and carries this one."""

PAGE_FONT = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
)
"""For a page; its style sheet sets it on the charts too."""

BAND_OPACITY = {0.90: 0.14, 0.80: 0.16, 0.50: 0.26}
"""Opacity of the central bands by their probability, outermost first: they are drawn one over the other."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by role.

    Attributes
    ----------
    ink, muted, grid, axis, background, shade : str
        Text and observed points; secondary text; grid lines; axis lines; the page; an undisclosed period.
    uncertainty, asked, third : str
        Bands and medians; as-of line, targets and budgets; a third series.
    """

    ink: str
    muted: str
    grid: str
    axis: str
    background: str
    shade: str
    uncertainty: str
    asked: str
    third: str


LIGHT = Palette(
    ink="#1b2430",
    muted="#626e7c",
    grid="#e6eaee",
    axis="#c3cad1",
    background="#ffffff",
    shade="#eff1f3",
    uncertainty="#1f5f8b",
    asked="#be5519",
    third="#357f5d",
)
DARK = Palette(
    ink="#e8edf2",
    muted="#9aa7b4",
    grid="#27313b",
    axis="#4a5663",
    background="#12181f",
    shade="#1d252e",
    uncertainty="#6cb2e0",
    asked="#f0935a",
    third="#6fc69c",
)
IN_PAGE = Palette(**{role.name: f"var(--{role.name})" for role in fields(Palette)})


@dataclass(frozen=True, slots=True)
class Layout:
    """A size that ships.

    Attributes
    ----------
    name : str
        `wide`, `medium` or `narrow`.
    width, height : int
        Outer size of the chart in px, without its title.
    narrowest, widest : int
        The widths between which a page may stretch it; labels are placed to be clear of lines at both.
    text, small : int
        Size in px of labels and of axis text.
    year_step : int
        Years between ticks.
    left, right, top, bottom : int
        Margins in px around the plot, for its axes.
    bar, bar_gap, bar_margin : int
        Width in px of the bars beside an arrival chart, between them, and before the first.
    """

    name: str
    width: int
    height: int
    narrowest: int
    widest: int
    text: int
    small: int
    year_step: int
    left: int
    right: int
    top: int
    bottom: int
    bar: int
    bar_gap: int
    bar_margin: int

    @property
    def plot(self) -> tuple[int, int]:
        """Width and height in px of the plot."""
        return self.width - self.left - self.right, self.height - self.top - self.bottom

    def plot_sizes(self) -> list[tuple[float, float]]:
        """Widths and heights in px of the plot at the outer widths that ship."""
        across, down = self.left + self.right, self.top + self.bottom
        widths = {self.narrowest, self.width, self.widest}
        return [(float(width - across), float(self.height - down)) for width in sorted(widths)]


_LARGE: dict[str, Any] = {
    "height": 420,
    "text": 13,
    "small": 12,
    "year_step": 5,
    "left": 74,
    "right": 16,
    "top": 22,
    "bottom": 28,
    "bar": 46,
    "bar_gap": 7,
}
WIDE = Layout("wide", width=820, narrowest=740, widest=820, bar_margin=22, **_LARGE)
MEDIUM = Layout("medium", width=640, narrowest=560, widest=740, bar_margin=14, **_LARGE)
NARROW = Layout(
    "narrow",
    width=358,
    height=360,
    narrowest=340,
    widest=560,
    text=12,
    small=11,
    year_step=10,
    left=42,
    right=16,
    top=42,
    bottom=26,
    bar=33,
    bar_gap=2,
    bar_margin=8,
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything a chart needs to know about where it will be seen.

    Attributes
    ----------
    palette : Palette
        Colours.
    layout : Layout
        Size.
    font : str
        Font family.
    titled : bool
        Whether title and subtitle are drawn inside the picture; a page writes them beside it.
    interactive : bool
        Whether a rule with values follows the pointer.
    """

    palette: Palette = LIGHT
    layout: Layout = WIDE
    font: str = STATIC_FONT
    titled: bool = True
    interactive: bool = False

    def config(self) -> dict[str, Any]:
        """The Vega-Lite configuration of this theme."""
        colours, layout = self.palette, self.layout
        return {
            "font": self.font,
            "background": colours.background if self.titled else "transparent",
            "view": {"stroke": None},
            "axis": self._axis(),
            "axisX": {"grid": False},
            "text": {"fontSize": layout.text, "fill": colours.ink},
            "title": self._title(),
            "aria": False,
        }

    def _axis(self) -> dict[str, Any]:
        colours = self.palette
        return {
            "gridColor": colours.grid,
            "domainColor": colours.axis,
            "tickColor": colours.axis,
            "labelColor": colours.muted,
            "titleColor": colours.muted,
            "labelFontSize": self.layout.small,
            "titleFontSize": self.layout.small,
            "titleFontWeight": "normal",
            "labelPadding": 5,
        }

    def _title(self) -> dict[str, Any]:
        colours = self.palette
        return {
            "anchor": "start",
            "frame": "group",
            "dx": 4 - self.layout.left,
            "offset": 12,
            "color": colours.ink,
            "fontSize": self.layout.text + 4,
            "lineHeight": self.layout.text + 8,
            "fontWeight": "bold",
            "subtitleColor": colours.muted,
            "subtitleFontSize": self.layout.small,
            "subtitlePadding": 6,
            "subtitleLineHeight": self.layout.small + 4,
        }


LAYOUTS = {layout.name: layout for layout in (WIDE, MEDIUM, NARROW)}
COLOURS = {"light": LIGHT, "dark": DARK, "css_variables": IN_PAGE}


def theme_of(layout: str = "wide", colours: str = "light", *, titled: bool = False) -> Theme:
    """How a chart looks that stands alone: with its title it is for a file, without one for a page, and live.

    Parameters
    ----------
    layout : str
        One of `LAYOUTS`.
    colours : str
        One of `COLOURS`.
    titled : bool
        Whether title and subtitle stand inside the picture.
    """
    palette = COLOURS[colours]
    font = PAGE_FONT if palette is IN_PAGE else STATIC_FONT
    return Theme(palette, LAYOUTS[layout], font=font, titled=titled, interactive=not titled)


def css_variables(palette: Palette) -> str:
    """The palette as CSS custom properties, `--ink: #1b2430; ...`."""
    return " ".join(f"--{role.name}: {getattr(palette, role.name)};" for role in fields(Palette))
