"""Every page in a real browser: drawn, within bounds, legible in both schemes, accessible, printed, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.browsing import DESK, PHONE, SCHEMES, TABLET, Opened
from tests.browser.conftest import PAGES
from tests.shortened import shortened

A4_PX = (718, 1047)  # inside margins of 1 cm at 96 px an inch
WIDTHS = [
    PHONE,
    TABLET,
    DESK,
    *(pytest.param(width, marks=pytest.mark.long) for width in (320, 360, 559, 560, 699, 700, 760, 1024, 1920)),
]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_a_page_asks_nothing_of_the_network_and_complains_of_nothing(shown: Opened) -> None:
    assert shown.asked == [] and shown.said == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_chart_is_drawn_within_its_figure(shown: Opened, width: int) -> None:
    shown.look(width)
    shown.scroll_through()
    shown.page.wait_for_timeout(300)
    charts, live = shown.charts(), bool(shown.page.locator("#chart-bundle").count())
    assert charts
    for chart in charts:
        assert chart["live"] == live, chart
        assert chart["count"] == 1 and chart["marks"] >= 5 and chart["words"] >= 3, chart
        assert chart["width"] > 250 and chart["height"] > 60, chart
        assert chart["left"] >= -0.5 and chart["right"] >= -0.5, chart


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_past_the_edge_of_the_window(shown: Opened, width: int) -> None:
    shown.look(width)
    assert shown.too_wide() == []


@pytest.mark.parametrize("width", [PHONE, pytest.param(DESK, marks=pytest.mark.long)])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_word_stands_out_from_what_is_behind_it(shown: Opened, scheme: str, width: int) -> None:
    shown.look(width, scheme)
    assert shown.pale() == []


@pytest.mark.parametrize("width", [PHONE, pytest.param(DESK, marks=pytest.mark.long)])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_that_shuts_anyone_out(shown: Opened, scheme: str, width: int) -> None:
    shown.look(width, scheme)
    found = Axe().run(shown.page, options={"runOnly": _RULES, "resultTypes": ["violations"]}).response["violations"]
    assert [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]] == []


def test_the_dark_page_is_dark_and_its_charts_follow_without_being_drawn_again(shown: Opened) -> None:
    ink = "getComputedStyle(document.querySelector('.chart svg text')).fill"
    ground = "getComputedStyle(document.body).backgroundColor"
    shown.look(DESK, "light")
    light = shown.page.evaluate(ink), shown.page.evaluate(ground)
    shown.look(DESK, "dark")
    dark = shown.page.evaluate(ink), shown.page.evaluate(ground)
    assert light[1] == "rgb(255, 255, 255)" and dark[1] == "rgb(18, 24, 31)" and light[0] != dark[0]


@pytest.mark.parametrize("name", shortened(PAGES, most=1))
def test_a_page_without_scripts_shows_its_charts_and_gives_their_numbers(
    open_page: Callable[..., Opened], name: str
) -> None:
    page = open_page(name, java_script_enabled=False)
    for width in (PHONE, DESK):
        page.look(width)
        charts = page.charts()
        assert charts and all(chart["count"] == 1 and not chart["live"] and chart["words"] >= 3 for chart in charts)
        assert page.too_wide() == []
    with page.page.expect_download() as saved:
        page.page.locator("figure .under a").first.click()
    numbers = saved.value.path().read_text(encoding="utf-8").splitlines()
    assert saved.value.suggested_filename.endswith(".csv") and len({line.count(",") for line in numbers[:1]}) == 1
    assert len(numbers) > 2


@pytest.mark.parametrize("name", shortened(PAGES, most=1))
def test_a_page_is_printed_in_light_with_whole_charts(open_page: Callable[..., Opened], name: str) -> None:
    page = open_page(name, color_scheme="dark")
    page.scroll_through()
    page.page.emulate_media(media="print", color_scheme="dark")
    page.page.set_viewport_size({"width": A4_PX[0], "height": A4_PX[1]})
    assert page.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.too_wide() == []
    for chart in page.charts():
        assert chart["right"] >= -0.5 and chart["height"] < A4_PX[1], chart
    length = page.page.evaluate("document.documentElement.scrollHeight") / A4_PX[1]
    paper = page.page.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "1cm"))
    sheets = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert length <= sheets <= 1.6 * length + 2  # what is kept whole leaves some room free
