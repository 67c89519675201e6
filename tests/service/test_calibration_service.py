"""GetCalibration and ListBacktests on a real server: library, handler, wire and client tell the same."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict, MessageToJson
from grpc import StatusCode

from forecast.errors import ArtefactError
from forecast.evaluation import backtests
from forecast.evaluation import calibration_answer as engine
from forecast.evaluation.backtests import Fit
from forecast.evaluation.calibration import STORED
from forecast.evaluation.calibration_answer import Calibration
from forecast.evaluation.checks import Loo, PowerScaling, Predictive, PriorPosterior, Sbc
from forecast.evaluation.stacking import LawWeights
from tests.service.refusals import refused
from tests.service.running import RunningServer
from tests.unit.test_cli_calibration import BAR, MACHINERY, SKILLS
from timelines import Client, NotFoundError
from timelines.v1 import evaluation_service_pb2 as pb
from timelines.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from timelines_server.converters.calibration import backtests_proto, calibration_proto
from timelines_server.handlers.evaluation import DamagedBacktestError, EvaluationHandlers
from timelines_server.manners.status import Failure
from timelines_server.resources import ResourceNotFoundError, Resources
from timelines_server.state.current import Current
from timelines_server.work import Work

TIMEOUT_S = 60
SOME = {"quantities": ["largest_compute", "first_passage"], "forecasters": ["timelines", "line"]}


@pytest.fixture(name="stub", scope="module")
def stub_(server: RunningServer) -> Iterator[EvaluationServiceStub]:
    with grpc.insecure_channel(server.address) as channel:
        yield EvaluationServiceStub(channel)


@pytest.fixture(name="library", scope="module")
def library_() -> Calibration:
    return engine.calibration()


@pytest.fixture(name="home")
def home_(tmp_path: Path) -> Path:
    """A state folder with a backtest of one's own, one that is damaged, and what is none."""
    mine = tmp_path / "backtests" / "mine"
    shutil.copytree(STORED, mine)
    source = json.loads((mine / "provenance.json").read_text(encoding="utf-8"))
    source["data_digests"]["spend"] = "0" * 64
    source["models"]["loss"] = "another"
    (mine / "provenance.json").write_text(json.dumps(source), encoding="utf-8")
    broken = tmp_path / "backtests" / "broken"
    shutil.copytree(STORED, broken)
    (broken / "fits.csv").unlink()
    (tmp_path / "backtests" / "empty").mkdir()
    shutil.copytree(STORED, tmp_path / "backtests" / "Not a name")
    return tmp_path


@pytest.fixture(name="handlers")
def handlers_(home: Path) -> Iterator[EvaluationHandlers]:
    work = Work()
    yield EvaluationHandlers(Resources(Current(home), work))
    work.close()


@pytest.mark.parametrize("past_fans", [False, True])
def test_library_handler_and_wire_tell_the_same(
    stub: EvaluationServiceStub, handlers: EvaluationHandlers, library: Calibration, past_fans: bool
) -> None:
    assert asyncio.run(handlers.get_calibration()).to_dict() == library.to_dict()
    request = pb.GetCalibrationRequest(past_fans=past_fans)
    cold, hot = stub.GetCalibration(request, timeout=TIMEOUT_S), stub.GetCalibration(request, timeout=TIMEOUT_S)
    assert cold.SerializeToString(deterministic=True) == hot.SerializeToString(deterministic=True)
    assert MessageToDict(cold, preserving_proto_field_name=True) == library.to_dict(past_fans=past_fans)


def test_the_command_line_prints_the_messages_own_json(library: Calibration, home: Path) -> None:
    message = calibration_proto(library)
    assert MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False) + "\n" == library.to_json()
    listing = backtests.listing(home)
    told = backtests_proto(listing, pb.ListBacktestsRequest())
    assert MessageToDict(told, preserving_proto_field_name=True) == engine.listing_dict(listing)


