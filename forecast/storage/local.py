"""A folder as a store: every file is written beside its place, forced to disk, then moved there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import StorageError
from forecast.storage import atomic
from forecast.storage.store import MissingFileError, checked_name


@dataclass(frozen=True, slots=True)
class LocalStore:
    """The files of a folder; it is made when the first is written.

    Parameters
    ----------
    folder : Path
        It need not exist.
    remedy : Remedy
        What else can be done where it cannot be written.
    """

    folder: Path
    remedy: atomic.Remedy = atomic.Remedy.PLACE

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.folder)

    def read(self, name: str) -> bytes:
        """What a file holds; see `forecast.storage.store.Store`."""
        path = self._path(name)
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingFileError(f"{path} is not there") from error
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}; grant read permission") from error

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place in one step."""
        path = self._path(name)
        atomic.make_folder(path.parent, self.remedy)
        atomic.write_bytes(path, data, self.remedy)

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        path = self._path(name)
        try:
            return path.is_file()
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}; grant read permission") from error

    def names(self, prefix: str = "") -> list[str]:
        """Names of the files that begin with `prefix`, sorted; files that are being written are left out."""
        return sorted(name for name in self._walk() if name.startswith(prefix) and not atomic.is_temporary(name))

    def remove(self, name: str) -> None:
        """Remove a file."""
        atomic.remove_file(self._path(name), self.remedy)

    def sweep(self) -> None:
        """Remove what writers that were killed left half written, and folders that are empty."""
        for name in self._walk():
            if atomic.is_temporary(name):
                self.remove(name)
        with atomic.storage_errors(self.folder, self.remedy):
            for folder, _, _ in os.walk(self.folder, topdown=False):
                if Path(folder) != self.folder and not os.listdir(folder):
                    os.rmdir(folder)

    def _path(self, name: str) -> Path:
        return self.folder / checked_name(name)

    def _walk(self) -> list[str]:
        def refuse(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):
                message = (
                    f"cannot list {error.filename}: {error.strerror}; grant read permission, or give another place"
                )
                raise StorageError(message) from error

        names = []
        for folder, _, files in os.walk(self.folder, onerror=refuse):
            names += [(Path(folder) / file).relative_to(self.folder).as_posix() for file in files]
        return names
