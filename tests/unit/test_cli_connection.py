"""Which server a command asks: the one that is named, or none; an empty name is neither."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main

COMMANDS = {
    "ask": ("ask", "--flop", "1e29"),
    "fit": ("fit",),
    "fit list": ("fit", "list"),
    "record list": ("record", "list"),
}


def run(home: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"TIMELINES_HOME": str(home), **environment})


@pytest.mark.parametrize("named", ["", " "])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_empty_server_is_a_mistake_that_names_the_remedy(tmp_path: Path, command: str, named: str) -> None:
    done = run(tmp_path, *COMMANDS[command], "--server", named)
    assert done.exit_code == 2 and done.stderr == (
        "Error: --server is empty; name one, such as 127.0.0.1:8433, or leave the option out\n"
    )
    assert not list(tmp_path.iterdir())  # nothing was asked here instead


@pytest.mark.parametrize("command", ["fit list", "record list"])
def test_without_a_server_the_catalogue_here_is_asked_whatever_the_variable_says(tmp_path: Path, command: str) -> None:
    pytest.importorskip("sqlalchemy")
    done = run(tmp_path, *COMMANDS[command], TIMELINES_SERVER="127.0.0.1:9", TIMELINES_CATALOGUE="")
    assert done.exit_code == 0 and not done.stderr
