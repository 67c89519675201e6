"""A folder that is made beside its place and moved there when it is whole; see `forecast.storage.replacing`."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from forecast.errors import StorageError
from forecast.storage import atomic
from forecast.storage.local import LocalStore
from forecast.storage.manifest import MANIFEST, UNFINISHED, Manifest, contents
from forecast.storage.ownership import is_ours, marker, refuse_foreign

_MARKS = (MANIFEST, UNFINISHED)


def moves(folder: Path) -> bool:
    """Whether a folder can be moved: not a mount, nor below what may not be written, nor where a person works."""
    target = folder.resolve()
    if os.path.ismount(target) or _working_folder().is_relative_to(target):
        return False
    effective = os.access in os.supports_effective_ids
    return not target.is_dir() or os.access(target.parent, os.W_OK, effective_ids=effective)


class Beside:
    """An output that is made in `<out>.unfinished`.

    Parameters
    ----------
    target : LocalStore
        Its place.
    """

    def __init__(self, target: LocalStore) -> None:
        self._target = target.folder.resolve()
        self._aside = self._target.with_name(f"{self._target.name}.replaced")
        self.store = LocalStore(self._target.with_name(f"{self._target.name}.unfinished"))
        self._lock = -1

    def begin(self, kind: str) -> None:
        """Refuse what is foreign, take the folder beside the place, and mend what a killed run left."""
        for folder in (self._target, self._aside, self.store.folder):
            _refuse_file(folder)
        refuse_foreign(LocalStore(self._target))
        self._lock = _locked(atomic.make_folder(self.store.folder))
        try:
            self._mend()
            if contents(self.store) and not is_ours(self.store):
                raise _in_the_way(self.store.folder)
            self.store.write(UNFINISHED, marker(kind))
        except BaseException:
            self.end(discard=False)
            raise

    def finish(self, manifest: Manifest) -> None:
        """Leave only what the manifest names, write it, and put the folder in its place."""
        for name in set(contents(self.store)) - manifest.files.keys() - {*_MARKS}:
            self.store.remove(name)
        self.store.write(MANIFEST, manifest.to_bytes())
        self.store.sweep()
        self.store.remove(UNFINISHED)
        self._swap()
        _remove(self._aside)

    def end(self, discard: bool) -> None:
        """Let the folder go."""
        if discard or not set(contents(self.store)) - {*_MARKS}:
            _remove(self.store.folder)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _mend(self) -> None:
        """What a run left that was killed while it moved folders: the old one comes back, or goes for good."""
        if not self._aside.is_dir():
            return
        if self._target.exists():
            _remove(self._aside)
        else:
            _rename(self._aside, self._target)

    def _swap(self) -> None:
        moved = self._target.is_dir()
        if moved:
            _rename(self._target, self._aside)
        try:
            _rename(self.store.folder, self._target)
        except BaseException:
            if moved:
                with suppress(OSError):
                    os.rename(self._aside, self._target)
            raise


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return Path("/")


def _refuse_file(folder: Path) -> None:
    with atomic.storage_errors(folder):
        try:
            mode = folder.stat().st_mode
        except FileNotFoundError:
            return
    if not stat.S_ISDIR(mode):
        raise StorageError(f"{folder} is a file, and a folder is to be made there: move it, or give another place")


def _locked(folder: Path) -> int:
    """An open folder that no other process makes an output in; -1 where the system cannot lock one."""
    try:
        import fcntl
    except ImportError:
        return -1
    with atomic.storage_errors(folder):
        lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        message = f"another process is writing {folder}: wait until it has ended, or give another place"
        raise StorageError(message) from error
    except OSError:  # a file system without locks
        os.close(lock)
        return -1
    return lock


def _in_the_way(folder: Path) -> StorageError:
    return StorageError(f"{folder} is in the way, and timelines did not write it: move it, or give another place")


def _rename(source: Path, target: Path) -> None:
    with atomic.storage_errors(target):
        os.rename(source, target)
        atomic.sync_folder(target.parent)


def _remove(folder: Path) -> None:
    """Remove a folder of ours; what tells that it is ours goes last, so that a kill leaves no stranger."""
    if not folder.is_dir():
        return
    if contents(LocalStore(folder)) and not is_ours(LocalStore(folder)):
        raise _in_the_way(folder)
    with atomic.storage_errors(folder):
        for entry in [entry for entry in folder.iterdir() if entry.name not in _MARKS]:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        for mark in _MARKS:
            (folder / mark).unlink(missing_ok=True)
        folder.rmdir()
