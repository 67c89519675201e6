"""Posteriors by URL: out to a folder or a bucket and back, fetched once, verified on every load."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.forecaster import Forecaster
from forecast.posterior import fetching, selection
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder
from forecast.storage.store import store_of
from tests.buckets import BUCKET, Bucket, listening
from tests.synthetic import synthetic_posterior

Place = str


@pytest.fixture
def name(state: StateFolder) -> str:
    """A posterior of the state folder, which is not current."""
    return write(synthetic_posterior(50, seed=7, as_of=date(2021, 1, 1)), state.posteriors).stem


@pytest.fixture(params=["file", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The URL of an empty folder."""
    if request.param == "s3":
        request.getfixturevalue("reach_s3")
        return f"s3://{BUCKET}/{tmp_path.name}/posteriors"
    return (tmp_path / "out").as_uri() if request.param == "file" else f"memory://{tmp_path.name}/posteriors"


@pytest.fixture
def url(place: Place, state: StateFolder, name: str) -> str:
    """The URL of the posterior, which is nowhere else any more."""
    told = fetching.export(selection.find_entry(name, state.root), place)
    for suffix in (".nc", ".json"):
        (state.posteriors / f"{name}{suffix}").unlink()
    return told


def draws_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The draws that are fetched from now on."""
    read: list[str] = []
    real = fetching._draws
    monkeypatch.setattr(fetching, "_draws", lambda store, name: read.append(name) or real(store, name))
    return read


class TestFetching:
    def test_it_comes_back_as_it_went(self, place: Place, name: str, state: StateFolder, tmp_path: Path) -> None:
        url = fetching.export(selection.find_entry(name, state.root), place)
        assert url.endswith(f"/{name}")
        path, found = fetching.fetch(url, tmp_path / "another home")
        assert found.name == name
        for suffix in (".nc", ".json"):
            assert path.with_suffix(suffix).read_bytes() == (state.posteriors / f"{name}{suffix}").read_bytes()

    @pytest.mark.parametrize("suffix", ["", ".nc", ".json", "/"])
    def test_either_of_its_files_names_it(self, suffix: str, url: str, name: str, state: StateFolder) -> None:
        assert fetching.find(url + suffix, home=state.root).name == name

    def test_it_is_fetched_once_and_verified_on_every_load(
        self, url: str, name: str, state: StateFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = draws_read(monkeypatch)
        (path, _), again = fetching.fetch(url, state.root), fetching.find(url, home=state.root)
        assert read == [name] and again.name == name
        assert path.is_relative_to(state.root / "fetched")
        path.write_bytes(path.read_bytes()[:-1])
        assert fetching.find(url, home=state.root).name == name
        assert read == [name, name]

    def test_another_manifest_of_that_name_is_another_copy(self, url: str, name: str, state: StateFolder) -> None:
        first, _ = fetching.fetch(url, state.root)
        there = store_of(url.rpartition("/")[0])
        there.write(f"{name}.json", there.read(f"{name}.json") + b" ")
        second, _ = fetching.fetch(url, state.root)
        assert first.parent != second.parent and first.is_file() and second.is_file()

    def test_it_answers_questions(self, url: str, name: str, state: StateFolder) -> None:
        assert Forecaster.load(url, home=state.root).when(flop=1e29).provenance.posterior == name
        other = Forecaster.load(home=state.root)
        assert other.when(flop=1e29, posterior=url).provenance.posterior == name
        assert other.when(flop=1e29).provenance.posterior == selection.reference().name

    def test_where_strangers_ask_no_question_names_one(self, url: str, state: StateFolder) -> None:
        guarded = Forecaster.load(url, home=state.root, fetches=False)
        with pytest.raises(InputError, match="by URL, which is not allowed here") as caught:
            guarded.when(flop=1e29, posterior=url)
        assert caught.value.field == "posterior"

    def test_afterwards_its_full_name_finds_it_and_no_date_does(self, url: str, name: str, state: StateFolder) -> None:
        fetching.fetch(url, state.root)
        assert fetching.find(name, home=state.root).name == name
        assert fetching.find_entry(name, state.root).origin == "fetched"
        for asked in ({"name": name[:14]}, {"as_of": date(2021, 1, 1)}):
            with pytest.raises(PosteriorNotFoundError):
                fetching.find(**asked, home=state.root)  # type: ignore[arg-type]
        assert name not in {entry.name for entry in selection.available(state.root)}

    def test_another_as_of_date_is_refused(self, url: str, state: StateFolder) -> None:
        assert fetching.find(url, as_of=date(2021, 1, 1), home=state.root)
        with pytest.raises(InputError, match="is as of 2021-01-01, not 2020-01-01"):
            fetching.find(url, as_of=date(2020, 1, 1), home=state.root)


class TestDamage:
    def refused(self, url: str, state: StateFolder, said: str) -> None:
        with pytest.raises(ArtefactError, match=said):
            fetching.find(url, home=state.root)
        assert not list(state.fetched.rglob("*.nc"))

    def test_damaged_draws_are_refused_and_no_copy_is_kept(self, url: str, name: str, state: StateFolder) -> None:
        there = store_of(url.rpartition("/")[0])
        whole = there.read(f"{name}.nc")
        there.write(f"{name}.nc", whole[:-1] + bytes([whole[-1] ^ 1]))
        self.refused(url, state, rf"{name}.*the hash of the draws file is .*damaged or truncated")
        there.write(f"{name}.nc", whole)
        assert fetching.find(url, home=state.root).name == name

    def test_a_manifest_that_was_edited_is_refused(self, url: str, name: str, state: StateFolder) -> None:
        there = store_of(url.rpartition("/")[0])
        there.write(f"{name}.json", there.read(f"{name}.json").replace(b'"seed": ', b'"seed": 1'))
        self.refused(url, state, "manifest field seed is not what the draws file was sealed with")

    def test_another_posterior_under_its_name_is_refused(self, url: str, name: str, state: StateFolder) -> None:
        there = store_of(url.rpartition("/")[0])
        reference = selection.reference().path
        for suffix in (".nc", ".json"):
            there.write(f"{name}{suffix}", reference.with_suffix(suffix).read_bytes())
        self.refused(url, state, rf"manifest field name is '{reference.stem}'")

    @pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"<html>not found</html>"])
    def test_what_is_no_manifest_is_refused(self, content: bytes, url: str, name: str, state: StateFolder) -> None:
        store_of(url.rpartition("/")[0]).write(f"{name}.json", content)
        self.refused(url, state, rf"{name}: posterior {name}: .*manifest|not a posterior")

    def test_missing_draws_are_told(self, url: str, name: str, state: StateFolder) -> None:
        store_of(url.rpartition("/")[0]).remove(f"{name}.nc")
        self.refused(url, state, rf"{name}\.nc is missing, though its manifest is there")

    def test_a_missing_one_lists_those_that_are(self, url: str, name: str, state: StateFolder) -> None:
        folder = url.rpartition("/")[0]
        with pytest.raises(PosteriorNotFoundError, match=rf"no posterior 1999-01-01-0123456789ab in .*{name}"):
            fetching.find(f"{folder}/1999-01-01-0123456789ab", home=state.root)

    def test_a_folder_names_no_posterior(self, url: str, state: StateFolder) -> None:
        with pytest.raises(InputError, match="names no posterior"):
            fetching.find(url.rpartition("/")[0], home=state.root)


class TestReach:
    NAME = "2021-01-01-0123456789ab"

    def test_a_missing_bucket_is_named(self, fresh_s3: Bucket, state: StateFolder) -> None:
        with pytest.raises(StorageError, match="no such bucket"):
            Forecaster.load(f"s3://no-such-bucket/{self.NAME}", home=state.root)

    def test_a_dead_endpoint_is_one_line_and_soon(
        self, fresh_s3: Bucket, state: StateFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        with pytest.raises(StorageError, match="Could not connect"):
            Forecaster.load(f"s3://{BUCKET}/{self.NAME}", home=state.root)

    @pytest.mark.parametrize("url", ["s3://2021-01-01-0123456789ab", "https://a.example/2021-01-01-0123456789ab"])
    def test_a_url_that_cannot_be_used_is_an_input_error(self, url: str, state: StateFolder) -> None:
        with pytest.raises(InputError):
            fetching.find(url, home=state.root)

    @pytest.mark.skipif(sys.platform != "linux", reason="/proc")
    def test_a_state_folder_that_cannot_be_made_is_told(self, tmp_path: Path, state: StateFolder, name: str) -> None:
        url = fetching.export(selection.find_entry(name, state.root), str(tmp_path / "out"))
        with pytest.raises(StorageError, match=r"cannot write /proc/.*TIMELINES_HOME"):
            fetching.find(url, home="/proc/timelines")

    def test_a_name_asks_no_server(self, fresh_s3: Bucket, state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        with listening() as (endpoint, came):
            monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
            Forecaster.load(home=state.root).when(flop=1e29, posterior=selection.reference().name)
            assert came == []


class TestCommands:
    @pytest.fixture(autouse=True)
    def here(self, state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TIMELINES_HOME", str(state.root))

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    def test_what_is_exported_answers_where_the_command_says(self, place: Place, name: str, state: StateFolder) -> None:
        told = self.run("posterior", "export", name[:14], place)
        assert told.exit_code == 0, told.output
        url = told.stdout.split("`")[1].removeprefix("--posterior ")
        assert sorted(store_of(place).names()) == [f"{name}.json", f"{name}.nc"]
        answered = self.run("when", "--flop", "1e29", "--json", "--posterior", url)
        assert json.loads(answered.stdout)["provenance"]["posterior"] == name

    def test_it_is_shown_and_verified_by_url(self, url: str, name: str) -> None:
        assert name in self.run("posterior", "show", url).stdout
        assert "sound" in self.run("posterior", "verify", url).stdout

    def test_a_folder_is_enough(self, name: str, tmp_path: Path) -> None:
        told = self.run("posterior", "export", name, str(tmp_path / "shared folder"))
        assert (tmp_path / "shared folder" / f"{name}.nc").is_file()
        url = told.stdout.split("`")[1].removeprefix("--posterior ")
        assert name in self.run("posterior", "show", url).stdout

    def test_a_damaged_one_is_not_exported(self, name: str, state: StateFolder, tmp_path: Path) -> None:
        path = state.posteriors / f"{name}.nc"
        path.write_bytes(path.read_bytes()[:-9])
        told = self.run("posterior", "export", name, str(tmp_path / "out"))
        assert told.exit_code == 1 and "damaged or truncated" in told.stderr
        assert not (tmp_path / "out").exists()

    def test_what_is_fetched_does_not_become_current(self, url: str, name: str, state: StateFolder) -> None:
        assert self.run("posterior", "show", url).exit_code == 0
        for asked, said in ((url, "--posterior"), (name, "no posterior")):
            told = self.run("posterior", "use", asked)
            assert told.exit_code == 2 and said in told.stderr
        assert selection.current_entry(state.root) == selection.reference()
