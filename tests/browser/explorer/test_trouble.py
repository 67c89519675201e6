"""When something is wrong: a slow server, one that is gone, a flagged posterior, a token that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from forecast.posterior import artefact, selection
from tests.browser.explorer.conftest import Go, Served
from tests.browser.explorer.visiting import AWAY, visiting
from tests.service.over_http import http_of
from tests.service.running import start
from tests.synthetic import synthetic_posterior
from timelines_server.access import tokens
from timelines_server.access.tokens import Scope

REASON = "nowcast: 41 % of 14 recent disclosed runs lie inside the 80 % band"
_TYPE = """async (field, said) => {
  let [longest, last] = [0, performance.now()];
  for (const value of said) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return longest;
}"""
"""Gives the longest time from one change to the next, milliseconds."""
IN_A_ROW_MS = 100


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_a_slow_server_greys_the_answer_before_and_a_stale_answer_is_dropped(visit: Go) -> None:
    page = visit()
    first = page.settled()
    page.slow(0, 1500, 100)  # the next call takes long, the one after it is overtaken by none
    page.field("Loss").fill("1.0")
    headline = page.page.locator("#headline")
    expect(headline).to_have_attribute("aria-busy", "true")
    assert page.headline.inner_text() == first, "the last answer stays while a new one comes"
    page.page.wait_for_timeout(400)
    assert float(headline.evaluate("(one) => getComputedStyle(one).opacity")) < 0.8
    page.field("Loss").fill("1.2")
    last = page.changed(first)
    page.page.wait_for_timeout(1600)
    assert page.headline.inner_text() == last and "1.2" in last, "an answer that comes late replaces nothing"
    assert float(headline.evaluate("(one) => getComputedStyle(one).opacity")) == 1


def test_of_changes_in_a_row_the_first_and_the_last_are_asked(visit: Go) -> None:
    page = visit()
    for last in ("1.13", "1.14", "1.15", "1.16", "1.17"):
        before = page.settled()
        page.page.wait_for_timeout(500)
        calls = page.calls.count("Forecast")
        longest_ms = page.field("Loss").evaluate(_TYPE, ["1", "1.", "1.1", last])
        page.changed(before)
        page.page.wait_for_timeout(300)
        if longest_ms < IN_A_ROW_MS:  # where the machine stood still between two, these were changes apart
            break
    assert longest_ms < IN_A_ROW_MS
    assert 1 <= page.calls.count("Forecast") - calls <= 2


def test_a_server_that_goes_away_is_said_and_its_return_is_noticed(
    chromium: Browser, tmp_path: Path, stack: ExitStack
) -> None:
    with start(tmp_path / "home", "--http", "127.0.0.1:0") as running:
        origin = http_of(running).url
        page = stack.enter_context(visiting(chromium, origin))
        before = page.settled()
        running.process.kill()
        running.process.wait()
        page.field("Loss").fill("1.0")
        alert = page.page.get_by_role("alert").filter(has_text="does not answer").first
        expect(alert).to_be_visible(timeout=30_000)
        assert page.headline.inner_text() == before
    place = urlsplit(origin).netloc
    with start(tmp_path / "home", "--http", place):
        after = page.changed(before)
        assert "loss of 1 " in after
        expect(alert).to_have_count(0)
        page.forgive(AWAY)
        stack.close()


def test_a_flagged_posterior_is_said_before_anything_else(chromium: Browser, tmp_path: Path, stack: ExitStack) -> None:
    path = artefact.write(synthetic_posterior(400, status="FLAGGED", reasons=[REASON]), tmp_path / "posteriors")
    selection.set_current(path.stem, tmp_path)
    running = stack.enter_context(start(tmp_path, "--http", "127.0.0.1:0"))
    with visiting(chromium, http_of(running).url, "#v=1&flop=2e29&payer=unlimited") as page:
        page.settled()
        warning = page.page.locator("#headline [role=status]")
        expect(warning).to_be_visible()
        expect(warning).to_contain_text("41")


def test_a_server_with_tokens_asks_for_one_and_forgets_it_with_the_tab(
    chromium: Browser, tmp_path: Path, stack: ExitStack
) -> None:
    file = tmp_path / "tokens.json"
    secret, made = tokens.make("reader", Scope.READ)
    tokens.append(file, made)
    running = stack.enter_context(start(tmp_path / "home", "--http", "127.0.0.1:0", "--tokens", str(file)))
    with visiting(chromium, http_of(running).url) as page:
        field = page.page.get_by_label("Token", exact=False).first
        expect(field).to_be_visible()
        field.fill(secret)
        field.press("Enter")
        assert page.settled()
        page.drawn("arrival")
        assert secret not in page.page.url
        assert page.page.evaluate("JSON.stringify({ ...localStorage })").find(secret) == -1
        page.forgive(AWAY)


def test_no_call_leaves_the_gateway(chromium: Browser, served: Served) -> None:
    with visiting(chromium, served.origin) as page:
        page.settled()
        page.drawn("arrival")
        assert page.strayed == [] and {"Forecast", "DrawChart"} <= set(page.calls)
