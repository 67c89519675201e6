"""Posteriors from elsewhere: verified whole before anything is visible, all of them or none."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import read, write
from forecast.posterior.importing import bring, look
from forecast.posterior.state import StateFolder
from forecast.storage import atomic
from tests.homes import empty_home
from tests.synthetic import synthetic_posterior


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    return empty_home(tmp_path, monkeypatch)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with three posteriors: a sound one, a flagged one of 2021, one that its gates refused."""
    folder = tmp_path / "elsewhere"
    write(synthetic_posterior(50, seed=1), folder)
    write(synthetic_posterior(50, seed=2, status="FLAGGED", reasons=["odd"], as_of=date(2021, 1, 1)), folder)
    write(synthetic_posterior(50, seed=3, status="REFUSED", reasons=["R-hat 1.2"], as_of=date(2019, 5, 1)), folder)
    return folder


def named(folder: Path, year: int) -> Path:
    return next(folder.glob(f"{year}-*.nc"))


def listed(state: StateFolder) -> set[str]:
    return {entry.name for entry in selection.available(state.root) if entry.origin == "state"}


def files(state: StateFolder) -> list[str]:
    return sorted(os.listdir(state.posteriors)) if state.posteriors.exists() else []


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["posterior", "import", *map(str, arguments)])