def test_what_is_not_defined_is_absent_and_a_zero_is_told(stub: EvaluationServiceStub) -> None:
    sent = stub.GetCalibration(pb.GetCalibrationRequest(), timeout=TIMEOUT_S)
    for field in ("max_r_hat", "nowcast_reach"):
        present = {fit.HasField(field) for fit in sent.fits}
        assert present == ({True, False} if field == "nowcast_reach" else {True})
    assert "NaN" not in MessageToJson(sent)
    unbounded = [one for one in sent.summaries if not one.bounds]
    assert unbounded and not any(one.HasField("bound_log_score") or one.HasField("tw_crps") for one in unbounded)


def test_quantities_and_forecasters_can_be_chosen(stub: EvaluationServiceStub, library: Calibration) -> None:
    sent = stub.GetCalibration(pb.GetCalibrationRequest(**SOME), timeout=TIMEOUT_S)
    assert {one.quantity for one in sent.summaries} == set(SOME["quantities"])
    assert {one.forecaster for one in sent.summaries} == set(SOME["forecasters"])
    assert MessageToDict(sent, preserving_proto_field_name=True) == library.only(**SOME).to_dict()
    whole = stub.GetCalibration(pb.GetCalibrationRequest(), timeout=TIMEOUT_S)
    assert list(sent.bar) == list(whole.bar) and len(sent.summaries) < len(whole.summaries)


@pytest.mark.parametrize(
    ("asked", "code", "reason", "told"),
    [
        ({"quantities": ["loss"]}, "INVALID_ARGUMENT", "UNKNOWN_NAME", "unknown quantity 'loss'; known: "),
        ({"forecasters": ["oracle"]}, "INVALID_ARGUMENT", "UNKNOWN_NAME", "known: "),
        ({"backtest": "backtests/none"}, "NOT_FOUND", "NOT_FOUND", "unknown backtest 'none'; known: shipped"),
        ({"backtest": "shipped"}, "INVALID_ARGUMENT", "INVALID_INPUT", "give backtests/ and the name of one"),
        ({"backtest": "backtests/../secret"}, "NOT_FOUND", "NOT_FOUND", "known: shipped"),
    ],
)
def test_a_name_that_is_not_there_lists_those_that_are(
    stub: EvaluationServiceStub, asked: dict[str, str], code: str, reason: str, told: str
) -> None:
    with refused(StatusCode[code], reason, told) as caught:
        stub.GetCalibration(pb.GetCalibrationRequest(**asked), timeout=TIMEOUT_S)
    assert caught.fields == tuple(asked)


def test_the_server_lists_the_shipped_backtest(stub: EvaluationServiceStub) -> None:
    sent = stub.ListBacktests(pb.ListBacktestsRequest(), timeout=TIMEOUT_S)
    (shipped,) = sent.backtests
    assert shipped.name == "backtests/shipped" and shipped.shipped and not shipped.HasField("details")
    assert not sent.next_page_token and not sent.damaged
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "page_size -1 is negative"):
        stub.ListBacktests(pb.ListBacktestsRequest(page_size=-1), timeout=TIMEOUT_S)


def test_the_client_tells_the_same(server: RunningServer, library: Calibration) -> None:
    with Client(server.address, timeout=TIMEOUT_S) as client:
        assert client.calibration().to_json() == library.to_json()
        assert client.calibration("shipped", **SOME).to_json() == library.only(**SOME).to_json()
        (listed,) = client.backtests(page_size=1)
        assert listed.name == "shipped" and client.calibration(listed).backtest.sha256 == listed.sha256
        assert client.damaged_backtests() == ()
        with pytest.raises(NotFoundError, match="known: shipped"):
            client.calibration("none")


# --- backtests of one's own -------------------------------------------------------------------------------------------


def test_the_shipped_backtest_comes_first_and_folders_without_scores_are_none(home: Path) -> None:
    found = backtests.listing(home)
    assert [one.name for one in found.sound] == ["shipped", "mine"]
    assert found.damaged == (("broken", "backtest broken: fits.csv is missing; run it again"),)


def test_pages_hold_every_backtest_once(home: Path) -> None:
    listing = backtests.listing(home)
    first = backtests_proto(listing, pb.ListBacktestsRequest(page_size=1))
    second = backtests_proto(listing, pb.ListBacktestsRequest(page_size=1, page_token=first.next_page_token))
    assert [one.name for page in (first, second) for one in page.backtests] == ["backtests/shipped", "backtests/mine"]
    assert len(first.damaged) == 1 and not second.damaged and not second.next_page_token


