"""Servers on one catalogue carry what users keep to each other."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("grpc")

from forecast.catalogue.named.scenario_store import ScenarioStore
from forecast.catalogue.named.studies import StudyStore
from tests.studies import imported
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources
from timelines_server.state.current import Current
from timelines_server.state.shared import SharedCatalogue
from timelines_server.state.sharing import Sharing
from timelines_server.work import Work


class Site:
    """A server's state folder, and its task that carries files."""

    def __init__(self, home: Path, url: str | None) -> None:
        self.home, self.stream = home, io.StringIO()
        self.log = Log(self.stream)
        self.resources = Resources(Current(home), Work(), SharedCatalogue(home, url))
        self.sharing = Sharing(self.resources, self.log)
        self.scenarios = ScenarioStore(home)

    def write(self, about: str) -> None:
        self.scenarios.folder().mkdir(parents=True, exist_ok=True)
        (self.scenarios.folder() / "mine.yaml").write_text(f"name: mine\nabout: {about}\n")

    def look(self) -> None:
        asyncio.run(self.sharing.look())

    def events(self) -> list[str]:
        self.log.flush()
        return [json.loads(line)["event"] for line in self.stream.getvalue().splitlines()]


def test_scenarios_and_scales_reach_the_other_server(database_url: str | None, tmp_path: Path) -> None:
    one, other = Site(tmp_path / "one", database_url), Site(tmp_path / "other", database_url)
    one.write("as it was")
    StudyStore(one.home).add(imported())
    one.look()
    other.look()
    reached = database_url is not None
    assert one.resources.catalogue.several == reached
    assert other.scenarios.names() == (("mine",) if reached else ())
    assert StudyStore(other.home).names() == ((imported().name,) if reached else ())
    assert other.events() == ["files_followed", "files_followed"] * reached
    one.resources.close()
    other.resources.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_cannot_be_brought_together_is_told_once(database_url: str, tmp_path: Path) -> None:
    one, other = Site(tmp_path / "one", database_url), Site(tmp_path / "other", database_url)
    one.write("here")
    other.write("there")
    one.look()
    other.look()
    other.look()
    assert other.events() == ["files_not_shared"]
    other.write("here")
    other.look()
    other.write("there")
    one.write("elsewhere")
    one.look()
    other.look()
    assert other.events() == ["files_not_shared"] * 2
    one.resources.close()
    other.resources.close()


def test_a_database_that_is_gone_is_told_once_and_the_task_goes_on(tmp_path: Path) -> None:
    one = Site(tmp_path / "one", "postgresql://nobody@127.0.0.1:1/none")
    one.write("here")
    one.look()
    one.look()
    assert one.events() == ["files_not_shared"] * 2  # of scenarios and of scales
    assert one.resources.tallies.catalogue_errors == 4
    one.resources.close()
