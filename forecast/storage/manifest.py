"""What a finished output holds: `manifest.json` names every file with its hash, and is written last.

    {"schema": 1, "kind": "report", "files": {"report.html": {"bytes": 81234, "sha256": "..."}}, ...}

Equal contents give equal bytes: keys are sorted, and nothing in it tells the time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forecast.errors import ArtefactError, InputError
from forecast.storage.store import MissingFileError, Store, checked_name

MANIFEST = "manifest.json"
UNFINISHED = "unfinished.json"
"""Is there while an output is being made where it will stay, and in the folder of one that is made beside its place."""
SCHEMA = 1

_OWN = frozenset({"schema", "kind", "files"})
_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class DamagedOutputError(ArtefactError):
    """An output whose manifest cannot be read or that does not hold what it says."""

    reason = "DAMAGED_OUTPUT"


@dataclass(frozen=True, slots=True)
class File:
    """One file of an output.

    Attributes
    ----------
    sha256 : str
        Of its bytes, hexadecimal.
    size : int
        How many bytes.
    """

    sha256: str
    size: int

    @classmethod
    def of(cls, data: bytes) -> File:
        """The facts of a file's content."""
        return cls(hashlib.sha256(data).hexdigest(), len(data))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an output holds.

    Attributes
    ----------
    kind : str
        What it is, such as `report`.
    files : mapping of str to File
        By name, the manifest itself left out.
    extra : mapping
        What else is told of it, as JSON values.
    """

    kind: str
    files: Mapping[str, File]
    extra: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """The manifest as JSON, the same for the same contents.

        Raises
        ------
        InputError
            When `extra` uses a key of the manifest's own.
        """
        if taken := _OWN & self.extra.keys():
            message = f"a manifest has {', '.join(sorted(taken))} of its own; choose another name"
            raise InputError(message, field="extra")
        files = {name: {"bytes": file.size, "sha256": file.sha256} for name, file in self.files.items()}
        told = {**self.extra, "schema": SCHEMA, "kind": self.kind, "files": files}
        return (json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Fault:
    """One file that is not as the manifest says.

    Attributes
    ----------
    name : str
        The file.
    what : str
        `missing`, `changed`, `foreign` (the manifest does not name it) or `unfinished` (it is being made anew).
    """

    name: str
    what: Literal["missing", "changed", "foreign", "unfinished"]

    def in_words(self) -> str:
        """One sentence."""
        return f"{self.name} {_WORDS[self.what]}"


_WORDS = {
    "missing": "is missing",
    "changed": "is not what was written: its hash differs",
    "foreign": "is foreign: the manifest does not name it",
    "unfinished": "is there: the output is being made anew, or its making was cut off",
}


def read_manifest(store: Store) -> Manifest:
    """The manifest of an output.

    Raises
    ------
    MissingFileError
        When there is none.
    DamagedOutputError
        When it is not one of ours, or its schema is unknown.
    """
    text = store.read(MANIFEST)
    try:
        told = json.loads(text)
        files = {checked_name(name): File(str(one["sha256"]), int(one["bytes"])) for name, one in told["files"].items()}
        kind, schema = told["kind"], told["schema"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedOutputError(f"{MANIFEST} in {store.place} is not one that timelines wrote") from error
    if schema != SCHEMA or not isinstance(kind, str):
        message = f"{MANIFEST} in {store.place} has schema {schema!r}, this version reads {SCHEMA}: use a newer version"
        raise DamagedOutputError(message, field="schema")
    return Manifest(kind, files, {key: value for key, value in told.items() if key not in _OWN})


def faults(store: Store) -> tuple[Fault, ...]:
    """What is missing, changed or foreign in an output; nothing where it is whole. Every file is read.

    Raises
    ------
    MissingFileError, DamagedOutputError
        As `read_manifest`.
    """
    manifest, there = read_manifest(store), set(contents(store))
    found = [Fault(UNFINISHED, "unfinished")] if UNFINISHED in there else []
    for name, file in sorted(manifest.files.items()):
        try:
            found += [] if File.of(store.read(name)) == file else [Fault(name, "changed")]
        except MissingFileError:
            found.append(Fault(name, "missing"))
    return (*found, *(Fault(name, "foreign") for name in sorted(there - {*manifest.files, MANIFEST, UNFINISHED})))


def contents(store: Store) -> list[str]:
    """Names of a place's files without those that desktops leave in every folder."""
    return [name for name in store.names() if name.rpartition("/")[2] not in _SYSTEMS]
