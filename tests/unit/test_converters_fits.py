"""Fits as messages and as JSON, requests for them, and how long they will take."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st

from forecast.catalogue.entries.fit_record import FINAL_STATES, FitRecord, FitState, fit_dict
from forecast.errors import InputError, UnknownNameError
from timelines.v1 import fit_service_pb2 as pb
from timelines_server.converters.fits import fit_name, fit_proto, listing_proto, place_in, request_of
from timelines_server.fits.pace import Pace

NOW = datetime(2026, 11, 21, 12, 0, 0, 123_000, UTC)
REQUEST: dict[str, Any] = {
    "as_of": "2026-11-20",
    "data_cutoff": None,
    "only": None,
    "draws": 100,
    "tune": 60,
    "chains": 2,
    "seed": 0,
    "make_current": None,
}
CHAIN = {"model": "compute", "chain": 0, "finished_draws": 60, "total_draws": 160, "divergences": 0, "step_size": 0.5}
OUTCOME = {"name": "2026-11-20-0123456789ab", "status": "PASSED", "reasons": [], "current": True}
RECORD = FitRecord(
    name="00aa",
    request=REQUEST,
    request_id=None,
    made_by="",
    state=FitState.QUEUED,
    revision=1,
    stage="waiting",
    chains=(),
    owner="",
    attempts=0,
    cancel_requested=False,
    reason="",
    message="",
    outcome=None,
    created_at=NOW,
    started_at=None,
    beat_at=None,
    ended_at=None,
)  # type: ignore[arg-type]

records = st.builds(
    lambda state, chains, outcome, wanted, eta, seed: replace(
        RECORD,
        state=state,
        chains=tuple({**CHAIN, "chain": k, **({} if eta is None else {"eta_s": eta})} for k in range(chains)),
        outcome=OUTCOME if outcome else None,
        request={**REQUEST, "make_current": wanted, "seed": seed},
        ended_at=NOW + timedelta(minutes=1) if state.final else None,
    ),
    state=st.sampled_from(FitState),
    chains=st.integers(0, 3),
    outcome=st.booleans(),
    wanted=st.sampled_from([None, True, False]),
    eta=st.none() | st.floats(0, 1e6),
    seed=st.integers(0, 2**31 - 1),
)


@given(records)
def test_the_json_of_a_fit_is_that_of_its_message(record: FitRecord) -> None:
    message = fit_proto(record)
    assert fit_dict(record) == MessageToDict(message, preserving_proto_field_name=True)
    assert message.HasField("make_current") == (record.request["make_current"] is not None)
    assert (pb.FitState.Name(message.state) in FINAL_STATES) == record.state.final


def test_only_a_fit_that_runs_tells_of_its_chains_and_no_listing_does() -> None:
    running = replace(RECORD, state=FitState.RUNNING, chains=({**CHAIN, "eta_s": 0.0}, {**CHAIN, "finished_draws": 59}))
    told = fit_proto(running)
    assert [chain.tuning for chain in told.chain_progress] == [False, True] and told.HasField("eta_seconds")
    assert not fit_proto(replace(running, state=FitState.CANCELLED)).chain_progress
    assert not listing_proto([running], pb.ListFitsRequest()).fits[0].chain_progress


def test_a_page_holds_as_many_as_asked_and_its_token_leads_on() -> None:
    request = pb.ListFitsRequest(page_size=2, states=[pb.FIT_STATE_QUEUED, pb.FIT_STATE_QUEUED])
    assert place_in(request) == (3, None, (FitState.QUEUED,))
    found = [replace(RECORD, name=name) for name in ("c", "b", "a")]
    page = listing_proto(found, request)
    assert [one.name for one in page.fits] == ["fits/c", "fits/b"]
    request.page_token = page.next_page_token
    assert place_in(request) == (3, "b", (FitState.QUEUED,))
    assert not listing_proto(found[2:], request).next_page_token


def test_a_request_has_the_defaults_and_stays_within_bounds() -> None:
    found = request_of(pb.CreateFitRequest())
    assert found == {**REQUEST, "as_of": None, "draws": 1000, "tune": 1000, "chains": 4}
    assert request_of(pb.CreateFitRequest(make_current=False, only="loss"))["make_current"] is False
    for wrong in ({"draws": 10_001}, {"chains": 17}, {"seed": -1}, {"as_of": "1 May"}, {"request_id": "x" * 99}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            request_of(pb.CreateFitRequest(**wrong))  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="compute, loss"):
        request_of(pb.CreateFitRequest(only="price"))


@pytest.mark.parametrize("name", ["", "fits/", "00aa", "fits/../x", "fits/" + "a" * 33, "posteriors/00aa"])
def test_a_name_of_another_form_is_refused_before_it_is_looked_for(name: str) -> None:
    assert fit_name("fits/00aa") == "00aa"
    with pytest.raises(InputError, match="name is"):
        fit_name(name)


def chains(model: str, *done: int) -> list[dict[str, Any]]:
    return [{**CHAIN, "model": model, "chain": k, "finished_draws": n, "total_draws": 100} for k, n in enumerate(done)]


def test_the_time_left_follows_from_the_speed_of_all_chains() -> None:
    pace = Pace()
    assert "eta_s" not in pace.of(chains("compute", 0, 0), 100.0)[0]
    assert "eta_s" not in pace.of(chains("compute", 10, 0), 100.5)[0]
    # 50 of 200 steps in 5 s: the other 150 in 15 s, though the second chain has not begun.
    assert [one["eta_s"] for one in pace.of(chains("compute", 50, 0), 105.0)] == [15.0, 15.0]
    assert pace.of(chains("compute", 100, 100), 120.0)[0]["eta_s"] == 0.0


def test_another_model_or_another_run_of_it_begins_anew() -> None:
    pace = Pace()
    pace.of(chains("compute", 0), 0.0)
    assert pace.of(chains("compute", 50), 10.0)[0]["eta_s"] == 10.0
    assert "eta_s" not in pace.of(chains("loss", 60), 11.0)[0]
    assert pace.of(chains("loss", 80), 13.0)[0]["eta_s"] == 2.0
    assert "eta_s" not in pace.of(chains("loss", 5), 14.0)[0]
