"""`timelines record` on the command line, in a catalogue of one's own."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from google.protobuf.json_format import MessageToDict, ParseDict

pytest.importorskip("sqlalchemy")

from forecast.catalogue import Catalogue
from forecast.cli.main import main
from forecast.engine.words import month
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder, state_folder
from tests.synthetic import synthetic_posterior
from timelines.v1 import forecast_record_service_pb2 as pb

RUN = ("--flop", "1e29")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """A state folder of its own, in which two posteriors lie; the later one is current."""
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TIMELINES_CATALOGUE", raising=False)
    folder = state_folder()
    write(synthetic_posterior(300, seed=1), folder.posteriors)
    current = write(synthetic_posterior(300, seed=2), folder.posteriors)
    selection.set_current(current.stem, folder.root)
    return folder


def other() -> str:
    """The posterior that is not current."""
    current = selection.current_entry().name
    return next(entry.name for entry in selection.available() if entry.name != current and entry.origin == "state")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["record", *arguments])


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def error(*arguments: str, code: int = 2) -> str:
    result = run(*arguments)
    assert result.exit_code == code and result.stderr.count("\n") == 1
    return result.stderr


def added(*arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(output("add", "--json", *(arguments or RUN)))
    return told


def bare(told: dict[str, Any]) -> str:
    return str(told["name"]).removeprefix("forecasts/")


def test_adding_prints_one_line_to_cite_and_citing_prints_it_again() -> None:
    line = output("add", *RUN)
    with Catalogue.open() as catalogue:
        (published,) = catalogue.records.list()
    assert line.count("\n") == 1 and published.name in line
    for name in (published.name, f"forecasts/{published.name}"):
        assert output("cite", name) == line


def test_what_is_shown_is_the_answer_of_timelines_when() -> None:
    name = bare(added(*RUN, "--title", "A run", "--note", "Why.\n\nBecause."))
    answered = CliRunner().invoke(main, ["when", *RUN]).stdout
    shown = output("show", name)
    assert shown.endswith(answered)
    head = shown.removesuffix(answered)
    for told in (name, "A run", "  Why.", "  Because.", "before it  none", selection.current_entry().name):
        assert told in head
    assert max(map(len, shown.splitlines())) <= 100


def test_json_is_the_services_message() -> None:
    told = added()
    assert json.loads(output("show", bare(told), "--json")) == told
    assert MessageToDict(ParseDict(told, pb.ForecastRecord()), preserving_proto_field_name=True) == told
    (listed,) = json.loads(output("list", "--json"))
    assert listed == {name: value for name, value in told.items() if name not in ("question", "answer")}


def test_the_newest_are_listed_first_and_by_series() -> None:
    assert "Nothing was published yet" in output("list")
    made = [added(*RUN, "--seed", str(i)) for i in range(3)]
    apart = added(*RUN, "--series", "apart", "--title", "Apart")
    names = [bare(told) for told in (apart, *made[::-1])]
    assert [bare(told) for told in json.loads(output("list", "--json"))] == names
    assert [bare(told) for told in json.loads(output("list", "--json", "--limit", "2"))] == names[:2]
    text = output("list", "--series", "apart")
    assert text.startswith(f"{names[0]}  apart  Apart\n  A 1e29 FLOP run") and names[1] not in text
    assert max(map(len, output("list").splitlines())) <= 100


def test_the_posterior_that_is_named_answers() -> None:
    told = added(*RUN, "--posterior", other())
    assert told["posterior"] == other() != selection.current_entry().name
    assert told["series"] == added(*RUN)["series"]


def test_a_change_is_told_and_explained() -> None:
    first, second = added(*RUN, "--posterior", other()), added(*RUN)
    text = output("diff", bare(second))
    assert text == output("diff", bare(second), bare(first)) and max(map(len, text.splitlines())) <= 100
    for told in (first, second):
        decimal_year = next(one["decimal_year"] for one in told["answer"]["quantiles"] if one["probability"] == 0.5)
        assert month(decimal_year) in text and bare(told) in text and told["posterior"] in text
    assert "The median moves from" in text and "posterior.compute" in text
    plain = output("diff", bare(second), "--figures-only")
    assert text.startswith(plain) and "posterior.compute" not in plain
    told = json.loads(output("diff", bare(second), "--json"))
    assert MessageToDict(ParseDict(told, pb.DiffForecastRecordsResponse()), preserving_proto_field_name=True) == told


def test_a_date_beyond_the_horizon_is_told_in_words() -> None:
    far, near = added("--flop", "1e40", "--budget", "1e3", "--series", "mixed"), added(*RUN, "--series", "mixed")
    text = output("diff", bare(near), bare(far), "--figures-only")
    assert "later or never" in text.splitlines()[1] and far["posterior"] not in text.splitlines()[-1]
    assert "probability of arrival by the end of 2040" in output("diff", bare(near), bare(far))


def test_every_record_is_verified_and_a_changed_one_is_found(state: StateFolder) -> None:
    names = [bare(added(*RUN, "--seed", str(i))) for i in range(2)]
    lines = output("verify").splitlines()
    assert [line.split()[:2] for line in lines] == [[name, "sound"] for name in names[::-1]]
    assert all("the same answer again" in line for line in lines)
    assert output("verify", names[0]).count("\n") == 1
    with closing(sqlite3.connect(state.catalogue_file)) as database, database:
        database.execute("UPDATE records SET title = 'Otherwise' WHERE name = ?", (names[0],))
    result = run("verify")
    assert result.exit_code == 1 and "1 record is not what was published" in result.stderr
    assert f"{names[0]}  FAILED" in result.stdout and f"{names[1]}  sound" in result.stdout
    told = json.loads(run("verify", "--json").stdout)
    assert [one["sound"] for one in told] == [True, False] and "it was changed" in told[1]["faults"][0]


def test_a_posterior_that_is_gone_leaves_the_hash_and_the_figures(state: StateFolder) -> None:
    first, second = added(*RUN, "--posterior", other()), added(*RUN)
    for file in state.posteriors.glob(f"{first['posterior']}.*"):
        file.unlink()
    assert "sound   not asked again; no posterior" in output("verify", bare(first))
    text = output("diff", bare(second))
    assert "Told by its figures only: a posterior that answered is not at hand." in text


def test_the_same_request_publishes_once() -> None:
    request = ("--request-id", "5b0a9a1e-4c1f-4b0e-9f64-0d5a1f7d9a11")
    assert added(*RUN, *request) == added(*RUN, *request)
    assert "was used to publish" in error("add", "--flop", "2e29", *request)
    assert len(json.loads(output("list", "--json"))) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "none"), "unknown published forecast 'none'"),
        (("cite", "forecasts/none"), "unknown published forecast 'none'"),
        (("diff", "none"), "unknown published forecast 'none'"),
        (("add", *RUN, "--series", "No"), "series is 'No'"),
        (("add", *RUN, "--title", "x" * 201), "at most 200 characters"),
        (("add",), "target"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert said in error(*arguments)


def test_the_first_of_a_series_has_nothing_before_it() -> None:
    assert "is the first of its series; name another" in error("diff", bare(added()))


def test_the_help_tells_it_from_the_track_record() -> None:
    words = " ".join(output("--help").split())
    assert "`timelines track-record` is another thing" in words and "never removed" in words
