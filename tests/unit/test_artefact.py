"""A posterior on disk: equal bytes for equal draws, nothing lost, and every damage named."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
import time
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.errors import ArtefactError, StorageError
from forecast.posterior import manifest as manifests
from forecast.posterior.artefact import UNWRITTEN, Posterior, read, read_manifest, write
from forecast.posterior.schema import BLOCKS, CONSTANTS, DIMENSIONS, OBSERVED, VARIABLES, as_markdown, variables_of
from tests.synthetic import synthetic_posterior

DRAWS = 60


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return synthetic_posterior(DRAWS)


@pytest.fixture
def written(posterior: Posterior, tmp_path: Path) -> Path:
    return write(posterior, tmp_path)


def rebuilt(posterior: Posterior, **changes: Any) -> Posterior:
    parts = {name: changes.get(name, getattr(posterior, name)) for name in ("manifest", "blocks", "coords", "observed")}
    return Posterior.new(**parts)


def with_variable(posterior: Posterior, block: str, name: str, values: Any) -> dict[str, Any]:
    return {**posterior.blocks, block: {**posterior.blocks[block], name: values}}


class TestRoundTrip:
    def test_draws_come_back_as_float32_rounds_them(self, posterior: Posterior, written: Path) -> None:
        back = read(written)
        for variable in VARIABLES:
            if variable.block in BLOCKS:
                expected = posterior.draws_of(variable.block, variable.name).astype(np.float32).astype(float)
                np.testing.assert_array_equal(back.draws_of(variable.block, variable.name), expected)

    def test_coordinates_points_and_manifest_come_back_exactly(self, posterior: Posterior, written: Path) -> None:
        back = read(written)
        for name, labels in posterior.coords.items():
            assert back.coords[name].tolist() == labels.tolist()
        for name, values in posterior.observed.items():
            assert back.observed[name].tolist() == values.tolist()
        assert manifests.unsealed(back.manifest) == manifests.unsealed(posterior.manifest)

    def test_name_is_the_as_of_date_and_the_hash_of_the_draws(self, written: Path) -> None:
        digest = hashlib.sha256(written.read_bytes()).hexdigest()
        assert written.stem == f"2026-11-20-{digest[:12]}" == read(written).name
        assert read(written).manifest["sha256"] == digest

    def test_reading_and_writing_again_gives_the_same_files(self, written: Path, tmp_path: Path) -> None:
        again = write(read(written), tmp_path / "again")
        assert again.name == written.name
        assert again.read_bytes() == written.read_bytes()
        assert again.with_suffix(".json").read_bytes() == written.with_suffix(".json").read_bytes()

    def test_another_process_writes_the_same_bytes(self, written: Path, tmp_path: Path) -> None:
        there = tmp_path / "there"
        code = (
            "import sys; from pathlib import Path; from forecast.posterior.artefact import write; "
            f"from tests.synthetic import synthetic_posterior; write(synthetic_posterior({DRAWS}), Path(sys.argv[1]))"
        )
        root = Path(__file__).resolve().parents[2]
        subprocess.run([sys.executable, "-c", code, str(there)], check=True, cwd=root)
        assert [path.name for path in sorted(there.iterdir())] == sorted([f"{written.stem}.json", written.name])
        assert (there / written.name).read_bytes() == written.read_bytes()

    def test_one_manifest_field_changes_the_name(self, posterior: Posterior, written: Path, tmp_path: Path) -> None:
        assert write(posterior.with_manifest(status="FLAGGED", reasons=["odd"]), tmp_path) != written

    def test_dimensions_without_labels_are_allowed(self, posterior: Posterior, tmp_path: Path) -> None:
        """As of an early date no loss study is published: the loss block is its prior, with no groups."""
        blocks = {name: dict(block) for name, block in posterior.blocks.items()}
        for variable in variables_of("loss"):
            if "group" in variable.dims:
                blocks["loss"][variable.name] = np.empty((DRAWS, 0))
        manifest = json.loads(manifests.to_json(posterior.manifest))
        manifest["blocks"]["loss"]["constants"] |= {"log10_c0": [], "log10_c_max": [], "published_on": []}
        empty = rebuilt(posterior, manifest=manifest, blocks=blocks, coords={**posterior.coords, "group": []})
        assert read(write(empty, tmp_path)).draws_of("loss", "b").shape == (DRAWS, 0)

    def test_names_of_points_may_hold_any_letter(self, posterior: Posterior, tmp_path: Path) -> None:
        names = ["Größe 7B", "文心", *["x"] * 38]
        unusual = rebuilt(posterior, observed={**posterior.observed, "compute_name": names})
        assert read(write(unusual, tmp_path)).observed["compute_name"].tolist() == names


class TestFrozen:
    def test_arrays_and_manifest_refuse_changes(self, written: Path) -> None:
        back = read(written)
        with pytest.raises(ValueError, match="read-only"):
            back.blocks["compute"]["sigma"][0] = 0
        parts: tuple[Any, ...] = (back.manifest, back.blocks, back.blocks["loss"], back.manifest["blocks"]["compute"])
        for part in parts:
            with pytest.raises(TypeError, match="frozen"):
                part["seed"] = 1

    def test_building_one_leaves_the_arrays_of_the_caller_alone(self, posterior: Posterior) -> None:
        mine = np.zeros(DRAWS)
        rebuilt(posterior, blocks=with_variable(posterior, "compute", "beta", mine))
        mine[0] = 1.0

    def test_it_pickles_and_copies(self, posterior: Posterior) -> None:
        for copy in (pickle.loads(pickle.dumps(posterior)), deepcopy(posterior)):
            assert copy.manifest == posterior.manifest
            np.testing.assert_array_equal(copy.blocks["loss"]["b"], posterior.blocks["loss"]["b"])

    def test_it_is_refused_until_the_gates_have_judged_it(self, posterior: Posterior) -> None:
        fields = {k: v for k, v in posterior.manifest.items() if k not in ("status", "reasons", "nowcast", "name")}
        unjudged = rebuilt(posterior, manifest=fields)
        assert (unjudged.status, unjudged.name) == ("REFUSED", UNWRITTEN)

    def test_figures_that_are_not_finite_become_null(self, posterior: Posterior, tmp_path: Path) -> None:
        odd = posterior.with_manifest(
            diagnostics={"rhat": np.float32("nan"), "ess": np.int64(7), "on": date(2020, 1, 2)}
        )
        assert read(write(odd, tmp_path)).manifest["diagnostics"] == {"rhat": None, "ess": 7, "on": "2020-01-02"}


class TestThinning:
    def test_it_takes_draws_evenly_over_all_chains(self, posterior: Posterior) -> None:
        thinned = posterior.thin(20)
        assert thinned.draws == len(thinned.draws_of("loss", "b")) == 20
        np.testing.assert_array_equal(thinned.draws_of("compute", "sigma"), posterior.draws_of("compute", "sigma")[::3])

    def test_it_never_adds_draws_and_keeps_the_name(self, posterior: Posterior, written: Path) -> None:
        assert posterior.thin(DRAWS) is posterior.thin(10_000) is posterior
        assert read(written).thin(7).name == written.stem

    def test_a_thinned_posterior_can_be_written(self, posterior: Posterior, tmp_path: Path) -> None:
        assert read(write(posterior.thin(7), tmp_path)).draws == 7


class TestNetcdf:
    xarray = pytest.importorskip("xarray")

    def test_xarray_finds_named_dimensions_units_and_labels(self, written: Path) -> None:
        for block in BLOCKS:
            with self.xarray.open_dataset(written, group=block, engine="h5netcdf") as found:
                for variable in variables_of(block):
                    assert found[variable.name].dims == variable.dims
                    assert found[variable.name].attrs["units"] == variable.unit
                    assert found[variable.name].attrs["long_name"] == variable.description
        with self.xarray.open_dataset(written, group="loss", engine="h5netcdf") as found:
            assert "chinchilla-massivetext" in found["group"].values

    def test_the_whole_tree_opens(self, written: Path, posterior: Posterior) -> None:
        with self.xarray.open_datatree(written, engine="h5netcdf") as tree:
            assert set(tree.children) == {*BLOCKS, OBSERVED}
            assert dict(tree["compute"].sizes) == {"draw": DRAWS, "spend_year": 17, "price_year": 15}
            assert tree["observed"]["spend_name"].dims == ("spend_point",)
            assert json.loads(str(tree["manifest"].values)) == json.loads(
                manifests.to_json(manifests.unsealed(posterior.manifest))
            )


class TestSchema:
    def test_no_two_variables_share_a_place_and_every_dimension_is_declared(self) -> None:
        places = [(variable.block, variable.name) for variable in VARIABLES]
        assert len(places) == len(set(places))
        assert {dim for variable in VARIABLES for dim in variable.dims} == set(DIMENSIONS)
        assert {constant.per for constant in CONSTANTS} <= {"", *DIMENSIONS}

    def test_its_page_names_everything(self) -> None:
        page = as_markdown()
        items: tuple[Any, ...] = (*VARIABLES, *DIMENSIONS.values(), *CONSTANTS)
        for item in items:
            assert item.name in page
            assert item.description in page


class TestBuilding:
    @pytest.mark.parametrize("block", BLOCKS)
    def test_every_variable_is_required(self, posterior: Posterior, block: str) -> None:
        for variable in variables_of(block):
            fewer = {name: values for name, values in posterior.blocks[block].items() if name != variable.name}
            with pytest.raises(ArtefactError, match=f"{block}/{variable.name}"):
                rebuilt(posterior, blocks={**posterior.blocks, block: fewer})

    def test_a_whole_block_is_required(self, posterior: Posterior) -> None:
        with pytest.raises(ArtefactError, match="scales/b is missing"):
            rebuilt(posterior, blocks={name: b for name, b in posterior.blocks.items() if name != "scales"})

    def test_an_unknown_variable_is_refused(self, posterior: Posterior) -> None:
        with pytest.raises(ArtefactError, match="compute/luck is not in the schema"):
            rebuilt(posterior, blocks=with_variable(posterior, "compute", "luck", np.zeros(DRAWS)))

    def test_a_wrong_shape_names_the_dimensions(self, posterior: Posterior) -> None:
        with pytest.raises(ArtefactError, match=r"price/r has shape .* expected \(draw=60, channel=4\)"):
            rebuilt(posterior, blocks=with_variable(posterior, "price", "r", np.zeros((DRAWS, 3))))

    def test_a_label_twice_is_refused(self, posterior: Posterior) -> None:
        with pytest.raises(ArtefactError, match="dimension channel has a label twice"):
            rebuilt(posterior, coords={**posterior.coords, "channel": ["a", "a", "b", "c"]})

    def test_every_constant_is_required_and_of_its_length(self, posterior: Posterior) -> None:
        for constant in CONSTANTS:
            manifest = json.loads(manifests.to_json(posterior.manifest))
            constants = manifest["blocks"][constant.block]["constants"]
            held = constants.pop(constant.name)
            with pytest.raises(ArtefactError, match=f"constants.{constant.name} is missing"):
                rebuilt(posterior, manifest=manifest)
            constants[constant.name] = held[:-1] if constant.per else [held]
            with pytest.raises(ArtefactError, match=f"constants.{constant.name}"):
                rebuilt(posterior, manifest=manifest)


class TestStorage:
    def test_the_folder_is_made(self, posterior: Posterior, tmp_path: Path) -> None:
        assert write(posterior, tmp_path / "new" / "folder").is_file()

    def test_a_folder_that_cannot_be_made(self, posterior: Posterior, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="TIMELINES_HOME"):
            write(posterior, tmp_path / "file" / "posteriors")

    def test_a_manifest_is_read_without_opening_the_draws(self, written: Path) -> None:
        written.write_bytes(b"")
        assert read_manifest(written)["draws"] == DRAWS

    @pytest.mark.parametrize(("draws", "megabytes"), [(4000, 5.0), (1000, 1.0)])
    def test_sizes(self, tmp_path: Path, draws: int, megabytes: float) -> None:
        path = write(synthetic_posterior(draws), tmp_path)
        assert (path.stat().st_size + path.with_suffix(".json").stat().st_size) / 1e6 < megabytes

    def test_reading_takes_little(self, tmp_path: Path) -> None:
        """Of the second that `timelines when` may take, reading and verifying 4,000 draws is a small part."""
        path = write(synthetic_posterior(4000), tmp_path)
        seconds = []
        for _ in range(5):
            start = time.process_time()
            read(path)
            seconds.append(time.process_time() - start)
        assert min(seconds) < 0.1
