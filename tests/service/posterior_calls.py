"""Short words for calls about posteriors to one server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import grpc

from forecast.posterior import selection
from timelines.v1 import posterior_service_pb2 as pb
from timelines.v1.answer_pb2 import Answer
from timelines.v1.forecast_service_pb2 import ForecastRequest
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub
from timelines.v1.question_pb2 import Question, Target

TIMEOUT_S = 20
REFERENCE = selection.reference().name
SHIPPED = sorted((path.stem for path in selection.SHIPPED.glob("*.json")), reverse=True)
OLDER = SHIPPED[1]
ON_FLOP = ForecastRequest(question=Question(target=Target(training_flop=1e28), max_draws=400))


class Caller:
    """Short words for calls to one server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.posteriors, self.forecasts = PosteriorServiceStub(channel), ForecastServiceStub(channel)

    def list(self, size: int = 0, token: str = "") -> pb.ListPosteriorsResponse:
        request = pb.ListPosteriorsRequest(page_size=size, page_token=token)
        return self.posteriors.ListPosteriors(request, timeout=TIMEOUT_S)

    def get(self, name: str) -> pb.Posterior:
        return self.posteriors.GetPosterior(pb.GetPosteriorRequest(name=name), timeout=TIMEOUT_S).posterior

    def use(self, name: str, timeout_s: float = TIMEOUT_S) -> pb.Posterior:
        request = pb.SetCurrentPosteriorRequest(name=f"posteriors/{name}")
        return self.posteriors.SetCurrentPosterior(request, timeout=timeout_s).posterior

    def ask(self) -> Answer:
        return self.forecasts.Forecast(ON_FLOP, timeout=TIMEOUT_S).answer

    @property
    def answers_from(self) -> str:
        assert self.ask().posterior.name == self.get("posteriors/current").name.removeprefix("posteriors/")
        return self.ask().posterior.name


@contextmanager
def calling(address: str) -> Iterator[Caller]:
    """A caller of the server at that address."""
    with grpc.insecure_channel(address) as channel:
        yield Caller(channel)
