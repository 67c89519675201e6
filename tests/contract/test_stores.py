"""What every store does, wherever its files lie: a folder, a URL of one, memory, and S3 on a server of moto's."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from forecast.errors import InputError, StorageError
from forecast.storage import remote
from forecast.storage.held import Held
from forecast.storage.replacing import Replacing
from forecast.storage.store import MissingFileError, Store, is_url, store_of
from tests.buckets import BUCKET, Bucket, listening

NAMES = (
    "summary.md",
    "answers/as_of=2026-11-20/scenario=no limits/part-00012-a1.parquet",
    "numbers/é, ü & 100 %+#?.csv",
)


@pytest.fixture
def store(place: Path | str) -> Store:
    return store_of(place)


class TestEveryStore:
    def test_what_is_written_is_read(self, store: Store) -> None:
        for name in NAMES:
            store.write(name, name.encode())
        assert [store.read(name) for name in NAMES] == [name.encode() for name in NAMES]

    def test_empty_and_large_files_come_back(self, store: Store) -> None:
        large = bytes(range(256)) * 30_000
        store.write("large", large)
        store.write("empty", b"")
        assert store.read("large") == large
        assert store.read("empty") == b""

    def test_a_file_that_is_there_is_replaced(self, store: Store) -> None:
        store.write("a", b"a longer text")
        store.write("a", b"short")
        assert store.read("a") == b"short"

    def test_a_missing_file_is_named(self, store: Store) -> None:
        with pytest.raises(MissingFileError, match="answers/a"):
            store.read("answers/a")

    def test_a_place_that_does_not_exist_holds_nothing(self, store: Store) -> None:
        assert store.names() == []
        assert not store.exists("a")
        store.remove("a")

    def test_files_exist_and_folders_do_not(self, store: Store) -> None:
        store.write("answers/a", b"1")
        assert store.exists("answers/a")
        assert not store.exists("answers")
        assert not store.exists("answers/b")

    def test_names_are_sorted_and_chosen_by_their_beginning(self, store: Store) -> None:
        for name in ("b", "answers/2", "answers/10", "answers-2", "a"):
            store.write(name, b"")
        assert store.names() == ["a", "answers-2", "answers/10", "answers/2", "b"]
        assert store.names("answers/") == ["answers/10", "answers/2"]
        assert store.names("answers/1") == ["answers/10"]
        assert store.names("answers") == ["answers-2", "answers/10", "answers/2"]
        assert store.names("nothing/") == []

    def test_what_is_removed_is_gone(self, store: Store) -> None:
        store.write("a", b"1")
        store.write("b", b"1")
        store.remove("a")
        store.remove("a")
        assert store.names() == ["b"]

    @pytest.mark.parametrize("name", ["", "/a", "../a", "a/../../b", "a//b", "a/", "./a", "a\\b", "a\0b"])
    def test_no_name_leads_out_of_the_place(self, store: Store, name: str) -> None:
        for attempt in (store.read, store.exists, store.remove, lambda name: store.write(name, b"")):
            with pytest.raises(StorageError, match="no name of a file"):
                attempt(name)


class TestEveryPlace:
    def test_two_stores_of_one_place_see_each_others_files(self, store: Store, place: Path | str) -> None:
        other = store_of(place)
        assert other.names() == []
        store.write("a", b"1")
        assert other.exists("a") and other.names() == ["a"]
        other.write("a", b"2")
        assert store.read("a") == b"2"

    def test_it_travels_to_another_process(self, store: Store) -> None:
        store.write("a", b"1")
        travelled = pickle.loads(pickle.dumps(store))
        assert travelled.place == store.place
        assert travelled.read("a") == b"1"

    def test_it_says_its_place(self, store: Store, place: Path | str) -> None:
        told = str(place).removeprefix("file://")
        assert store.place == told
        assert store_of(f"{place}/" if is_url(place) else place).place == told


class TestHeld(TestEveryStore):
    @pytest.fixture
    def store(self) -> Store:
        return Held()


class TestUrls:
    @pytest.mark.parametrize("text", ["s3://b/x", "file:///x", "memory://x", "S3://b", "https://a.example/x"])
    def test_these_are_urls(self, text: str) -> None:
        assert is_url(text)

    @pytest.mark.parametrize(
        "text", ["out", "/srv/out", r"C:\out", "C://out", "a:b", "2026-11-20-f888b7e49128", "", None]
    )
    def test_these_are_none(self, text: str | None) -> None:
        assert not is_url(text)

    def test_another_kind_is_refused_with_those_that_are_known(self) -> None:
        with pytest.raises(InputError, match=r"https://.*file://, gs://, memory://, s3://"):
            store_of("https://a.example/x")

    @pytest.mark.parametrize("url", ["s3://key:hidden@bucket/x", "s3://bucket/x?token=hidden", "gs://bucket/x#hidden"])
    def test_a_url_that_carries_credentials_is_refused_and_not_repeated(self, url: str) -> None:
        with pytest.raises(InputError, match="environment") as caught:
            store_of(url)
        assert "hidden" not in caught.value.message

    @pytest.mark.parametrize("url", ["s3://", "s3:///", "file://", "memory:///"])
    def test_a_url_without_a_place_is_refused(self, url: str) -> None:
        with pytest.raises(InputError, match="names no folder"):
            store_of(url)

    def test_a_file_url_of_another_machine_is_refused(self) -> None:
        with pytest.raises(InputError, match="three slashes"):
            store_of("file://elsewhere/out")

    @pytest.mark.parametrize(("url", "package", "extra"), [("s3://b/x", "s3fs", "s3"), ("gs://b/x", "gcsfs", "gs")])
    def test_a_missing_package_names_what_to_install(
        self, url: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(InputError, match=rf"{package}.*pip install 'ai-timelines\[{extra}\]'"):
            store_of(url)

    def test_a_folder_needs_no_fsspec(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "fsspec", None)
        store_of((tmp_path / "a b").as_uri()).write("a", b"1")
        assert (tmp_path / "a b" / "a").read_bytes() == b"1"


class TestS3:
    def test_a_missing_bucket_is_named_by_everything_that_is_tried(self, fresh_s3: Bucket) -> None:
        gone = store_of("s3://no-such-bucket/out")
        for attempt in attempts(gone):
            with pytest.raises(StorageError, match=r"s3://no-such-bucket/out.*no such bucket"):
                attempt()

    def test_without_credentials_it_says_which_variables_hold_them(
        self, fresh_s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.setenv("HOME", str(tmp_path))
        with pytest.raises(StorageError, match=r"no permission to write .*AWS_ACCESS_KEY_ID"):
            store_of(f"s3://{BUCKET}/out").write("a", b"")

    def test_a_denied_request_is_no_permission(self, fresh_s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
        denied = store_of(f"s3://{BUCKET}/out")

        def deny(*_: object, **__: object) -> None:
            raise PermissionError("Access Denied")

        monkeypatch.setattr(denied._files, "pipe_file", deny)  # type: ignore[attr-defined]
        with pytest.raises(StorageError, match=r"no permission to write .*\(Access Denied\).*credentials") as caught:
            denied.write("a", b"")
        assert "secret-of-the-tests" not in caught.value.message

    def test_a_port_where_nobody_listens_is_given_up_soon(
        self, fresh_s3: Bucket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        dead = store_of(f"s3://{BUCKET}/out")
        for attempt in attempts(dead):
            with pytest.raises(StorageError, match=r"Could not connect.*AWS_ENDPOINT_URL_S3"):
                attempt()

    def test_an_endpoint_that_never_answers_is_given_up(
        self, fresh_s3: Bucket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with listening() as (url, came):
            monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
            silent = store_of(f"s3://{BUCKET}/out")
            silent._files.connect()  # type: ignore[attr-defined]  # to make a client takes long where much is going on
            monkeypatch.setattr(silent, "_limit", {"timeout": 2})
            with pytest.raises(StorageError, match="check the network"):
                silent.read("a")
            assert came

    def test_every_request_has_a_time_limit(self, fresh_s3: Bucket) -> None:
        opened = store_of(f"s3://{BUCKET}/out")
        assert opened._limit == {"timeout": remote.REQUEST_SECONDS}  # type: ignore[attr-defined]


def attempts(store: Store) -> list[object]:
    return [
        lambda: store.read("a"),
        lambda: store.write("a", b""),
        lambda: store.exists("a"),
        lambda: store.names(),
        lambda: store.remove("a"),
        lambda: Replacing(store.place, "report").__enter__(),
    ]
