"""Files that users keep, on one server and on several: what one makes reaches the others, nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue import Catalogue
from forecast.catalogue.database.schema import KeptFileRow
from forecast.catalogue.entries.kept import AGREED
from forecast.catalogue.named.scenario_store import ScenarioStore
from forecast.catalogue.named.studies import StudyStore
from tests.catalogues import Clock, Open
from tests.studies import imported


def text(name: str, about: str = "as it was") -> str:
    return f"name: {name}\nabout: {about}\n"


class Server:
    """A state folder and its catalogue."""

    def __init__(self, home: Path, catalogue: Catalogue) -> None:
        self.store, self.catalogue = ScenarioStore(home), catalogue
        self.file = self.store.folder() / "mine.yaml"

    def write(self, about: str = "as it was", name: str = "mine") -> None:
        self.store.folder().mkdir(parents=True, exist_ok=True)
        (self.store.folder() / f"{name}.yaml").write_text(text(name, about))

    def sync(self) -> dict[str, object]:
        """What it did, where it did anything."""
        done = self.catalogue.sync_files(self.store)
        told = {"written": done.written, "removed": done.removed, "recorded": done.recorded, "problems": done.problems}
        return {what: names for what, names in told.items() if names}

    def about(self) -> str:
        return self.store.get("mine").scenario.about


@pytest.fixture
def one(open_catalogue: Open, tmp_path: Path) -> Server:
    return Server(tmp_path / "one", open_catalogue(tmp_path / "one"))


@pytest.fixture
def other(open_catalogue: Open, tmp_path: Path) -> Server:
    return Server(tmp_path / "other", open_catalogue(tmp_path / "other"))


def history(server: Server) -> list[tuple[str, bool]]:
    """Texts that the catalogue remembers, the oldest first, and whether each is gone."""
    from sqlalchemy import select

    with server.catalogue._database.reading() as session:
        rows = session.scalars(select(KeptFileRow).order_by(KeptFileRow.number)).all()
        return [(row.text, row.removed_at is not None) for row in rows]


class TestRemembering:
    """What every database promises: what was there when."""

    def test_what_came_changed_and_went_is_remembered(self, one: Server, clock: Clock) -> None:
        assert one.sync() == {}
        one.write()
        assert one.sync() == {"recorded": ["mine"]}
        one.write("as it is")
        clock.turn(60)
        assert one.sync() == {"recorded": ["mine"]}
        assert one.sync() == {}
        one.store.remove("mine")
        assert one.sync() == {"recorded": ["mine"]}
        assert history(one) == [(text("mine"), True), (text("mine", "as it is"), True)]

    def test_a_damaged_file_is_said_and_not_remembered(self, one: Server) -> None:
        one.write()
        one.file.write_text("name: another\n")
        assert one.sync() == {"problems": {"mine": one.store.problems()["mine"]}}
        assert history(one) == []

    def test_one_that_was_deleted_can_be_made_again(self, one: Server) -> None:
        for _ in range(2):
            one.write()
            assert one.sync() == {"recorded": ["mine"]}
            one.file.unlink()
            assert one.sync() == {"recorded": ["mine"]}
        assert history(one) == [(text("mine"), True)] * 2

    def test_a_file_keeps_every_byte(self, one: Server) -> None:
        one.write()
        one.file.write_bytes("\ufeff# Größe\r\nname: mine\r\n".encode())
        assert one.sync() == {"recorded": ["mine"]}
        assert history(one) == [("\ufeff# Größe\r\nname: mine\r\n", False)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestReaching:
    """With PostgreSQL: what one server's user does reaches the others."""

    def test_a_new_one_reaches_the_others(self, one: Server, other: Server) -> None:
        one.write()
        one.sync()
        assert other.sync() == {"written": ["mine"]}
        assert other.file.read_bytes() == one.file.read_bytes()
        assert (one.sync(), other.sync()) == ({}, {})

    def test_an_edit_reaches_them(self, one: Server, other: Server) -> None:
        one.write()
        one.sync(), other.sync()
        other.write("better")
        assert other.sync() == {"recorded": ["mine"]}
        assert one.sync() == {"written": ["mine"]}
        assert one.about() == "better"

    def test_a_deletion_reaches_them(self, one: Server, other: Server) -> None:
        one.write()
        one.sync(), other.sync()
        one.store.remove("mine")
        one.sync()
        assert other.sync() == {"removed": ["mine"]}
        assert other.store.names() == () == one.store.names()
        assert (one.sync(), other.sync()) == ({}, {})

    def test_two_that_differ_are_left_as_they_are_and_said(self, one: Server, other: Server) -> None:
        one.write("here")
        other.write("there")
        one.sync()
        for _ in range(2):
            told = other.sync()["problems"]
            assert isinstance(told, dict) and "neither was changed" in told["mine"]
        assert (one.about(), other.about()) == ("here", "there")
        other.write("here")
        assert other.sync() == {}

    def test_two_edits_at_once_are_left_as_they_are(self, one: Server, other: Server) -> None:
        one.write()
        one.sync(), other.sync()
        one.write("here")
        other.write("there")
        one.sync()
        assert list(other.sync()) == ["problems"]
        assert other.about() == "there"

    @pytest.mark.parametrize("first", ["one", "other"])
    def test_what_is_edited_here_and_deleted_there_stays(self, one: Server, other: Server, first: str) -> None:
        one.write()
        one.sync(), other.sync()
        one.store.remove("mine")
        other.write("better")
        for server in (one, other, one) if first == "one" else (other, one, other):
            server.sync()
        assert one.about() == other.about() == "better"

    def test_one_made_again_after_its_deletion_elsewhere_stays(self, one: Server, other: Server) -> None:
        one.write()
        one.sync(), other.sync()
        one.store.remove("mine")
        one.sync(), other.sync()
        other.write()  # the very same text
        assert other.sync() == {"recorded": ["mine"]}
        assert one.sync() == {"written": ["mine"]}

    def test_a_database_that_lost_it_removes_nothing(self, one: Server, other: Server) -> None:
        from sqlalchemy import delete

        one.write()
        one.sync(), other.sync()
        with one.catalogue._database.writing() as session:
            session.execute(delete(KeptFileRow))
        assert one.sync() == {"recorded": ["mine"]}
        assert other.sync() == {}
        assert one.about() == other.about() == "as it was"

    @pytest.mark.parametrize("spoilt", [b"", b"[]", b'{"place": "elsewhere", "names": {"mine": "x"}}'])
    def test_without_its_memory_it_removes_nothing(self, one: Server, other: Server, spoilt: bytes) -> None:
        one.write()
        one.sync(), other.sync()
        one.store.remove("mine")
        one.sync()
        (other.store.folder() / AGREED).write_bytes(spoilt)
        assert other.sync() == {"recorded": ["mine"]}
        assert one.sync() == {"written": ["mine"]}

    def test_what_this_version_cannot_read_is_not_written(self, one: Server, other: Server) -> None:
        one.write()
        one.sync()
        with one.catalogue._database.writing() as session:
            row = session.get_one(KeptFileRow, 1)
            row.text, row.sha256 = "name: mine\nnew_field: 1\n", "f" * 64
        told = other.sync()["problems"]
        assert isinstance(told, dict) and "newer" in told["mine"]
        assert other.store.names() == ()

    def test_imported_scales_reach_them_the_same_way(self, one: Server, other: Server, tmp_path: Path) -> None:
        scale = imported()
        here, there = StudyStore(tmp_path / "one"), StudyStore(tmp_path / "other")
        here.add(scale)
        one.catalogue.sync_files(here)
        assert other.catalogue.sync_files(there).written == [scale.name]
        assert there.get(scale.name) == here.get(scale.name)
        assert other.sync() == {}
