"""Posteriors from elsewhere into the state folder: from a folder, a file or a URL; verified whole, or not there at all.

Each is read, verified, and its draws are written; that alone makes nothing visible. Only when every one is sound do
the manifests follow. A draws file of its own needs no manifest beside it: it carries one, and its name must hold the
beginning of its hash.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior import manifest as manifests
from forecast.posterior import netcdf, selection
from forecast.posterior.artefact import Posterior, decode, read
from forecast.posterior.manifest import Manifest
from forecast.posterior.selection import is_name
from forecast.posterior.state import state_folder
from forecast.storage import atomic
from forecast.storage.local import LocalStore
from forecast.storage.store import MissingFileError, Store, is_url, store_of

Outcome = Literal["imported", "mended", "here", "shipped"]

_SUFFIXES = (".nc", ".json")
_STATE = atomic.Remedy.STATE


@dataclass(frozen=True, slots=True)
class Found:
    """A posterior in another place.

    Attributes
    ----------
    store : Store
        The place.
    name : str
        Its full name.
    """

    store: Store
    name: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one.

    Attributes
    ----------
    name : str
        Its name.
    outcome : str
        `imported`; `mended` (the one of the state folder was damaged, and is sound now); `here` (it was there already)
        or `shipped` (it came with the package, and stays there).
    manifest : Manifest
        What it says of itself.
    """

    name: str
    outcome: Outcome
    manifest: Manifest


def look(place: str, name: str | None = None) -> tuple[Found, ...]:
    """The posteriors at a place; nothing is verified yet.

    Parameters
    ----------
    place : str
        A folder, a posterior's file, or the URL of either.
    name : str, optional
        The name of the one that is meant, or a beginning that only one has there.

    Raises
    ------
    PosteriorNotFoundError
        When there is none, or none of that name; lists those that are.
    InputError
        When a beginning fits several, or the place cannot be used.
    StorageError
        When it cannot be read or reached.
    """
    store, names = _listing(place)
    chosen = [one for one in names if name is None or one == name] or [
        one for one in names if one.startswith(name or "")
    ]
    if not chosen:
        listed = ", ".join(names) or "none"
        wanted = f"no posterior {name!r} in" if name else "no posterior in"
        raise PosteriorNotFoundError(f"{wanted} {place}; there are: {listed}", field="posterior")
    if name is not None and len(chosen) > 1:
        raise InputError(f"several begin with {name!r}: {', '.join(chosen)}; give more of it", field="posterior")
    return tuple(Found(store, one) for one in chosen)


def bring(found: Sequence[Found], home: Path | str | None = None) -> tuple[Imported, ...]:
    """Verify posteriors and put them into the state folder: all of them, or none.

    Raises
    ------
    ArtefactError
        Naming each that is damaged or no posterior, and which check failed; nothing was imported.
    StorageError
        When one cannot be read, or the state folder not written; nothing was imported.
    """
    folder = state_folder(home).posteriors
    done: list[Imported] = []
    written: list[Path] = []
    faults: list[str] = []
    try:
        for one in found:
            try:
                done.append(_begun(one, folder, written))
            except ArtefactError as error:
                faults.append(f"{one.name} in {one.store.place}: {error.message}")
        if faults:
            raise ArtefactError(f"{'; '.join(faults)}; nothing was imported")
        _finish(done, folder)
    except BaseException:
        _undo([path for path in written if not path.with_suffix(".json").exists()])  # another process may have made it
        raise
    return tuple(done)


def _listing(place: str) -> tuple[Store, list[str]]:
    """The store of a place, and the names of the posteriors that are meant there."""
    if is_url(place):
        above, _, last = place.rstrip("/").rpartition("/")
        if is_name(_stem(last)):
            return store_of(above), [_stem(last)]
        store = store_of(place)
        return store, _names(store.names())
    path = Path(place)
    if path.is_dir():
        try:
            return LocalStore(path), _names(os.listdir(path))
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror}; grant read permission") from error
    if not any(path.with_name(_stem(path.name) + suffix).is_file() for suffix in _SUFFIXES):
        raise InputError(f"there is no folder and no file {place}: give the place of a posterior", field="place")
    if not is_name(_stem(path.name)):
        message = f"{place} is not called as a posterior is, such as 2026-11-20-f888b7e49128.nc: give it its name back"
        raise InputError(message, field="place")
    return LocalStore(path.parent), [_stem(path.name)]


def _stem(file: str) -> str:
    return file.removesuffix(".nc").removesuffix(".json")


def _names(files: Sequence[str]) -> list[str]:
    """Names of the posteriors that files belong to."""
    return sorted({_stem(file) for file in files if file.endswith(_SUFFIXES) and is_name(_stem(file))})


def _begun(found: Found, folder: Path, written: list[Path]) -> Imported:
    """Verify one and write its draws, unless a sound one is there."""
    here = folder / f"{found.name}.nc"
    there: tuple[tuple[Path, Outcome], ...] = ((here, "here"), (selection.SHIPPED / here.name, "shipped"))
    for path, told in there:
        if path.with_suffix(".json").exists():
            with suppress(ArtefactError):  # damaged here: mended from there
                return Imported(found.name, told, read(path).manifest)
    image, posterior = _verified(found)
    outcome: Outcome = "mended" if here.with_suffix(".json").exists() else "imported"
    if not here.exists():
        written.append(here)
    atomic.write_bytes(atomic.make_folder(folder, _STATE) / here.name, image, _STATE)
    return Imported(found.name, outcome, posterior.manifest)


def _finish(done: Sequence[Imported], folder: Path) -> None:
    """The manifests, which make them visible; one that cannot be written takes those before it along."""
    seen: list[Path] = []
    try:
        for one in done:
            if one.outcome in ("imported", "mended"):
                path = folder / f"{one.name}.json"
                if one.outcome == "imported":
                    seen.append(path)
                atomic.write_bytes(path, manifests.to_json(one.manifest).encode(), _STATE)
    except BaseException:
        _undo(seen)
        raise


def _undo(paths: Sequence[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            atomic.remove_file(path)


def _verified(found: Found) -> tuple[bytes, Posterior]:
    image = _read(found, ".nc")
    try:
        text = found.store.read(f"{found.name}.json")
    except MissingFileError:
        manifest = _carried(image, found.name)
    else:
        manifest = manifests.named(text, found.name)
    return image, decode(image, manifest)


def _read(found: Found, suffix: str) -> bytes:
    try:
        return found.store.read(f"{found.name}{suffix}")
    except MissingFileError as error:
        raise ArtefactError(f"the draws file {found.name}{suffix} is missing", field="draws") from error


def _carried(image: bytes, name: str) -> Manifest:
    """The manifest inside a draws file that has none beside it; its name is all that vouches for the bytes."""
    if not image.startswith(netcdf.SIGNATURE):
        raise ArtefactError("the draws file is not an HDF5 file", field="draws")
    digest = hashlib.sha256(image).hexdigest()
    if not name.endswith(f"-{digest[:12]}"):
        what = f"the hash of the draws file is {digest[:12]}..., its name says {name[11:]}"
        raise ArtefactError(f"{what}: damaged, truncated or renamed", field="draws")
    carried = manifests.parse(netcdf.decode(image)[3])
    text = manifests.to_json({**carried, "name": f"{carried.get('as_of')}-{digest[:12]}", "sha256": digest})
    return manifests.named(text.encode(), name)