class TestLooking:
    def test_a_folder_holds_several(self, place: Path) -> None:
        assert [one.name for one in look(str(place))] == sorted(path.stem for path in place.glob("*.nc"))

    def test_a_name_or_its_beginning_chooses_one(self, place: Path) -> None:
        path = named(place, 2021)
        assert [one.name for one in look(str(place), path.stem)] == [one.name for one in look(str(place), "2021")]

    def test_either_file_is_enough_and_so_is_a_url(self, place: Path) -> None:
        path = named(place, 2021)
        places = [str(path), str(path.with_suffix(".json")), path.as_uri(), path.with_suffix("").as_uri()]
        assert {look(one)[0].name for one in places} == {path.stem}
        assert len(look(place.as_uri())) == 3

    def test_a_beginning_that_several_have_is_refused(self, place: Path) -> None:
        with pytest.raises(InputError, match="several begin with '20'"):
            look(str(place), "20")

    def test_where_there_is_none_it_says_so(self, place: Path, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(PosteriorNotFoundError, match="there are: none"):
            look(str(tmp_path / "empty"))
        with pytest.raises(PosteriorNotFoundError, match="2021-01-01"):
            look(str(place), "2031")
        with pytest.raises(InputError, match="no folder and no file"):
            look(str(tmp_path / "nothing.nc"))

    def test_a_file_of_another_name_cannot_vouch_for_itself(self, place: Path) -> None:
        copied = shutil.copy(named(place, 2021), place / "download.nc")
        with pytest.raises(InputError, match="give it its name back"):
            look(str(copied))


class TestBringing:
    def test_all_of_a_folder_come_as_they_were(self, place: Path, state: StateFolder) -> None:
        done = bring(look(str(place)))
        assert [one.outcome for one in done] == ["imported"] * 3
        assert listed(state) == {one.name for one in done}
        for path in place.iterdir():
            assert (state.posteriors / path.name).read_bytes() == path.read_bytes()

    def test_it_never_becomes_current_by_itself(self, place: Path, state: StateFolder) -> None:
        bring(look(str(place)))
        assert selection.current_entry() == selection.reference()

    def test_a_draws_file_alone_brings_its_manifest(self, place: Path, state: StateFolder) -> None:
        path = named(place, 2021)
        before = path.with_suffix(".json").read_bytes()
        path.with_suffix(".json").unlink()
        (done,) = bring(look(str(path)))
        assert done.outcome == "imported"
        assert (state.posteriors / f"{path.stem}.json").read_bytes() == before
        assert read(state.posteriors / path.name).status == "FLAGGED"

    def test_one_that_is_there_already_is_left_alone(self, place: Path, state: StateFolder) -> None:
        bring(look(str(place)))
        before = {path: path.stat().st_mtime_ns for path in state.posteriors.iterdir()}
        assert [one.outcome for one in bring(look(str(place)))] == ["here"] * 3
        assert {path: path.stat().st_mtime_ns for path in state.posteriors.iterdir()} == before

    def test_one_that_came_with_the_package_stays_there(self, state: StateFolder) -> None:
        (done,) = bring(look(str(selection.SHIPPED)))
        assert done.outcome == "shipped" and not files(state)

    def test_one_that_is_damaged_here_is_mended(self, place: Path, state: StateFolder) -> None:
        bring(look(str(place)))
        path = state.posteriors / named(place, 2021).name
        path.write_bytes(path.read_bytes()[:-9])
        assert [one.outcome for one in bring(look(str(place), "2021"))] == ["mended"]
        assert read(path).name == path.stem

    def test_one_damaged_among_several_and_none_is_imported(self, place: Path, state: StateFolder) -> None:
        for year in (2019, 2021):
            path = named(place, year)
            path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(
            ArtefactError, match=r"2019.*hash of the draws.*2021.*hash of the draws.*nothing was imported"
        ):
            bring(look(str(place)))
        assert files(state) == []

    DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {  # noqa: RUF012
        "empty": (lambda path: path.write_bytes(b""), "not an HDF5 file"),
        "a picture": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n"), "not an HDF5 file"),
        "without draws": (lambda path: path.unlink(), "draws file .* is missing"),
        "no manifest": (lambda path: path.with_suffix(".json").write_text("{"), "not JSON"),
        "of a newer schema": (lambda path: path.with_suffix(".json").write_text('{"schema_version": 99}'), "upgrade"),
        "of another posterior": (
            lambda path: path.with_suffix(".json").write_bytes(
                named(path.parent, 2019).with_suffix(".json").read_bytes()
            ),
            "manifest field name",
        ),
    }

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_each_fault_is_named_by_its_check(self, damage: str, place: Path, state: StateFolder) -> None:
        spoil, said = self.DAMAGES[damage]
        spoil(named(place, 2021))
        with pytest.raises(ArtefactError, match=said):
            bring(look(str(place), "2021"))
        assert files(state) == []

    @pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
    def test_a_lone_draws_file_that_is_cut_is_refused(self, share: float, place: Path, state: StateFolder) -> None:
        path = named(place, 2021)
        path.with_suffix(".json").unlink()
        path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
        with pytest.raises(ArtefactError, match=r"not an HDF5 file|its name says"):
            bring(look(str(path)))
        assert files(state) == []

    def test_a_disk_that_fills_at_the_last_manifest_leaves_nothing(
        self, place: Path, state: StateFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, written = atomic.write_bytes, []

        def fill(path: Path, data: bytes, remedy: object) -> None:
            written.append(path.name)
            if len(written) == 6:
                raise StorageError("no space left")
            real(path, data)

        monkeypatch.setattr(atomic, "write_bytes", fill)
        with pytest.raises(StorageError, match="no space left"):
            bring(look(str(place)))
        assert [name.endswith(".json") for name in written] == [False] * 3 + [True] * 3
        assert files(state) == [] and listed(state) == set()


class TestCommand:
    def test_it_says_what_came_and_how_it_was_judged(self, place: Path) -> None:
        told = run(place)
        assert told.exit_code == 0
        assert told.stdout.count("imported") == 3 and "REFUSED; R-hat 1.2" in told.stdout
        assert run(place).stdout.count("was here already") == 3

    def test_json(self, place: Path) -> None:
        told = json.loads(run(place, "2021", "--json").stdout)
        (one,) = told
        assert (one["outcome"], one["status"], one["draws"]) == ("imported", "FLAGGED", 50)

    def test_it_can_make_one_current(self, place: Path) -> None:
        name = named(place, 2021).stem
        assert f"{name} is current now." in run(place, "2021", "--use").stdout
        assert selection.current().name == name

    def test_a_refused_one_is_imported_and_never_current(self, place: Path, state: StateFolder) -> None:
        told = run(place, "2019", "--use")
        assert told.exit_code == 2 and "R-hat 1.2" in told.stderr
        assert named(place, 2019).stem in listed(state)
        assert selection.current_entry() == selection.reference()

    def test_of_several_none_becomes_current(self, place: Path, state: StateFolder) -> None:
        told = run(place, "--use")
        assert told.exit_code == 2 and "give the NAME" in told.stderr
        assert files(state) == []

    def test_the_catalogue_knows_it(self, place: Path) -> None:
        from forecast.catalogue import Catalogue

        run(place)
        with Catalogue.open() as catalogue:
            assert {path.stem for path in place.glob("*.nc")} <= {record.name for record in catalogue.list()}

    def test_without_a_database_it_comes_all_the_same(
        self, place: Path, state: StateFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(sys.modules, "forecast.catalogue.store", raising=False)
        monkeypatch.setitem(sys.modules, "sqlalchemy", None)
        assert run(place).exit_code == 0
        assert len(listed(state)) == 3 and not state.catalogue_file.exists()

    def test_what_was_exported_comes_back(self, place: Path, state: StateFolder, tmp_path: Path) -> None:
        run(place, "2021")
        name = named(place, 2021).stem
        url = (tmp_path / "shared").as_uri()
        assert CliRunner().invoke(main, ["posterior", "export", name, url]).exit_code == 0
        for suffix in (".json", ".nc"):
            (state.posteriors / f"{name}{suffix}").unlink()
        assert "imported" in run(url).stdout
        assert name in listed(state)
