"""What people take away from the explorer: programs, pictures, numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.browser.explorer.conftest import Go


def test_the_same_question_stands_ready_as_a_program(visit: Go) -> None:
    page = visit()
    page.settled()
    page.page.locator("#snippets").scroll_into_view_if_needed()
    tabs = page.page.locator("#snippets").get_by_role("tab")
    told = {}
    for tab in tabs.all():
        tab.click()
        told[tab.inner_text()] = page.page.locator("#snippets [role=tabpanel]:visible").inner_text()
    assert {"Python", "curl"} <= set(told) and len(told) >= 3
    assert all("kaplan-webtext2" in code for code in told.values()), told
    assert told["Command line"].startswith("timelines ") and page.origin in told["curl"]


@pytest.mark.parametrize("suffix", ["CSV", "JSON", "SVG", "PNG"])
def test_a_chart_can_be_taken_away(visit: Go, suffix: str, tmp_path: Path) -> None:
    page = visit()
    page.settled()
    card = page.drawn("arrival")
    with page.page.expect_download() as saved:
        card.get_by_role("button", name=re.compile(rf"Download .* as {suffix}:")).click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert re.fullmatch(rf"timelines-[\w.-]+-arrival\.{suffix.lower()}", file.name)
    check(file)


def check(file: Path) -> None:
    """Whether a file is what its name says."""
    content = file.read_bytes()
    match file.suffix:
        case ".csv":
            rows = list(csv.reader(io.StringIO(content.decode())))
            assert len(rows) > 50 and len({len(row) for row in rows}) == 1
        case ".json":
            told = json.loads(content)
            assert ("vega-lite" in told["$schema"]) if "$schema" in told else told["provenance"]
        case ".svg":
            assert (
                ET.fromstring(content).tag.endswith("svg") and content.count(b"<text") > 5 and b"var(--" not in content
            )
        case ".png":
            assert content[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(content[16:20], "big") > 1000


def test_the_answer_can_be_taken_away(visit: Go, tmp_path: Path) -> None:
    page = visit()
    page.settled()
    page.page.locator("#tiles summary", has_text="Numbers").click()
    for suffix in ("CSV", "JSON"):
        with page.page.expect_download() as saved:
            page.page.get_by_role("button", name=re.compile(f"Download the answer as {suffix}:")).click()
        file = tmp_path / saved.value.suggested_filename
        saved.value.save_as(file)
        assert file.stat().st_size > 1000
    assert json.loads(file.read_text())["question"]
