"""Any scenario is written to a file and read back as it was, and no file is anything but a scenario or one error."""

from __future__ import annotations

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.catalogue.named import scenario_files
from forecast.catalogue.named.scenario_files import FileError
from forecast.engine.encode_question import scenario_dict
from forecast.engine.scenario import Scenario
from tests.scenarios import scenarios


def read_or_refused(data: bytes) -> None:
    """Read a file; nothing but a FileError may come of it, and that is one line."""
    refusal = None
    try:
        scenario_dict(scenario_files.load(data, "mine.yaml"))
    except FileError as error:
        refusal = error.message
    assert refusal is None or (refusal.startswith("mine.yaml") and "\n" not in refusal)


SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(scenarios)
def test_what_is_written_is_read_back_to_the_last_digit(scenario: Scenario) -> None:
    text = scenario_files.dump(scenario)
    again = scenario_files.load(text.encode(), "mine.yaml")
    assert again == scenario
    assert scenario_files.dump(again) == text


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(scenarios)
def test_another_reader_of_yaml_sees_the_same_values(scenario: Scenario) -> None:
    said = yaml.safe_load(scenario_files.dump(scenario))
    assert {one.name: one.value for one in scenario.overrides if one.value is not None} == said.get("set", {})
    assert dict(scenario.switches) == said.get("switches", {})
    assert said["name"] == scenario.name and said.get("about", "") == scenario.about


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(scenarios, st.data())
def test_a_file_with_a_slip_is_a_scenario_or_one_error(scenario: Scenario, data: st.DataObject) -> None:
    text = scenario_files.dump(scenario)
    place = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.sampled_from(["", " ", "\t", "\n", ":", "-", "&a ", "*a", "[", "}", "#", "'", "9", "e", "."]))
    spoilt = text[:place] + slip + text[place + data.draw(st.integers(0, 3)) :]
    read_or_refused(spoilt.encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_scenario_or_one_error(data: bytes) -> None:
    read_or_refused(b"name: abc\n" + data)
