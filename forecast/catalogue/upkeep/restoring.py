"""A backup back into an empty state folder: every file verified before the first is put in place, or nothing changes.

The files are written to `.restoring` in the state folder, so that a folder that cannot be moved (a mount) will do. When
each is there and has its hash they are moved to their places, the posteriors last: without them nothing answers.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO

from forecast.catalogue.upkeep.backup_format import Contents, DamagedBackupError, data_of, read_contents
from forecast.errors import InputError, StorageError
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage import atomic
from forecast.storage.manifest import File
from forecast.storage.store import is_url, store_of

STAGING = ".restoring"

_STATE = atomic.Remedy.STATE


def restore(place: Path | str, home: Path | str | None = None) -> Contents:
    """Put a backup into an empty state folder.

    Parameters
    ----------
    place : Path or str
        The file, or its URL.
    home : Path or str, optional
        The state folder; it is made where it is missing.

    Raises
    ------
    InputError
        When the state folder is not empty, or there is no such file.
    DamagedBackupError
        When the file is no backup, is cut off, or one of its files is not what was written; the folder stays empty.
    StorageError
        When the folder cannot be written; it stays empty.
    """
    state = state_folder(home)
    _refuse_filled(state.root)
    with ExitStack() as opened:
        archive = opened.enter_context(_archive(place))
        contents = read_contents(archive, state)
        staging = opened.enter_context(_staging(state.root))
        _unpack(archive, contents, staging)
        _put_in_place(staging, state)
    return contents


@contextmanager
def _archive(place: Path | str) -> Iterator[tarfile.TarFile]:
    """The open archive; whatever is wrong with it is said with the place."""
    with _source(place) as source:
        try:
            with tarfile.open(fileobj=source, mode="r:") as archive:
                yield archive
        except DamagedBackupError as error:
            raise DamagedBackupError(f"{place}: {error.message}") from error
        except tarfile.TarError as error:
            raise DamagedBackupError(
                f"{place}: it is no backup of a state folder, or it is cut off ({error})"
            ) from error


def _source(place: Path | str) -> IO[bytes]:
    if is_url(str(place)):
        above, _, name = str(place).rpartition("/")
        return BytesIO(store_of(above).read(name))
    try:
        return Path(place).open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise InputError(f"there is no file {place}: give the backup's", field="file") from error
    except OSError as error:
        raise StorageError(f"cannot read {place}: {error.strerror}; grant read permission") from error


def _refuse_filled(root: Path) -> None:
    try:
        there = sorted(os.listdir(root))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"cannot read {root}: {error.strerror}; grant read permission") from error
    if STAGING in there:
        message = (
            f"another process restores into {root}, or was cut off while it did: when none does, empty that folder"
        )
        raise InputError(message, field="TIMELINES_HOME")
    if there:
        listed = ", ".join(there[:3])
        message = f"{root} is not empty ({listed}): restore into an empty folder, which TIMELINES_HOME may name"
        raise InputError(message, field="TIMELINES_HOME")


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A folder to unpack into, which one process at a time has."""
    made = not root.exists()
    staging = atomic.make_folder(root, _STATE) / STAGING
    with atomic.storage_errors(staging, _STATE):
        staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made:
            with suppress(OSError):  # it holds what was restored
                root.rmdir()


def _unpack(archive: tarfile.TarFile, contents: Contents, staging: Path) -> None:
    """Write every member below `staging`; what is not named, or is no plain file, ends it."""
    missing = set(contents.files)
    while (member := archive.next()) is not None:
        name = member.name
        if name not in missing and name in contents.files:
            raise DamagedBackupError(f"{name!r:.80} is in it twice; nothing was restored")
        if name not in missing:
            raise DamagedBackupError(f"it holds {name!r:.80}, which its manifest does not name; nothing was restored")
        if member.type != tarfile.REGTYPE or member.issparse() or member.size != contents.files[name].size:
            raise DamagedBackupError(f"{name!r:.80} is not the file that its manifest names; nothing was restored")
        data = data_of(archive, member)
        if File.of(data) != contents.files[name]:
            raise DamagedBackupError(f"the hash of {name!r:.80} is not what its manifest says; nothing was restored")
        missing.remove(name)
        _write(staging / name, data, contents.written_ns[name])
    if missing:
        raise DamagedBackupError(f"{min(missing)!r:.80} is missing from it: cut off or damaged; nothing was restored")


def _write(path: Path, data: bytes, written_ns: int) -> None:
    atomic.write_bytes(atomic.make_folder(path.parent, _STATE) / path.name, data, _STATE)
    if written_ns:
        with atomic.storage_errors(path, _STATE):
            os.utime(path, ns=(written_ns, written_ns))


def _put_in_place(staging: Path, state: StateFolder) -> None:
    """Move the folders and the catalogue; all of them, or none."""
    names = sorted(os.listdir(staging), key=lambda name: (name == state.posteriors.name, name))
    came = set(os.listdir(state.root)) - {staging.name}
    if came:
        message = f"{min(came)} came into {state.root} meanwhile: stop what runs there, empty it, and restore again"
        raise InputError(message, field="TIMELINES_HOME")
    moved: list[str] = []
    with atomic.storage_errors(state.root, _STATE):
        try:
            for name in names:
                os.rename(staging / name, state.root / name)
                moved.append(name)
            atomic.sync_folder(state.root)
        except BaseException:
            for name in moved:
                os.rename(state.root / name, staging / name)
            raise
