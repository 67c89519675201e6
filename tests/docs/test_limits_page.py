"""docs/limits.md is what the modules and the priors say."""

from __future__ import annotations

from forecast.engine.scenario import PHYSICAL_LIMITS
from forecast.inputs import INPUTS
from tests.docs.limits_page import LIMITS, limits_page


def test_the_page_is_what_the_modules_and_priors_say() -> None:
    assert LIMITS.read_text(encoding="utf-8") == limits_page(), "run `python -m tests.docs.refresh`"


def test_every_input_and_every_limit_is_in_it() -> None:
    page = limits_page()
    assert all(f"| `{name}` |" in page for name in INPUTS)
    assert all(f"\n    {limit.replace('_', ' ')}  " in page for limit in PHYSICAL_LIMITS)
