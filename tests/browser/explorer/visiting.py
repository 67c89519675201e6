"""The explorer in a real browser, on a real server: what a person does there, and everything that it complained of."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Response

from tests.browser.browsing import DESK

AWAY = "Failed to load resource"
"""What a browser says by itself of a server that is away."""

_WATCH = (Path(__file__).parent / "watch.js").read_text(encoding="utf-8")
_TOO_WIDE = """() => {
  const root = document.documentElement, past = [];
  if (root.scrollWidth > root.clientWidth) past.push(`the page, by ${root.scrollWidth - root.clientWidth} px`);
  for (const one of document.querySelectorAll("body *")) {
    if (!one.checkVisibility()) continue;
    if (one.closest(".scroll, pre, svg, .hidden-visually, .skip, [role=tooltip], #tip")) continue;
    if (one.getBoundingClientRect().right > root.clientWidth + 0.5) past.push(one.outerHTML.slice(0, 120));
  }
  return past;
}"""
_SETTLED = """() => {
  const headline = document.querySelector("#headline");
  return headline.querySelector("h2")?.textContent && headline.getAttribute("aria-busy") === "false";
}"""
_DRAWN = """(name) => {
  const card = document.getElementById(name);
  const busy = card?.closest("[aria-busy=true]") ?? card?.querySelector("[aria-busy=true]");
  return card?.querySelector("svg") && !busy;
}"""
_ALL_DRAWN = """() => [...document.querySelectorAll("figure.chart-figure")].every((card) => {
  const { top, bottom } = card.getBoundingClientRect();
  return !card.checkVisibility() || bottom < 0 || top > innerHeight || card.getAttribute("aria-busy") !== "true";
})"""


@dataclass
class Visit:
    """A page of the explorer that is open.

    Attributes
    ----------
    page : Page
        The page.
    origin : str
        Of its gateway.
    said : list of str
        What it wrote to the console.
    strayed : list of str
        Requests to any other place.
    calls : list of str
        Calls of the service, by method.
    forgiven : list of str
        What is no complaint, because the test asks for it.
    """

    page: Page
    origin: str
    said: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def look(self, width: int = DESK, scheme: Any = "light", height: int = 900) -> None:
        """Change the window and the reader's colour scheme."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": height})

    def settled(self) -> str:
        """The headline, once the answer is that of the question."""
        self.page.wait_for_function(_SETTLED)
        return self.headline.inner_text()

    def drawn(self, name: str = "arrival") -> Locator:
        """A chart, brought into the window and drawn."""
        card = self.page.locator(f"#chart-{name}")
        card.scroll_into_view_if_needed()
        self.page.wait_for_function(_DRAWN, arg=f"chart-{name}")
        return card

    def asks(self, label: str, value: str) -> str:
        """Write into a field of the question; the headline that comes."""
        before = self.headline.inner_text()
        self.field(label).fill(value)
        return self.changed(before)

    def chooses(self, words: str) -> str:
        """Choose a radio of the question; the headline that comes."""
        before = self.headline.inner_text()
        self.page.locator("#question").get_by_text(words, exact=True).click()
        return self.changed(before)

    def changed(self, before: str) -> str:
        """The headline, once it is another one and the answer is that of the question."""
        self.page.wait_for_function(
            "(before) => document.querySelector('#headline h2').innerText !== before", arg=before
        )
        return self.settled()

    def all_drawn(self) -> None:
        """Wait for every chart in the window."""
        self.page.wait_for_function(_ALL_DRAWN)

    def unfold(self) -> None:
        """On a phone, open the question."""
        if self.page.locator("#fold").is_visible() and not self.page.locator("#question").is_visible():
            self.page.locator("#fold").click()

    @property
    def headline(self) -> Locator:
        """The answer as a sentence."""
        return self.page.locator("#headline h2")

    def field(self, label: str) -> Locator:
        """A field of the question by its label."""
        return self.page.locator("#question").get_by_label(label, exact=True)

    def shifts(self) -> float:
        """How far the parts have jumped since this was asked last: 0 for not at all."""
        moved = self.page.evaluate("watched.shifts.splice(0)")
        total = sum(one["value"] for one in moved)
        if total > 0.01:
            print(f"moved by {total:.3f}:", *{one["moved"] for one in moved})
        return float(total)

    def too_wide(self) -> list[str]:
        """What reaches past the right edge of the window, outside boxes that scroll by themselves."""
        return list(self.page.evaluate(_TOO_WIDE))

    def slow(self, all_ms: int = 0, *each_ms: int) -> None:
        """From now on the next questions take as long as told, and all other calls as long as the first number."""
        self.page.evaluate("([all, each]) => { slow.all = all; slow.each = each; }", [all_ms, list(each_ms)])

    def forgive(self, *words: str) -> None:
        """What it says so is no complaint, before and after."""
        self.forgiven.extend(words)

    def complaints(self) -> list[str]:
        """What it complained of, what its policy refused, and what it asked of others."""
        refused = self.page.evaluate("watched.refused") if not self.page.is_closed() else []
        said = [line for line in self.said if not any(word in line for word in self.forgiven)]
        return [*said, *refused, *self.strayed]


def _answered(visit: Visit, response: Response) -> None:
    found = re.fullmatch(re.escape(visit.origin) + r"/[\w.]+\.(\w+)/(\w+)", response.url)
    if found:
        visit.calls.append(found[2])


@contextlib.contextmanager
def visiting(started: Browser, origin: str, link: str = "", **context: Any) -> Iterator[Visit]:
    """The explorer at a gateway, in a window of its own; at the end it must have complained of nothing."""
    room = started.new_context(**{"viewport": {"width": DESK, "height": 900}, "color_scheme": "light", **context})
    room.add_init_script(_WATCH)
    try:
        visit = opened_in(room.new_page(), origin)
        visit.page.goto(f"{origin}/{link}")
        yield visit
        complaints = visit.complaints()
        assert not complaints, complaints
    finally:
        room.close()


def opened_in(page: Page, origin: str) -> Visit:
    """A page that is watched from now on."""
    page.set_default_timeout(15_000)
    visit = Visit(page, origin)
    page.on("console", lambda said: visit.said.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: visit.said.append(f"error: {error}"))
    page.on("response", lambda response: _answered(visit, response))
    own = (f"{origin}/", "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(own) else visit.strayed.append(request.url))
    return visit
