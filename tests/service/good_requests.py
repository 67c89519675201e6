"""Requests as they should be, one or more for each message: fuzzing spoils them."""

from __future__ import annotations

from google.protobuf.message import Message

from tests.golden.kept import RECORDS
from tests.good_questions import GOOD as GOOD_QUESTIONS
from tests.good_questions import message as message_of
from tests.house import ROOT
from timelines.v1 import dataset_service_pb2 as datasets
from timelines.v1 import evaluation_service_pb2 as evaluation
from timelines.v1 import fit_service_pb2 as fits
from timelines.v1 import forecast_record_service_pb2 as records
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1 import question_pb2 as questions
from timelines.v1 import report_service_pb2 as reports
from timelines.v1 import scale_service_pb2 as scales
from timelines.v1 import scenario_service_pb2 as scenarios

# The posteriors that every server has; the last is the newest.
SHIPPED = sorted(file.stem for file in (ROOT / "forecast/posterior/shipped").glob("*.nc"))

ON_A_LOSS = questions.Question(
    target=questions.Target(loss=questions.Loss(nats_per_token=1.24, scale="kaplan-webtext2")),
    payer=questions.Payer(fixed_usd_2023=1e9),
)
ON_FLOP = questions.Question(target=questions.Target(training_flop=1e29), by_years=[2030, 2040], quantiles=[0.1, 0.5])
WITH_EVERYTHING = questions.Question(
    target=questions.Target(loss=questions.Loss(nats_per_token=2.0, scale="chinchilla-massivetext")),
    payer=questions.Payer(frontier_spend=questions.FrontierSpend()),
    law=questions.Law(mixture=questions.MixtureLaw(relative_noise=0.02)),
    algorithms=questions.Algorithms(
        prior=questions.AlgorithmsPrior(halving_months=questions.LogNormal(median=12, sd_ln=0.5)), ceiling_oom=6
    ),
    horizon="2050-12",
    seed=7,
    max_draws=500,
)
OF_EVERY_KIND = [message_of(fields) for fields in GOOD_QUESTIONS[1:]]
SMALL = questions.Question(target=questions.Target(training_flop=1e29), max_draws=500)
NO_TARGET = questions.Question(payer=questions.Payer(fixed_usd_2023=1e9), max_draws=500)
OWN = questions.Scenario(
    name="fuzzed",
    overrides=[
        questions.Override(input="run.months", set=6),
        questions.Override(input="power.watts_2030", prior=questions.Distribution(point=1e9), source="a test"),
    ],
    switches=[questions.Switch(name="scaling_break", on=True)],
)
STUDY = scales.ImportStudyRequest(
    scale_id="fuzzed",
    corpus="text",
    eval_set="text",
    source="a test",
    published_on="2024-01-01",
    points=[scales.StudyPoint(training_flop=10.0**k, loss_nats_per_token=4 - 0.1 * k) for k in range(15, 22)],
    validate_only=True,
)

