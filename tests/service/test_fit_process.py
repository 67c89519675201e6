"""The fit as a process of its own: it stores what it made, and whatever ends it early leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forecast.inference.store import publish
from forecast.posterior import selection
from forecast.posterior.artefact import read
from tests.service.processes import CAN_BE_READ, children, is_gone
from tests.synthetic import synthetic_posterior

SHORT = ["--draws", "60", "--tune", "120", "--chains", "2"]
COMMAND = [sys.executable, "-m", "forecast.cli.main"]
RUNS = ("compute", "price", "loss", "scales")
AS_OF = "2018-12-31"  # few rows, and no losses: the quickest fit that is whole


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TIMELINES_HOME": str(home)}


def _timelines(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], env=_environment(home), text=True, capture_output=True, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with a short fit of one model beside the current posterior's others."""
    folder = tmp_path_factory.mktemp("state")
    _timelines(folder, "fit", "--only", "loss", *SHORT)
    return folder


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with a short fit of all models, as of a day in the past."""
    folder = tmp_path_factory.mktemp("state")
    _timelines(folder, "fit", "--as-of", AS_OF, "--json", *SHORT)
    return folder


def _stored(home: Path) -> list[Path]:
    return sorted((home / "posteriors").glob("*.nc"))


@pytest.mark.long  # compiling every model takes two minutes
def test_a_fit_stores_a_posterior_that_verifies_and_says_how_it_mixed(past: Path) -> None:
    (path,) = _stored(past)
    posterior = read(path)
    assert posterior.as_of.isoformat() == AS_OF and posterior.draws == 120
    assert posterior.prior_only == ("loss",)
    assert posterior.manifest["diagnostics"]["compute"]["draws"] == 120
    assert posterior.manifest["hindsight_rows"]["training_runs"] > 0


@pytest.mark.long
def test_a_fit_of_the_past_does_not_become_current(past: Path) -> None:
    assert selection.current_entry(past).origin == "shipped"


def test_one_model_cannot_be_combined_with_another_dates_posterior(home: Path) -> None:
    done = _timelines(home, "fit", "--as-of", AS_OF, "--only", "compute", *SHORT)
    assert done.returncode == 2
    assert "cannot copy loss" in done.stderr and "fit all models" in done.stderr


def test_one_model_is_fitted_and_the_others_blocks_are_copied_with_their_run(home: Path) -> None:
    (path,) = _stored(home)
    fitted, reference = read(path), read(selection.reference().path)
    runs = {name: (fitted.manifest["blocks"][name]["run"], reference.manifest["blocks"][name]["run"]) for name in RUNS}
    assert runs["compute"][0] == runs["compute"][1] and runs["price"][0] == runs["price"][1]
    assert runs["loss"][0] != runs["loss"][1] and runs["scales"][0] == runs["loss"][0]
    rows = [k * reference.draws // fitted.draws for k in range(fitted.draws)]
    assert (fitted.blocks["compute"]["g_spend"] == reference.blocks["compute"]["g_spend"][rows]).all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "yesterday"], "'yesterday' is not a date"),
        (["--as-of", "1999-01-01"], "1999-01-01 is out of range"),
        (["--as-of", "2020-01-01", "--data-cutoff", "2021-01-01"], "lies after as_of"),
        (["--only", "vibes"], "unknown model 'vibes'"),
        (["--tables", "no-such-folder"], "no-such-folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(home: Path, arguments: list[str], said: str) -> None:
    before = _stored(home)
    done = _timelines(home, "fit", *arguments, *SHORT)
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error")]
    assert done.returncode == 2 and len(errors) == 1 and said in done.stderr
    assert "Traceback" not in done.stderr and _stored(home) == before


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A fit that has begun, with an empty state folder."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*COMMAND, "fit", *SHORT], env=_environment(tmp_path), text=True, **pipes)
    assert process.stderr is not None and "reading the tables" in process.stderr.readline()
    yield process, tmp_path
    process.kill()
    process.communicate()


@pytest.mark.skipif(not CAN_BE_READ, reason="looks at processes through /proc")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_ctrl_c_or_a_kill_ends_the_worker_and_writes_nothing(
    running: tuple[subprocess.Popen[str], Path], how: signal.Signals, code: int
) -> None:
    process, home = running
    (worker,) = children(process.pid)
    process.send_signal(how)
    assert process.wait(timeout=20) == code
    assert is_gone(worker, within_s=10), "the fit process outlived its parent"
    assert not (home / "posteriors").exists()


def test_a_state_folder_that_cannot_be_written_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = _timelines(tmp_path / "file", "fit", "--as-of", AS_OF, *SHORT)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("Error")]) == 1


def test_the_worker_speaks_json_lines(home: Path) -> None:
    request = {"as_of": "1999-01-01", "seed": 0, "draws": 60, "tune": 60, "chains": 2, "home": str(home)}
    command = [sys.executable, "-m", "forecast.inference.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        events = [json.loads(line) for line in process.stdout]
    assert [event["event"] for event in events] == ["stage", "error"]
    assert events[-1]["exit_code"] == 2 and events[-1]["reason"] == "INVALID_INPUT"


CRASHING = """
import sys
from forecast.inference import worker
def crash(*_):
    raise RuntimeError("nobody foresaw this")
worker.run = crash
sys.exit(worker.main())
"""


def test_a_worker_that_crashes_says_so_with_its_traceback(tmp_path: Path) -> None:
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", CRASHING], text=True, **pipes) as process:
        process.stdin.write(json.dumps({"home": str(tmp_path)}) + "\n")
        process.stdin.flush()  # and left open: the process would end with it
        (event,) = map(json.loads, process.stdout)
        assert process.wait(timeout=20) == 1 and "nobody foresaw this" in process.stderr.read()
    assert event["event"] == "crashed" and event["traceback"].endswith("RuntimeError: nobody foresaw this\n")


def test_a_posterior_that_may_not_become_current_is_written_and_nothing_else(tmp_path: Path) -> None:
    nowcast = {"rows": 14, "inside_80": 0.79, "reach": 0.34}
    fitted = synthetic_posterior(80, 1, diagnostics={}, nowcast=nowcast)
    told = publish(fitted, tmp_path, choose=False)
    assert [path.stem for path in _stored(tmp_path)] == [told["name"]] and not told["current"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["posteriors"]
    assert publish(fitted, tmp_path)["current"]
    assert selection.current_entry(tmp_path).name == told["name"] and (tmp_path / "catalogue.sqlite").exists()
