"""PosteriorService on a real server: what there is, and what is behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from grpc import StatusCode

from forecast.posterior import selection
from tests.service.posterior_calls import REFERENCE, SHIPPED, Caller, calling
from tests.service.refusals import refused
from tests.service.running import RunningServer
from timelines.v1 import posterior_service_pb2 as pb


@pytest.fixture(name="caller")
def caller_(server: RunningServer) -> Iterator[Caller]:
    """To the server that all tests share: on the shipped posteriors, to be asked only."""
    with calling(server.address) as caller:
        yield caller


def test_the_shipped_posteriors_are_listed_the_newest_as_of_date_first(caller: Caller) -> None:
    listed = caller.list()
    assert [posterior.name for posterior in listed.posteriors] == [f"posteriors/{name}" for name in SHIPPED]
    assert [posterior.current for posterior in listed.posteriors] == [name == REFERENCE for name in SHIPPED]
    assert {posterior.origin for posterior in listed.posteriors} == {pb.POSTERIOR_ORIGIN_SHIPPED}
    assert not any(posterior.HasField("details") for posterior in listed.posteriors)
    assert not listed.damaged
    assert listed.next_page_token == ""


def test_pages_of_two_are_the_whole_list(caller: Caller) -> None:
    names, token = [], ""
    while not names or token:
        listed = caller.list(2, token)
        names += [posterior.name for posterior in listed.posteriors]
        token = listed.next_page_token
    assert names == [posterior.name for posterior in caller.list().posteriors]


def test_a_bad_page_is_refused_with_its_field(caller: Caller) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "page_token 'x' is not one of ours") as told:
        caller.list(2, "x")
    assert told.fields == ("page_token",)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "page_size -2 is negative") as told:
        caller.list(-2)
    assert told.fields == ("page_size",)


def test_one_posterior_is_told_with_what_its_manifest_holds(caller: Caller) -> None:
    manifest = json.loads((selection.SHIPPED / f"{REFERENCE}.json").read_text())
    found = caller.get(f"posteriors/{REFERENCE}")
    assert (found.sha256, found.seed, found.draws) == (manifest["sha256"], manifest["seed"], manifest["draws"])
    assert {digest.table: digest.sha256 for digest in found.details.data_digests} == manifest["data_digests"]
    assert {one.model: one.max_r_hat for one in found.details.diagnostics} == {
        model: told["max_r_hat"] for model, told in manifest["diagnostics"].items()
    }
    assert len(found.details.priors) == sum(map(len, manifest["priors"].values()))
    assert {one.library: one.version for one in found.details.library_versions} == manifest["library_versions"]


def test_the_alias_is_the_posterior_that_answers(caller: Caller) -> None:
    assert caller.get("posteriors/current") == caller.get(f"posteriors/{REFERENCE}")
    assert caller.answers_from == REFERENCE


@pytest.mark.parametrize("name", ["", REFERENCE, "posteriors/", "tables/spend", "/posteriors/x"])
def test_a_name_of_another_form_is_refused_with_the_right_form(caller: Caller, name: str) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "give posteriors/ and the name of one") as told:
        caller.get(name)
    assert told.fields == ("name",)


@pytest.mark.parametrize("name", ["2019-01-01-000000000000", REFERENCE[:12], "../posteriors/current", "x" * 5_000])
def test_an_unknown_posterior_is_not_found_and_those_that_are_are_listed(caller: Caller, name: str) -> None:
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND", "there is no posterior") as told:
        caller.get(f"posteriors/{name}")
    assert all(shipped in told.message for shipped in SHIPPED)
    assert len(told.message) < 500
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND"):
        caller.use(name)
