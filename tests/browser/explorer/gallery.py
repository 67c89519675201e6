"""The explorer's part of the gallery: its main states as a person sees them, light and dark, on a desk and a phone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.browsing import PHONE, TABLET
from tests.browser.explorer.visiting import AWAY, Visit, visiting
from tests.service.over_http import http_of
from tests.service.running import RunningServer, start

WIDE, SCREEN = 1440, 2560
ASKED = "#v=1&loss=0.86&scale=kaplan-webtext2&budgetUsd=1e9"
COMPARED = "#v=1&flop=2e29&pin=(name:'ten+times+less',flop:2e28)&pin=(name:'ten+times+more',flop:2e30)"
PAST = "#v=1&flop=2e25&asOf=2021-12-15"


@dataclass(frozen=True)
class State:
    """A state of the page that the gallery shows.

    Attributes
    ----------
    name : str
        Of its file.
    about : str
        What it shows, for those who do not see it.
    width, height : int
        Of the window, px.
    scheme : str
        `light` or `dark`.
    link : str
        Behind the page's address.
    first : str
        What stands at the top of the window; empty for the top of the page.
    ends_server : bool
        Whether its server is ended first.
    alone : bool
        Whether only what `first` names is shown.
    """

    name: str
    about: str
    width: int = WIDE
    height: int = 1000
    scheme: str = "light"
    link: str = ASKED
    first: str = ""
    ends_server: bool = False
    alone: bool = False


STATES = (
    State("top", "a question and its answer"),
    State("top-dark", "the same in the dark", scheme="dark"),
    State(
        "charts", "the charts of an answer, side by side on a wide screen", width=SCREEN, height=1300, first="#charts"
    ),
    State("compare", "two questions beside each other", link=COMPARED, first="#compare"),
    State("as-of", "what was said in December 2021, and what came", link=PAST, first="#as-of", scheme="dark"),
    State("snippets", "the same question as a program", first="#snippets", alone=True),
    State("away", "the server is away: the last answer stays, greyed", ends_server=True),
    State("tablet", "the page on a tablet", width=TABLET, height=1100),
    State("phone", "the page on a phone", width=PHONE, height=844),
    State("phone-question", "the question, unfolded on a phone, in the dark", width=PHONE, height=844, scheme="dark"),
)


def pictures(started: Browser) -> Iterator[tuple[State, bytes]]:
    """Every state's picture as PNG; a page that complains or reaches past its window ends it."""
    with tempfile.TemporaryDirectory() as home, start(Path(home), "--http", "127.0.0.1:0") as running:
        for state in sorted(STATES, key=lambda one: one.ends_server):
            yield state, _picture(started, running, state)


def _picture(started: Browser, running: RunningServer, state: State) -> bytes:
    window = {"width": state.width, "height": state.height}
    scale = 2 if state.width == PHONE else 1
    look = {"viewport": window, "device_scale_factor": scale, "color_scheme": state.scheme}
    with visiting(started, http_of(running).url, state.link, **look) as visit:
        visit.settled()
        visit.drawn("arrival")
        _into(visit, running, state)
        if visit.too_wide():
            raise SystemExit(f"{state.name} at {state.width} px: {visit.too_wide()}")
        taken = visit.page.locator(state.first) if state.alone else visit.page
        return taken.screenshot()


def _into(visit: Visit, running: RunningServer, state: State) -> None:
    """Bring the page into a state."""
    visit.page.evaluate("scrollTo(0, 0)")
    if state.name == "phone-question":
        visit.page.locator("#fold").click()
    if state.first:
        visit.page.locator(state.first).evaluate("(one) => scrollTo(0, one.getBoundingClientRect().top - 16)")
        visit.all_drawn()
    if state.ends_server:
        running.process.kill()
        running.process.wait()
        visit.forgive(AWAY)
        visit.field("Loss").fill("0.9")
        visit.page.get_by_role("alert").filter(has_text="does not answer").first.wait_for()
    visit.page.wait_for_timeout(600)


def told() -> str:
    """The explorer's part of the gallery's page."""
    shown = "\n\n".join(
        f'<img src="gallery/explorer-{state.name}.webp" alt="The explorer: {state.about}"'
        f' width="{"48%" if state.width == PHONE else "100%"}">'
        for state in STATES
    )
    return f"## The explorer\n\n{_WORDS}\n\n{shown}\n"


_WORDS = """What `timelines serve --http 127.0.0.1:8434` shows at `/`: [its page](explorer.md) says what it does. Each
picture is a state of it, reached as a reader would; it ends where the page complains, or asks anything of another
address."""
