"""`timelines sensitivity`, `compare` and `explain` on the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from forecast.cli.compare import compare
from forecast.cli.explain import TOGETHER, explain
from forecast.cli.main import COMMANDS
from forecast.cli.sensitivity import sensitivity
from forecast.errors import ForecastError, InputError
from tests.homes import home_with
from tests.synthetic import synthetic_posterior


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with(
        tmp_path_factory.mktemp("home"), synthetic_posterior(300, as_of=date(2020, 7, 27)), synthetic_posterior(300)
    )


@pytest.fixture(autouse=True)
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(home))


def run(command: click.Command, arguments: str, *more: str) -> Result:
    return CliRunner().invoke(command, [*arguments.split(), *more])


def printed(command: click.Command, arguments: str, *more: str) -> str:
    result = run(command, arguments, *more)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


def refused(command: click.Command, arguments: str, *more: str) -> str:
    error = run(command, arguments, *more).exception
    assert isinstance(error, ForecastError)
    return error.message


def test_the_commands_are_listed() -> None:
    assert {"sensitivity", "compare", "explain"} <= COMMANDS.keys()


# sensitivity


def test_sensitivity_tells_bars_shares_and_what_would_be_worth_knowing() -> None:
    text = printed(sensitivity, "--flop 1e29 --inputs 4")
    assert "The median where an input is in its lowest and in its highest fifth" in text
    assert "power.watts_2030" in text
    assert "Shares of the variance by independent block" in text
    assert "If the largest training run by November 2027 lies in the" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_sensitivity_as_json_and_csv() -> None:
    found = json.loads(printed(sensitivity, "--flop 1e29 --inputs 3 --no-shapley --json"))
    assert len(found["tornado"]) == 3 and "shapley" not in found
    lines = printed(sensitivity, "--flop 1e29 --inputs 3 --no-shapley --csv").splitlines()
    assert lines[0].startswith("input,unit,low_value") and len(lines) == 4
    assert "choose one" in refused(sensitivity, "--flop 1e29 --json --csv")
    assert "inputs is 0" in refused(sensitivity, "--flop 1e29 --inputs 0")


# compare


def test_compare_shows_scenarios_and_beliefs(tmp_path: Path) -> None:
    (tmp_path / "cdf.json").write_text(json.dumps({"percentiles": {"10": 2028, "50": 2033, "90": 2050}}))
    (tmp_path / "whole.json").write_text(json.dumps({"name": "Bob", "belief": "2030 to 2040", "source": "a post"}))
    beliefs = ("Ann=2029..2045", f"Cdf=@{tmp_path / 'cdf.json'}", str(tmp_path / "whole.json"))
    options = [part for belief in beliefs for part in ("--overlay", belief)]
    text = printed(compare, "baseline no-physical-limits --flop 1e29", *options)
    for name in ("baseline", "no-physical-limits", "Ann", "Cdf", "Bob"):
        assert f"\n{name} " in text
    told = json.loads(printed(compare, "baseline no-physical-limits --flop 1e29 --json", *options))
    assert [one["scenario"] for one in told["answers"]] == ["baseline", "no-physical-limits"]
    assert [one["name"] for one in told["overlays"]] == ["Ann", "Cdf", "Bob"]
    assert printed(compare, "baseline --flop 1e29 --csv").startswith("who,quantity,")


@pytest.mark.parametrize("belief", ["", "=2030", "Ann=", "Ann=soon", "Ann=@nowhere.json", "nowhere.json", "Ann=2 to 3"])
def test_a_belief_that_is_none_is_refused(belief: str) -> None:
    refused(compare, "baseline --flop 1e29", "--overlay", belief)


def test_what_belongs_into_a_scenario_is_refused_beside_scenarios() -> None:
    assert "--without" in refused(compare, "baseline --flop 1e29 --without power")
    assert "--set" in refused(compare, "baseline --flop 1e29 --set run.months=3")
    assert "target" in refused(compare, "baseline")
    assert "nobody" in refused(compare, "nobody --flop 1e29")


# explain


def test_explain_takes_the_second_question_from_behind_the_dashes() -> None:
    text = printed(explain, "--flop 1e29 -- --budget 1e9 --algorithms 16mo")
    assert text.startswith("The median moves from ")
    assert "years  payer: from the frontier's spend to $1bn" in " ".join(text.split()).replace("years ", "years  ")
    assert " algorithms: " in text


def test_what_the_second_question_names_replaces_what_goes_with_it() -> None:
    found = json.loads(printed(explain, "--flop 1e29 --budget 1e9 --json -- --payer frontier-spend"))
    assert [part["switch"] for part in found["parts"]] == ["payer"]
    target = "-- --loss 1.2 --scale kaplan-webtext2 --algorithms off"
    found = json.loads(printed(explain, f"--flop 1e29 --json {target}"))
    assert {part["switch"] for part in found["parts"]} == {"target + law"} or found["parts"][0]["switch"] == "target"


def test_explain_names_the_posterior_and_that_a_refit_is_needed() -> None:
    text = printed(explain, "--flop 1e29 --as-of 2020-07-27 -- --as-of 2026-11-20")
    assert "posterior.compute (refit needed: as_of, data)" in " ".join(text.split())


def test_explain_without_a_difference_or_without_changes() -> None:
    assert "the same question" in printed(explain, "--flop 1e29 -- --algorithms off")
    assert "after `--`" in refused(explain, "--flop 1e29")
    wrong = run(explain, "--flop 1e29 -- --bugdet 1e9")
    assert wrong.exit_code == 2 and "--bugdet" in wrong.output


def test_what_goes_together_are_options_of_a_question() -> None:
    options = {parameter.name for parameter in explain.params}
    assert {name for names in TOGETHER for name in names} <= options


def test_explain_by_the_probability_of_a_year() -> None:
    asked = (
        "--loss 0.5 --scale hoffmann-massivetext --law hoffmann --year 2035 -- --loss 1.9 --scale hoffmann-massivetext"
    )
    text = printed(explain, asked)
    assert text.startswith("The probability of arrival by the end of 2035 moves from 0 % to")
    assert "points" in text


@pytest.mark.parametrize("suffix", [".svg", ".png", ".json"])
def test_charts_are_drawn(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("altair")
    for command, asked in ((sensitivity, "--flop 1e29 --no-shapley"), (compare, "baseline skeptic --flop 1e29")):
        path = tmp_path / f"{command.name}{suffix}"
        printed(command, asked, "--chart", str(path))
        assert path.stat().st_size > 5_000
    with pytest.raises(InputError, match="suffix"):
        raise (
            run(sensitivity, "--flop 1e29 --no-shapley", "--chart", str(tmp_path / "a.gif")).exception or AssertionError
        )
