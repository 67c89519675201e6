"""Places that hold named files: a folder, or a URL. What is written there is whole or absent, file by file.

    a folder           `out`, `/srv/forecasts`
    file:///path       the same folder as a URL
    s3://bucket/path   S3 and what speaks its protocol; needs ai-timelines[s3]
    gs://bucket/path   Google Cloud Storage; needs ai-timelines[gs]
    memory://path      this process's memory; needs fsspec, and is for trying things out

Credentials and endpoints are read from the environment by the libraries that speak to those services; none is read or
kept here, and a URL that carries one is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from forecast.errors import InputError, StorageError

SCHEMES = ("file", "gs", "memory", "s3")
"""Kinds of URL that can be read and written."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)  # two letters at least: C:// is a drive
_CREDENTIALS = re.compile(r"[^/]*@|.*[?#]", re.DOTALL)


class MissingFileError(StorageError):
    """A file that a place does not hold."""

    reason = "FILE_MISSING"


class Store(Protocol):
    """A place that holds named files; a name is a path with `/` between its parts, below the place."""

    @property
    def place(self) -> str:
        """The folder or the URL, as a person would write it."""
        ...

    def read(self, name: str) -> bytes:
        """What a file holds.

        Raises
        ------
        MissingFileError
            When there is no such file.
        StorageError
            When it may not be read or the place cannot be reached.
        """
        ...

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place in one step; one that was there is replaced.

        Raises
        ------
        StorageError
            Naming the place and what to do; what was there is untouched.
        """
        ...

    def exists(self, name: str) -> bool:
        """Whether a file is there.

        Raises
        ------
        StorageError
            When the place cannot be reached or may not be read.
        """
        ...

    def names(self, prefix: str = "") -> list[str]:
        """Names of the files that begin with `prefix`, sorted; none where the place does not exist yet.

        Raises
        ------
        StorageError
            When the place cannot be reached or may not be read.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens where there is none.

        Raises
        ------
        StorageError
            When that is not allowed or the place cannot be reached.
        """
        ...


def is_url(text: object) -> bool:
    """Whether a place or a name is a URL: `s3://bucket/path` is one, a folder and a Windows drive are none."""
    return isinstance(text, str) and _URL.match(text) is not None


def store_of(place: Path | str) -> Store:
    """The store at a place.

    Parameters
    ----------
    place : Path or str
        A folder, or a URL of one of `SCHEMES`. Nothing is made or asked for until something is read or written.

    Raises
    ------
    InputError
        When the URL is of another kind, has no folder, carries credentials, or needs a package that is not installed.
    """
    from forecast.storage.local import LocalStore

    if not isinstance(place, str) or not is_url(place):
        return LocalStore(Path(place))
    scheme = checked_url(place)
    if scheme == "file":
        return LocalStore(_folder_of(place))
    from forecast.storage.remote import RemoteStore

    return RemoteStore(place)


def checked_url(url: str) -> str:
    """The kind of a URL, in lower case.

    Raises
    ------
    InputError
        As `store_of`; a URL that carries credentials is not repeated.
    """
    found = _URL.fullmatch(url)
    scheme = found[1].lower() if found else ""
    rest = found[2] if found else ""
    if scheme not in SCHEMES:
        known = ", ".join(f"{one}://" for one in SCHEMES)
        raise InputError(
            f"unknown kind of URL {scheme}://; give a folder, or a URL that begins with: {known}", field="url"
        )
    if _CREDENTIALS.match(rest):
        message = (
            f"a {scheme}:// URL holds no user, no query and no fragment: credentials belong in the environment, "
            "such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
        raise InputError(message, field="url")
    if not rest.strip("/"):
        raise InputError(f"the URL {url} names no folder; give one, such as {scheme}://bucket/forecasts", field="url")
    return scheme


def checked_name(name: str) -> str:
    """A file's name below a place.

    Raises
    ------
    StorageError
        When it is empty, absolute, or leads out of the place.
    """
    parts = name.split("/")
    if "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise StorageError(f"{name!r} is no name of a file below a place: give parts with / between them")
    return name


def _folder_of(url: str) -> Path:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        message = f"the URL {url} names another machine: a folder of this one has three slashes, file:///path"
        raise InputError(message, field="url")
    return Path(url2pathname(parts.path))
