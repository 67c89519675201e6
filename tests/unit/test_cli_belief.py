"""Beliefs of others in files: `timelines belief`, and the options that read the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forecast.cli.belief_files import MAX_BYTES, belief_option
from forecast.cli.main import main
from forecast.cli.question_keywords import keywords
from forecast.cli.when import when
from forecast.engine.beliefs import read_belief
from forecast.engine.distributions import distribution_dict, read_distribution
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from forecast.families import interval

PERCENTILES = {"percentiles": {"10": 2028, "50": 2033, "90": 2050}}
WHOLE = {"percentiles": {"10": 5e9, "50": 7e9, "90": 5e10}, "low": 1e9, "high": 1e11}
CDF = {"continuous_cdf": [i / 200 for i in range(201)], "scaling": {"range_min": 1.0, "range_max": 3.0}}
DIRECT_APPROACH = {"distribution": "lognormal", "interval_width": 90, "min": 9.84, "max": 290}


def belief(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["belief", *map(str, arguments)])


@pytest.fixture(name="written")
def written_(tmp_path: Path) -> Any:
    def write(content: object, name: str = "belief.json") -> Path:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize(
    ("said", "form"),
    [
        (PERCENTILES, "percentiles"),
        ({"10": 2028, "90": 2050}, "percentiles"),
        ([{"percentile": 10, "value": 2028}, {"percentile": 90, "value": 2050}], "percentiles"),
        (CDF, "a distribution function with its scale, as Metaculus has it"),
        (DIRECT_APPROACH, "an interval with its width, as the Direct Approach has it"),
        ({"h_SC_ci": [1.5, 60]}, "a credible interval, as AI 2027 has it"),
        ({"normal": {"mean": 1.0, "sd": 2.0}}, "a distribution of this program"),
        ("9.84 to 290\n", "a pair of ends"),
        ("3.5", "one number"),
    ],
)
def test_the_form_is_told_and_the_json_is_what_was_read(written: Any, said: object, form: str) -> None:
    file = written(said)
    shown, as_json = belief(file), belief(file, "--json")
    assert shown.exit_code == as_json.exit_code == 0, shown.stderr + as_json.stderr
    assert shown.stdout.splitlines()[0].split(maxsplit=1) == ["form", form]
    assert read_distribution(json.loads(as_json.stdout)) == read_belief(said)
    assert as_json.stdout.count("\n") == 1


def test_quantiles_are_told_and_where_a_table_says_nothing(written: Any) -> None:
    told = belief(written(PERCENTILES)).stdout
    assert "a table of 3 values, 10 % below it and 10 % above it" in told
    assert "5, 50, 95 %  below the table, 2033.00, above the table" in told
    rows = dict(line.split(" %", 1) for line in told.splitlines() if line.lstrip()[:1].isdigit() and " %" in line)
    assert {name.strip(): value.strip() for name, value in rows.items() if "5, 50" not in name} == {
        **dict.fromkeys(("1", "5"), "below the table"),
        "10": "2028.00",
        "25": "2029.88",
        "50": "2033.00",
        "75": "2043.62",
        "90": "2050.00",
        **dict.fromkeys(("95", "99"), "above the table"),
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no belief that is known here"),
        ("soon", "no belief that is known here"),
        ('{"percentiles": {"10": 5, "50": 3}}', "values that ascend"),
        ('{"normal": {"mean": NaN, "sd": 1}}', "NaN is no number"),
        ("[" * 5000, "no belief that is known here"),
        ("1" + " " * MAX_BYTES, "give a belief of at most 1,000,000 bytes"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error_with_the_file(written: Any, content: str, told: str) -> None:
    result = belief(written(content, "odd.json"))
    assert result.exit_code == 2 and result.stdout == ""
    assert told in result.stderr and "odd.json: " in result.stderr
    assert result.stderr.count("\n") == 1 and len(result.stderr) < 1000


def test_a_file_that_is_not_there_or_is_no_text_is_named(tmp_path: Path) -> None:
    missing = belief(tmp_path / "none.json")
    assert missing.exit_code == 2 and "none.json: it cannot be read: No such file or directory" in missing.stderr
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    assert "picture.png: it is no text in UTF-8" in belief(tmp_path / "picture.png").stderr


# --- options ----------------------------------------------------------------------------------------------------------


def asked(*arguments: str) -> dict[str, Any]:
    """The keywords that a command line makes."""
    return keywords(when.make_context("when", ["--flop", "1e29", *arguments]).params)


def test_a_prior_in_a_file_is_the_one_in_words(written: Any) -> None:
    for file in (written(DIRECT_APPROACH), written("9.84 to 290", "pair.txt")):
        scenario = asked("--prior", f"run.months=@{file}")["scenario"]
        assert isinstance(scenario, Scenario)
        (override,) = scenario.overrides
        assert override.prior is not None
        assert distribution_dict(override.prior) == distribution_dict(interval(9.84, 290))
        assert override.prior.source == file.name


@pytest.mark.parametrize("option", ["slowdown", "brain-flop-per-s", "spend-growth"])
def test_other_beliefs_may_stand_in_files_too(written: Any, option: str) -> None:
    keyword = option.replace("-", "_")
    assert asked(f"--{option}", f"@{written(DIRECT_APPROACH)}")[keyword] == distribution_dict(interval(9.84, 290))
    assert asked(f"--{option}", "9.84..290")[keyword] == "9.84..290"


def test_a_number_is_a_growth_for_certain(written: Any) -> None:
    assert asked("--spend-growth", "0.3")["spend_growth"] == 0.3
    assert asked("--spend-growth", f"@{written('0.3')}")["spend_growth"] == {"point": 0.3}


@pytest.mark.parametrize("option", ["--slowdown", "--brain-flop-per-s", "--spend-growth", "--prior run.months="])
def test_errors_name_option_and_file(written: Any, option: str) -> None:
    name, _, start = option.partition(" ")
    shown = option.removesuffix("=")
    for file, what in ((written("soon"), "no belief that is known here"), (Path("nowhere"), "cannot be read")):
        with pytest.raises(InputError) as caught:
            asked(name, f"{start}@{file}")
        assert caught.value.message.startswith(f"{shown}, file {file}: ") and what in caught.value.message
    with pytest.raises(InputError, match="write the file behind it: @FILE"):
        asked(name, f"{start}@")


def test_a_prior_must_say_where_all_of_its_mass_lies(written: Any) -> None:
    scenario = asked("--prior", f"power.watts_2030=@{written(WHOLE)}")["scenario"]
    assert scenario.overrides[0].prior.ppf([0.0, 1.0]).tolist() == [1e9, 1e11]
    file = written({"percentiles": WHOLE["percentiles"]})
    with pytest.raises(InputError, match="leaves 20 % outside its table") as caught:
        asked("--prior", f"power.watts_2030=@{file}")
    assert caught.value.message.startswith("--prior power.watts_2030=@")


def test_what_names_no_file_is_left_as_it_is() -> None:
    assert belief_option("9.84..290", "--slowdown") == "9.84..290"
