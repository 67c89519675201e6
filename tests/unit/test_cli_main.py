"""The frame of the command line: lazy commands, one line for every error, exit codes."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import forecast
from forecast.cli import main as frame
from forecast.cli.failures import exit_code_of
from forecast.cli.main import COMMANDS, Command, main
from forecast.errors import ArtefactError, FitError, ForecastError, InputError, StorageError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("the loss is -1: give a positive one"), 2),
        (ArtefactError("posterior x: damaged"), 1),
        (StorageError("no space left"), 1),
        (FitError("aborted"), 1),
        (click.UsageError("no such option"), 2),
        (click.Abort(), 130),
        (OSError(errno.ENOSPC, "No space left on device", "somewhere/file"), 1),
        (PermissionError(errno.EACCES, "Permission denied", "somewhere/file"), 1),
        (ModuleNotFoundError("No module named 'pymc'", name="pymc"), 1),
    ],
)
def test_every_foreseen_error_has_its_exit_code_and_says_one_line(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise error

    assert exit_code_of(command) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "somewhere/file"), "free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "somewhere/file"), "grant write permission to somewhere"),
        (ModuleNotFoundError("No module named 'pymc'", name="pymc"), "pip install 'ai-timelines[fit]'"),
        (ModuleNotFoundError("No module named 'altair'", name="altair"), "pip install 'ai-timelines[report]'"),
    ],
)
def test_the_line_says_what_to_do(error: BaseException, advice: str, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise error

    exit_code_of(command)
    assert advice in capsys.readouterr().err


def test_a_message_of_several_lines_is_printed_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise ForecastError("first\n   second")

    exit_code_of(command)
    assert capsys.readouterr().err == "Error: first second\n"


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    def lacks_our_own() -> None:
        raise ModuleNotFoundError("No module named 'forecast.oracle'", name="forecast.oracle")

    with pytest.raises(ModuleNotFoundError):
        exit_code_of(lacks_our_own)
    with pytest.raises(ZeroDivisionError):
        exit_code_of(lambda: 1 // 0)


def test_help_lists_exactly_the_commands_of_this_installation() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    for name, command in COMMANDS.items():
        assert (f"\n  {name} " in text) == command.exists
        assert (command.about in text) == command.exists
    assert "Exit codes" in text


def test_commands_whose_module_is_missing_are_not_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "COMMANDS", {"oracle": Command("forecast.cli.oracle:oracle", "Knows.")})
    assert "oracle" not in CliRunner().invoke(main, ["--help"]).output
    result = CliRunner().invoke(main, ["oracle"])
    assert result.exit_code == 2
    assert "No such command 'oracle'" in result.stderr


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.exists])
def test_every_command_loads_and_explains_itself(name: str) -> None:
    command = COMMANDS[name].load()
    assert command.help
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert "Usage: timelines " + name in CliRunner().invoke(main, [name, "--help"], prog_name="timelines").output


def test_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == f"timelines, version {forecast.__version__}\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["posterior", "nonsense"], ["data", "show"], ["--nonsense"]])
def test_wrong_usage_exits_with_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys\nfrom forecast.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m in ('pandas', 'sqlalchemy', 'rich', 'pymc', 'h5py', 'forecast.cli.when')])"
    )
    assert run(code).stdout.endswith("[]\n")


@pytest.mark.parametrize(("name", "collects"), [("when", False), ("fit", True)])
def test_garbage_is_looked_for_in_long_commands_only(
    name: str, collects: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    command = click.Command(name, callback=lambda: found.append(gc.isenabled()))
    monkeypatch.setattr(Command, "load", lambda _: command)
    assert CliRunner().invoke(main, [name]).exit_code == 0
    assert found == [collects] and gc.isenabled()


def test_listing_posteriors_imports_no_database_and_no_pandas() -> None:
    code = (
        "import sys\nfrom forecast.cli.main import main\n"
        "try:\n    main(['posterior', 'list'])\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m in ('pandas', 'sqlalchemy', 'rich', 'pymc')])"
    )
    assert run(code).stdout.endswith("[]\n")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupting_exits_with_130_and_one_line() -> None:
    code = (
        "import sys, time, click\nfrom forecast.cli import main as frame\n"
        "@click.command()\ndef wait():\n    print('ready', flush=True); time.sleep(30)\n"
        "class Waiting:\n    exists = True\n    about = ''\n    def load(self): return wait\n"
        "frame.COMMANDS = {'wait': Waiting()}\nframe.main(['wait'])"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said.split() == ["Interrupted."]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "forecast.cli.main", "posterior", "schema"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_stops_early_is_no_news() -> None:
    command = f"{sys.executable} -m forecast.cli.main data show loss_runs --csv | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stderr == ""
    assert done.stdout.startswith("run_id,")
