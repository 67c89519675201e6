"""What a reader does with a page: points at a chart, hides a curve, switches scenarios, turns the phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.browser.browsing import DESK, PHONE, Opened

Open = Callable[..., Opened]
_SHOWN_CURVES = """(figure) => [0, 1, 2].filter((i) => {
  const marks = [...figure.querySelectorAll(`[class*="curve_${i}_"]`)];
  return marks.some((one) => one.ownerSVGElement.checkVisibility() && getComputedStyle(one).display !== "none");
})"""


def drawn(open_page: Open, name: str, **context: object) -> Opened:
    page = open_page(name, **context)
    if name == "parts" and context.get("java_script_enabled", True):
        page.scroll_through()
    return page


def box_of(page: Opened, curve: str) -> Locator:
    """The box before a curve's name, over the first chart."""
    return page.page.locator("#compared").get_by_role("checkbox", name=curve)


# Pointing


def tips_along(page: Opened, chart: str, height: float, count: int = 12) -> list[str]:
    """What the tip says at places along a chart, a share of its height down."""
    place = page.page.locator(f"#{chart} .chart")
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    said = []
    for i in range(1, count):
        page.page.mouse.move(box["x"] + box["width"] * i / count, box["y"] + box["height"] * height)
        page.page.wait_for_timeout(15)
        said.append(page.tip())
    return said


def test_pointing_at_curves_and_bars_tells_their_values(open_page: Open) -> None:
    page = drawn(open_page, "parts")
    said = tips_along(page, "compared", 0.5, 24)
    curves = [one for one in said if one.startswith("by the end of")]
    assert len(set(curves)) > 10 and all("the largest run" in one and "%" in one for one in curves)
    assert [one for one in said if "by 2060" in one or "already" in one]


@pytest.mark.long
def test_pointing_at_a_fan_tells_its_bands_and_its_points(open_page: Open) -> None:
    page = drawn(open_page, "parts")
    bands = [one for one in tips_along(page, "compute", 0.3) if one.startswith("month")]
    assert bands and all(name in bands[-1] for name in ("median", "50 %", "80 %", "90 %"))
    point = page.page.locator("#compute .interactive .mark-symbol path").first
    point.hover(force=True)
    assert "published" in page.tip()


def test_pointing_at_a_still_chart_tells_what_its_marks_carry(open_page: Open) -> None:
    page = drawn(open_page, "still")
    mark = page.page.locator("#coverage .wide [data-tip]").first
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    assert page.tip()
    page.page.keyboard.press("Escape")
    assert page.tip() == ""


def test_a_tip_stays_inside_a_narrow_window(open_page: Open) -> None:
    page = drawn(open_page, "parts", viewport={"width": PHONE, "height": 700})
    assert any(tips_along(page, "compared", 0.5))
    box = page.page.locator("#tip").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE


# Hiding curves


@pytest.mark.parametrize("scripts", [True, False], ids=["live", "still"])
def test_a_hidden_curve_goes_with_its_label_and_bar(open_page: Open, scripts: bool) -> None:
    page = drawn(open_page, "parts", java_script_enabled=scripts)
    figure = page.page.locator("#compared")
    assert figure.evaluate(_SHOWN_CURVES) == [0, 1, 2]
    box_of(page, "a larger run").uncheck()
    assert figure.evaluate(_SHOWN_CURVES) == [0, 2]
    words = [one for one in figure.locator("svg text:visible").all_text_contents() if "larger" in one]
    assert words == []


@pytest.mark.long
def test_a_curve_is_hidden_and_shown_by_keyboard_and_leaves_the_tip(open_page: Open) -> None:
    page = drawn(open_page, "parts")
    figure = page.page.locator("#compared")
    box_of(page, "a small run").focus()
    page.page.keyboard.press("Space")
    assert figure.evaluate(_SHOWN_CURVES) == [1, 2]
    told = [one for one in tips_along(page, "compared", 0.5) if one.startswith("by the end of")]
    assert told and not any("a small run" in one for one in told)
    box_of(page, "a small run").focus()
    page.page.keyboard.press("Space")
    assert figure.evaluate(_SHOWN_CURVES) == [0, 1, 2]


