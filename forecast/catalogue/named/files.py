"""What users keep under names of their own: one file each in a folder of the state folder, and the file is the truth.

A name is a file's, so that no database is needed and no file is opened to list them. Reading checks what is read; one
damaged file never hides the others. A file is put in its place whole or not at all, and never over another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from forecast.engine.imported import NAME
from forecast.errors import ArtefactError, StorageError, UnknownNameError
from forecast.storage import atomic
from forecast.storage.atomic import Remedy


class NamedFiles[Kept](ABC):
    """What lies in one folder, by name.

    Parameters
    ----------
    home : Path or str, optional
        The state folder; see `forecast.posterior.state`.

    Attributes
    ----------
    kind : str
        What messages call one of them.
    suffix : str
        Of its file.
    """

    kind: str
    suffix: str

    def __init__(self, home: Path | str | None = None) -> None:
        self._home = home

    @abstractmethod
    def folder(self) -> Path:
        """Where they lie."""

    @abstractmethod
    def parse(self, name: str, data: bytes) -> Kept:
        """One of them from its file's bytes, every part of it checked.

        Raises
        ------
        ArtefactError
            When the file is damaged.
        """

    def names(self) -> tuple[str, ...]:
        """Names of all of them, sorted; no file is opened.

        Raises
        ------
        StorageError
            When the folder may not be read.
        """
        folder = self.folder()
        try:
            found = [path.stem for path in folder.iterdir() if path.suffix == self.suffix]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise StorageError(f"cannot read {folder}: {error.strerror}; grant read permission") from error
        return tuple(sorted(name for name in found if NAME.fullmatch(name)))

    def get(self, name: str) -> Kept:
        """One of them.

        Raises
        ------
        UnknownNameError
            When there is none of that name; lists those that there are.
        ArtefactError
            When its file is damaged.
        StorageError
            When its file may not be read.
        """
        data = self.read(name)
        if data is None:
            raise self._unknown(name)
        return self.parse(name, data)

    def list(self) -> tuple[Kept, ...]:
        """Every one whose file is sound, in the order of their names; `problems` tells the others."""
        checked = (self._checked(name) for name in self.names())
        return tuple(found for found in checked if found is not None and not isinstance(found, str))

    def problems(self) -> Mapping[str, str]:
        """Names whose files are damaged or may not be read, and what to do about each."""
        return {name: found for name in self.names() if isinstance(found := self._checked(name), str)}

    def remove(self, name: str) -> None:
        """Forget one of them, also one whose file is damaged; answers that were given stay as they are.

        Raises
        ------
        UnknownNameError
            When there is none of that name; lists those that there are.
        StorageError
            When the state folder cannot be written.
        """
        path = self._path(name)
        if path is None or not atomic.remove_file(path, Remedy.STATE):
            raise self._unknown(name)

    def read(self, name: str) -> bytes | None:
        """The bytes of one's file; None where there is none.

        Raises
        ------
        StorageError
            When it may not be read.
        """
        path = self._path(name)
        try:
            return None if path is None else self.read_file(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}; grant read permission") from error

    def read_file(self, path: Path) -> bytes:
        """The bytes of a file."""
        return path.read_bytes()

    def create(self, name: str, data: bytes) -> None:
        """Put a file in its place, unless there is one.

        Raises
        ------
        StorageError
            When the state folder cannot be written.
        """
        folder = atomic.make_folder(self.folder(), Remedy.STATE)
        atomic.create_bytes(folder / f"{name}{self.suffix}", data, Remedy.STATE)

    def replace(self, name: str, data: bytes) -> None:
        """Put a file in the place of the one that is there.

        Raises
        ------
        StorageError
            When the state folder cannot be written.
        """
        folder = atomic.make_folder(self.folder(), Remedy.STATE)
        atomic.write_bytes(folder / f"{name}{self.suffix}", data, Remedy.STATE)

    def _checked(self, name: str) -> Kept | str | None:
        """One of them, what is wrong with it, or None when it has just been removed."""
        try:
            return self.get(name)
        except (ArtefactError, StorageError) as error:
            return error.message
        except UnknownNameError:
            return None

    def _path(self, name: str) -> Path | None:
        """Where one lies; None for what cannot be a name, so that no other file is ever touched."""
        return self.folder() / f"{name}{self.suffix}" if NAME.fullmatch(name) else None

    def _unknown(self, name: str) -> UnknownNameError:
        return UnknownNameError(self.kind, f"{name:.80}", self.names(), field="name")