# What a good request looks like, by its message; a message that is not named here is good when it is empty.
GOOD: dict[str, list[Message]] = {
    "ForecastRequest": [
        forecasts.ForecastRequest(question=q) for q in (ON_A_LOSS, ON_FLOP, WITH_EVERYTHING, *OF_EVERY_KIND)
    ],
    "ForecastBatchRequest": [forecasts.ForecastBatchRequest(index=1, question=ON_A_LOSS)],
    "StreamDrawsRequest": [forecasts.StreamDrawsRequest(question=ON_FLOP, chunk_draws=500)],
    "TrajectoryRequest": [
        forecasts.TrajectoryRequest(driver=forecasts.DRIVER_PRICE, horizon="2040-12"),
        forecasts.TrajectoryRequest(driver=forecasts.DRIVER_ALGORITHMS, quantiles=[0.5]),
        forecasts.TrajectoryRequest(driver=forecasts.DRIVER_COST_OF_TARGET, target=ON_A_LOSS.target, horizon="2028-01"),
        forecasts.TrajectoryRequest(driver=forecasts.DRIVER_LIMIT_MONEY, payer=ON_A_LOSS.payer, horizon="2028-01"),
    ],
    "AffordableLossRequest": [
        forecasts.AffordableLossRequest(question=NO_TARGET, scale="kaplan-webtext2", date="2030-01-01")
    ],
    "RequiredBudgetRequest": [
        forecasts.RequiredBudgetRequest(question=ON_FLOP, dates=["2030-01-01"], budgets_usd_2023=[1e9, 1e12])
    ],
    "SensitivityRequest": [forecasts.SensitivityRequest(question=SMALL, inputs=3, shapley=False)],
    "CompareRequest": [
        forecasts.CompareRequest(
            question=SMALL,
            scenarios=[{"name": "baseline"}, {"inline": OWN}],
            overlays=[{"name": "others", "decimal_year": {"normal": {"mean": 2035, "sd": 5}}}],
        )
    ],
    "ExplainRequest": [
        forecasts.ExplainRequest(before=SMALL, after=ON_FLOP, year=2035),
        forecasts.ExplainRequest(before=SMALL, after_record=f"forecasts/{RECORDS[0]}"),
    ],
    "CreateReportRequest": [
        reports.CreateReportRequest(lead=ON_FLOP, scenarios=["baseline", "scenarios/skeptic"], formats=[3]),
        reports.CreateReportRequest(title="fuzzed", notes="{median}", questions=[{"name": "q", "question": ON_A_LOSS}]),
    ],
    "DrawChartRequest": [
        reports.DrawChartRequest(kind=1, questions=[{"question": ON_FLOP}], layout=3, colours=3, titled=True),
        reports.DrawChartRequest(kind=7, questions=[{"question": ON_FLOP}], budgets_usd_2023=[1e9]),
        reports.DrawChartRequest(
            kind=11, questions=[{"name": str(i), "question": q} for i, q in enumerate((SMALL, ON_A_LOSS))]
        ),
        reports.DrawChartRequest(kind=12, questions=[{"name": "a", "question": SMALL}, {"question": ON_FLOP}]),
    ],
    "GetScenarioRequest": [scenarios.GetScenarioRequest(name="scenarios/baseline")],
    "CreateScenarioRequest": [scenarios.CreateScenarioRequest(scenario=OWN, validate_only=True)],
    "DeleteScenarioRequest": [scenarios.DeleteScenarioRequest(name="scenarios/fuzzed")],
    "EstimateTrainingComputeRequest": [
        forecasts.EstimateTrainingComputeRequest(
            parameters_tokens=forecasts.ParametersTokens(parameters=175e9, tokens=300e9)
        )
    ],
    "GetScaleRequest": [scales.GetScaleRequest(name="scales/kaplan-webtext2")],
    "ImportStudyRequest": [STUDY],
    "DeleteScaleRequest": [scales.DeleteScaleRequest(name="scales/fuzzed")],
    "GetPosteriorRequest": [posteriors.GetPosteriorRequest(name="posteriors/current")],
    "SetCurrentPosteriorRequest": [
        posteriors.SetCurrentPosteriorRequest(name=f"posteriors/{name}") for name in (SHIPPED[0], SHIPPED[-1], "none")
    ],
    "GetTableRequest": [datasets.GetTableRequest(name="tables/training_runs")],
    "ReplayRequest": [evaluation.ReplayRequest(claims=["G1", "j12"]), evaluation.ReplayRequest()],
    "GetCalibrationRequest": [
        evaluation.GetCalibrationRequest(quantities=["largest_compute"], forecasters=["timelines"]),
        evaluation.GetCalibrationRequest(backtest="backtests/shipped", quantities=["first_passage"], past_fans=True),
    ],
    "CreateFitRequest": [fits.CreateFitRequest(as_of="2026-11-20", draws=60, tune=60, chains=2, make_current=False)],
    **{  # one that has ended, in the catalogue of `tests.golden.kept`: a watch of it ends too
        f"{kind.DESCRIPTOR.name}": [kind(name="fits/0123456789ab")]
        for kind in (fits.GetFitRequest, fits.WatchFitRequest, fits.CancelFitRequest)
    },
    "RecordForecastRequest": [
        records.RecordForecastRequest(question=SMALL, series="fuzzed", title="A run", note="On two\nlines"),
        records.RecordForecastRequest(question=ON_FLOP, request_id="00000000-0000-4000-9000-0123456789ab"),
    ],
    "GetForecastRecordRequest": [records.GetForecastRecordRequest(name=f"forecasts/{name}") for name in RECORDS],
    "ListForecastRecordsRequest": [records.ListForecastRecordsRequest(page_size=2, series="kept")],
    "DiffForecastRecordsRequest": [
        records.DiffForecastRecordsRequest(name=f"forecasts/{RECORDS[1]}", explain=explain) for explain in (True, False)
    ],
    "ListFitsRequest": [fits.ListFitsRequest(page_size=2, states=[fits.FIT_STATE_REFUSED])],
    "ListRowsRequest": [datasets.ListRowsRequest(table="tables/training_runs", page_size=5, published_by="2020-01-01")],
}
