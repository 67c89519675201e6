"""SIGKILL at random moments while posteriors come, become current and go: what is listed verifies, one is current."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue.store import Catalogue
from forecast.catalogue.upkeep.backups import backup
from forecast.catalogue.upkeep.restoring import restore
from forecast.errors import InputError
from forecast.posterior import selection
from forecast.posterior.artefact import read, write
from forecast.storage import atomic
from tests.backing import fill
from tests.synthetic import synthetic_posterior

ROOT = Path(__file__).resolve().parents[2]
KILLS = 100 if os.environ.get("TIMELINES_LONG") else 5

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")

KEEPER = """
import itertools, os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from forecast.catalogue.upkeep.pruning import prune
from forecast.catalogue.store import Catalogue
from forecast.posterior import selection
from forecast.posterior.importing import bring, look

selection.SHIPPED = Path("nothing shipped")
home, elsewhere = sys.argv[1:]
found = look(elsewhere)
with Catalogue.open(home) as catalogue:
    for number in itertools.count():
        bring(found, home)
        catalogue.sync()
        name = catalogue.set_current(found[number % len(found)].name).name
        print(name, flush=True)
        prune(catalogue, datetime.now(UTC) + timedelta(days=1), home, keep=0)
"""

RESTORER = """
import sys
from forecast.catalogue.upkeep.restoring import restore
print("begun", flush=True)
restore(sys.argv[1], sys.argv[2])
"""


@pytest.fixture(autouse=True)
def no_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing shipped")


def killed(code: str, *arguments: Path, after_s: float) -> list[str]:
    """What a process said until it was killed, that long after its first line."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        return [first, *process.stdout.read().split()]


def test_kills_between_import_use_and_prune(tmp_path: Path) -> None:
    home, elsewhere, chance = tmp_path / "home", tmp_path / "elsewhere", random.Random(3)
    names = {write(synthetic_posterior(50, seed=seed), elsewhere).stem for seed in range(3)}
    for _ in range(KILLS):
        said = killed(KEEPER, home, elsewhere, after_s=chance.uniform(0, 0.3))
        assert said[0] in names
        listed = selection.available(home)
        assert {read(entry.path).name for entry in listed} <= names
        assert selection.current(home).name in names
        assert not [entry.name for entry in listed if atomic.is_temporary(entry.path.name)]
        with Catalogue.open(home) as catalogue:
            catalogue.sync()
            assert catalogue.history()[0].name == selection.current(home).name


def test_a_kill_while_restoring_leaves_an_empty_folder_a_whole_one_or_one_that_says_so(tmp_path: Path) -> None:
    file, chance = tmp_path / "backup.tar", random.Random(4)
    names = [entry.name for entry in selection.available(fill(tmp_path / "home"))]
    backup(file, tmp_path / "home")
    for kill in range(KILLS):
        home = tmp_path / f"restored {kill}"
        killed(RESTORER, file, home, after_s=chance.uniform(0, 0.08))
        if (home / ".restoring").exists():
            with pytest.raises(InputError, match="was cut off while it did"):
                restore(file, home)
        elif home.exists() and os.listdir(home):
            assert [read(entry.path).name for entry in selection.available(home)] == names
            assert selection.current(home).name == selection.current(tmp_path / "home").name
            with Catalogue.open(home) as catalogue:
                assert len(catalogue.records.list()) == 1
        else:
            assert restore(file, home).posteriors == len(names)
