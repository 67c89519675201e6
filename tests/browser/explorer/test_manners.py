"""How the page behaves: seen by everyone, at any width, in both themes; nothing jumps, leaks or strays."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.browsing import PHONE, SCHEMES, TABLET
from tests.browser.explorer.conftest import Go, Served
from tests.browser.explorer.visiting import Visit, visiting
from tests.service.processes import rss_mib

DESK = 1440
WIDTHS = [PHONE, TABLET, DESK, *(pytest.param(width, marks=pytest.mark.long) for width in (320, 768, 1024, 1920, 2560))]
COMPARED = "#v=1&flop=2e29&asOf=2021-12-15&pin=(name:less,flop:2e28)"
CHANGES = 100
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_CONTRAST = (Path(__file__).parents[1] / "contrast.js").read_text(encoding="utf-8")
_SMALL = """() => [...document.querySelectorAll("button, select, summary, input, [role=tab], a")].filter((one) => {
  const shown = one.closest("label, .switch") ?? one, box = shown.getBoundingClientRect();
  const within = one.closest("p, dt, dd, td, th, .skip, .hidden-visually, .term");
  return one.checkVisibility() && !within && box.height < 43.5;
}).map((one) => one.outerHTML.slice(0, 120))"""


def whole(page: Visit) -> None:
    """Every chart of the page drawn, as a reader sees it who scrolls through."""
    page.settled()
    for _ in range(60):
        page.all_drawn()
        if page.page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2"):
            break
        page.page.mouse.wheel(0, 600)
        page.page.wait_for_timeout(60)
    page.page.evaluate("scrollTo(0, 0)")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_past_the_edge_of_the_window(visit: Go, width: int) -> None:
    page = visit(COMPARED, viewport={"width": width, "height": 900})
    whole(page)
    page.unfold()
    assert page.too_wide() == []


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("light", DESK),
        ("dark", PHONE),
        pytest.param("dark", DESK, marks=pytest.mark.long),
        pytest.param("light", PHONE, marks=pytest.mark.long),
    ],
)
def test_axe_finds_nothing_that_shuts_anyone_out(visit: Go, scheme: str, width: int) -> None:
    page = visit(COMPARED, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    whole(page)
    page.unfold()
    page.page.wait_for_timeout(400)
    found = Axe().run(page.page, options={"runOnly": _RULES, "resultTypes": ["violations"]}).response["violations"]
    assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_word_stands_out_from_what_is_behind_it(visit: Go, scheme: str) -> None:
    page = visit(COMPARED, color_scheme=scheme)
    whole(page)
    page.page.wait_for_timeout(400)
    seen = page.page.evaluate(_CONTRAST)
    assert len(seen) > 100
    assert sorted({f"{one['figure']}: {one['words']} ({one['ratio']})" for one in seen if one["ratio"] < 4.5}) == []


def test_the_reader_s_choice_of_colours_stands_against_the_system_s_and_is_remembered(visit: Go) -> None:
    page = visit()
    page.settled()
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.page.evaluate(ground) == "rgb(255, 255, 255)"
    page.page.locator("#scheme").click()
    assert page.page.evaluate(ground) == "rgb(18, 24, 31)"
    page.page.reload()
    assert page.page.evaluate(ground) == "rgb(18, 24, 31)"
    expect(page.page.locator("#scheme")).to_have_attribute("aria-pressed", "true")
    page.settled()
    ink = page.drawn("arrival").locator("svg text").first.evaluate("(one) => getComputedStyle(one).fill")
    page.page.locator("#scheme").click()
    other = page.page.locator("#chart-arrival svg text").first.evaluate("(one) => getComputedStyle(one).fill")
    assert ink != other and page.page.evaluate(ground) == "rgb(255, 255, 255)"


def test_everything_that_a_finger_meets_is_large_enough(visit: Go) -> None:
    page = visit(viewport={"width": PHONE, "height": 844}, has_touch=True, is_mobile=True)
    whole(page)
    page.unfold()
    assert page.page.evaluate(_SMALL) == []


def test_nothing_jumps_when_the_question_changes(visit: Go) -> None:
    page = visit()
    page.settled()
    page.drawn("arrival")
    page.page.evaluate("scrollTo(0, 0)")
    page.page.wait_for_timeout(500)
    page.shifts()
    for loss in ("0.9", "1.0", "1.2"):
        page.asks("Loss", loss)
        page.all_drawn()
    moved = page.shifts()
    print(f"parts moved by {moved:.3f} in three changes")
    assert moved < 0.02


def test_little_jumps_while_the_page_opens(visit: Go) -> None:
    page = visit()
    page.settled()
    page.drawn("arrival")
    moved = page.shifts()
    print(f"parts moved by {moved:.3f} while the page opened")
    assert moved < 0.05


def test_paper_shows_the_answer_in_light_without_the_form(visit: Go) -> None:
    page = visit(color_scheme="dark")
    page.settled()
    page.drawn("arrival")
    page.page.emulate_media(media="print", color_scheme="dark")
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.page.locator("#question").is_visible() and page.headline.is_visible()


def test_a_browser_without_scripts_says_what_is_missing(chromium: Browser, served: Served) -> None:
    room = chromium.new_context(java_script_enabled=False)
    page = room.new_page()
    page.goto(served.origin)
    assert "needs JavaScript" in page.locator("body").inner_text()
    room.close()


def test_the_policy_is_the_strict_one(chromium: Browser, served: Served) -> None:
    with visiting(chromium, served.origin) as page:
        reply = page.page.request.get(served.origin)
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy
        page.settled()
        page.drawn("arrival")


@pytest.mark.long
def test_a_hundred_changes_leave_page_and_server_as_large_as_they_were(chromium: Browser, served: Served) -> None:
    with visiting(chromium, served.origin) as page:
        page.settled()
        page.drawn("arrival")
        _change(page, CHANGES // 2)
        before = _held(page, served)
        _change(page, CHANGES)
        after = _held(page, served)
    told = {name: f"{before[name]:.1f} to {after[name]:.1f}" for name in before}
    print(f"{CHANGES} changes: {told}")
    assert after["page MiB"] < before["page MiB"] + 3 and after["nodes"] < 1.1 * before["nodes"] + 200
    assert after["server MiB"] < before["server MiB"] + 20  # answers that it remembers, up to its bounds


def _change(page: Visit, times: int) -> None:
    for i in range(times):
        page.asks("Loss", f"{0.87 + (i % 50) / 100:.2f}")
        if i % 10 == 9:
            page.all_drawn()
    page.all_drawn()


def _held(page: Visit, served: Served) -> dict[str, float]:
    """What page and server hold, once the page has thrown away what nobody needs."""
    page.page.wait_for_timeout(500)
    session = page.page.context.new_cdp_session(page.page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    counted = session.send("Memory.getDOMCounters")
    session.detach()
    held = {"page MiB": used, "nodes": counted["nodes"], "listeners": counted["jsEventListeners"]}
    return {**held, "server MiB": rss_mib(served.running.process.pid)}
