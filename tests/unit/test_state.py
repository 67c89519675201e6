"""The state folder: where it is, and that asking makes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.errors import StorageError
from forecast.posterior.state import platform_folder, state_folder


class TestStateFolder:
    def test_the_argument_wins_over_the_variable(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "variable"))
        assert state_folder(tmp_path / "argument").root == tmp_path / "argument"
        assert state_folder().root == tmp_path / "variable"

    def test_an_empty_variable_counts_as_none(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("TIMELINES_HOME", "")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert state_folder().root.is_relative_to(tmp_path)

    def test_a_relative_one_is_made_absolute(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        assert state_folder("here").root == tmp_path / "here"

    @pytest.mark.parametrize(
        ("platform", "environ", "expected"),
        [
            ("linux", {}, "~/.local/state/timelines"),
            ("linux", {"XDG_STATE_HOME": "/var/state"}, "/var/state/timelines"),
            ("linux", {"XDG_STATE_HOME": "relative"}, "~/.local/state/timelines"),
            ("freebsd14", {}, "~/.local/state/timelines"),
            ("darwin", {"XDG_STATE_HOME": "/var/state"}, "~/Library/Application Support/timelines"),
            ("win32", {"LOCALAPPDATA": "/C/Local"}, "/C/Local/timelines"),
            ("win32", {}, "~/AppData/Local/timelines"),
        ],
    )
    def test_the_platforms_own_place(self, platform: str, environ: dict[str, str], expected: str) -> None:
        assert platform_folder(platform, environ) == Path(expected).expanduser()

    def test_an_account_without_a_home_is_told_what_to_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def homeless() -> Path:
            raise RuntimeError("no home")

        monkeypatch.setattr(Path, "home", homeless)
        with pytest.raises(StorageError, match="TIMELINES_HOME"):
            platform_folder("linux", {})

    def test_asking_for_places_makes_nothing(self, tmp_path: Path) -> None:
        state = state_folder(tmp_path / "new")
        places = (state.posteriors, state.tables, state.compile_cache, state.catalogue_file, state.current_file)
        assert all(place.is_relative_to(state.root) for place in places)
        assert not state.root.exists()
