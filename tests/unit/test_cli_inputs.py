"""`timelines inputs` on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.engine.overrides import fitted_names
from forecast.inputs import INPUTS


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["inputs", *arguments])


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


@pytest.fixture(scope="module")
def listed() -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in json.loads(output("--json"))}


def test_the_list_has_every_input_that_a_scenario_can_name(listed: dict[str, dict[str, Any]]) -> None:
    assert list(listed) == [*fitted_names(), *INPUTS]
    lines = output().splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(listed)]] == list(listed)
    assert all(len(line) <= 110 for line in lines)


def test_each_has_a_unit_a_source_and_a_date_where_it_is_not_fitted(listed: dict[str, dict[str, Any]]) -> None:
    for name, entry in listed.items():
        assert entry["unit"] and entry["about"] and entry["source"]
        assert (entry["published_on"] is None) == entry["fitted"] == (name not in INPUTS)


def test_a_prior_is_a_family_with_its_numbers(listed: dict[str, dict[str, Any]]) -> None:
    assert listed["power.growth_oom_per_year"]["prior"] == {"family": "Normal", "mean": 0.15, "sd": 0.07}
    assert listed["compute.g_spend"]["prior"] == {"family": "Normal", "mean": 0.33, "sd": 0.25}
    assert listed["compute.u_origin"]["prior"] is None and "follows" in listed["compute.u_origin"]["source"]
    assert listed["data.tokens_2030"]["quantiles"] == pytest.approx({"0.05": 4e14, "0.5": 8e30**0.5, "0.95": 2e16})


def test_one_input_is_told_with_its_source() -> None:
    told = output("power.watts_2030")
    assert "1e+09, 6.71e+09, 4.5e+10" in told and "a distributed network 2-45 GW" in told and "2024-08-20" in told
    assert json.loads(output("power.watts_2030", "--json"))["name"] == "power.watts_2030"


def test_a_group_is_told_whole() -> None:
    assert [line.split()[1] for line in output("data_movement").splitlines() if line.startswith("name ")] == [
        "data_movement.wall_log10_flop",
        "data_movement.growth_oom_per_year",
    ]


def test_years_are_written_in_full() -> None:
    assert "2028, 2034, 2041" in output("algorithmic_jump.decimal_year")


def test_an_unknown_name_is_bad_input() -> None:
    result = run("power.volts")
    assert result.exit_code == 2
    assert "unknown input 'power.volts'" in result.stderr and "power.watts_2030" in result.stderr
