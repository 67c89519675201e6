"""docs/scenarios.md is what the modules and the files say."""

from __future__ import annotations

from forecast.catalogue.named import scenarios
from tests.docs.scenarios_page import SCENARIOS, claim_names, scenarios_page


def test_the_page_is_what_the_files_say() -> None:
    assert SCENARIOS.read_text(encoding="utf-8") == scenarios_page(), "run `python -m tests.docs.refresh`"


def test_every_scenario_is_in_it() -> None:
    page = scenarios_page()
    assert all(page.count(f"\n### {name}\n") == 1 for name in scenarios.built_in_names())
    assert claim_names()[:3] == ["gwern-g1", "gwern-g2", "gwern-g3"] and claim_names()[9] == "gwern-g10"
