"""`timelines fit` at a server, and what it lists, shows, follows and cancels, there and in the catalogue here."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from tests.golden.kept import keep
from tests.service.fitting import LONG, Fitter, calling, toy_server
from tests.service.running import RunningServer
from tests.service.toy_fit import REFUSED, UNFIT

TIMELINES = (sys.executable, "-m", "forecast.cli.main")
QUICK = ("--draws", "50", "--tune", "50", "--chains", "2")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fits")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[RunningServer]:
    with toy_server(home) as running:
        yield running


@pytest.fixture
def fits(server: RunningServer) -> Iterator[Fitter]:
    with calling(server.address) as fitter:
        yield fitter


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["fit", *arguments], env={"TIMELINES_HOME": str(home)})


def test_a_server_fits_and_its_progress_and_outcome_are_shown(server: RunningServer, tmp_path: Path) -> None:
    done = run(tmp_path, "--server", server.address, "--draws", "600", "--seed", "3", "--chains", "2")
    assert done.exit_code == 0, done.stderr
    assert re.search(r"compute: +\d+ % sampled, 1 divergences", done.stderr)
    assert re.search(r"^fit \w+: (waiting|starting)$", done.stderr, re.MULTILINE)  # it may have begun
    assert "PASSED" in done.stdout and "It is current now" in done.stdout
    assert not list(tmp_path.iterdir())  # nothing happened here


def test_several_dates_are_fitted_one_after_the_other_as_json(server: RunningServer, tmp_path: Path) -> None:
    dates = ("--as-of", "2024-01-01", "--as-of", "2023-01-01")
    done = run(tmp_path, "--server", server.address, *QUICK, *dates, "--json")
    decoder, text, told = json.JSONDecoder(), done.stdout, []
    while text.strip():
        one, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        told.append(one)
    assert [(one["as_of"], one["state"]) for one in told] == [
        ("2024-01-01", "FIT_STATE_SUCCEEDED"),
        ("2023-01-01", "FIT_STATE_SUCCEEDED"),
    ]
    assert not done.stderr


@pytest.mark.parametrize(
    ("seed", "said"), [(UNFIT, "FAILED: as_of 1999-01-01 is out of range"), (REFUSED, "REFUSED by the gates")]
)
def test_a_fit_that_does_not_succeed_is_exit_code_1(
    server: RunningServer, tmp_path: Path, seed: int, said: str
) -> None:
    done = run(tmp_path, "--server", server.address, *QUICK, "--seed", str(seed))
    assert done.exit_code == 1 and said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--draws", "50000"), "50 to 10000"),
        (("--tables", "here"), "--tables is about this machine"),
        (("--only", "vibes"), "known: compute, loss"),
    ],
)
def test_what_the_asker_can_mend_is_exit_code_2(
    server: RunningServer, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(tmp_path, "--server", server.address, *arguments)
    assert done.exit_code == 2 and said in done.stderr


def test_ctrl_c_leaves_the_fit_running_and_says_its_name(server: RunningServer, fits: Fitter, tmp_path: Path) -> None:
    command = [*TIMELINES, "fit", "--server", server.address, "--draws", "10000", "--tune", "50", "--chains", "2"]
    with subprocess.Popen(command, text=True, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while "sampled" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(timeout=20) == 130
    name = said.partition("watch|cancel ")[2].split()[0]
    assert fits.get(f"fits/{name}").state == fits.list(page_size=1).fits[0].state
    done = run(tmp_path, "cancel", name, "--server", server.address)
    assert done.exit_code == 0 and ("cancelled" in done.stdout or "CANCELLED" in done.stdout)
    followed = run(tmp_path, "watch", name, "--server", server.address)
    assert followed.exit_code == 1 and "CANCELLED" in followed.stderr


def test_the_catalogue_here_tells_the_same_as_its_server(server: RunningServer, fits: Fitter, home: Path) -> None:
    made = fits.ended(fits.create(seed=8, make_current=False).name)
    name = made.name.removeprefix("fits/")
    for arguments in (("show", name), ("list", "--state", "succeeded"), ("watch", name)):
        there, here = run(home, *arguments, "--json", "--server", server.address), run(home, *arguments, "--json")
        assert (there.exit_code, there.stdout) == (here.exit_code, here.stdout) and json.loads(here.stdout)
    running = fits.begun(fits.create(**LONG, make_current=False).name)
    shown = run(home, "show", running.name)
    assert "compute chain 2" in shown.stdout and "RUNNING" in shown.stdout
    assert "is being cancelled" in run(home, "cancel", running.name).stdout
    assert fits.ended(running.name).reason == "CANCELLED"


def test_what_the_catalogue_has_is_listed_without_a_server(tmp_path: Path) -> None:
    assert "no fits" in run(tmp_path, "list").stdout
    keep(tmp_path)
    lines = run(tmp_path, "list").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["00112233aabb", "QUEUED", "2026-11-20"],
        ["ba9876543210", "CANCELLED", "2026-11-20"],
        ["0123456789ab", "REFUSED", "2026-11-20"],
    ]
    assert len(run(tmp_path, "list", "--state", "queued", "--limit", "5").stdout.splitlines()) == 2
    assert "CANCELLED" in run(tmp_path, "cancel", "00112233aabb").stdout
    unknown = run(tmp_path, "show", "none")
    assert unknown.exit_code == 2 and "unknown fit 'none'" in unknown.stderr
