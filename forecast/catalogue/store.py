"""The catalogue of posteriors: what there is, and which one was current when.

The posterior files and the one-line `current` file are the truth, so that answering needs no database; the catalogue
remembers what they said. `sync` brings it up to date with files that came or went without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import select
from sqlalchemy.orm import Session

from forecast.catalogue.database import Clock, Database, utc_now
from forecast.catalogue.fits import FitStore
from forecast.catalogue.records import RecordStore
from forecast.catalogue.schema import CurrentRow, PosteriorRow
from forecast.catalogue.sqlite import open_sqlite
from forecast.errors import ArtefactError, PosteriorNotFoundError
from forecast.posterior import selection
from forecast.posterior.manifest import Manifest
from forecast.posterior.state import StateFolder, state_folder


@dataclass(frozen=True, slots=True)
class PosteriorRecord:
    """One posterior of the catalogue.

    Attributes
    ----------
    name, as_of, data_cutoff, status, reasons, draws, seed, schema_version, data_digest, code_version, sha256
        As in the manifest.
    origin : str
        `state` or `shipped`.
    recorded_at : datetime
        When the catalogue first saw it, UTC.
    removed_at : datetime or None
        When its files were first seen to be gone, UTC.
    """

    name: str
    as_of: date
    data_cutoff: date
    status: str
    reasons: tuple[str, ...]
    draws: int
    seed: int
    schema_version: int
    data_digest: str
    code_version: str
    sha256: str
    origin: str
    recorded_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CurrentChange:
    """From `since` (UTC) on, the posterior `name` was current."""

    name: str
    since: datetime


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
        self._database, self._state, self._clock = database, state, database.clock
        self.fits = FitStore(database)
        self.records = RecordStore(database)

    @classmethod
    def open(cls, home: Path | str | None = None, *, clock: Clock = utc_now) -> Catalogue:
        """Open the catalogue of a state folder, making or migrating it as needed.

        Parameters
        ----------
        home : Path or str, optional
            The state folder; see `forecast.posterior.state`.
        clock : callable
            The time of what is recorded.

        Raises
        ------
        StorageError
            When the folder cannot be written, or the database is damaged, held or of a newer version.
        """
        state = state_folder(home)
        return cls(open_sqlite(state.catalogue_file, clock), state)

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
        with self._database.writing() as session:
            return _record(self._ensure(session, manifest, origin))

    def list(self) -> tuple[PosteriorRecord, ...]:
        """Posteriors whose files are there, the newest recorded first, after a `sync`."""
        self.sync()
        newest = select(PosteriorRow).where(PosteriorRow.removed_at.is_(None))
        with self._database.reading() as session:
            rows = session.scalars(newest.order_by(PosteriorRow.recorded_at.desc(), PosteriorRow.name)).all()
            return tuple(_record(row) for row in rows)

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
        """Verify a posterior and make it current: the file in one step, the history with it.

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
        with self._database.writing() as session:
            # Inside the transaction, so that file and history change in one order for every process. A crash between
            # the two leaves a file that is newer than the history; `sync` notices.
            entry = selection.set_current(name, self._state.root)
            row = self._ensure_entry(session, entry)
            session.add(CurrentRow(name=row.name, since=self._clock()))
            return _record(row)

    def current(self) -> PosteriorRecord:
        """The posterior that the `current` file names, else the shipped reference.

        Raises
        ------
        ArtefactError
            When that file is spoilt, or what it names is gone.
        """
        return self.get(selection.current_entry(self._state.root).name)

    def history(self) -> tuple[CurrentChange, ...]:
        """Every change of the current posterior, the newest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(CurrentRow).order_by(CurrentRow.number.desc())).all()
            return tuple(CurrentChange(row.name, row.since) for row in rows)

    def sync(self) -> None:
        """Record posteriors that came, went or became current without the catalogue."""
        with self._database.writing() as session:
            entries = [entry for entry in selection.available(self._state.root) if entry.manifest]
            for entry in reversed(entries):
                self._ensure_entry(session, entry)
            self._mark_removed(session, (entry.name for entry in entries))
            self._note_current(session)

    def _note_current(self, session: Session) -> None:
        """Add what the `current` file says to the history, where that is news."""
        with suppress(ArtefactError):  # a spoilt file is no news; whoever answers from it says so
            name = selection.current_name(self._state)
            last = session.scalars(select(CurrentRow).order_by(CurrentRow.number.desc()).limit(1)).first()
            if name and session.get(PosteriorRow, name) and (last is None or last.name != name):
                session.add(CurrentRow(name=name, since=self._clock()))

    def _mark_removed(self, session: Session, present: Iterable[str]) -> None:
        there = set(present)
        for row in session.scalars(select(PosteriorRow).where(PosteriorRow.removed_at.is_(None))):
            if row.name not in there:
                row.removed_at = self._clock()

    def _ensure_entry(self, session: Session, entry: selection.Entry) -> PosteriorRow:
        assert entry.manifest is not None
        row = self._ensure(session, entry.manifest, entry.origin)
        row.removed_at = None
        return row

    def _ensure(self, session: Session, manifest: Manifest, origin: str) -> PosteriorRow:
        row = session.get(PosteriorRow, manifest["name"])
        if row is None:
            row = _row(manifest, origin, self._clock())
            session.add(row)
            session.flush()
        return row

    def _find(self, name: str) -> PosteriorRecord | None:
        with self._database.reading() as session:
            row = session.get(PosteriorRow, name)
            return None if row is None else _record(row)


def _row(manifest: Manifest, origin: str, now: datetime) -> PosteriorRow:
    return PosteriorRow(
        name=manifest["name"],
        as_of=date.fromisoformat(manifest["as_of"]),
        data_cutoff=date.fromisoformat(manifest["data_cutoff"]),
        status=manifest["status"],
        reasons=list(manifest["reasons"]),
        draws=manifest["draws"],
        seed=manifest["seed"],
        schema_version=manifest["schema_version"],
        data_digest=manifest["data_digest"],
        code_version=manifest["code_version"],
        sha256=manifest["sha256"],
        origin=origin,
        recorded_at=now,
    )


def _record(row: PosteriorRow) -> PosteriorRecord:
    values = {field.name: getattr(row, field.name) for field in fields(PosteriorRecord)}
    return PosteriorRecord(**{**values, "reasons": tuple(row.reasons)})
