"""A batch that is killed at any moment goes on where it was, and ends with the bytes of one that never was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forecast.batch.reading import parse_spec
from forecast.batch.run import answer_batch
from forecast.executors.here import Here
from forecast.executors.processes import Processes
from forecast.forecaster import Forecaster
from forecast.storage.local import LocalStore
from tests.house import ROOT
from tests.synthetic import synthetic_posterior

SPEC = """\
grid:
  target: [{loss: 2.2, scale: gadre-c4-c4val}, {flop: 1e30}, {flop: 1e31}, {gpt3: 1e6}]
  budget_usd: {from: 1e7, to: 1e12, count: 200, log: true}
  scenario: [baseline, no-physical-limits]
"""
BATCH = f"""
import sys
from pathlib import Path
from forecast.batch.reading import parse_spec
from forecast.batch.run import answer_batch
from forecast.executors.executor import open_executor
from forecast.forecaster import Forecaster
from forecast.storage.local import LocalStore
from tests.synthetic import synthetic_posterior

if __name__ == "__main__":
    with open_executor(None, int(sys.argv[2])) as executor:
        items = parse_spec('''{SPEC}''', "q").items
        answer_batch(items, Forecaster(synthetic_posterior(200)), LocalStore(Path(sys.argv[1])), executor=executor)
"""


def batch_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def parts_in(folder: Path) -> dict[Path, int]:
    """Finished parts, with when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("part-*.parquet")}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    forecaster = Forecaster(synthetic_posterior(200))
    answer_batch(parse_spec(SPEC, "q").items, forecaster, LocalStore(folder), executor=Here())
    return batch_files(folder)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_batch_goes_on_and_ends_with_the_same_bytes(
    undisturbed: dict[str, bytes], tmp_path: Path, jobs: int
) -> None:
    script = tmp_path / "batch.py"
    script.write_text(BATCH)
    out = tmp_path / "out"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([sys.executable, str(script), str(out), str(jobs)], env=environment)
    deadline = time.monotonic() + 120
    while len(parts_in(out)) < 2 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    running.send_signal(signal.SIGKILL)
    running.wait(60)
    finished = parts_in(out)
    assert 2 <= len(finished) < len(undisturbed) - 1, "it was not killed in the middle"
    with Processes(jobs) as executor:
        summary = answer_batch(
            parse_spec(SPEC, "q").items, Forecaster(synthetic_posterior(200)), LocalStore(out), executor=executor
        )
    assert {path: parts_in(out)[path] for path in finished} == finished, "a finished part was written again"
    assert summary.kept == sum(part.rows for part in summary.parts if out / part.name in finished)
    assert {name: data for name, data in batch_files(out).items() if not name.endswith(".tmp")} == undisturbed
