"""Which posterior answers: by name, by date, or the current one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.selection import PosteriorRefusedError, available, current, find, reference, set_current
from forecast.posterior.state import state_folder
from tests.powerless import powerless
from tests.synthetic import synthetic_posterior

JULY_2020 = date(2020, 7, 27)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that ships a reference and a posterior as of July 2020."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    write(synthetic_posterior(50, seed=100), folder)
    write(synthetic_posterior(50, seed=101, as_of=JULY_2020), folder)
    monkeypatch.setattr(selection, "SHIPPED", folder)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def fit(home: Path, seed: int, as_of: date = date(2026, 11, 20), written: int = 0, status: str = "PASSED") -> str:
    """Write a posterior as a fit does; `written` orders the times of writing."""
    folder = state_folder(home).posteriors
    folder.mkdir(parents=True, exist_ok=True)
    path = write(synthetic_posterior(50, seed=seed, as_of=as_of, status=status, reasons=["R-hat 1.2"]), folder)
    os.utime(path.with_suffix(".json"), ns=(written, written))
    return path.stem


class TestCurrent:
    def test_with_nothing_in_the_state_folder_the_shipped_reference_answers(self, shipped: Path, home: Path) -> None:
        assert current(home).name == reference().name
        assert current(home).as_of == date(2026, 11, 20)
        assert not home.exists()

    def test_a_new_fit_is_not_current_until_it_is_made_so(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1)
        assert current(home).name == reference().name
        set_current(name, home)
        assert current(home).name == name

    def test_a_shipped_one_can_be_made_current(self, shipped: Path, home: Path) -> None:
        assert set_current("2020-07-27", home).origin == "shipped"
        assert current(home).as_of == JULY_2020

    def test_a_damaged_one_is_an_error_and_never_another_posterior(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1)
        set_current(name, home)
        path = state_folder(home).posteriors / f"{name}.nc"
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(ArtefactError, match=rf"{name}.*hash.*timelines fit.*timelines posterior use NAME"):
            current(home)

    def test_one_that_is_gone_is_an_error(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1)
        set_current(name, home)
        for suffix in (".nc", ".json"):
            (state_folder(home).posteriors / f"{name}{suffix}").unlink()
        with pytest.raises(ArtefactError, match=rf"{name} is not in .*timelines posterior use NAME"):
            current(home)

    @pytest.mark.parametrize("text", ["", "../../secret", "2026-11-20-abc", "2026-13-20-aaaaaaaaaaaa", "\x00\xff"])
    def test_a_spoilt_current_file_is_an_error(self, shipped: Path, home: Path, text: str) -> None:
        state = state_folder(home)
        state.posteriors.mkdir(parents=True)
        state.current_file.write_text(text)
        with pytest.raises(ArtefactError, match="not a posterior's name"):
            current(home)

    def test_a_refused_one_never_becomes_current(self, shipped: Path, home: Path) -> None:
        good, refused = fit(home, 1), fit(home, 2, status="REFUSED")
        set_current(good, home)
        with pytest.raises(PosteriorRefusedError, match=r"R-hat 1.2") as caught:
            set_current(refused, home)
        assert caught.value.exit_code == 2
        assert current(home).name == good

    def test_a_damaged_one_never_becomes_current(self, shipped: Path, home: Path) -> None:
        good, bad = fit(home, 1), fit(home, 2)
        set_current(good, home)
        (state_folder(home).posteriors / f"{bad}.nc").write_bytes(b"")
        with pytest.raises(ArtefactError, match="not an HDF5 file"):
            set_current(bad, home)
        assert current(home).name == good

    def test_without_any_posterior_it_says_how_to_make_one(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing")
        with pytest.raises(PosteriorNotFoundError, match="timelines fit"):
            current(home)


class TestFind:
    def test_by_exact_date_in_the_package(self, shipped: Path, home: Path) -> None:
        assert find(as_of=JULY_2020, home=home).as_of == JULY_2020

    def test_of_one_date_the_newest_written_wins(self, shipped: Path, home: Path) -> None:
        newest = fit(home, 1, JULY_2020, written=3_000)
        for seed, written in ((2, 1_000), (3, 2_000)):
            fit(home, seed, JULY_2020, written=written)
        assert find(as_of=JULY_2020, home=home).name == newest

    def test_a_refused_one_is_passed_over(self, shipped: Path, home: Path) -> None:
        good = fit(home, 1, JULY_2020, written=1)
        fit(home, 2, JULY_2020, written=2, status="REFUSED")
        assert find(as_of=JULY_2020, home=home).name == good

    def test_a_damaged_one_is_an_error_and_never_an_older_one(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1, JULY_2020)
        (state_folder(home).posteriors / f"{name}.json").write_text("{")
        with pytest.raises(ArtefactError, match=name):
            find(as_of=JULY_2020, home=home)

    def test_an_unknown_date_lists_the_known_and_the_command(self, shipped: Path, home: Path) -> None:
        with pytest.raises(PosteriorNotFoundError) as caught:
            find(as_of=date(2019, 1, 2), home=home)
        for part in ("2020-07-27", "2026-11-20", "timelines fit --as-of 2019-01-02"):
            assert part in caught.value.message

    def test_a_date_that_was_only_refused_says_so(self, shipped: Path, home: Path) -> None:
        name = fit(home, 2, date(2019, 1, 2), status="REFUSED")
        with pytest.raises(PosteriorNotFoundError, match=f"{name} was refused"):
            find(as_of=date(2019, 1, 2), home=home)

    def test_by_name_and_by_a_prefix_that_only_one_has(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1, JULY_2020)
        assert find(name, home=home).name == find(name[:14], home=home).name == name

    def test_an_ambiguous_prefix_lists_what_fits(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1, JULY_2020)
        with pytest.raises(InputError, match=name):
            find("2020-07", home=home)

    @pytest.mark.parametrize("name", ["", "no-such", "../2020"])
    def test_an_unknown_name_lists_the_known(self, shipped: Path, home: Path, name: str) -> None:
        with pytest.raises(PosteriorNotFoundError, match="2020-07-27"):
            find(name, home=home)

    def test_name_and_date_must_agree(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1)
        assert find(name, as_of=date(2026, 11, 20), home=home).name == name
        with pytest.raises(InputError, match="not 2020-07-27"):
            find(name, as_of=JULY_2020, home=home)

    def test_with_neither_the_current_one(self, shipped: Path, home: Path) -> None:
        assert find(home=home).name == reference().name


class TestListing:
    def test_state_first_by_time_of_writing_then_shipped_by_date(self, shipped: Path, home: Path) -> None:
        older, newer = fit(home, 1, JULY_2020, written=1), fit(home, 2, written=2)
        assert [entry.name for entry in available(home)][:2] == [newer, older]
        assert [entry.origin for entry in available(home)] == ["state", "state", "shipped", "shipped"]
        assert available(home)[2].as_of > available(home)[3].as_of

    def test_one_in_both_places_is_listed_once(self, shipped: Path, home: Path) -> None:
        fit(home, 100, status="PASSED")
        write(synthetic_posterior(50, seed=100), state_folder(home).posteriors)
        assert len({entry.name for entry in available(home)}) == len(available(home))

    def test_draws_without_a_manifest_are_not_listed(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1)
        (state_folder(home).posteriors / f"{name}.json").unlink()
        assert name not in [entry.name for entry in available(home)]

    def test_leftovers_and_strangers_are_not_listed(self, shipped: Path, home: Path) -> None:
        fit(home, 1)
        folder = state_folder(home).posteriors
        for stranger in (
            ".2026-11-20-aaaaaaaaaaaa.json.f00.tmp",
            "notes.json",
            "current",
            "2026-99-99-aaaaaaaaaaaa.json",
        ):
            (folder / stranger).write_text("{}")
        assert len(available(home)) == 3

    def test_a_damaged_manifest_is_listed_as_damaged(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1)
        (state_folder(home).posteriors / f"{name}.json").write_text("{")
        entry = next(entry for entry in available(home) if entry.name == name)
        assert (entry.status, entry.manifest) == ("DAMAGED", None)
        assert "not JSON" in entry.problem

    def test_missing_draws_are_listed_as_damaged(self, shipped: Path, home: Path) -> None:
        name = fit(home, 1)
        (state_folder(home).posteriors / f"{name}.nc").unlink()
        entry = next(entry for entry in available(home) if entry.name == name)
        assert entry.status == "DAMAGED"
        assert "missing" in entry.problem


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
class TestPermission:
    @pytest.fixture
    def reachable(self) -> Iterator[Path]:
        """A folder that any account can reach, unlike pytest's own."""
        with TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            yield Path(folder)

    def test_reading_needs_no_write_permission(
        self, shipped: Path, reachable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(selection, "SHIPPED", shipped.rename(reachable / "shipped"))
        name = fit(reachable, 1)
        set_current(name, reachable)
        everything = [reachable, *reachable.rglob("*")]
        for path in everything:
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            with powerless():
                assert current(reachable).name == name
                assert len(available(reachable)) == 3
        finally:
            for path in everything:
                path.chmod(0o755)

    def test_writing_without_permission_names_the_folder_and_the_way_out(
        self, shipped: Path, reachable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(selection, "SHIPPED", shipped.rename(reachable / "shipped"))
        shut = reachable / "shut"
        shut.mkdir(mode=0o555)
        with powerless(), pytest.raises(StorageError, match="TIMELINES_HOME") as caught:
            set_current("2020-07-27", shut)
        assert str(shut) in caught.value.message
        assert list(shut.iterdir()) == []

    def test_an_unreadable_posterior_is_said_to_be_unreadable(self, shipped: Path, reachable: Path) -> None:
        name = fit(reachable, 1)
        set_current(name, reachable)
        (state_folder(reachable).posteriors / f"{name}.nc").chmod(0)
        with powerless(), pytest.raises(StorageError, match="grant read permission"):
            current(reachable)
