"""The posterior: frozen draws with named dimensions, written atomically, read only when every check passes.

A posterior is two files of one name, `<as_of>-<first 12 hex digits of the sha256>`: the draws (`.nc`, HDF5 in netCDF4's
conventions, so xarray opens it) and the manifest (`.json`). The draws carry a copy of the manifest, so the name seals
both. Equal posteriors give equal bytes. `forecast.posterior.schema` says what is inside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ArtefactError, StorageError
from forecast.posterior import manifest as manifests
from forecast.posterior import netcdf
from forecast.posterior.checks import check
from forecast.posterior.manifest import FrozenDict, Manifest, Status
from forecast.posterior.schema import SCHEMA_VERSION
from forecast.storage import atomic

Array = NDArray[np.float64]

UNWRITTEN = "unwritten"
"""The name of a posterior that only exists in memory."""

_UNJUDGED = {
    "schema_version": SCHEMA_VERSION,
    "name": UNWRITTEN,
    "sha256": "",
    "status": "REFUSED",
    "reasons": ("the gates have not judged it",),
    "nowcast": {},
}

STATE = atomic.Remedy.STATE
REMEDY = "make a new one with `timelines fit`, or choose another with `timelines posterior use NAME`"


@dataclass(frozen=True, slots=True)
class Posterior:
    """Draws of every model, the observed points its fans are drawn over, and the manifest.

    Attributes
    ----------
    manifest : Manifest
        Everything that is not an array; frozen.
    blocks : mapping of str to mapping of str to ndarray
        `blocks["compute"]["g_spend"]`, draws on axis 0, read-only float64; units in `forecast.posterior.schema`.
    coords : mapping of str to ndarray
        Labels of each named dimension: `coords["group"]`, `coords["channel"]`, `coords["spend_year"]`.
    observed : mapping of str to ndarray
        Observed points: `observed["compute_year"]`, `observed["compute_log10_flop"]`, `observed["compute_name"]`.
    """

    manifest: Manifest
    blocks: Mapping[str, Mapping[str, Array]]
    coords: Mapping[str, NDArray[Any]]
    observed: Mapping[str, NDArray[Any]]

    @classmethod
    def new(
        cls,
        manifest: Mapping[str, Any],
        blocks: Mapping[str, Mapping[str, Any]],
        coords: Mapping[str, Any],
        observed: Mapping[str, Any],
    ) -> Posterior:
        """Build a checked, frozen posterior.

        Parameters
        ----------
        manifest : mapping
            As `forecast.posterior.manifest.Manifest`; name, hash, schema version and number of draws are filled in. One
            without a status is REFUSED until the gates have judged it.
        blocks : mapping of str to mapping of str to array_like
            Every variable of `forecast.posterior.schema.VARIABLES` that holds draws.
        coords : mapping of str to array_like
            Labels of every dimension but `draw` and the points' own.
        observed : mapping of str to array_like
            Every observed variable.

        Raises
        ------
        ArtefactError
            Naming the field that is missing, unknown, of the wrong shape or not finite.
        """
        draws = len(np.asarray(blocks.get("compute", {}).get("g_spend", ())))
        posterior = cls(
            manifests.make({**_UNJUDGED, "draws": draws, **manifest}),
            _frozen_blocks({block: _as_arrays(values) for block, values in blocks.items()}),
            FrozenDict({name: _read_only(labels) for name, labels in coords.items()}),
            FrozenDict({name: _read_only(values) for name, values in observed.items()}),
        )
        check(posterior)
        return posterior

    def with_manifest(self, **fields: Any) -> Posterior:
        """The same draws with other manifest fields: `with_manifest(status="PASSED", reasons=[])`.

        Raises
        ------
        ArtefactError
            Naming the field that is unknown, of the wrong type, or at odds with another.
        """
        changed = replace(self, manifest=manifests.make({**self.manifest, **fields}))
        check(changed)
        return changed

    @property
    def name(self) -> str:
        """The content-addressed name, or `unwritten`."""
        return self.manifest["name"]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.manifest["draws"]

    @property
    def as_of(self) -> date:
        """Start of the forecast."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def data_cutoff(self) -> date:
        """Rows published after this day were not used."""
        return date.fromisoformat(self.manifest["data_cutoff"])

    @property
    def status(self) -> Status:
        """PASSED, FLAGGED or REFUSED, by the gates of the fit."""
        return self.manifest["status"]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not PASSED."""
        return tuple(self.manifest["reasons"])

    @property
    def prior_only(self) -> tuple[str, ...]:
        """Blocks with too few rows, sampled from their prior."""
        return tuple(self.manifest["prior_only"])

    def constants(self, block: str) -> Mapping[str, Any]:
        """Fixed numbers of one block: `constants("compute")["runs_per_year"]`."""
        return self.manifest["blocks"][block]["constants"]

    def draws_of(self, block: str, variable: str) -> Array:
        """Draws of one variable, shape (draws,) or (draws, labels)."""
        return self.blocks[block][variable]

    def thin(self, draws: int) -> Posterior:
        """At most `draws` draws, evenly spaced over all chains; the name stays that of the source."""
        if draws >= self.draws:
            return self
        rows = np.arange(draws) * self.draws // draws
        blocks = {b: {name: values[rows] for name, values in block.items()} for b, block in self.blocks.items()}
        manifest = cast(Manifest, FrozenDict({**self.manifest, "draws": draws}))
        return replace(self, manifest=manifest, blocks=_frozen_blocks(blocks))


def seal(posterior: Posterior) -> tuple[Posterior, bytes]:
    """The posterior under its content-addressed name, and the bytes of its draws file."""
    check(posterior)
    text = manifests.to_json(manifests.unsealed(posterior.manifest))
    image = netcdf.encode(posterior.blocks, posterior.coords, posterior.observed, posterior.draws, text)
    digest = hashlib.sha256(image).hexdigest()
    name = f"{posterior.manifest['as_of']}-{digest[:12]}"
    manifest = manifests.make({**posterior.manifest, "name": name, "sha256": digest})
    return replace(posterior, manifest=manifest), image


def write(posterior: Posterior, folder: Path) -> Path:
    """Write a posterior into `folder` (made if need be), draws first, then the manifest that makes it visible.

    Returns
    -------
    Path
        The draws file. Its name follows from its content, so writing the same posterior twice changes nothing.

    Raises
    ------
    ArtefactError
        When the posterior does not fit the schema.
    StorageError
        When the folder cannot be written; what was there before is untouched.
    """
    sealed, image = seal(posterior)
    path = atomic.make_folder(Path(folder), STATE) / f"{sealed.name}.nc"
    atomic.write_bytes(path, image, STATE)
    atomic.write_bytes(path.with_suffix(".json"), manifests.to_json(sealed.manifest).encode(), STATE)
    return path


def read(path: Path) -> Posterior:
    """Read a posterior and verify it whole: manifest, hash, schema, dimensions, finite values.

    Parameters
    ----------
    path : Path
        The draws file (`.nc`); the manifest lies beside it.

    Raises
    ------
    ArtefactError
        Naming the check that failed, the field, and what to do.
    StorageError
        When a file is there but may not be read.
    """
    path = Path(path)
    try:
        manifest = read_manifest(path)
        return decode(_load(path, "draws"), manifest)
    except ArtefactError as error:
        raise ArtefactError(f"posterior {path.stem}: {error.message}; {REMEDY}", field=error.field) from error


def read_manifest(path: Path) -> Manifest:
    """The manifest beside a draws file, checked for itself; the draws are not opened.

    Raises
    ------
    ArtefactError
        When it is missing, not JSON, of another schema, or its name is not the file's.
    """
    return manifests.named(_load(Path(path).with_suffix(".json"), "manifest"), Path(path).stem)


def decode(image: bytes, manifest: Manifest) -> Posterior:
    """The posterior in the bytes of a draws file, verified whole against its manifest.

    Raises
    ------
    ArtefactError
        Naming the check that failed and the field.
    """
    if not image.startswith(netcdf.SIGNATURE):
        raise ArtefactError("the draws file is not an HDF5 file", field="draws")
    digest = hashlib.sha256(image).hexdigest()
    if digest != manifest["sha256"]:
        what = f"the hash of the draws file is {digest[:12]}..., the manifest says {manifest['sha256'][:12]}..."
        raise ArtefactError(f"{what}: damaged or truncated", field="manifest.sha256")
    blocks, coords, observed, sealed_text = netcdf.decode(image)
    if sealed_text != manifests.to_json(manifests.unsealed(manifest)):
        field = _first_difference(sealed_text, manifest)
        raise ArtefactError(f"manifest field {field} is not what the draws file was sealed with", field=field)
    posterior = Posterior(manifest, _frozen_blocks(blocks), FrozenDict(coords), FrozenDict(observed))
    check(posterior)
    return posterior


def _first_difference(sealed_text: str, manifest: Manifest) -> str:
    sealed = manifests.parse(sealed_text)
    differing = [key for key in manifests.unsealed(manifest) if sealed.get(key, ...) != manifest.get(key)]
    return differing[0] if differing else "order"


def _load(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ArtefactError(f"the {what} file {path.name} is missing", field=what) from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}; grant read permission", field=what) from error


def _as_arrays(values: Mapping[str, Any]) -> dict[str, Array]:
    return {name: np.array(value, np.float64) for name, value in values.items()}


def _read_only(values: Any) -> NDArray[Any]:
    array = np.array(values)
    array = array.astype(object) if array.dtype.kind in "UT" else array
    array.setflags(write=False)
    return array


def _frozen_blocks(blocks: Mapping[str, Mapping[str, Array]]) -> Mapping[str, Mapping[str, Array]]:
    for block in blocks.values():
        for array in block.values():
            array.setflags(write=False)
    return FrozenDict({name: FrozenDict(block) for name, block in blocks.items()})
