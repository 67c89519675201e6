"""docs/configuration.md is what the list of settings says."""

from __future__ import annotations

from tests.docs.configuration_page import CONFIGURATION, configuration_page
from timelines_server.configuration.variables import known


def test_the_page_is_what_the_list_of_settings_says() -> None:
    assert CONFIGURATION.read_text(encoding="utf-8") == configuration_page(), "run `python -m tests.docs.refresh`"


def test_every_variable_is_on_it() -> None:
    page = configuration_page()
    assert not [name for name in known() if f"`{name}`" not in page]
