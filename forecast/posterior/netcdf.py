"""Arrays <-> the bytes of one netCDF4 file, in memory.

The file is plain HDF5 with dimension scales: a group for each block, labels as coordinate variables, `units` and
`long_name` on every variable, and the manifest as the string variable `manifest` of the root. It is built and opened in
memory: the bytes that were hashed are the bytes that are read, no half-written file can come between, and reading
needs neither a lock nor write permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from forecast.errors import ArtefactError
from forecast.posterior.schema import (
    BLOCKS,
    DIMENSIONS,
    OBSERVED,
    SCHEMA_VERSION,
    Dimension,
    Variable,
    dimensions_of,
    variables_of,
)

Array = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""The first bytes of every HDF5 file."""

_TEXT = h5py.string_dtype("utf-8")
_DTYPES: dict[str, Any] = {"f4": np.dtype("<f4"), "f8": np.dtype("<f8"), "int": np.dtype("<i4"), "str": _TEXT}
_UNLABELLED = "This is a netCDF dimension but not a netCDF variable. %10d"
_TITLE = "Posterior draws of `timelines`: spend, price and compute of training runs, and their loss"
# Fixed, so that the same arrays give the same bytes whatever HDF5's newest format is.
_FORMAT = ("v108", "v108")
_NUMBERS = count()


def encode(blocks: Mapping[str, Arrays], coords: Arrays, observed: Arrays, draws: int, manifest: str) -> bytes:
    """The file as bytes; equal inputs give equal bytes.

    Parameters
    ----------
    blocks : mapping of str to mapping of str to ndarray
        Draws of every block, stored as float32.
    coords : mapping of str to ndarray
        Labels of the dimensions.
    observed : mapping of str to ndarray
        The observed points.
    draws : int
        Length of the `draw` dimension.
    manifest : str
        Canonical text of the unsealed manifest.
    """
    # HDF5 knows open files by name, those in memory too, so every one needs its own.
    name = f"posterior-{next(_NUMBERS)}"
    with h5py.File(name, "w", driver="core", backing_store=False, libver=_FORMAT, track_order=True) as file:
        file.attrs.update(title=_TITLE, Conventions="CF-1.11", schema_version=SCHEMA_VERSION)
        file.create_dataset("manifest", data=manifest, dtype=_TEXT, track_times=False)
        scales = {"draw": _write_dimension(file, DIMENSIONS["draw"], np.arange(draws))}
        for block in (*BLOCKS, OBSERVED):
            _write_block(file, block, observed if block == OBSERVED else blocks[block], coords, scales)
        file.flush()
        image: bytes = file.id.get_file_image()
    return image


def decode(image: bytes) -> tuple[dict[str, dict[str, Array]], dict[str, NDArray[Any]], dict[str, NDArray[Any]], str]:
    """Blocks, coordinates, observed points and the manifest's text of a file's bytes.

    Raises
    ------
    ArtefactError
        When the bytes are not HDF5, or what they hold is no posterior: a variable is missing, of another type, or does
        not lie in these bytes.
    """
    try:
        file = h5py.File(BytesIO(image), "r")
    except OSError as error:
        raise ArtefactError("the draws file is not an HDF5 file", field="draws") from error
    with file:
        source = _Source(file, len(image))
        text = str(source.read("manifest", "str", 0))
        blocks = {block: {v.name: _read(source, v) for v in variables_of(block)} for block in BLOCKS}
        observed = {v.name: _read(source, v) for v in variables_of(OBSERVED)}
        coords = {d.name: _labels(source, d) for d in DIMENSIONS.values() if d.block in BLOCKS}
    return blocks, coords, observed, text


def _write_block(file: h5py.File, block: str, arrays: Arrays, coords: Arrays, scales: dict[str, h5py.Dataset]) -> None:
    group = file.create_group(block, track_order=True)
    for dimension in dimensions_of(block):
        labels = coords[dimension.name] if block != OBSERVED else arrays[dimension.name.replace("_point", "_year")]
        scales[dimension.name] = _write_dimension(group, dimension, labels)
    for variable in variables_of(block):
        dtype = _DTYPES[variable.kind]
        dataset = group.create_dataset(variable.name, data=arrays[variable.name], dtype=dtype, track_times=False)
        dataset.attrs.update(units=variable.unit, long_name=variable.description)
        for axis, dim in enumerate(variable.dims):
            dataset.dims[axis].attach_scale(scales[dim])


def _write_dimension(group: h5py.Group, dimension: Dimension, labels: NDArray[Any]) -> h5py.Dataset:
    """A dimension scale: with its labels if it has any, else the empty variable that netCDF4 writes for a bare one."""
    if dimension.block in BLOCKS:
        dtype = _DTYPES[dimension.kind]
        scale = group.create_dataset(dimension.name, data=labels, dtype=dtype, track_times=False)
        scale.make_scale(dimension.name)
        scale.attrs.update(long_name=dimension.description)
    else:
        scale = group.create_dataset(dimension.name, (len(labels),), dtype=">f4", track_times=False)
        scale.make_scale(_UNLABELLED % len(labels))
    return scale


@dataclass(frozen=True, slots=True)
class _Source:
    """An open file that may be anybody's: nothing is read from it before it is what it should be."""

    file: h5py.File
    size: int

    def read(self, path: str, kind: str, axes: int) -> Any:
        """One variable; refused with an ArtefactError unless it is there, of its type, and in these bytes."""
        try:
            dataset = self._dataset(path, kind, axes)
            return dataset.asstr()[()] if kind == "str" else dataset[()]
        except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:  # what h5py says of broken insides
            said = " ".join(str(error).split())[:80]
            raise ArtefactError(f"variable {path} of the draws file cannot be read ({said})", field=path) from error

    def _dataset(self, path: str, kind: str, axes: int) -> h5py.Dataset:
        found = self.file.get(path)
        if not isinstance(found, h5py.Dataset):
            raise ArtefactError(f"variable {path} is missing from the draws file", field=path)
        if found.file != self.file or found.external or found.is_virtual:
            raise ArtefactError(f"variable {path} of the draws file points to another file", field=path)
        text = h5py.check_string_dtype(found.dtype) is not None
        if text != (kind == "str") or not (text or found.dtype.kind in "fiu") or found.ndim != axes:
            what = f"of type {found.dtype} with {found.ndim} axes, not {'text' if kind == 'str' else 'numbers'}"
            raise ArtefactError(f"variable {path} of the draws file is {what} with {axes}", field=path)
        if found.nbytes > self.size:  # we write nothing compressed, and a claim may be larger than the memory
            raise ArtefactError(f"variable {path} claims more bytes than the draws file has", field=path)
        return found


def _read(source: _Source, variable: Variable) -> NDArray[Any]:
    values = source.read(f"{variable.block}/{variable.name}", variable.kind, len(variable.dims))
    return np.asarray(values, object if variable.kind == "str" else np.float64)


def _labels(source: _Source, dimension: Dimension) -> NDArray[Any]:
    values = source.read(f"{dimension.block}/{dimension.name}", dimension.kind, 1)
    return np.asarray(values, object if dimension.kind == "str" else np.int64)
