"""Files that users keep (scenarios, imported scales) in the catalogue too; with PostgreSQL, on every server.

Answers read the files, so the files stay what counts on each server. On SQLite the catalogue only remembers what was
there when. On PostgreSQL what one server's user makes, edits or deletes reaches the others at their next `sync`: three
versions are compared, the file here, the row there, and what the two last agreed on (`.agreed.json` beside the files).
Whoever changed since then is followed; where both changed to different texts neither is touched, and `sync` says so. A
file is removed only where the database holds its deletion, so that an empty database empties no folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forecast.catalogue.database.schema import KeptFileRow
from forecast.catalogue.database.transactions import Database
from forecast.catalogue.named.files import NamedFiles
from forecast.errors import ArtefactError
from forecast.storage import atomic

AGREED = ".agreed.json"


@dataclass(slots=True)
class Synced:
    """What a `sync` did.

    Attributes
    ----------
    written : list of str
        Names whose files were written here, as another server has them.
    removed : list of str
        Names whose files were removed here, as they were on another server.
    recorded : list of str
        Names whose file, or whose deletion, the catalogue did not know.
    problems : dict
        Names that were left as they are, and why.
    """

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _There:
    """The newest row of a name."""

    number: int
    sha256: str
    gone: bool


def sync(database: Database, store: NamedFiles[Any]) -> Synced:
    """Bring the files of a store and the catalogue together.

    Parameters
    ----------
    database : Database
        The catalogue's.
    store : NamedFiles
        Such as `ScenarioStore` or `StudyStore`.

    Raises
    ------
    StorageError
        When the files or the database cannot be read or written; what was done until then is sound.
    """
    agreed = _Agreed(store.folder() / AGREED, database.place)
    with database.writing(f"kept {store.folder().name}") as session:
        one = _Sync(database, store, session, agreed.names)
        for name in sorted({*one.here, *one.there, *agreed.names}):
            one.bring_together(name)
    if database.shared:
        agreed.write(one.agreed)  # once the database has it: what is agreed on too early would be taken back
    return one.done


class _Sync:
    def __init__(self, database: Database, store: NamedFiles[Any], session: Session, before: Mapping[str, str]) -> None:
        self._store, self._session, self._shared, self._before = store, session, database.shared, before
        self._kind, self._now = store.folder().name, database.now(session)
        self.here = {name: data for name in store.names() if (data := store.read(name)) is not None}
        self.there = _rows(session, self._kind)
        self.agreed: dict[str, str] = {}
        self.done = Synced()

    def bring_together(self, name: str) -> None:
        """Follow whoever changed a name."""
        row, before = self.there.get(name), self._before.get(name)
        here = _sha256(self.here[name]) if name in self.here else None
        there = row.sha256 if row and not row.gone else None
        outcome = here
        if here != there:
            told = _decision(here, there, before, row is not None) if self._shared else "record"
            outcome = {"record": self._record, "follow": self._follow, "conflict": self._conflict}[told](name, before)
        if outcome:
            self.agreed[name] = outcome

    def _record(self, name: str, before: str | None) -> str | None:
        """Tell the catalogue what is here, or that it is gone."""
        data, row = self.here.get(name), self.there.get(name)
        if data is not None and (problem := _problem(self._store, name, data)):
            self.done.problems[name] = problem
            return before
        if row and not row.gone:
            _close(self._session, row.number, self._now)
        if data is not None:
            self._session.add(_row(self._kind, name, data, self._now))
        self.done.recorded.append(name)
        return None if data is None else _sha256(data)

    def _follow(self, name: str, before: str | None) -> str | None:
        """Do here what was done on another server."""
        row, expected = self.there[name], self.here.get(name)
        if self._store.read(name) != expected:
            return before  # it was changed this very moment: next time
        if row.gone:
            self._store.remove(name)
            self.done.removed.append(name)
            return None
        data = self._session.get_one(KeptFileRow, row.number).text.encode()
        if problem := _problem(self._store, name, data):
            self.done.problems[name] = f"{problem}; is another server newer than this one?"
            return before
        self._store.replace(name, data) if expected is not None else self._store.create(name, data)
        self.done.written.append(name)
        return row.sha256

    def _conflict(self, name: str, before: str | None) -> str | None:
        self.done.problems[name] = (
            f"{self._store.kind} {name} says one thing here and another on other servers: neither was changed; "
            "remove or rename one of them"
        )
        return before


class _Agreed:
    """What this folder and the database last agreed on: name to hash. Of another database it says nothing."""

    def __init__(self, file: Path, place: str) -> None:
        self._file, self._place = file, place
        self.names: dict[str, str] = {}
        try:
            held = json.loads(file.read_bytes())
            if held["place"] == place:
                self.names = {str(name): str(sha256) for name, sha256 in held["names"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return  # none yet, or spoilt: then nothing is ever removed for it

    def write(self, names: Mapping[str, str]) -> None:
        if names != self.names:
            data = json.dumps({"place": self._place, "names": names}, indent=1, sort_keys=True).encode()
            atomic.write_bytes(atomic.make_folder(self._file.parent, atomic.Remedy.STATE) / AGREED, data)


def _decision(here: str | None, there: str | None, before: str | None, known: bool) -> str:
    """Who changed since they last agreed; what is here and what is there differ."""
    if here == before:
        return "follow" if known else "record"  # a database that has lost it gets it back
    if there == before:
        return "record"
    if here is None or there is None:  # deleted on one side, changed on the other: nothing is lost
        return "follow" if here is None else "record"
    return "conflict"


def _problem(store: NamedFiles[Any], name: str, data: bytes) -> str:
    try:
        store.parse(name, data)
        data.decode()
    except (ArtefactError, UnicodeError) as error:
        return str(error)
    return ""


def _rows(session: Session, kind: str) -> dict[str, _There]:
    newest = select(func.max(KeptFileRow.number)).where(KeptFileRow.kind == kind).group_by(KeptFileRow.name)
    columns = (KeptFileRow.name, KeptFileRow.number, KeptFileRow.sha256, KeptFileRow.removed_at)
    rows = session.execute(select(*columns).where(KeptFileRow.number.in_(newest)))
    return {name: _There(number, sha256, removed is not None) for name, number, sha256, removed in rows}


def _row(kind: str, name: str, data: bytes, now: datetime) -> KeptFileRow:
    return KeptFileRow(kind=kind, name=name, text=data.decode(), sha256=_sha256(data), made_at=now)


def _close(session: Session, number: int, now: datetime) -> None:
    session.get_one(KeptFileRow, number).removed_at = now


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
