"""Every damage to a posterior on disk is found, named by check and field, and comes with its remedy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from forecast.errors import ArtefactError
from forecast.posterior import manifest as manifests
from forecast.posterior import netcdf
from forecast.posterior.artefact import Posterior, read, write
from tests.synthetic import synthetic_posterior

DRAWS = 60


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return synthetic_posterior(DRAWS)


@pytest.fixture
def written(posterior: Posterior, tmp_path: Path) -> Path:
    return write(posterior, tmp_path)


def failure(path: Path) -> ArtefactError:
    with pytest.raises(ArtefactError) as caught:
        read(path)
    return caught.value


def reseal(path: Path, edit: Callable[[h5py.File], object]) -> Path:
    """A file that was changed inside and given the hash and name that fit: only the schema can find fault with it."""
    with h5py.File(path, "r+") as file:
        edit(file)
    return rename(path, json.loads(path.with_suffix(".json").read_text()))


def rename(path: Path, manifest: dict[str, Any]) -> Path:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = f"{manifest['as_of']}-{digest[:12]}"
    target = path.rename(path.with_name(f"{name}.nc"))
    path.with_suffix(".json").unlink()
    target.with_suffix(".json").write_text(manifests.to_json({**manifest, "name": name, "sha256": digest}))
    return target


def test_a_draws_file_cut_at_any_length_is_refused(written: Path) -> None:
    whole = written.read_bytes()
    lengths = {*range(16), *(2**power for power in range(4, 18)), *range(len(whole) - 16, len(whole)), len(whole) // 3}
    for length in sorted(length for length in lengths if length < len(whole)):
        written.write_bytes(whole[:length])
        error = failure(written)
        expected = "the hash of the draws file" if length >= len(netcdf.SIGNATURE) else "not an HDF5 file"
        assert expected in error.message, length


def test_a_manifest_cut_at_any_length_is_refused(written: Path) -> None:
    manifest = written.with_suffix(".json")
    whole = manifest.read_bytes()
    for length in {*range(0, len(whole) - 1, 97), len(whole) - 3, len(whole) - 2}:
        manifest.write_bytes(whole[:length])
        assert "not JSON" in failure(written).message, length


def test_bytes_after_the_end_are_refused(written: Path) -> None:
    written.write_bytes(written.read_bytes() + b"\0")
    assert "the hash of the draws file" in failure(written).message


def test_empty(written: Path) -> None:
    written.write_bytes(b"")
    assert "not an HDF5 file" in failure(written).message


def test_one_flipped_bit(written: Path) -> None:
    data = bytearray(written.read_bytes())
    data[len(data) // 2] ^= 1
    written.write_bytes(data)
    error = failure(written)
    assert error.field == "manifest.sha256"
    assert "timelines posterior use NAME" in error.message
    assert "timelines fit" in error.message


@pytest.mark.parametrize("begin", [b"PK\x03\x04 an archive", b"\x89PNG\r\n\x1a\n a picture", b"CDF\x02 an old netCDF"])
def test_not_hdf5(written: Path, begin: bytes) -> None:
    written.write_bytes(begin)
    assert "not an HDF5 file" in failure(written).message


def test_hdf5_that_only_begins_well(written: Path) -> None:
    written.write_bytes(netcdf.SIGNATURE + b"\0" * 100)
    path = rename(written, json.loads(written.with_suffix(".json").read_text()))
    assert "not an HDF5 file" in failure(path).message


def test_hdf5_of_something_else(written: Path) -> None:
    with h5py.File(written, "w") as file:
        file["weights"] = np.zeros(3)
    path = rename(written, json.loads(written.with_suffix(".json").read_text()))
    error = failure(path)
    assert error.field == "manifest"
    assert "variable manifest is missing" in error.message


def replaced(path: str, **made: Any) -> Callable[[h5py.File], None]:
    """Put another dataset at a path."""

    def edit(file: h5py.File) -> None:
        del file[path]
        file.create_dataset(path, **made)

    return edit


TEXT = h5py.string_dtype()
FOREIGN = {
    "a manifest of numbers": ("manifest", replaced("manifest", data=np.zeros(3)), "not text with 0"),
    "an empty manifest": ("manifest", replaced("manifest", data=h5py.Empty("f")), "not text with 0"),
    "no text at all": ("manifest", replaced("manifest", data=b"\xff\xfe", dtype=TEXT), "cannot be read"),
    "words for draws": ("loss/b", replaced("loss/b", data=np.array([["a"]], TEXT)), "not numbers with 2"),
    "draws in a row": ("loss/b", replaced("loss/b", data=np.zeros(DRAWS)), "with 1 axes"),
    "numbers for names": ("observed/compute_name", replaced("observed/compute_name", data=np.zeros(4)), "not text"),
    "words for years": (
        "compute/spend_year",
        replaced("compute/spend_year", data=np.array(["x"], TEXT)),
        "not numbers",
    ),
    "a terabyte": ("loss/b", replaced("loss/b", shape=(10**6, 10**6), chunks=(9, 9), dtype="f4"), "claims more bytes"),
    "no group": ("loss/mu_b", replaced("loss", data=1.0), "missing"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_that_is_hdf5_and_no_posterior_is_refused_by_its_variable(written: Path, kind: str) -> None:
    field, edit, said = FOREIGN[kind]
    error = failure(reseal(written, edit))
    assert (error.field, said in error.message) == (field, True), error.message


def test_a_draws_file_never_makes_us_read_another_file(written: Path, tmp_path: Path) -> None:
    """HDF5 can point to other files of the machine; whoever sends a posterior must not choose what is read there."""
    other, raw = tmp_path / "other.h5", tmp_path / "secret"
    with h5py.File(other, "w") as file:
        file["x"] = np.zeros((DRAWS, 13), np.float32)
    raw.write_bytes(b"\0" * DRAWS * 13 * 4)
    layout = h5py.VirtualLayout((DRAWS, 13), np.float32)
    layout[:] = h5py.VirtualSource(str(other), "x", (DRAWS, 13))
    outside = [(str(raw), 0, DRAWS * 13 * 4)]
    edits: list[tuple[str, Callable[[h5py.File], object]]] = [
        ("is missing", lambda file: file.__setitem__("loss/b", h5py.ExternalLink(str(other), "x"))),
        ("points to another", lambda file: file.create_virtual_dataset("loss/b", layout)),
        ("points to another", lambda file: file.create_dataset("loss/b", (DRAWS, 13), np.float32, external=outside)),
    ]
    for said, edit in edits:
        copy = write(read(written), tmp_path / "copy")
        with h5py.File(copy, "r+") as file:
            del file["loss/b"]
        resealed = reseal(copy, edit)
        assert said in failure(resealed).message


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_a_manifest_nested_without_end_is_refused(written: Path, text: str) -> None:
    written.with_suffix(".json").write_text(text)
    assert "nested too deeply" in failure(written).message


def test_draws_file_is_missing(written: Path) -> None:
    written.unlink()
    assert "the draws file" in failure(written).message


def test_manifest_is_missing(written: Path) -> None:
    written.with_suffix(".json").unlink()
    error = failure(written)
    assert error.field == "manifest"
    assert written.with_suffix(".json").name in error.message


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_manifest_is_not_a_json_object(written: Path, text: str) -> None:
    written.with_suffix(".json").write_text(text)
    assert failure(written).field == "manifest"


def test_manifest_is_not_text(written: Path) -> None:
    written.with_suffix(".json").write_bytes(b"\xff\xfe{}")
    assert "is not text" in failure(written).message


def test_manifest_of_another_posterior(posterior: Posterior, written: Path, tmp_path: Path) -> None:
    other = write(synthetic_posterior(DRAWS, seed=1), tmp_path)
    written.with_suffix(".json").write_bytes(other.with_suffix(".json").read_bytes())
    assert failure(written).field == "manifest.name"


def test_renamed_files(written: Path) -> None:
    for suffix in (".nc", ".json"):
        written.with_suffix(suffix).rename(written.with_name(f"2020-01-01-aaaaaaaaaaaa{suffix}"))
    assert failure(written.with_name("2020-01-01-aaaaaaaaaaaa.nc")).field == "manifest.name"


def test_manifest_edited_by_hand(written: Path) -> None:
    manifest = json.loads(written.with_suffix(".json").read_text())
    manifest["diagnostics"]["divergences"] = 12
    written.with_suffix(".json").write_text(manifests.to_json(manifest))
    error = failure(written)
    assert "manifest field diagnostics is not what the draws file was sealed with" in error.message


def test_a_missing_variable(written: Path) -> None:
    path = reseal(written, lambda file: file.__delitem__("loss/b"))
    assert failure(path).field == "loss/b"


def test_a_variable_with_too_few_draws(written: Path) -> None:
    def shorten(file: h5py.File) -> None:
        del file["compute/beta"]
        file["compute/beta"] = np.zeros(DRAWS - 1, np.float32)

    assert "compute/beta has shape (59,), expected (draw=60)" in failure(reseal(written, shorten)).message


def test_a_value_that_is_not_finite(written: Path) -> None:
    def spoil(file: h5py.File) -> None:
        file["price/r"][3, 2] = np.inf

    error = failure(reseal(written, spoil))
    assert error.field == "price/r"
    assert "not finite" in error.message


@pytest.mark.parametrize(("version", "remedy"), [(1, "timelines fit"), (99, "upgrade timelines")])
def test_another_schema_version(written: Path, version: int, remedy: str) -> None:
    manifest = json.loads(written.with_suffix(".json").read_text())
    written.with_suffix(".json").write_text(manifests.to_json({**manifest, "schema_version": version}))
    error = failure(written)
    assert error.field == "manifest.schema_version"
    assert remedy in error.message


@pytest.mark.parametrize("field", sorted(manifests.Manifest.__annotations__))
def test_every_manifest_field_is_required(written: Path, field: str) -> None:
    manifest = json.loads(written.with_suffix(".json").read_text())
    del manifest[field]
    written.with_suffix(".json").write_text(manifests.to_json(manifest))
    assert failure(written).field == f"manifest.{field}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("as_of", "soon"),
        ("as_of", 2026),
        ("as_of", "20261120"),
        ("data_cutoff", "2026-W40-1"),
        ("data_cutoff", "2027-01-01"),
        ("draws", 0),
        ("draws", True),
        ("status", "FINE"),
        ("reasons", "none"),
        ("sha256", "abc"),
        ("nickname", "x"),
    ],
)
def test_a_manifest_field_that_makes_no_sense(written: Path, field: str, value: object) -> None:
    manifest = json.loads(written.with_suffix(".json").read_text())
    written.with_suffix(".json").write_text(manifests.to_json({**manifest, field: value}))
    assert failure(written).field == f"manifest.{field}"
