"""A backup of a running server, restored into an empty folder: the server there answers the same, to the byte."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import grpc
import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue import Catalogue
from forecast.posterior.artefact import write
from forecast.posterior.state import state_folder
from tests.service.running import start
from tests.synthetic import synthetic_posterior
from timelines.v1 import forecast_record_service_pb2 as records
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1 import question_pb2 as questions
from timelines.v1.forecast_record_service_pb2_grpc import ForecastRecordServiceStub
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub

TIMEOUT_S = 60
QUESTIONS = (
    questions.Question(target=questions.Target(training_flop=1e29), max_draws=200),
    questions.Question(target=questions.Target(training_flop=2e27), max_draws=200, as_of="2020-07-27"),
)


@dataclass
class Caller:
    """Asks one server; what comes back is bytes."""

    channel: grpc.Channel

    def answers(self) -> list[bytes]:
        """The answers to every question."""
        stub = ForecastServiceStub(self.channel)
        requests = [forecasts.ForecastRequest(question=question) for question in QUESTIONS]
        return [stub.Forecast(one, timeout=TIMEOUT_S).SerializeToString(deterministic=True) for one in requests]

    def published(self) -> list[bytes]:
        """Every published forecast, the newest first."""
        request = records.ListForecastRecordsRequest(page_size=100)
        found = ForecastRecordServiceStub(self.channel).ListForecastRecords(request, timeout=TIMEOUT_S)
        assert not found.next_page_token
        return [record.SerializeToString(deterministic=True) for record in found.records]

    def publish(self) -> str:
        """Publish the first answer; the record's name."""
        request = records.RecordForecastRequest(question=QUESTIONS[0])
        name: str = ForecastRecordServiceStub(self.channel).RecordForecast(request, timeout=TIMEOUT_S).record.name
        return name

    def use(self, name: str) -> None:
        """Make a posterior current."""
        request = posteriors.SetCurrentPosteriorRequest(name=f"posteriors/{name}")
        PosteriorServiceStub(self.channel).SetCurrentPosterior(request, timeout=TIMEOUT_S)


def timelines(home: Path, *arguments: str | Path) -> str:
    """What a command prints, in a process of its own."""
    command = [sys.executable, "-m", "forecast.cli.main", *map(str, arguments)]
    environment = {**os.environ, "TIMELINES_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_running_server_is_backed_up_and_lives_on_elsewhere(tmp_path: Path) -> None:
    home, restored, file = tmp_path / "home", tmp_path / "restored", tmp_path / "backup.tar"
    names = [write(synthetic_posterior(200, seed=seed), state_folder(home).posteriors).stem for seed in (1, 2)]
    with start(home) as server, grpc.insecure_channel(server.address) as channel:
        caller, acknowledged = Caller(channel), []
        for name in names:
            caller.use(name)
            acknowledged.append(caller.publish())
        answers, stop = caller.answers(), Event()

        def keep_publishing() -> int:
            count = 0
            while not stop.is_set():
                caller.publish()
                count += 1
                stop.wait(0.1)
            return count

        with ThreadPoolExecutor(1) as pool:
            more = pool.submit(keep_publishing)
            told = timelines(home, "state", "backup", file)
            stop.set()
            assert more.result(TIMEOUT_S) > 0
        published = caller.published()
    assert "2 posteriors, the catalogue" in told
    timelines(restored, "state", "restore", file)
    asked = ("when", "--flop", "1e29", "--json")
    assert timelines(restored, *asked) == timelines(home, *asked)
    with start(restored) as server, grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        assert caller.answers() == answers
        back = caller.published()
    assert back == published[-len(back) :], "those that were published until then, and nothing else"
    assert set(acknowledged) <= {records.ForecastRecord.FromString(one).name for one in back}
    histories = []
    for folder in (home, restored):
        with Catalogue.open(folder) as catalogue:
            histories.append(catalogue.history())
    assert histories[0] == histories[1] and [change.name for change in histories[0]] == names[::-1]
