"""`timelines scale` on the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder, state_folder
from tests.studies import points
from tests.synthetic import synthetic_posterior

ABOUT = ("--corpus", "our mix", "--eval-set", "validation", "--source", "our lab", "--published-on", "2025-03-01")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """An empty state folder, and a package that ships one posterior."""
    write(synthetic_posterior(100), tmp_path / "shipped")
    monkeypatch.setattr(selection, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "home"))
    return state_folder()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "study.csv"
    rows = [f"run {i},{flop!r},{loss!r}" for i, (flop, loss) in enumerate(points())]
    path.write_text("\n".join(["label,training_flop,loss_nats_per_token", *rows]) + "\n")
    return path


def run(*arguments: str, group: str = "scale") -> Result:
    return CliRunner().invoke(main, [group, *arguments])


def output(*arguments: str, group: str = "scale") -> str:
    result = run(*arguments, group=group)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def error(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2 and result.stdout == ""
    return result.stderr


def bring(file: Path, *more: str, name: str = "my-study") -> str:
    return output("import", str(file), "--name", name, *ABOUT, *more)


def test_a_study_becomes_a_scale_that_when_answers_on(file: Path) -> None:
    told = bring(file)
    assert told.startswith("my-study is a scale now: 8 points from 1e18 to 3.16e21 FLOP.")
    hint = told.split("Ask on it: timelines when ")[1].split()
    answer = output(*hint, "--budget", "1e8", group="when")
    assert "your study my-study, 8 points" in " ".join(answer.split())


def test_the_listing_has_every_origin(file: Path) -> None:
    bring(file)
    lines = output("list").splitlines()
    assert lines[0].split() == ["name", "origin", "corpus", "measured", "on", "published", "from", "FLOP", "to", "FLOP"]
    assert len(lines) == 1 + 13 + 4 + 1
    assert any(line.split()[:4] == ["kaplan-webtext2", "published", "law", "webtext2"] for line in lines)
    mine = next(line for line in lines if line.startswith("my-study"))
    assert mine.split() == ["my-study", "imported", "our", "mix", "validation", "2025-03-01", "1e18", "3.16e21"]


def test_as_json_a_scale_is_its_message(file: Path) -> None:
    from google.protobuf.json_format import MessageToDict, ParseDict

    from timelines.v1.scale_service_pb2 import Scale

    printed = json.loads(bring(file, "--json", "--noise", "0.01"))
    assert printed["points"][0] == {"training_flop": 1e18, "loss_nats_per_token": points()[0][1]}
    assert printed["relative_noise"] == 0.01
    listed = json.loads(output("list", "--json"))
    shown = [json.loads(output("show", name, "--json")) for name in ("my-study", "kaplan-webtext2", "marin-dclm")]
    for told in (printed, *listed, *shown):
        assert MessageToDict(ParseDict(told, Scale()), preserving_proto_field_name=True) == told
    assert not [scale for scale in listed if "points" in scale]
    assert shown[0] == printed


def test_show_says_what_is_behind_a_scale(file: Path) -> None:
    bring(file)
    mine, kaplan = output("show", "my-study"), output("show", "kaplan-webtext2")
    assert "noise        learned" in mine and "tokenizer    not known" in mine
    assert mine.splitlines()[-8].split() == ["1e+18", f"{points()[0][1]:.6g}"]
    assert "law kaplan   L = 2.57 (C / 8.64e19)^-0.048, published 2020-05-28" in kaplan
    assert "unknown scale 'no-such'; known: besiroglu-massivetext" in error("show", "no-such")


def test_a_check_keeps_nothing(file: Path, state: StateFolder) -> None:
    assert bring(file, "--check").startswith("my-study passes every check; nothing is kept: 8 points")
    assert not state.scales.exists()


def test_what_was_removed_is_unknown(file: Path) -> None:
    bring(file)
    assert output("remove", "my-study") == "Scale my-study is removed.\n"
    assert "unknown imported scale 'my-study'" in error("remove", "my-study")
    assert "marin-dclm is built in, and stays" in error("remove", "marin-dclm")


def test_the_same_study_again_is_no_error_and_another_is(file: Path) -> None:
    assert bring(file) == bring(file)
    said = error("import", str(file), "--name", "my-study", *ABOUT, "--noise", "0.01")
    assert "another study is imported as my-study" in said and "`timelines scale remove my-study`" in said
    assert "built-in scale or law" in error("import", str(file), "--name", "kaplan", *ABOUT)


def test_a_study_newer_than_the_posterior_says_what_to_do(file: Path) -> None:
    told = output("import", str(file), "--name", "my-study", *ABOUT[:-1], "2026-11-21")
    assert "as of 2026-11-20 and does not know a study of 2026-11-21" in told
    assert "`timelines fit --as-of 2026-11-21`" in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("training_flop,loss\n1e18,3\n", "no column 'loss_nats_per_token'"),
        ("", "the file is empty"),
        ("training_flop,loss_nats_per_token\n1e18,3\n", "1 points; give 4 to 150"),
        (
            "training_flop,loss_nats_per_token\n1e18,3\n1e19,abc\n1e20,\nnan,2\n",
            "point 2: loss_nats_per_token is 'abc'",
        ),
        ("training_flop,loss_nats_per_token\n1e18,3\n1e19,abc\n1e20,\nnan,2\n", "point 3: loss_nats_per_token is ''"),
        ("training_flop,loss_nats_per_token\n1e18,3\n1e19,2\n1e20,1\nnan,2\n", "point 4: training_flop is 'nan'"),
        ("training_flop,loss_nats_per_token\n1e18,3,7\n", "row 2 has 3 cells"),
        ("training_flop;loss_nats_per_token\n1e18;3\n", "not a CSV table"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(text: str, message: str, file: Path) -> None:
    file.write_text(text)
    said = error("import", str(file), "--name", "my-study", *ABOUT)
    assert message in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--name", "My Study"), "small letters"),
        (("--published-on", "soon"), "published_on is 'soon'"),
        (("--noise", "3"), "relative_noise is 3.0"),
        (("--corpus", " "), "corpus is ' '"),
    ],
)
def test_options_are_checked(option: tuple[str, str], message: str, file: Path) -> None:
    assert message in error("import", str(file), "--name", "my-study", *ABOUT, *option)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert "no such file" in error("import", str(tmp_path / "none.csv"), "--name", "my-study", *ABOUT)


def test_a_damaged_scale_is_a_warning_beside_the_listing(file: Path, state: StateFolder) -> None:
    bring(file)
    (state.scales / "my-study.json").write_text("{}")
    result = run("list")
    assert result.exit_code == 0 and len(result.stdout.splitlines()) == 18
    assert "Warning: the file of scale my-study is damaged" in result.stderr
    assert run("show", "my-study").exit_code == 1
    output("remove", "my-study")


def test_a_posterior_without_a_pool_is_said(file: Path, state: StateFolder) -> None:
    write(synthetic_posterior(100, as_of=date(2025, 6, 1), prior_only=("loss",)), state.posteriors)
    name = next(path.stem for path in state.posteriors.glob("*.json"))
    output("use", name, group="posterior")
    assert "has no pool of studies to fit it with" in bring(file)