@pytest.mark.long
def test_a_curve_that_was_hidden_stays_hidden_when_the_chart_is_drawn_anew(open_page: Open) -> None:
    page = drawn(open_page, "parts")
    figure = page.page.locator("#compared")
    box_of(page, "the largest run").uncheck()
    page.look(PHONE)
    page.page.wait_for_timeout(600)
    assert figure.evaluate(_SHOWN_CURVES) == [0, 1]


# Switching scenarios


def sentences(page: Opened) -> list[str]:
    return list(page.page.locator("h2.face:visible").all_inner_texts())


def faces(page: Opened) -> list[str]:
    return [one["name"] for one in page.charts() if one["name"].startswith("arrival-")]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_scenario_is_chosen_by_mouse(open_page: Open, scripts: bool) -> None:
    page = drawn(open_page, "parts", java_script_enabled=scripts)
    assert sentences(page) == ["What baseline says."] and faces(page) == ["arrival-0"]
    page.page.get_by_text("no-physical-limits", exact=True).click()
    assert sentences(page) == ["What no-physical-limits says."]
    assert page.page.locator(".tiles:visible dd").first.inner_text() == "2031"
    if scripts:
        page.page.wait_for_selector("#arrival-1 .chart.live")
    (chart,) = [one for one in page.charts() if one["name"] == "arrival-1"]
    assert faces(page) == ["arrival-1"] and chart["live"] == scripts and chart["marks"] > 5 and chart["width"] > 600


def test_a_scenario_is_chosen_by_keyboard_and_the_choice_is_seen(open_page: Open) -> None:
    page = drawn(open_page, "parts")
    chosen = page.page.get_by_role("radio", name="baseline")
    for _ in range(20):
        page.page.keyboard.press("Tab")
        if chosen.evaluate("(one) => one === document.activeElement"):
            break
    assert chosen.evaluate("(one) => getComputedStyle(one.closest('label')).outlineStyle") == "solid"
    page.page.keyboard.press("ArrowRight")
    assert sentences(page) == ["What no-physical-limits says."]
    page.page.keyboard.press("ArrowLeft")
    assert sentences(page) == ["What baseline says."]
    group = page.page.get_by_role("group", name="Scenario")
    assert group.get_by_role("radio").count() == 3 and group.get_by_role("radio", name="baseline").is_checked()


@pytest.mark.long
def test_the_chosen_scenario_is_the_one_that_is_printed(open_page: Open) -> None:
    page = drawn(open_page, "parts")
    page.page.get_by_text("ten times the spend", exact=True).click()
    page.page.emulate_media(media="print")
    assert sentences(page) == ["What ten times the spend says."]
    assert page.page.locator(".choices label:visible").all_inner_texts() == ["ten times the spend"]


# Turning the phone


@pytest.mark.long
def test_a_chart_is_drawn_anew_for_another_width(open_page: Open) -> None:
    page = drawn(open_page, "parts")
    chart = page.page.locator("#compared .chart svg:visible")
    widths = []
    for width in (DESK, 700, PHONE, DESK):
        page.look(width)
        page.page.locator("#compared .chart").scroll_into_view_if_needed()  # the picture in it may just be replaced
        page.page.wait_for_timeout(500)
        box = chart.bounding_box()
        assert box is not None
        widths.append(box["width"])
        assert chart.evaluate("(one) => Number(one.getAttribute('width'))") == pytest.approx(box["width"], abs=1)
    assert widths[0] == widths[3] == 820 and 600 < widths[1] <= 660 and 340 < widths[2] <= 360


def test_a_browser_that_cannot_unpack_keeps_the_still_charts(open_page: Open) -> None:
    page = open_page("parts")
    page.page.add_init_script("delete window.DecompressionStream")
    page.page.reload()
    page.page.wait_for_timeout(500)
    assert not any(one["live"] for one in page.charts()) and page.said == []


@pytest.mark.long
def test_every_chart_of_a_report_tells_something_wherever_it_has_something_to_tell(open_page: Open) -> None:
    page = open_page("report")
    page.scroll_through()
    silent, said = [], []
    for chart in page.charts():
        tips = [tip for height in range(1, 16) for tip in tips_along(page, chart["name"], height / 16) if tip]
        said += tips
        silent += [] if tips else [chart["name"]]
    assert silent == [] and page.said == []
    assert not [tip for tip in said if tip.startswith(("s0", "told")) or "undefined" in tip or "NaN" in tip]
