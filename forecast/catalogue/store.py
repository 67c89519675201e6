"""The catalogue of posteriors: what there is, and which one was current when; with it fits and published forecasts.

What is the truth:

    on SQLite      The posterior files and the one-line `current` file of the state folder, so that answering needs no
                   database. The catalogue remembers what they said; `sync` brings it up to date with files that came,
                   went or became current without it.
    on PostgreSQL  Several servers, each with a state folder of its own, share it. The newest row of `current` says
                   what is current for all of them, and the `current` file of each state folder is a mirror of that:
                   `mirror` brings it in line, and what it says otherwise changes nothing. A posterior that is not in
                   this folder may be in another's, so `sync` adds what is here and takes nothing away.

Fits and published forecasts are in the database alone. What users keep in files goes by `entries.kept`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forecast.catalogue.database.opening import open_database
from forecast.catalogue.database.schema import CurrentRow, PosteriorRow
from forecast.catalogue.database.transactions import Clock, Database
from forecast.catalogue.entries import kept
from forecast.catalogue.entries.fits import FitStore
from forecast.catalogue.entries.posteriors import CurrentChange as CurrentChange
from forecast.catalogue.entries.posteriors import PosteriorRecord as PosteriorRecord
from forecast.catalogue.entries.posteriors import new_row, record_of
from forecast.catalogue.entries.records import PUBLISHING, RecordStore
from forecast.catalogue.named.files import NamedFiles
from forecast.errors import ArtefactError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.manifest import Manifest
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage import atomic

POSTERIORS = "posteriors"
"""What one process at a time may change: what is recorded, and what is current."""


class Catalogue:
    """The catalogue in a state folder; open it with `Catalogue.open`, close it with `close` or `with`.

    Attributes
    ----------
    fits : FitStore
        Fits that were asked for.
    records : RecordStore
        Forecasts that were published.
    """

    def __init__(self, database: Database, state: StateFolder) -> None:
        self._database, self._state = database, state
        self.fits = FitStore(database)
        self.records = RecordStore(database)

    @classmethod
    def open(cls, home: Path | str | None = None, url: str | None = None, *, clock: Clock | None = None) -> Catalogue:
        """Open the catalogue of a state folder, making or migrating it as needed.

        A PostgreSQL that cannot be reached now is no error yet: calls end with CatalogueUnavailableError until it can.

        Parameters
        ----------
        home : Path or str, optional
            The state folder; see `forecast.posterior.state`.
        url : str, optional
            Its database, `postgresql://user@host/name` or `sqlite:///file`; else TIMELINES_CATALOGUE, else the file in
            the state folder.
        clock : callable, optional
            The time of what is recorded; by default that of this machine, or of PostgreSQL.

        Raises
        ------
        InputError
            When the URL cannot be used.
        StorageError
            When the folder cannot be written, or the database is damaged, held, refuses the user or is of a newer
            version.
        """
        state = state_folder(home)
        return cls(open_database(state, url, clock), state)

    @property
    def shared(self) -> bool:
        """Whether servers with other state folders use it too: PostgreSQL."""
        return self._database.shared

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, manifest: Manifest, origin: str = "state") -> PosteriorRecord:
        """Record a posterior; adding it again changes nothing."""
        with self._database.writing(POSTERIORS) as session:
            return record_of(self._ensure(session, manifest, origin))

    def list(self) -> tuple[PosteriorRecord, ...]:
        """Posteriors whose files are there (where it is shared: of any server), newest recorded first; syncs before."""
        self.sync()
        newest = select(PosteriorRow).where(PosteriorRow.removed_at.is_(None))
        with self._database.reading() as session:
            rows = session.scalars(newest.order_by(PosteriorRow.recorded_at.desc(), PosteriorRow.name)).all()
            return tuple(record_of(row) for row in rows)

    def get(self, name: str) -> PosteriorRecord:
        """One posterior by its full name, also one whose files are gone.

        Raises
        ------
        PosteriorNotFoundError
            When the catalogue has never seen it.
        """
        found = self._find(name)
        if found is None:
            self.sync()
            found = self._find(name)
        if found is None:
            listed = ", ".join(record.name for record in self.list()) or "none"
            raise PosteriorNotFoundError(f"no posterior {name!r}; there are: {listed}", field="posterior")
        return found

    def set_current(self, name: str) -> PosteriorRecord:
        """Verify a posterior and make it current: the file in one step, the history with it, or neither.

        Raises
        ------
        PosteriorNotFoundError
            When there is none of that name (or unique prefix).
        PosteriorRefusedError
            When its fit failed the gates.
        ArtefactError
            When it is damaged.
        StorageError
            When the state folder or the database cannot be written.
        """
        # Inside the transaction, so that file and history change in one order for every process. A crash between them
        # leaves a file that is newer than the history: `sync` notices, or `mirror` puts it right.
        with self._file_put_back(), self._database.writing(POSTERIORS) as session:
            entry = selection.set_current(name, self._state.root)
            row = self._ensure_entry(session, entry)
            session.add(CurrentRow(name=row.name, since=self._database.now(session)))
            return record_of(row)

    def current_name(self) -> str | None:
        """The name of the current posterior; None where nobody has chosen one, so that the shipped reference is.

        Raises
        ------
        ArtefactError
            When the `current` file says it and is spoilt.
        StorageError
            When that file, or the database, cannot be read.
        """
        if not self.shared:
            return selection.current_name(self._state)
        with self._database.reading() as session:
            return _newest(session)

    def current(self) -> PosteriorRecord:
        """The current posterior; the shipped reference where nobody has chosen one.

        Raises
        ------
        ArtefactError
            When the `current` file says it, and is spoilt or names one that is gone.
        """
        if not self.shared:
            return self.get(selection.current_entry(self._state.root).name)
        return self.get(self.current_name() or selection.reference().name)

    def mirror(self) -> bool:
        """Where it is shared: bring the `current` file in line with what is current, if that posterior lies here.

        Returns
        -------
        bool
            Whether the file says what is current.

        Raises
        ------
        ArtefactError
            When that posterior is damaged here; the file stays.
        StorageError
            When the file or the database cannot be written or read.
        """
        if self._in_line(self.current_name()):
            return True
        with self._database.writing(POSTERIORS) as session:  # else an older choice could overtake a newer one
            name = _newest(session)
            if name is not None and any(entry.name == name for entry in selection.available(self._state.root)):
                selection.set_current(name, self._state.root)
            return self._in_line(name)

    def history(self) -> tuple[CurrentChange, ...]:
        """Every change of the current posterior, the newest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(CurrentRow).order_by(CurrentRow.number.desc())).all()
            return tuple(CurrentChange(row.name, row.since) for row in rows)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the lock of every change: inside the block nobody else makes one current, or publishes a forecast."""
        with self._database.writing(POSTERIORS, PUBLISHING):
            yield

    def sync(self) -> None:
        """Record posteriors that came without the catalogue; where it is not shared, also what went or is current."""
        with self._database.writing(POSTERIORS) as session:
            entries = [entry for entry in selection.available(self._state.root) if entry.manifest]
            for entry in reversed(entries):
                self._ensure_entry(session, entry)
            if not self.shared:
                self._mark_removed(session, (entry.name for entry in entries))
                self._note_current(session)

    def sync_files(self, store: NamedFiles[Any]) -> kept.Synced:
        """Bring together files that users keep and what the catalogue knows of them; see `entries.kept`."""
        return kept.sync(self._database, store)

    def _note_current(self, session: Session) -> None:
        """Add what the `current` file says to the history, where that is news."""
        with suppress(ArtefactError):  # a spoilt file is no news; whoever answers from it says so
            name = selection.current_name(self._state)
            if name and session.get(PosteriorRow, name) and _newest(session) != name:
                session.add(CurrentRow(name=name, since=self._database.now(session)))

    def _mark_removed(self, session: Session, present: Iterable[str]) -> None:
        there = set(present)
        for row in session.scalars(select(PosteriorRow).where(PosteriorRow.removed_at.is_(None))):
            if row.name not in there:
                row.removed_at = self._database.now(session)

    def _ensure_entry(self, session: Session, entry: selection.Entry) -> PosteriorRow:
        assert entry.manifest is not None
        row = self._ensure(session, entry.manifest, entry.origin)
        row.removed_at = None
        return row

    def _ensure(self, session: Session, manifest: Manifest, origin: str) -> PosteriorRow:
        row = session.get(PosteriorRow, manifest["name"])
        if row is None:
            row = new_row(manifest, origin, self._database.now(session))
            session.add(row)
            session.flush()
        return row

    def _find(self, name: str) -> PosteriorRecord | None:
        with self._database.reading() as session:
            row = session.get(PosteriorRow, name)
            return None if row is None else record_of(row)

    def _in_line(self, name: str | None) -> bool:
        """Whether the `current` file says this name; a spoilt one says nothing."""
        if not self.shared:
            return True
        try:
            return selection.current_name(self._state) == name
        except ArtefactError:
            return False

    @contextmanager
    def _file_put_back(self) -> Iterator[None]:
        """Where the file is a mirror: give it back what it said when the database did not take what it says now."""
        file = self._state.current_file
        before = file.read_bytes() if self.shared and file.is_file() else None
        try:
            yield
        except StorageError:
            if self.shared:
                with suppress(StorageError):
                    _put_back(file, before)
            raise


def _newest(session: Session) -> str | None:
    return session.scalars(select(CurrentRow.name).order_by(CurrentRow.number.desc()).limit(1)).first()


def _put_back(file: Path, content: bytes | None) -> None:
    if content is None:
        atomic.remove_file(file, atomic.Remedy.STATE)
    else:
        atomic.write_bytes(file, content, atomic.Remedy.STATE)
