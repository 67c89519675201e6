"""What may be replaced or removed: what timelines wrote, as its manifest or its mark of the unfinished tells."""

from __future__ import annotations

import json

from forecast.errors import StorageError
from forecast.storage.manifest import (
    MANIFEST,
    SCHEMA,
    UNFINISHED,
    DamagedOutputError,
    Manifest,
    contents,
    read_manifest,
)
from forecast.storage.store import MissingFileError, Store

_SHOWN = 3


def marker(kind: str) -> bytes:
    """The mark of an output that is being made."""
    return (json.dumps({"kind": kind, "schema": SCHEMA, "unfinished": True}, sort_keys=True) + "\n").encode()


def is_marked(store: Store) -> bool:
    """Whether a place carries our mark of the unfinished."""
    try:
        told = json.loads(store.read(UNFINISHED))
    except (MissingFileError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("unfinished") is True and told.get("schema") == SCHEMA


def is_ours(store: Store) -> bool:
    """Whether timelines wrote what is there, finished or not."""
    return is_marked(store) or _manifest(store) is not None


def refuse_foreign(store: Store) -> None:
    """Refuse a place with anything in it that timelines did not write.

    Raises
    ------
    StorageError
        Naming a few of those files, and what to do.
    """
    there = contents(store)
    if not there or is_marked(store):
        return
    manifest = _manifest(store)
    foreign = sorted(set(there) - {MANIFEST, *manifest.files}) if manifest else there
    if not manifest:
        what = f"it holds {_listed(foreign)} and no {MANIFEST} of timelines"
    elif foreign:
        what = f"it holds {_listed(foreign)}, which timelines did not write"
    else:
        return
    message = f"{store.place} is not replaced: {what}; move that away, or give a new or an empty place"
    raise StorageError(message)


def _manifest(store: Store) -> Manifest | None:
    try:
        return read_manifest(store)
    except (MissingFileError, DamagedOutputError):
        return None


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
