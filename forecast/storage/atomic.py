"""Files that are whole or absent: written beside their place, forced to disk, then moved there."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import IO

from forecast.errors import StorageError

# Windows has no quota error; EFBIG is the limit on a process's files.
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_WITHOUT_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")
_IN_THE_WAY = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR}


class Remedy(Enum):
    """What else can be done where a place cannot be written: the words, and the input they are about."""

    PLACE = ("or give another place", "")
    STATE = ("or set TIMELINES_HOME to another folder", "TIMELINES_HOME")


def write_bytes(path: Path, data: bytes, remedy: Remedy = Remedy.PLACE) -> None:
    """Put `data` at `path` in one step that a crash, a full disk or another process cannot split.

    Raises
    ------
    StorageError
        When there is no permission or no space; what was at `path` is untouched.
    """
    with writing(path, remedy) as file:
        file.write(data)


@contextmanager
def writing(path: Path, remedy: Remedy = Remedy.PLACE) -> Iterator[IO[bytes]]:
    """A file that comes to `path` in one step when the block ends; as `write_bytes`, for what is written in pieces.

    Raises
    ------
    StorageError
        As `write_bytes`.
    """
    temporary = _beside(path)
    with storage_errors(path, remedy):
        try:
            with _new(temporary) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def create_bytes(path: Path, data: bytes, remedy: Remedy = Remedy.PLACE) -> bool:
    """Put `data` at `path` in one step, unless something is there already: of several processes, one succeeds.

    Returns
    -------
    bool
        Whether it was put there.

    Raises
    ------
    StorageError
        When there is no permission or no space.
    """
    temporary = _beside(path)
    with storage_errors(path, remedy):
        try:
            with _new(temporary) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            created = _move_new(temporary, path)
        finally:
            with suppress(OSError):
                temporary.unlink()
        sync_folder(path.parent)
    return created


def remove_file(path: Path, remedy: Remedy = Remedy.PLACE) -> bool:
    """Remove a file for good; whether it was there.

    Raises
    ------
    StorageError
        When there is no permission.
    """
    with storage_errors(path, remedy):
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        sync_folder(path.parent)
    return True


def make_folder(folder: Path, remedy: Remedy = Remedy.PLACE) -> Path:
    """Make `folder` and its parents where they are missing, so that they survive a power cut.

    Raises
    ------
    StorageError
        When that is not possible; names the folder.
    """
    with storage_errors(folder, remedy):
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for one in missing:
            with suppress(PermissionError):  # one that may be written, and not be read
                sync_folder(one.parent)
    return folder


@contextmanager
def storage_errors(path: Path, remedy: Remedy = Remedy.PLACE) -> Iterator[None]:
    """Turn every OSError into a StorageError that names `path` and what to free or grant."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        raise storage_error(error, path, remedy) from error


def storage_error(error: OSError, path: Path, remedy: Remedy = Remedy.PLACE) -> StorageError:
    """The StorageError for an OSError at `path`: one line that says what to do."""
    elsewhere, field = remedy.value
    if error.errno in _FULL:
        message = f"no space left to write {path}: free some space there, {elsewhere}"
    elif error.errno in _FORBIDDEN:
        message = f"no permission to write {path}: grant write permission to {path.parent}, {elsewhere}"
    elif error.errno in _IN_THE_WAY:
        what = "a folder" if error.errno == errno.EISDIR else "a file"
        message = f"cannot write {path}: {what} of that name, or of one above it, is in the way; move it, {elsewhere}"
    else:
        message = f"cannot write {path} ({error.strerror or error}): check that folder, {elsewhere}"
    return StorageError(message, field=field)


def is_temporary(name: str) -> bool:
    """Whether a name is of a file that is being written, or that a writer left when it was killed."""
    return _TEMPORARY.fullmatch(name.rpartition("/")[2]) is not None


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")


def _new(path: Path) -> IO[bytes]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    return os.fdopen(descriptor, "wb")


def _move_new(temporary: Path, path: Path) -> bool:
    """Give `temporary` its place unless that is taken; a file system without links checks first, then moves."""
    try:
        if os.name == "nt":
            os.rename(temporary, path)  # there it refuses a place that is taken
        else:
            os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        if path.exists():
            return False
        os.replace(temporary, path)
    return True


def sync_folder(folder: Path) -> None:
    """Make the move itself survive a power cut; Windows has no way to sync a folder, and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
