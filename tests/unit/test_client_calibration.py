"""The client's calibrations: records of what the server tells, the same by either client."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from datetime import date
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from forecast.evaluation import calibration_answer as engine
from tests.fake_server import serve
from timelines import AsyncClient, Backtest, Calibration, Client, InvalidQuestionError
from timelines.backtests import DamagedBacktest
from timelines.calibration_parts import BarLine, CalibrationSummary
from timelines.calibrations import calibration_request
from timelines.machinery import PastFan, PredictiveCheck
from timelines.v1 import answer_pb2
from timelines.v1 import evaluation_service_pb2 as pb

ASKED: dict[str, Any] = {"quantities": ("largest_compute", "first_passage"), "forecasters": ["timelines", "line"]}

MADE = pb.GetCalibrationResponse(
    backtest=pb.Backtest(
        name="backtests/mine",
        origins=["2016-12-31", "2018-12-31"],
        pending_origins=[pb.PendingOrigin(origin="2025-12-31", reason="too early")],
        years_ahead=[1, 2],
        stale=True,
        stale_reasons=["The loss model is another one now."],
        seed=0,
    ),
    bar=[
        pb.BarLine(name="a", words="A", measured=0.0, at_least=-0.1, unit="1", met=True, n=3, effective_n=0.0),
        pb.BarLine(name="b", words="B", at_most=0.9, unit="share"),
    ],
    summaries=[pb.CalibrationSummary(quantity="q", n=2, crps=0.0, pit=[0.5, 0.5])],
    skills=[pb.ForecastSkill(quantity="q", baseline="line", skill=0.25, low=-0.5)],
    forecasters=[pb.Forecaster(name="timelines", words="the models"), pb.Forecaster(name="line", baseline=True)],
    fits=[pb.BacktestFit(fit="2016-12-31", status=answer_pb2.POSTERIOR_STATUS_FLAGGED, rows=3, divergences=0)],
    machinery=pb.MachineryChecks(
        simulation_based=[pb.SimulationCheck(model="loss", parameter="b", simulations=10, ranks=[4, 6], passed=True)],
        leave_one_out=[pb.LeaveOneOut(model="loss", group="all", rows=9, elpd=1.5)],
        power_scaling=[pb.PowerScaling(model="loss", parameter="b", prior=0.0, verdict="fine")],
        predictive=[pb.PredictiveCheck(model="loss", statistic="s", kind=pb.DRAWS_KIND_PRIOR, observed=0.0)],
        prior_posterior=[pb.PriorPosterior(model="loss", quantity="b", kind=pb.DRAWS_KIND_POSTERIOR, q50=0.0)],
        models=[pb.CheckedModel(model="loss", words="the hierarchy of losses")],
        provenance=pb.ChecksProvenance(
            settings=[pb.Setting(name="predictive.seed", value="8")], stale_reasons=["Old."]
        ),
    ),
    law_weights=pb.LawWeights(floor=1.0, power_law=0.0, n=67, groups=13),
    caveats=["one shared path is one success"],
    past_fans=[
        pb.PastFan(
            quantity="q",
            unit="log10 FLOP",
            origin="2016-12-31",
            decimal_year=[2017.0, 2017.25],
            bands=[pb.PastFanBand(probability=0.1, log10_value=[20, 21]), pb.PastFanBand(probability=0.9)],
        )
    ],
)


@pytest.fixture(name="library", scope="module")
def library_() -> engine.Calibration:
    return engine.calibration().only(**ASKED)


@pytest.fixture(name="message", scope="module")
def message_(library: engine.Calibration) -> pb.GetCalibrationResponse:
    return ParseDict(library.to_dict(past_fans=True), pb.GetCalibrationResponse())


def test_both_clients_ask_and_tell_the_same(message: pb.GetCalibrationResponse) -> None:
    async def asked(address: str) -> Calibration:
        async with AsyncClient(address) as client:
            return await client.calibration("shipped", past_fans=True, **ASKED)

    with serve(GetCalibration=lambda request, context: message) as fake:
        with Client(fake.address) as client:
            found = client.calibration("backtests/shipped", past_fans=True, timeout=5, **ASKED)
            whole = client.calibration()
        assert found == whole == asyncio.run(asked(fake.address))
    first, empty, last = fake.requests("GetCalibration")
    assert first == last and empty == pb.GetCalibrationRequest()
    assert (first.backtest, list(first.quantities), first.past_fans) == (
        "backtests/shipped",
        list(ASKED["quantities"]),
        True,
    )


def test_both_clients_read_every_page_of_backtests() -> None:
    def page(request: pb.ListBacktestsRequest, context: Any) -> pb.ListBacktestsResponse:
        start = int(request.page_token or 0)
        one = pb.Backtest(name=f"backtests/b{start}", shipped=start == 0)
        damaged = [pb.DamagedBacktest(name="backtests/x", problem="scores.csv is missing")]
        return pb.ListBacktestsResponse(
            backtests=[one], next_page_token="" if start == 2 else f"{start + 1}", damaged=damaged
        )

    async def listed(address: str) -> tuple[list[Backtest], tuple[DamagedBacktest, ...]]:
        async with AsyncClient(address) as client:
            return [one async for one in client.backtests(page_size=1)], await client.damaged_backtests()

    with serve(ListBacktests=page) as fake:
        with Client(fake.address) as client:
            found, damaged = list(client.backtests(page_size=1)), client.damaged_backtests()
        assert (found, damaged) == asyncio.run(listed(fake.address))
    assert [(one.name, one.shipped) for one in found] == [("b0", True), ("b1", False), ("b2", False)]
    assert damaged == (DamagedBacktest("x", "scores.csv is missing"),)


def test_a_record_tells_what_the_library_tells(library: engine.Calibration, message: pb.GetCalibrationResponse) -> None:
    found = Calibration.from_raw(message)
    assert found.to_json() == library.to_json(past_fans=True)
    assert [one.quantity for one in found.summaries] == [one.quantity for one in library.summaries]
    assert [one.inside_80 for one in found.summaries] == [round(one.inside_80, 6) for one in library.summaries]
    assert [one.name for one in found.forecasters] == list(library.forecasters)
    assert [one.baseline for one in found.forecasters].count(False) == 1
    assert len(found.fits) == len(library.backtest.fits) and {one.status for one in found.fits} <= {"PASSED", "FLAGGED"}
    backtest, source = found.backtest, library.backtest.provenance
    assert [str(origin) for origin in backtest.origins] == source["origins"]
    assert {str(one.origin): one.reason for one in backtest.pending_origins} == source["pending_origins"]
    assert backtest.data_digests == source["data_digests"] and backtest.models == source["models"]
    assert backtest.library_versions == source["library_versions"]
    assert backtest.sampler["draws"] == str(source["sampler"]["draws"]) and backtest.seed == source["seed"]


def test_what_is_absent_is_none_and_a_zero_is_a_zero() -> None:
    found = Calibration.from_raw(MADE)
    met, missed = found.bar
    assert (met.measured, met.at_least, met.at_most, met.effective_n) == (0.0, -0.1, None, 0.0)
    assert (missed.measured, missed.at_most, missed.met, missed.effective_n) == (None, 0.9, False, None)
    assert found.missed == (missed,)
    (summary,) = found.summaries
    assert (summary.crps, summary.log_score, summary.pit, summary.tw_crps) == (0.0, None, (0.5, 0.5), None)
    (skill,) = found.skills
    assert (skill.skill, skill.low, skill.high) == (0.25, -0.5, None)
    (fit,) = found.fits
    assert (fit.status, fit.divergences, fit.hindsight_rows, fit.max_r_hat) == ("FLAGGED", 0, None, None)
    weights = found.law_weights
    assert weights is not None and (weights.floor, weights.power_law, weights.low, weights.n) == (1.0, 0.0, None, 67)
    assert Calibration.from_raw(pb.GetCalibrationResponse()).law_weights is None
    assert found.backtest.seed == 0 and Backtest.from_raw(pb.Backtest(name="backtests/x")).seed is None
    assert CalibrationSummary.from_raw(pb.CalibrationSummary()).effective_n is None


def test_the_machinery_and_past_fans_are_records_too() -> None:
    found = Calibration.from_raw(MADE)
    machinery = found.machinery
    assert machinery.simulation_based[0].ranks == (4, 6) and machinery.simulation_based[0].p_value is None
    assert machinery.leave_one_out[0].elpd == 1.5 and machinery.power_scaling[0].prior == 0.0
    assert machinery.predictive[0].kind == "prior" and machinery.predictive[0].observed == 0.0
    assert machinery.models == {"loss": "the hierarchy of losses"}
    assert machinery.settings == {"predictive.seed": "8"} and machinery.stale_reasons == ("Old.",)
    (after,) = machinery.prior_posterior
    assert (after.kind, after.q50, after.q95) == ("posterior", 0.0, None)
    assert PredictiveCheck.from_raw(pb.PredictiveCheck(kind=77)).kind == "draws_kind_77"  # type: ignore[comparison-overlap, arg-type]
    (fan,) = found.past_fans
    assert isinstance(fan, PastFan) and fan.origin == date(2016, 12, 31)
    assert (fan.decimal_year, fan.probability) == ((2017.0, 2017.25), (0.1, 0.9))
    assert fan.values == ((20.0, 21.0), ())


def test_records_are_frozen_and_equal_by_what_they_say() -> None:
    found, again = Calibration.from_raw(MADE), Calibration.from_raw(MADE)
    assert found == again and hash(found) == hash(again)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.bar[0].met = False  # type: ignore[misc]


@pytest.mark.parametrize("record", [BarLine, CalibrationSummary])
def test_a_record_has_every_field_of_its_message(record: Any) -> None:
    kind = {BarLine: pb.BarLine, CalibrationSummary: pb.CalibrationSummary}[record]
    assert [field.name for field in dataclasses.fields(record)] == [field.name for field in kind.DESCRIPTOR.fields]


def test_tables_go_to_pandas() -> None:
    pytest.importorskip("pandas")
    found = Calibration.from_raw(MADE)
    summaries = found.to_pandas()
    assert list(summaries.columns) == [field.name for field in dataclasses.fields(CalibrationSummary)]
    assert summaries["crps"].tolist() == [0.0] and summaries["log_score"].isna().all()
    assert found.to_pandas("bar")["met"].tolist() == [True, False]
    assert found.to_pandas("leave_one_out")["elpd"].tolist() == [1.5]
    with pytest.raises(InvalidQuestionError, match="table is 'fans'; give one of summaries, skills, bar"):
        found.to_pandas("fans")  # type: ignore[arg-type]


def test_without_pandas_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        Calibration.from_raw(MADE).to_pandas()


def test_json_is_the_message() -> None:
    assert Calibration.from_raw(MADE).to_dict() == MessageToDict(MADE, preserving_proto_field_name=True)
    assert Calibration.from_raw(MADE).to_json().endswith("}\n")


@pytest.mark.parametrize(
    ("asked", "field", "told"),
    [
        (("", None, None), "name", "give the name of one of the backtests"),
        ((3, None, None), "name", "give a text"),
        ((None, "largest_compute", None), "quantities", "such as ['largest_compute']"),
        ((None, [], None), "quantities", "leave it out for the default"),
        ((None, None, ["line", 4]), "forecasters[1]", "forecasters[1] is 4"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_it_is_sent(asked: Any, field: str, told: str) -> None:
    with pytest.raises(InvalidQuestionError) as caught:
        calibration_request(*asked, past_fans=False)
    assert told in caught.value.message and caught.value.field_violations[0].field == field


def test_a_listed_backtest_names_itself() -> None:
    listed = Backtest.from_raw(MADE.backtest)
    assert calibration_request(listed, None, None, past_fans=False).backtest == "backtests/mine"