def test_a_stale_backtest_says_what_has_changed(handlers: EvaluationHandlers) -> None:
    found = asyncio.run(handlers.get_calibration("mine"))
    assert not found.backtest.shipped
    expected = ("The loss model is another one now.", "Tables have changed: spend.")
    assert set(expected) <= set(found.backtest.stale_reasons)
    told = calibration_proto(found).backtest
    assert told.stale and tuple(told.stale_reasons) == found.backtest.stale_reasons


def test_a_backtest_is_read_once_and_again_when_it_has_changed(handlers: EvaluationHandlers, home: Path) -> None:
    first = asyncio.run(handlers.get_calibration("mine"))
    assert asyncio.run(handlers.get_calibration("mine")).backtest is first.backtest
    fits = home / "backtests" / "mine" / "fits.csv"
    fits.write_text("".join(fits.read_text(encoding="utf-8").splitlines(keepends=True)[:3]), encoding="utf-8")
    assert len(asyncio.run(handlers.get_calibration("mine")).backtest.fits) == 2


def test_a_damaged_backtest_is_a_failed_precondition_that_names_no_path(
    handlers: EvaluationHandlers, home: Path
) -> None:
    with pytest.raises(DamagedBacktestError) as caught:
        asyncio.run(handlers.get_calibration("broken"))
    failure = Failure.of(caught.value)
    assert (failure.code, failure.reason) == (StatusCode.FAILED_PRECONDITION, "DAMAGED_BACKTEST")
    assert "fits.csv is missing" in failure.message and str(home) not in failure.message
    with pytest.raises(ResourceNotFoundError, match="known: broken, mine, shipped"):
        asyncio.run(handlers.get_calibration("other"))


@pytest.mark.parametrize(
    ("file", "spoil", "said"),
    [
        ("scores.csv", lambda text: text.replace("quantity,", "amount,", 1), "other columns than this version's"),
        ("scores.csv", lambda text: text.replace(",0,", ",x,", 1), "not what a backtest writes"),
        ("fits.csv", lambda text: text.replace("PASSED", "FINE", 1), "not what a backtest writes"),
        ("provenance.json", lambda text: text[:-40], "not what a backtest writes"),
        ("provenance.json", lambda text: "[]", "not what a backtest writes"),
        ("provenance.json", lambda text: text.replace('"seed"', '"sead"'), "does not tell seed"),
        ("provenance.json", lambda text: text.replace('"seed": 2', '"seed": -2'), "does not tell seed"),
        ("provenance.json", lambda text: text.replace('"origins": [', '"origins": [3,', 1), "does not tell origins"),
    ],
)
def test_every_damage_is_told_in_words_without_a_path(home: Path, file: str, spoil: object, said: str) -> None:
    path = home / "backtests" / "mine" / file
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(ArtefactError, match=said) as caught:
        engine.calibration("mine", home)
    assert str(home) not in caught.value.message
    assert dict(backtests.listing(home).damaged)["mine"] == caught.value.message


def test_checks_and_the_bar_are_told_field_by_field(library: Calibration) -> None:
    made = replace(library, bar=BAR, skills=SKILLS, machinery=MACHINERY)
    message = calibration_proto(made)
    assert MessageToDict(message, preserving_proto_field_name=True) == made.to_dict()
    fields = {field.name for field in pb.MachineryChecks.DESCRIPTOR.fields}
    assert {field.name for field, _ in message.machinery.ListFields()} == fields


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (Sbc, pb.SimulationCheck),
        (Loo, pb.LeaveOneOut),
        (PowerScaling, pb.PowerScaling),
        (Predictive, pb.PredictiveCheck),
        (PriorPosterior, pb.PriorPosterior),
        (Fit, pb.BacktestFit),
        (LawWeights, pb.LawWeights),
    ],
)
def test_a_stored_record_and_its_message_have_the_same_fields_in_the_same_order(record: type, message: Any) -> None:
    assert list(record.__slots__) == [field.name for field in message.DESCRIPTOR.fields]  # type: ignore[attr-defined]
