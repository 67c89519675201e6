"""A place behind a URL as a store, through fsspec: what is written is one object, whole or absent.

Every request has a time limit, and a dead endpoint is given up after a few tries. What the libraries say when a request
fails is repeated in one line; they never say credentials, and neither do we.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from forecast.errors import ForecastError, InputError, StorageError
from forecast.storage.store import MissingFileError, Store, checked_name, checked_url, store_of

if TYPE_CHECKING:
    from fsspec.spec import AbstractFileSystem

REQUEST_SECONDS = 300
"""The longest that one file may take to come or go."""

_TRIES = 2
_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "memory": "fsspec"}
_EXTRAS = {"s3": "s3", "gs": "gs", "memory": "s3"}
_CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
}
_ENDPOINTS = {"s3": "AWS_ENDPOINT_URL_S3", "gs": "STORAGE_EMULATOR_HOST"}


class RemoteStore:
    """The objects below a URL.

    Parameters
    ----------
    url : str
        As `forecast.storage.store.store_of` takes it.

    Raises
    ------
    InputError
        When the URL cannot be used, or the package that speaks to it is not installed; says which to install.
    """

    def __init__(self, url: str) -> None:
        self._scheme = checked_url(url)
        self._place = url.rstrip("/")
        with _errors(self._place, self._scheme, "reach"):
            self._files = _files(self._scheme)
            self._root = str(self._files._strip_protocol(self._place)).rstrip("/")
        self._limit = {"timeout": REQUEST_SECONDS} if self._files.async_impl else {}

    @property
    def place(self) -> str:
        """The URL."""
        return self._place

    def read(self, name: str) -> bytes:
        """What an object holds; see `forecast.storage.store.Store`."""
        with self._errors(name, "read"):
            return bytes(self._files.cat_file(self._path(name), **self._limit))

    def write(self, name: str, data: bytes) -> None:
        """Put an object in its place in one step."""
        with self._errors(name, "write"):
            self._files.pipe_file(self._path(name), data, **self._limit)

    def exists(self, name: str) -> bool:
        """Whether an object is there."""
        with self._errors(name, "read"):
            try:
                found = self._files.info(self._path(name), **self._limit)
            except FileNotFoundError as error:
                if _says_no_bucket(error):
                    raise
                return False
            return bool(found["type"] == "file")

    def names(self, prefix: str = "") -> list[str]:
        """Names of the objects that begin with `prefix`, sorted."""
        folder, before = prefix.rpartition("/")[0], f"{self._root}/"
        with self._errors(folder, "list"):
            self._files.invalidate_cache()
            try:
                paths = self._files.find(f"{before}{folder}".rstrip("/"), **self._limit)
            except FileNotFoundError as error:
                if _says_no_bucket(error):
                    raise
                return []
        names = [path[len(before) :] for path in paths if path.startswith(before)]
        return sorted(name for name in names if name.startswith(prefix))

    def remove(self, name: str) -> None:
        """Remove an object."""
        with self._errors(name, "remove"):
            try:
                self._files.rm_file(self._path(name), **self._limit)
            except FileNotFoundError as error:
                if _says_no_bucket(error):
                    raise

    def __reduce__(self) -> tuple[Callable[[str], Store], tuple[str]]:
        """Another process opens the place anew, with its own credentials and connections."""
        return store_of, (self._place,)

    def _path(self, name: str) -> str:
        return f"{self._root}/{checked_name(name)}"

    def _errors(self, name: str, what: str) -> Any:
        return _errors(f"{self._place}/{name}".rstrip("/"), self._scheme, what)


def _files(scheme: str) -> AbstractFileSystem:
    """The file system of a kind of URL; listings are never remembered, as others write there too."""
    try:
        import fsspec

        import_module(_PACKAGES[scheme])
    except ModuleNotFoundError as error:
        remedy = f"pip install 'ai-timelines[{_EXTRAS[scheme]}]'"
        message = f"{scheme}:// URLs need {error.name}, which is not installed: {remedy}"
        raise InputError(message, field="url") from error
    options: dict[str, Any] = {"use_listings_cache": False}
    if scheme == "s3":
        own = fsspec.config.conf.get("s3", {}).get("config_kwargs", {})
        options["config_kwargs"] = {"retries": {"total_max_attempts": _TRIES, "mode": "standard"}, **own}
    files: AbstractFileSystem = fsspec.filesystem(scheme, **options)
    if scheme == "s3":
        files.retries = _TRIES
    return files


@contextmanager
def _errors(what: str, scheme: str, verb: str) -> Iterator[None]:
    """Turn what the libraries raise into a StorageError of one line; they have no error of their own in common."""
    try:
        yield
    except ForecastError:
        raise
    except Exception as error:
        raise _storage_error(error, what, scheme, verb) from error


def _storage_error(error: Exception, what: str, scheme: str, verb: str) -> StorageError:
    said = " ".join(str(error).split()) or type(error).__name__
    credentials = f"the credentials in the environment ({_CREDENTIALS.get(scheme, 'of that service')})"
    if _says_no_bucket(error):
        return StorageError(f"cannot {verb} {what}: there is no such bucket; make it, or give another place")
    if isinstance(error, FileNotFoundError):
        return MissingFileError(f"{what} is not there")
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
        return StorageError(f"no permission to {verb} {what} ({said}): check {credentials}, or give another place")
    where = f"check the network and {_ENDPOINTS[scheme]}" if scheme in _ENDPOINTS else "check it"
    return StorageError(f"cannot {verb} {what} ({said}): {where}, or give another place")


def _says_no_bucket(error: BaseException) -> bool:
    """S3 says it with a code; Google says it in words."""
    response = getattr(error.__cause__, "response", None) or {}
    code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
    return code == "NoSuchBucket" or "bucket does not exist" in str(error).lower()
