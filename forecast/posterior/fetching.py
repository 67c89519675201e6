"""Posteriors by URL: fetched once into the state folder, verified like any other on every load; and the way out.

A URL names a posterior as `s3://bucket/path/NAME`, or by either of its two files (`.nc`, `.json`). The manifest is
asked for on every load. The draws are fetched only where no sound copy lies under the manifest's hash in `fetched/` of
the state folder, which may be removed at any time. A posterior that was fetched is found by its full name from then on,
but never by a part of it or by an as-of date, and it is never the current one.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import date
from pathlib import Path

from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior, read
from forecast.posterior.selection import Entry, as_entry, is_name
from forecast.posterior.state import state_folder
from forecast.storage import atomic
from forecast.storage.local import LocalStore
from forecast.storage.store import MissingFileError, Store, checked_url, is_url, store_of

_FILES = (".nc", ".json")


def find(name: str | None = None, *, as_of: date | None = None, home: Path | str | None = None) -> Posterior:
    """As `forecast.posterior.selection.find`, where a name may also be a URL.

    Parameters
    ----------
    name : str, optional
        Full name, unique prefix, or URL.
    as_of, home
        As there.

    Raises
    ------
    PosteriorNotFoundError, InputError, ArtefactError
        As there.
    StorageError
        When the URL cannot be reached or read, or the state folder not written.
    """
    if name is None or not is_url(name):
        try:
            return selection.find(name, as_of=as_of, home=home)
        except PosteriorNotFoundError:
            if (path := _kept(name, home)) is None:
                raise
        selection.check_as_of(path.stem, as_of)
        return read(path)
    path, found = fetch(name, home)
    selection.check_as_of(path.stem, as_of)
    return found


def find_entry(name: str, home: Path | str | None = None) -> Entry:
    """The entry of a name, a unique prefix or a URL; errors as `find`."""
    if is_url(name):
        return as_entry(fetch(name, home)[0], "fetched")
    try:
        return selection.find_entry(name, home)
    except PosteriorNotFoundError:
        if (path := _kept(name, home)) is None:
            raise
    return as_entry(path, "fetched")


def fetch(url: str, home: Path | str | None = None) -> tuple[Path, Posterior]:
    """A posterior behind a URL: the draws file of its copy in the state folder, and itself, verified.

    Raises
    ------
    InputError
        When the URL names no posterior, or needs a package that is not installed.
    PosteriorNotFoundError
        When there is none of that name; lists those beside it.
    ArtefactError
        When what is there is damaged or no posterior; says which check failed. No copy of it is kept.
    StorageError
        When the URL cannot be reached or read, or the state folder not written.
    """
    store, name = _place_of(url)
    text = _manifest(store, name)
    kept = LocalStore(state_folder(home).fetched / hashlib.sha256(text).hexdigest(), atomic.Remedy.STATE)
    path = kept.folder / f"{name}.nc"
    with suppress(ArtefactError):  # not there, or damaged here: it is fetched again
        return path, read(path)
    kept.write(f"{name}.nc", _draws(store, name))
    kept.write(f"{name}.json", text)
    try:
        return path, read(path)
    except ArtefactError as error:
        _forget(kept)
        raise ArtefactError(f"{url}: {error.message}", field=error.field) from error


def export(entry: Entry, place: str) -> str:
    """Write a posterior's two files at a folder or a URL, draws first, once it has been verified.

    Returns
    -------
    str
        The URL that names it there.

    Raises
    ------
    ArtefactError
        When it is damaged; nothing is written then.
    InputError
        When the place cannot be used.
    StorageError
        When it cannot be written or reached.
    """
    read(entry.path)
    store = store_of(place)
    for suffix in _FILES:
        store.write(f"{entry.name}{suffix}", entry.path.with_suffix(suffix).read_bytes())
    if isinstance(store, LocalStore):
        return store.folder.resolve().as_uri() + f"/{entry.name}"
    return f"{store.place}/{entry.name}"


def _place_of(url: str) -> tuple[Store, str]:
    checked_url(url)
    place, _, last = url.rstrip("/").rpartition("/")
    name = last.removesuffix(".nc").removesuffix(".json")
    if not is_name(name):
        message = f"the URL {url} names no posterior: it ends in a posterior's name, such as 2026-11-20-f888b7e49128"
        raise InputError(message, field="posterior")
    return store_of(place), name


def _manifest(store: Store, name: str) -> bytes:
    try:
        return store.read(f"{name}.json")
    except MissingFileError as error:
        there: list[str] = []
        with suppress(StorageError):  # who may read one need not be allowed to list
            there = [one.removesuffix(".json") for one in store.names() if one.endswith(".json")]
        listed = ", ".join(one for one in there if is_name(one)) or "none"
        message = f"no posterior {name} in {store.place}; there are: {listed}"
        raise PosteriorNotFoundError(message, field="posterior") from error


def _draws(store: Store, name: str) -> bytes:
    try:
        return store.read(f"{name}.nc")
    except MissingFileError as error:
        message = f"{store.place}/{name}.nc is missing, though its manifest is there: export the posterior again"
        raise ArtefactError(message, field="draws") from error


def _kept(name: str | None, home: Path | str | None) -> Path | None:
    """A copy of one that was fetched before, by its full name; of several, any: the name follows from the draws."""
    if name is None or not is_name(name):
        return None
    return min(state_folder(home).fetched.glob(f"*/{name}.nc"), default=None)


def _forget(kept: LocalStore) -> None:
    for name in kept.names():
        kept.remove(name)
    with suppress(OSError):
        kept.folder.rmdir()
