"""The file that a backup of a state folder is: a plain tar archive whose first member says what the others are.

    manifest.json               every other member with its size, SHA-256 and time of writing
    catalogue.sqlite            the catalogue, unless it is in another database
    posteriors/current          and the other files, by their place in the state folder

Equal state folders give equal bytes.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal

from forecast.errors import ArtefactError
from forecast.posterior.state import StateFolder
from forecast.storage.held import Held
from forecast.storage.manifest import MANIFEST, File, Manifest, read_manifest
from forecast.storage.store import checked_name

KIND = "state"
MOST_MANIFEST_BYTES = 64_000_000

CatalogueKind = Literal["sqlite", "elsewhere", "none"]
"""Whether the catalogue is in the backup, in a database of its own, or was never made."""


class DamagedBackupError(ArtefactError):
    """A file that is no backup of a state folder, or does not hold what it says."""

    reason = "DAMAGED_BACKUP"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds.

    Attributes
    ----------
    files : mapping of str to File
        By place in the state folder.
    written_ns : mapping of str to int
        When each was written, nanoseconds since 1970: of two posteriors of one as-of date the newer one answers.
    catalogue : str
        Where the catalogue is.
    """

    files: Mapping[str, File]
    written_ns: Mapping[str, int]
    catalogue: CatalogueKind

    @property
    def posteriors(self) -> int:
        """How many posteriors."""
        return sum(name.startswith("posteriors/") and name.endswith(".json") for name in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    def to_bytes(self) -> bytes:
        """The first member."""
        return Manifest(KIND, self.files, {"written_ns": dict(self.written_ns), "catalogue": self.catalogue}).to_bytes()


def folders(state: StateFolder) -> Mapping[str, Any]:
    """Folders of a state folder that are backed up, by name; what can be made anew is not among them."""
    kept = (state.tables, state.scales, state.scenarios, state.backtests, state.posteriors)
    return {folder.name: folder for folder in kept}


def read_contents(archive: tarfile.TarFile, state: StateFolder) -> Contents:
    """What a backup says that it holds, from its first member.

    Raises
    ------
    DamagedBackupError
        When it is no backup, was made by a newer version, or names files that a state folder has no place for.
    """
    try:
        first = archive.next()
        if first is None or first.name != MANIFEST or not first.isreg() or first.size > MOST_MANIFEST_BYTES:
            raise DamagedBackupError(f"it is no backup of a state folder: it does not begin with {MANIFEST}")
        held = Held()
        held.write(MANIFEST, data_of(archive, first))
        told = read_manifest(held)
        found = _contents(told)
    except DamagedBackupError:
        raise
    except ArtefactError as error:
        raise DamagedBackupError(f"it is no backup that this version reads: {error.message}") from error
    except (tarfile.TarError, OSError, ValueError, TypeError, AttributeError) as error:
        raise DamagedBackupError(f"it is no backup of a state folder, or it is cut off ({error})") from error
    _check_places(found, state)
    return found


def data_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The bytes of a member that is a file; tarfile's own errors where it is cut off."""
    source: IO[bytes] | None = archive.extractfile(member)
    assert source is not None, member.name
    return source.read()


def _contents(told: Manifest) -> Contents:
    written = {str(name): int(at) for name, at in dict(told.extra.get("written_ns", {})).items()}
    catalogue = told.extra.get("catalogue")
    if told.kind != KIND or catalogue not in ("sqlite", "elsewhere", "none") or written.keys() != told.files.keys():
        raise DamagedBackupError(f"it is no backup of a state folder: its {MANIFEST} is of another kind")
    return Contents(told.files, written, catalogue)


def _check_places(found: Contents, state: StateFolder) -> None:
    known = folders(state)
    for name in found.files:
        folder, below, _ = checked_name(name).partition("/")
        in_place = folder in known if below else name == state.catalogue_file.name
        if not in_place:
            raise DamagedBackupError(
                f"it holds {name!r:.80}, which has no place in a state folder; nothing was restored"
            )
    if (state.catalogue_file.name in found.files) != (found.catalogue == "sqlite"):
        raise DamagedBackupError("what it says of the catalogue is not what it holds; nothing was restored")
