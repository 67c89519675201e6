"""Posteriors to protos: every field of the manifest that the API tells, and nothing of the server's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from forecast.errors import InputError
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import read_manifest
from forecast.posterior.manifest import Manifest
from forecast.posterior.selection import Entry
from tests.synthetic import synthetic_posterior
from timelines.v1 import posterior_service_pb2 as pb
from timelines_server.converters.posteriors import listing_proto, posterior_name, posterior_proto
from timelines_server.handlers.posteriors import KnownPosterior, PosteriorListing


def shipped(as_of: str) -> Manifest:
    (path,) = selection.SHIPPED.glob(f"{as_of}-*.nc")
    return read_manifest(path)


def told(manifest: Manifest, **fields: Any) -> pb.Posterior:
    known = KnownPosterior(**{"manifest": manifest, "shipped": True, "current": False, **fields})
    return posterior_proto(known, details=True)


@pytest.mark.parametrize(
    "manifest", [*map(read_manifest, sorted(selection.SHIPPED.glob("*.nc")))], ids=lambda m: m["name"]
)
def test_the_message_holds_what_the_manifest_says(manifest: Manifest) -> None:
    plain = MessageToDict(told(manifest), preserving_proto_field_name=True)
    for key in ("as_of", "data_cutoff", "draws", "data_digest", "sha256", "code_version"):
        assert plain[key] == manifest[key]  # type: ignore[literal-required]  # keys of the manifest
    assert (plain["name"], plain["seed"]) == (f"posteriors/{manifest['name']}", str(manifest["seed"]))
    assert (plain["status"], plain["origin"]) == ("POSTERIOR_STATUS_PASSED", "POSTERIOR_ORIGIN_SHIPPED")
    assert plain.get("prior_only", []) == list(manifest["prior_only"])
    counted = {one["table"]: one["rows"] for one in plain.get("hindsight_rows", [])}
    assert counted == {table: rows for table, rows in manifest["hindsight_rows"].items() if rows}
    window = [plain["nowcast"]["window_start"], plain["nowcast"]["window_end"]]
    assert window == list(manifest["nowcast"]["window"])
    assert all(plain["nowcast"][key] == manifest["nowcast"][key] for key in ("rows", "inside_80", "reach"))


def test_details_hold_diagnostics_of_the_models_that_were_sampled() -> None:
    manifest = shipped("2020-07-27")
    diagnostics = MessageToDict(told(manifest).details, preserving_proto_field_name=True)["diagnostics"]
    assert diagnostics == [dict(manifest["diagnostics"]["compute"])]
    assert manifest["diagnostics"]["loss"] == {}


def test_a_figure_that_is_not_defined_is_absent_not_zero() -> None:
    found = {"compute": {"model": "compute", "draws": 80, "divergences": 0, "max_r_hat": None, "target_accept": 0.9}}
    (one,) = told(synthetic_posterior(8, diagnostics=found).manifest).details.diagnostics
    assert one.HasField("divergences") and not one.HasField("max_r_hat") and not one.HasField("min_ess")


def test_details_hold_every_prior_with_its_numbers_and_source() -> None:
    manifest = shipped("2026-11-20")
    stated = told(manifest).details.priors
    assert [(one.model, one.parameter) for one in stated] == sorted(
        (model, parameter) for model, priors in manifest["priors"].items() for parameter in priors
    )
    for one in stated:
        prior = manifest["priors"][one.model][one.parameter]
        expected = {"value": prior} if isinstance(prior, float) else prior
        numbers = {number.name: number.value for number in one.numbers}
        assert {**numbers, **({"source": one.source} if one.source else {})} == expected


def test_details_hold_digests_blocks_libraries_and_licences() -> None:
    manifest, details = shipped("2026-11-20"), told(shipped("2026-11-20")).details
    assert {one.table: one.sha256 for one in details.data_digests} == manifest["data_digests"]
    assert {one.library: one.version for one in details.library_versions} == manifest["library_versions"]
    assert details.data_notice == manifest["data_notice"]
    for one in details.blocks:
        block = manifest["blocks"][one.block]
        assert (one.run, one.model_version) == (block["run"], block["model_version"])
    assert [one.block for one in details.blocks] == sorted(manifest["blocks"])


def test_one_without_a_nowcast_tells_none() -> None:
    assert not told(synthetic_posterior(8).manifest).HasField("nowcast")


@pytest.mark.parametrize("status", ["FLAGGED", "REFUSED"])
def test_why_it_is_not_passed_is_told(status: str) -> None:
    message = told(synthetic_posterior(8, status=status, reasons=["few draws"]).manifest, shipped=False, current=True)
    assert message.status == pb.Posterior(status=f"POSTERIOR_STATUS_{status}").status  # type: ignore[arg-type]
    assert list(message.reasons) == ["few draws"]
    assert (message.origin, message.current) == (pb.POSTERIOR_ORIGIN_FITTED, True)


def listing(damaged: tuple[Entry, ...] = ()) -> PosteriorListing:
    manifests = [synthetic_posterior(8, seed).manifest for seed in range(5)]
    return PosteriorListing(tuple(KnownPosterior(manifest, False, False) for manifest in manifests), damaged)


def entry(problem: str) -> Entry:
    return Entry(Path("2026-01-01-0123456789ab.nc"), "state", None, 0, problem)


def test_a_listing_is_without_details_and_tells_the_damaged_once() -> None:
    whole = listing((entry("the draws file is missing"),))
    first = listing_proto(whole, pb.ListPosteriorsRequest(page_size=3))
    assert not any(posterior.HasField("details") for posterior in first.posteriors)
    assert [(one.name, one.problem) for one in first.damaged] == [
        ("posteriors/2026-01-01-0123456789ab", "the draws file is missing")
    ]
    last = listing_proto(whole, pb.ListPosteriorsRequest(page_size=3, page_token=first.next_page_token))
    assert (len(last.posteriors), len(last.damaged), last.next_page_token) == (2, 0, "")
    assert [*first.posteriors, *last.posteriors] == [posterior_proto(posterior) for posterior in whole.sound]


def test_a_fault_that_names_a_file_is_told_without_it(tmp_path: Path) -> None:
    path = artefact.write(synthetic_posterior(8), tmp_path / "posteriors")
    path.with_suffix(".json").unlink()
    path.with_suffix(".json").mkdir()
    (found,) = (one for one in selection.available(tmp_path) if one.origin == "state")
    assert str(tmp_path) in found.problem
    (one,) = listing_proto(listing((found,)), pb.ListPosteriorsRequest()).damaged
    assert "cannot be read" in one.problem
    assert str(tmp_path) not in one.problem


def test_a_long_fault_is_cut_short() -> None:
    (one,) = listing_proto(listing((entry("a" * 9_999),)), pb.ListPosteriorsRequest()).damaged
    assert 0 < len(one.problem) <= 2_000


def test_a_resource_name_holds_the_posteriors_name() -> None:
    assert posterior_name("posteriors/current") == "current"
    assert posterior_name("posteriors/2026-11-20-f888b7e49128") == "2026-11-20-f888b7e49128"
    with pytest.raises(InputError, match="name is 'current'; give posteriors/ and the name of one") as caught:
        posterior_name("current")
    assert caught.value.field == "name"
