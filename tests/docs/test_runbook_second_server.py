"""The runbook's second server: two that share a real PostgreSQL and a folder, set up by the words of the page."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.docs.operating import RUNBOOK
from tests.postgres import Postgres, postgres
from tests.service.running import RunningServer, start

pytestmark = pytest.mark.long  # that servers follow each other is tested with the service; here it is the page's words

TEXT = RUNBOOK.read_text(encoding="utf-8").partition("\n## Add a second server\n")[2].partition("\n## ")[0]
SETTINGS = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^(timelines .*)$", TEXT, re.MULTILINE)
ANOTHER = "2021-12-15"
FOLLOWS_S = 15.0


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


def settings_file(folder: Path, database: str, shared: Path) -> Path:
    """The settings that the page shows for every machine, with this database and this folder."""
    (text,) = SETTINGS
    for name, value in (("catalogue", database), ("artefacts", str(shared))):
        text, count = re.subn(rf'^{name} = ".*"$', f'{name} = "{value}"', text, flags=re.MULTILINE)
        assert count == 1
    file = folder / "timelines.toml"
    file.write_text(text, encoding="utf-8")
    return file


def answers_from(server: RunningServer) -> str:
    """The posterior that a server's metrics name."""
    (url,) = re.findall(r"^Metrics on (\S+)$", server.output_path.read_text(), re.MULTILINE)
    page = urlopen(url, timeout=10).read().decode()
    (name,) = re.findall(r'^timelines_posterior_info\{.*posterior="([^"]+)"', page, re.MULTILINE)
    return str(name)


def test_both_answer_from_what_one_of_them_chose(database: Postgres, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    file = settings_file(tmp_path, database.url(database.make_database()), shared)
    environment = {"TIMELINES_CONFIG": str(file)}
    with ExitStack() as running:
        servers = [
            running.enter_context(start(tmp_path / name, "--metrics-port", "0", environment=environment))
            for name in ("one", "two")
        ]
        assert len({answers_from(server) for server in servers}) == 1
        assert [command.split()[1:3] for command in COMMANDS] == [["posterior", "export"], ["posterior", "use"]]
        for command in COMMANDS:
            done = run(command.replace("s3://bucket/timelines", str(shared)), tmp_path / "one", file)
            assert done.returncode == 0, done.stdout
        assert list(shared.glob("*.nc"))
        deadline = time.monotonic() + FOLLOWS_S
        while not all(answers_from(server).startswith(ANOTHER) for server in servers):
            assert time.monotonic() < deadline, [answers_from(server) for server in servers]
            time.sleep(0.1)


def run(command: str, home: Path, settings: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the page as the account of one server, for another posterior than the one that is current."""
    words = command.replace("2026-11-20", ANOTHER).split()
    environment = {"TIMELINES_CONFIG": str(settings), "TIMELINES_HOME": str(home), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-m", "forecast.cli.main", *words[1:]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
