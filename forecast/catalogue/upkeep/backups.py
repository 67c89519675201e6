"""A consistent copy of the state folder in one file, while servers run.

1. Under the catalogue's lock, so that nobody makes a posterior current, publishes or prunes: copy the database
   (SQLite's own backup), read which posterior is current, list the posteriors.
2. Without it: hash every file, then write them, and see that each is still what was hashed. What changed or went
   meanwhile begins the copy anew.

Not copied is what can be made or fetched again (`compile-cache`, `fetched`), and a catalogue on PostgreSQL, for which
its own pg_dump is right. No SQLAlchemy is needed.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from forecast.catalogue.upkeep.backup_format import CatalogueKind, Contents, DamagedBackupError, folders, read_contents
from forecast.errors import InputError, StorageError
from forecast.posterior.selection import is_name
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage import atomic
from forecast.storage.local import LocalStore
from forecast.storage.manifest import MANIFEST, File
from forecast.storage.store import is_url, store_of

BUSY_SECONDS = 30.0
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Saved:
    """What was backed up.

    Attributes
    ----------
    contents : Contents
        The files.
    left_out : tuple of str
        What else lies in the state folder, and is not in the backup.
    damaged : tuple of str
        Posteriors whose draws are not what their manifests say; they were copied as they are.
    """

    contents: Contents
    left_out: tuple[str, ...]
    damaged: tuple[str, ...]


class _ChangedError(Exception):
    """A file went, or is another by now."""


def backup(place: Path | str, home: Path | str | None = None, *, elsewhere: bool = False) -> Saved:
    """Copy the state folder into one file, which is whole or absent.

    Parameters
    ----------
    place : Path or str
        The file, or its URL. Another backup there is replaced, and nothing else is.
    home : Path or str, optional
        The state folder.
    elsewhere : bool
        Whether the catalogue is in another database, and so no part of this.

    Raises
    ------
    InputError
        When there is nothing to back up, or something else is in the place.
    StorageError
        When something cannot be read, written or locked; what was in the place is there still.
    """
    state = state_folder(home)
    if not state.root.is_dir():
        raise InputError(f"there is no state folder {state.root}: nothing to back up", field="TIMELINES_HOME")
    if not is_url(str(place)):
        _refuse_other(Path(place), state)
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(ATTEMPTS):
            with suppress(_ChangedError):
                return _attempt(place, state, elsewhere, Path(scratch))
    raise StorageError(
        f"{state.root} changed {ATTEMPTS} times while it was copied: try again when less is written there"
    )


def _attempt(place: Path | str, state: StateFolder, elsewhere: bool, scratch: Path) -> Saved:
    paths, kind = _listed(state, elsewhere, scratch)
    if not paths:
        raise InputError(f"{state.root} holds nothing to back up", field="TIMELINES_HOME")
    contents = Contents(
        {name: File.of(_bytes(path)) for name, path in paths.items()},
        {name: _written_ns(path) if name != state.catalogue_file.name else 0 for name, path in paths.items()},
        kind,
    )
    if is_url(str(place)):
        whole = BytesIO()
        _write(whole, paths, contents)
        above, _, name = str(place).rpartition("/")
        store_of(above).write(name, whole.getvalue())
    else:
        with atomic.writing(Path(place)) as file:
            _write(file, paths, contents)
    return Saved(contents, _left_out(state, contents), _damaged(paths, contents))


def _listed(state: StateFolder, elsewhere: bool, scratch: Path) -> tuple[Mapping[str, Path], CatalogueKind]:
    """Every file to copy, by its name in the backup, and where the catalogue is."""
    file = state.catalogue_file
    kind: CatalogueKind = "elsewhere" if elsewhere else "sqlite" if file.exists() else "none"
    found: dict[str, Path] = {}
    with _locked(file) if kind == "sqlite" else nullcontext():
        if kind == "sqlite":
            found[file.name] = _copied(file, scratch / file.name)
        if state.current_file.exists():
            current = scratch / state.current_file.name
            current.write_bytes(_bytes(state.current_file))
            os.utime(current, ns=(0, _written_ns(state.current_file)))
            found[f"{state.posteriors.name}/{current.name}"] = current
        found |= {f"{state.posteriors.name}/{path.name}": path for path in _posteriors(state.posteriors)}
    if file.name in found:
        _check(found[file.name], file)
    for name, folder in folders(state).items():
        if folder != state.posteriors:
            found |= {f"{name}/{file}": folder / file for file in LocalStore(folder).names()}
    return dict(sorted(found.items())), kind


def _posteriors(folder: Path) -> Iterator[Path]:
    """Both files of every posterior; draws without a manifest are nobody's."""
    for name in LocalStore(folder).names():
        manifest = folder / name
        if manifest.suffix == ".json" and is_name(manifest.stem) and manifest.with_suffix(".nc").exists():
            yield from (manifest.with_suffix(".nc"), manifest)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with (
        _database_errors(file),
        closing(sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def _copied(file: Path, copy: Path) -> Path:
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _check(copy: Path, file: Path) -> None:
    """Refuse a copy that SQLite finds fault with."""
    with _database_errors(file), closing(sqlite3.connect(copy)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StorageError(f"catalogue {file}: damaged ({found}); move it away, or restore an older backup")


@contextmanager
def _database_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        message = f"catalogue {file}: cannot be copied ({error}): see that nothing holds it, then try again"
        raise StorageError(message, field="catalogue") from error


def _write(file: IO[bytes], paths: Mapping[str, Path], contents: Contents) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, MANIFEST, contents.to_bytes())
        for name, path in paths.items():
            data = _bytes(path)
            if File.of(data) != contents.files[name]:
                raise _ChangedError
            _add(archive, name, data)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o644
    archive.addfile(member, BytesIO(data))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise _ChangedError from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}; grant read permission") from error


def _written_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError as error:
        raise _ChangedError from error


def _refuse_other(place: Path, state: StateFolder) -> None:
    """Refuse to replace what is no backup."""
    if not place.exists():
        return
    try:
        with tarfile.open(place, "r:") as archive:
            read_contents(archive, state)
    except (tarfile.TarError, OSError, DamagedBackupError) as error:
        message = f"{place} is there and is no backup of a state folder: give another file, or move that away"
        raise InputError(message, field="file") from error


def _left_out(state: StateFolder, contents: Contents) -> tuple[str, ...]:
    saved = {name.partition("/")[0] for name in contents.files} | {f"{state.catalogue_file.name}{end}" for end in _LOGS}
    empty = {name for name, folder in folders(state).items() if folder.is_dir() and name not in saved}
    return tuple(sorted(path.name for path in state.root.iterdir() if path.name not in saved | empty))


_LOGS = ("-wal", "-shm", "-journal")


def _damaged(paths: Mapping[str, Path], contents: Contents) -> tuple[str, ...]:
    """Posteriors whose draws have another hash than their manifests say."""
    manifests: Sequence[str] = [name for name in paths if is_name(Path(name).stem) and name.endswith(".json")]
    return tuple(Path(name).stem for name in manifests if not _sound(name, paths, contents))


def _sound(name: str, paths: Mapping[str, Path], contents: Contents) -> bool:
    try:
        told = json.loads(_bytes(paths[name]))["sha256"]
    except (ValueError, KeyError, TypeError, _ChangedError):
        return False
    return bool(told == contents.files[f"{name.removesuffix('.json')}.nc"].sha256)
