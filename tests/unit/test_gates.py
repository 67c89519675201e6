"""A refused fit never becomes current; a flagged one answers, and every answer says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.forecaster import Forecaster
from forecast.inference.store import current_or_none, publish
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import Posterior, read
from forecast.posterior.selection import PosteriorRefusedError

REASON = "nowcast: 41 % of 14 recent disclosed runs lie inside the 80 % band"
FLOP = ("--flop", "2e29")
LOSS = ("--loss", "1.24", "--scale", "kaplan-webtext2")
ANSWERS: dict[str, tuple[str, ...]] = {
    "when": FLOP,
    "compare": (*FLOP, "baseline", "no-physical-limits"),
    "sensitivity": (*FLOP, "--max-draws", "200"),
    "explain": (*FLOP, "--", "--scenario", "no-physical-limits"),
    "affordable-loss": ("--on", "2030-01-01", "--scale", "kaplan-webtext2", "--budget", "1e9"),
    "required-budget": (*LOSS, "--by", "2035-01-01"),
    "trajectory": ("price",),
    "forecast": (),
}


@pytest.fixture(scope="module")
def flagged() -> Posterior:
    """The shipped reference as if its gates had had a doubt."""
    shipped = read(selection.reference().path)
    return shipped.with_manifest(status="FLAGGED", reasons=[REASON], nowcast={**shipped.manifest["nowcast"]})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, flagged: Posterior) -> Path:
    """A state folder in which it is current."""
    folder = tmp_path_factory.mktemp("flagged")
    assert publish(flagged, folder)["current"]
    return folder


def asked(home: Path, command: str, *options: str) -> Result:
    """What the command line prints."""
    given = list(ANSWERS[command])
    at = given.index("--") if "--" in given else len(given)
    return CliRunner().invoke(
        main, [command, *given[:at], *options, *given[at:]], env={"TIMELINES_HOME": str(home)}, standalone_mode=False
    )


def one_line(text: str) -> str:
    """Text with its line breaks undone."""
    return " ".join(text.split())


_FOR_LONG = {"forecast": [pytest.mark.long]}


@pytest.mark.parametrize("command", [pytest.param(one, marks=_FOR_LONG.get(one, [])) for one in ANSWERS])
def test_every_text_and_the_page_say_that_the_posterior_is_flagged_and_why(
    home: Path, tmp_path: Path, command: str
) -> None:
    page = tmp_path / "page.html"
    result = asked(home, command, *(("--out", str(page)) if command == "forecast" else ()))
    assert result.exception is None, result.output
    for text in (result.stdout, page.read_text(encoding="utf-8") if page.is_file() else result.stdout):
        assert "FLAGGED" in text
        assert REASON in one_line(text).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("command", [command for command in ANSWERS if command != "forecast"])
def test_every_json_says_so(home: Path, command: str) -> None:
    result = asked(home, command, "--json")
    assert result.exception is None, result.output
    json.loads(result.stdout)
    assert "POSTERIOR_STATUS_FLAGGED" in result.stdout and REASON in result.stdout


def test_draws_in_a_file_are_told_to_come_from_a_flagged_posterior(home: Path, tmp_path: Path) -> None:
    arguments = ["draws", *FLOP, "--out", str(tmp_path / "arrivals.csv")]
    result = CliRunner().invoke(main, arguments, env={"TIMELINES_HOME": str(home)}, standalone_mode=False)
    assert "FLAGGED" in result.stderr and REASON in one_line(result.stderr)


def test_a_passed_posterior_is_not_remarked_upon(tmp_path: Path) -> None:
    result = asked(tmp_path, "trajectory")
    assert "PASSED" not in result.output and "FLAGGED" not in result.output


def test_library_answers_say_so(home: Path) -> None:
    forecaster = Forecaster.load(home=home)
    question = forecaster.question(flop=2e29, max_draws=200)
    answers: Sequence[Any] = (
        forecaster.ask(question),
        forecaster.sensitivity(question, inputs=1, shapley=False),
    )
    other = forecaster.question(flop=2e28, max_draws=200)
    gates = [
        *(answer.posterior for answer in answers),
        forecaster.fan("price").gate,
        forecaster.draws(question).gate,
        *forecaster.explain(question, other).gates,
    ]
    assert [(gate.status, gate.reasons) for gate in gates] == [("FLAGGED", (REASON,))] * 5


def test_a_refused_fit_is_kept_and_never_becomes_current(tmp_path: Path, flagged: Posterior) -> None:
    publish(flagged, tmp_path)
    refused = flagged.with_manifest(status="REFUSED", reasons=["nowcast: the median lies outside"])
    outcome = publish(refused, tmp_path)
    assert (outcome["status"], outcome["current"]) == ("REFUSED", False)
    assert Path(outcome["path"]).is_file()
    current = current_or_none(tmp_path)
    assert current is not None and current.status == "FLAGGED"
    with pytest.raises(PosteriorRefusedError, match="the median lies outside"):
        selection.set_current(outcome["name"], tmp_path)
    assert selection.current(tmp_path).status == "FLAGGED"


def test_a_refused_first_fit_leaves_the_shipped_reference_answering(tmp_path: Path, flagged: Posterior) -> None:
    assert not publish(flagged.with_manifest(status="REFUSED", reasons=["217 divergences"]), tmp_path)["current"]
    assert selection.current_entry(tmp_path) == selection.reference()


def test_a_posterior_that_was_never_judged_is_refused(tmp_path: Path, flagged: Posterior) -> None:
    manifest = {name: value for name, value in flagged.manifest.items() if name not in ("status", "reasons")}
    unjudged = Posterior.new(manifest, flagged.blocks, flagged.coords, flagged.observed)
    assert unjudged.status == "REFUSED"
    path = artefact.write(unjudged, tmp_path / "posteriors")
    with pytest.raises(PosteriorRefusedError):
        selection.set_current(path.stem, tmp_path)
