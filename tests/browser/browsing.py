"""A page in a real browser: opened from its file, with no way to the network, and everything that it complained of."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

PHONE, TABLET, DESK = 390, 820, 1280
SCHEMES = ("light", "dark")
_CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
_SEEN = """async () => {
  const live = document.getElementById("chart-bundle");
  for (const chart of document.querySelectorAll("figure .chart")) {
    if (!chart.checkVisibility()) continue;
    chart.scrollIntoView({ block: "center" });
    for (let tries = 0; live && chart.clientWidth >= 340 && tries < 500 && !chart.classList.contains("live"); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  scrollTo(0, 0);
}"""
_CHARTS = """() => [...document.querySelectorAll("figure .chart")].filter((it) => it.checkVisibility()).map((chart) => {
  const svg = [...chart.querySelectorAll("svg")].filter((one) => one.checkVisibility());
  const box = svg[0]?.getBoundingClientRect(), room = chart.closest("figure").getBoundingClientRect();
  return {
    name: chart.closest("figure").id, live: chart.classList.contains("live"), count: svg.length,
    marks: svg[0]?.querySelectorAll("path[d], line, circle, rect").length,
    words: svg[0]?.querySelectorAll("text").length,
    width: box?.width, height: box?.height, left: box?.left - room.left, right: room.right - box?.right,
  };
})"""
_TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility() && !one.closest(".scroll, details, #tip, svg"))
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((one) => one.outerHTML.slice(0, 90))"""


def program() -> str:
    """Where Chromium is; skips where it is missing, and fails where TIMELINES_REQUIRE_BROWSER says that it must be."""
    found = shutil.which("chromium")
    if found is None:
        told = "no Chromium on PATH: install it (Debian's package chromium) to look at pages in a real browser"
        pytest.fail(told) if os.environ.get("TIMELINES_REQUIRE_BROWSER") else pytest.skip(told)
    return found


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Headless Chromium; without its sandbox, which it refuses to root, since our own pages are all that it opens."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@dataclass
class Opened:
    """A page, what it wrote to the console, and what it asked for beyond its own file."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def look(self, width: int = DESK, scheme: Any = "light", height: int = 900) -> None:
        """Change the window and the reader's colour scheme."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": height})

    def scroll_through(self) -> None:
        """Bring every chart into the window, as a reader would, and wait there until it is drawn anew if it can be."""
        self.page.evaluate(_SEEN)

    def charts(self) -> list[dict[str, Any]]:
        """Every chart that is shown: its name, marks, words, size and room left in its figure, px."""
        return list(self.page.evaluate(_CHARTS))

    def too_wide(self) -> list[str]:
        """What reaches past the right edge of the window, outside boxes that scroll by themselves."""
        whole = int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        return [*self.page.evaluate(_TOO_WIDE), *([f"the page, by {whole} px"] if whole > 0 else [])]

    def pale(self, least: float = 4.5) -> list[str]:
        """Words with less contrast than WCAG's AA asks of small text, those in charts too."""
        seen = self.page.evaluate(_CONTRAST)
        assert len(seen) > 20
        return sorted({f"{one['figure']}: {one['words']} ({one['ratio']})" for one in seen if one["ratio"] < least})

    def tip(self) -> str:
        """What the tip beside the pointer says; empty where it is put away."""
        tip = self.page.locator("#tip.visible")
        return tip.inner_text() if tip.count() else ""


@contextlib.contextmanager
def opened(started: Browser, path: Path, **context: Any) -> Iterator[Opened]:
    """A page from its file; every other request is refused and noted."""
    own = path.as_uri()
    room = started.new_context(**{"viewport": {"width": DESK, "height": 900}, "color_scheme": "light", **context})
    made = Opened(room.new_page())

    def refuse(route: Route) -> None:
        if route.request.url.partition("#")[0] == own:
            return route.continue_()
        made.asked.append(route.request.url)
        return route.abort()

    room.route("**/*", refuse)
    made.page.on("console", lambda said: made.said.append(f"{said.type}: {said.text}"))
    made.page.on("pageerror", lambda error: made.said.append(f"error: {error}"))
    made.page.goto(own)
    try:
        yield made
    finally:
        room.close()
