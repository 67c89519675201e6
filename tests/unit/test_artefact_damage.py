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


def reseal(path: Path, edit: Callable[[h5py.File], None]) -> Path:
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


def cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


@pytest.mark.parametrize("share", [0.2, 0.9, 0.9999])
def test_truncated(written: Path, share: float) -> None:
    cut(written, share)
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


def test_not_hdf5(written: Path) -> None:
    written.write_bytes(b"PK\x03\x04 an archive")
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
