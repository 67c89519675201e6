"""`timelines record --server`: the same words as without a server, and nothing kept here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.posterior.state import state_folder
from tests.service.running import RunningServer

RUN = ("--flop", "1e29", "--max-draws", "500")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path))
    return tmp_path


def run(server: RunningServer, command: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["record", command, *arguments, "--server", server.address, "--timeout", "60"])


def output(server: RunningServer, command: str, *arguments: str) -> str:
    result = run(server, command, *arguments)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def test_a_forecast_is_published_shown_compared_and_verified_on_a_server(server: RunningServer) -> None:
    scenario = ("--scenario", "slow-price", "--series", "commanded")
    first = json.loads(output(server, "add", *RUN, *scenario, "--title", "Slow", "--json"))
    second = json.loads(output(server, "add", *RUN, "--series", "commanded", "--json"))
    name = second["name"].removeprefix("forecasts/")
    assert output(server, "cite", name).strip() == second["citation"]
    here = CliRunner().invoke(main, ["when", *RUN]).stdout
    assert output(server, "show", name).endswith(here)
    listed = json.loads(output(server, "list", "--series", "commanded", "--json"))
    assert [told["name"] for told in listed[:2]] == [second["name"], first["name"]]
    assert "scenario.compute.r_realised" in output(server, "diff", name)
    assert "the same answer again" in output(server, "verify", name)
    assert not state_folder().catalogue_file.exists()


def test_what_a_server_refuses_is_one_line(server: RunningServer) -> None:
    for command, arguments, said in (
        ("show", ("none",), "unknown published forecast"),
        ("add", ("--flop", "1e29", "--series", "No"), "series is 'No'"),
    ):
        result = run(server, command, *arguments)
        assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_where_nothing_listens_it_says_so() -> None:
    result = CliRunner().invoke(main, ["record", "list", "--server", "127.0.0.1:9", "--timeout", "1"])
    assert result.exit_code == 1 and result.stderr.count("\n") == 1 and "127.0.0.1:9" in result.stderr
