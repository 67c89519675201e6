"""A server fetches what its operator names by URL, and never what a caller names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import grpc
import pytest

from forecast.posterior import fetching
from forecast.posterior.artefact import write
from forecast.posterior.selection import as_entry
from tests.buckets import BUCKET, Bucket, bucket, listening
from tests.service.asking import channel, forecast
from tests.service.refusals import refused
from tests.service.running import RunningServer, launch, listening_port, start
from tests.synthetic import synthetic_posterior
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1 import report_service_pb2 as reports
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub
from timelines.v1.question_pb2 import Question, Target
from timelines.v1.report_service_pb2_grpc import ReportServiceStub

NAME = "2026-11-20-0123456789ab"
TIMEOUT_S = 60
UNREACHABLE = Bucket("http://127.0.0.1:9").environment

Call = Callable[[ForecastServiceStub, Question], object]
CALLS: dict[str, tuple[Call, str]] = {
    "Forecast": (lambda stub, asked: stub.Forecast(pb.ForecastRequest(question=asked), timeout=TIMEOUT_S), "question"),
    "Sensitivity": (
        lambda stub, asked: stub.Sensitivity(pb.SensitivityRequest(question=asked), timeout=TIMEOUT_S),
        "question",
    ),
    "StreamDraws": (
        lambda stub, asked: list(stub.StreamDraws(pb.StreamDrawsRequest(question=asked), timeout=TIMEOUT_S)),
        "question",
    ),
    "Explain": (
        lambda stub, asked: stub.Explain(
            pb.ExplainRequest(before=Question(target=Target(training_flop=1e29)), after=asked), timeout=TIMEOUT_S
        ),
        "after",
    ),
}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, list[object]]]:
    """A server whose every request to S3 would come to a port that is watched, and who came there."""
    home = tmp_path_factory.mktemp("watched")
    with listening() as (endpoint, came), start(home, environment=Bucket(endpoint).environment) as running:
        yield running, came


@pytest.mark.parametrize("prefix", ["", "posteriors/"])
@pytest.mark.parametrize(
    "url", [f"s3://{BUCKET}/{NAME}", f"file:///srv/{NAME}", f"memory://x/{NAME}", "https://a.example/x"]
)
@pytest.mark.parametrize("call", CALLS)
def test_a_question_with_a_url_is_refused_and_nothing_is_fetched(
    call: str, url: str, prefix: str, watched: tuple[RunningServer, list[object]]
) -> None:
    server, came = watched
    asked = Question(target=Target(training_flop=1e29), posterior=prefix + url)
    ask, field = CALLS[call]
    with (
        channel(server.address) as connected,
        refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", match="by URL, which is not allowed here") as told,
    ):
        ask(ForecastServiceStub(connected), asked)
    assert told.fields == (f"{field}.posterior",)
    assert came == []


def test_in_a_batch_it_is_an_error_of_its_item(watched: tuple[RunningServer, list[object]]) -> None:
    server, came = watched
    asked = [Question(target=Target(training_flop=1e29), posterior=name) for name in (f"s3://{BUCKET}/{NAME}", "")]
    requests = [pb.ForecastBatchRequest(index=index, question=one) for index, one in enumerate(asked)]
    with channel(server.address) as connected:
        items = list(ForecastServiceStub(connected).ForecastBatch(iter(requests), timeout=TIMEOUT_S))
    assert items[0].error.code == "INVALID_ARGUMENT"
    assert [violation.field for violation in items[0].error.field_violations] == ["question.posterior"]
    assert came == []


def test_a_report_fetches_nothing_either(watched: tuple[RunningServer, list[object]]) -> None:
    server, came = watched
    request = reports.CreateReportRequest(
        lead=Question(target=Target(training_flop=1e29), posterior=f"s3://{BUCKET}/{NAME}")
    )
    with channel(server.address) as connected, suppress(grpc.RpcError):
        list(ReportServiceStub(connected).CreateReport(request, timeout=TIMEOUT_S))
    assert came == []


@pytest.mark.parametrize("method", ["GetPosterior", "SetCurrentPosterior"])
def test_no_posterior_is_got_or_chosen_by_url(method: str, watched: tuple[RunningServer, list[object]]) -> None:
    server, came = watched
    request = getattr(posteriors, f"{method}Request")(name=f"posteriors/s3://{BUCKET}/{NAME}")
    with channel(server.address) as connected, pytest.raises(grpc.RpcError) as caught:
        getattr(PosteriorServiceStub(connected), method)(request, timeout=TIMEOUT_S)
    assert caught.value.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND)
    assert came == []


@pytest.fixture
def exported(tmp_path: Path) -> str:
    """A posterior in a folder that is no state folder, by its URL."""
    entry = as_entry(write(synthetic_posterior(400), tmp_path / "made"), "state")
    return fetching.export(entry, (tmp_path / "out").as_uri())


def test_the_operator_may_name_one_by_url(exported: str, tmp_path: Path) -> None:
    with start(tmp_path / "home", "--posterior", exported) as running, channel(running.address) as connected:
        name = exported.rpartition("/")[2]
        assert name in running.ready_line
        assert forecast(connected).answer.provenance.posterior == name
        asked = pb.ForecastRequest(question=Question(target=Target(training_flop=1e29), posterior=exported))
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", match="not allowed here"):
            ForecastServiceStub(connected).Forecast(asked, timeout=TIMEOUT_S)


def test_it_serves_from_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket() as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        entry = as_entry(write(synthetic_posterior(400), tmp_path / "made"), "state")
        url = fetching.export(entry, f"s3://{BUCKET}/posteriors")
        with start(tmp_path / "home", "--posterior", url) as running, channel(running.address) as connected:
            assert forecast(connected).answer.provenance.posterior == entry.name
            log = running.log_path.read_text()
    assert "secret-of-the-tests" not in log and "key-of-the-tests" not in log


def test_while_it_cannot_be_fetched_callers_are_not_told_where_from(tmp_path: Path) -> None:
    url = f"s3://{BUCKET}/{NAME}"
    with launch(tmp_path, "--posterior", url, environment=UNREACHABLE) as launched:
        assert "Could not connect" in launched.line("Not serving yet")
        with (
            channel(f"127.0.0.1:{listening_port(launched.process.pid)}") as connected,
            refused(grpc.StatusCode.UNAVAILABLE, "NO_POSTERIOR", match="no posterior can be used"),
        ):
            forecast(connected)
