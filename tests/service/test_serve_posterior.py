"""A server without a posterior says what to run, stays up, and serves as soon as there is one."""

from __future__ import annotations

import sys
from pathlib import Path

import grpc
import pytest

from forecast.posterior.artefact import write
from forecast.posterior.selection import set_current
from forecast.posterior.state import StateFolder, state_folder
from tests.service.asking import NOT_SERVING, SERVING, channel, forecast, health_changes, health_of
from tests.service.refusals import refused
from tests.service.running import launch, listening_port
from tests.synthetic import synthetic_posterior

MISSING = "2020-01-01-000000000000"
NOTHING_SHIPPED = """
import pathlib
from forecast.posterior import selection
selection.SHIPPED = pathlib.Path("nothing-is-shipped")
from forecast.cli.main import main
main()
"""


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A state folder with room for posteriors."""
    folder = state_folder(tmp_path)
    folder.posteriors.mkdir()
    return folder


def test_it_waits_for_a_posterior_and_then_serves(state: StateFolder) -> None:
    state.current_file.write_text(f"{MISSING}\n")
    with launch(state.root, "--port", "0") as launched:
        said = launched.line("Not serving yet")
        assert MISSING in said and "timelines fit" in said
        with channel(f"127.0.0.1:{listening_port(launched.process.pid)}") as connected:
            changes = health_changes(connected)
            assert next(changes).status == NOT_SERVING
            assert health_of(connected, "timelines.v1.ForecastService") == NOT_SERVING
            with refused(grpc.StatusCode.UNAVAILABLE, "NO_POSTERIOR", match="timelines fit"):
                forecast(connected)
            name = write(synthetic_posterior(400), state.posteriors).stem
            set_current(name, state.root)
            assert next(changes).status == SERVING
            assert name in launched.ready().ready_line
            assert forecast(connected).answer.provenance.posterior == name
        assert launched.output_path.read_text().count("Not serving yet") == 1


def test_a_damaged_current_posterior_is_not_served(state: StateFolder) -> None:
    path = write(synthetic_posterior(50), state.posteriors)
    set_current(path.stem, state.root)
    path.write_bytes(path.read_bytes()[:-9])
    with launch(state.root) as launched:
        said = launched.line("Not serving yet")
    assert path.stem in said and "damaged or truncated" in said and "timelines fit" in said


def test_with_nothing_shipped_it_says_to_fit(tmp_path: Path) -> None:
    with launch(tmp_path, command=(sys.executable, "-c", NOTHING_SHIPPED, "serve")) as launched:
        said = launched.line("Not serving yet")
        assert said == "Not serving yet: there is no posterior yet: make one with `timelines fit`"
        assert launched.process.poll() is None
