"""An output that replaces another as a whole, or not at all.

A folder is made beside its place, as `<out>.unfinished`, and moved there when it is whole: the old one is moved aside,
to `<out>.replaced`, and then removed. Killed between the two moves, the old one is put back by the next that writes.

Behind a URL nothing can be moved, so the output is made in its place: `unfinished.json` is there first, `manifest.json`
is written when every file is, and then what it does not name is removed. A folder that cannot be moved (a mount, the
folder that one works in, one in a folder that may not be written) is replaced the same way.

Either way a killed or failed run leaves what it finished, for the next run to take up again; and nothing is replaced or
removed that timelines did not write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from forecast.errors import StorageError
from forecast.storage.beside import Beside, moves
from forecast.storage.local import LocalStore
from forecast.storage.manifest import MANIFEST, UNFINISHED, File, Manifest, contents
from forecast.storage.ownership import marker, refuse_foreign
from forecast.storage.store import Store, store_of


class Way(Protocol):
    """How an output comes into its place."""

    @property
    def store(self) -> Store:
        """Where it is made."""
        ...

    def begin(self, kind: str) -> None:
        """Refuse what must not be replaced, and take the place."""
        ...

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, remove what it does not name, and put the output in its place."""
        ...

    def end(self, discard: bool) -> None:
        """Let the place go; `discard` removes what was not finished."""
        ...


class Recording:
    """A store that remembers the hash of every file that was written or read; see `forecast.storage.store.Store`.

    Parameters
    ----------
    store : Store
        Keeps the files.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.files: dict[str, File] = {}

    @property
    def place(self) -> str:
        """That of the store."""
        return self._store.place

    def read(self, name: str) -> bytes:
        """What a file holds; it counts as one of the output's."""
        data = self._store.read(name)
        self.files[name] = File.of(data)
        return data

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place; it counts as one of the output's."""
        if name in (MANIFEST, UNFINISHED):
            raise StorageError(f"{name} is written by what finishes an output; give the file another name")
        self._store.write(name, data)
        self.files[name] = File.of(data)

    def exists(self, name: str) -> bool:
        """Whether a file is there, also one that a run before this one finished."""
        return self._store.exists(name)

    def names(self, prefix: str = "") -> list[str]:
        """Names of the files, also of a run before this one."""
        return self._store.names(prefix)

    def remove(self, name: str) -> None:
        """Remove a file; it counts no more."""
        self._store.remove(name)
        self.files.pop(name, None)


class Replacing:
    """An output that is being made; a context manager.

    Parameters
    ----------
    place : Path or str
        A folder or a URL.
    kind : str
        What the manifest says that it is, such as `report`.
    keep : bool
        Whether a run that fails leaves what it finished in `<out>.unfinished`, to be taken up again.

    Attributes
    ----------
    store : Recording
        Where files are written; also holds what an earlier run that was cut off had finished.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Replacing(f"{folder}/out", "report") as new:
    ...     new.store.write("report.md", b"text")
    ...     sorted(new.finish().files)
    ['report.md']
    """

    def __init__(self, place: Path | str, kind: str, *, keep: bool = True) -> None:
        target = store_of(place)
        self._way: Way = Beside(target) if isinstance(target, LocalStore) and moves(target.folder) else InPlace(target)
        self._kind, self._keep, self._finished = kind, keep, False
        self.place = target.place
        self.store = Recording(self._way.store)

    def __enter__(self) -> Self:
        """Take the place.

        Raises
        ------
        StorageError
            When something that timelines did not write is there, another process writes there, or the place cannot be
            written; nothing was changed.
        """
        self._way.begin(self._kind)
        return self

    def finish(self, names: Iterable[str] | None = None, extra: Mapping[str, Any] | None = None) -> Manifest:
        """Put the output in its place; what was there before is gone then.

        Parameters
        ----------
        names : iterable of str, optional
            Its files, all of them there; by default those that were written or read. Every other one is removed.
        extra : mapping, optional
            What else the manifest tells, as JSON values.

        Raises
        ------
        StorageError
            When that fails; what was there before is there still.
        """
        recorded = self.store.files
        if names is None:
            chosen = recorded
        else:
            chosen = {name: recorded.get(name) or File.of(self.store.read(name)) for name in names}
        manifest = Manifest(self._kind, dict(sorted(chosen.items())), dict(extra or {}))
        self._way.finish(manifest)
        self._finished = True
        return manifest

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let the place go."""
        self._way.end(discard=not (self._finished or self._keep))


class InPlace:
    """An output that is made where it will stay.

    Parameters
    ----------
    store : Store
        The place.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def begin(self, kind: str) -> None:
        """Refuse what is foreign, and say that what is there is being made anew."""
        refuse_foreign(self.store)
        self.store.write(UNFINISHED, marker(kind))

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, then remove what it does not name, the mark of the unfinished last."""
        self.store.write(MANIFEST, manifest.to_bytes())
        for name in set(contents(self.store)) - {*manifest.files, MANIFEST, UNFINISHED}:
            self.store.remove(name)
        if isinstance(self.store, LocalStore):
            self.store.sweep()
        self.store.remove(UNFINISHED)

    def end(self, discard: bool) -> None:
        """Leave what is there: of what was, nobody can tell any more which files are the old ones."""
