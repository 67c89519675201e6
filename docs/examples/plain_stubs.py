"""Ask from another service, with the generated stubs alone: a deadline, a token, the details of an error.

python plain_stubs.py [SCALE]
"""

import os
import sys

import grpc
from google.rpc import error_details_pb2, status_pb2

from timelines.v1.answer_pb2 import Position
from timelines.v1.forecast_service_pb2 import ForecastRequest
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.question_pb2 import Loss, Payer, Question, Target

SERVER = os.environ.get("TIMELINES_SERVER", "127.0.0.1:8433")
TOKEN = os.environ.get("TIMELINES_TOKEN")
DETAILS = "grpc-status-details-bin"


def main(scale: str = "kaplan-webtext2") -> int:
    """Ask one question, print its quantiles."""
    # What is left out takes its default; the answer tells it back, settled, in `answer.question`.
    question = Question(target=Target(loss=Loss(nats_per_token=0.86, scale=scale)), payer=Payer(fixed_usd_2023=1e9))
    metadata = (("authorization", f"Bearer {TOKEN}"),) if TOKEN else ()
    with grpc.insecure_channel(SERVER) as channel:
        forecasts = ForecastServiceStub(channel)
        try:  # the deadline travels to the server, which stops working when it has passed
            answer = forecasts.Forecast(ForecastRequest(question=question), timeout=10, metadata=metadata).answer
        except grpc.RpcError as error:
            return explain(error)
    for quantile in answer.quantiles:
        when = quantile.date if quantile.HasField("date") else Position.Name(quantile.position)
        print(f"{quantile.probability:.0%} by {when}")
    print(f"never: {answer.p_never:.0%}")
    return 0


def explain(error: grpc.RpcError) -> int:
    """Say why there is no answer: a status for the code, a reason for programs, words and fields for people."""
    print(f"{error.code().name}: {error.details()}", file=sys.stderr)
    sent = {item.key: item.value for item in error.trailing_metadata() or ()}
    for detail in status_pb2.Status.FromString(sent.get(DETAILS, b"")).details:
        info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            print(f"reason {info.reason}", file=sys.stderr)
        elif detail.Unpack(request):
            for violation in request.field_violations:
                print(f"field {violation.field}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
