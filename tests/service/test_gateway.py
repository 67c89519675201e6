"""The same services over HTTP: the same answers, the same errors, and who may call from a browser."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import grpc
import pytest
from google.protobuf import json_format

from tests.service.asking import bearer, channel
from tests.service.over_http import BATCH, DRAWS, FORECAST, LAST, Http, reason_of, start_with_http
from tests.service.processes import comes_true
from tests.service.running import RunningServer
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.question_pb2 import Question, Target
from timelines.v1.scale_service_pb2 import ListScalesRequest
from timelines.v1.scale_service_pb2_grpc import ScaleServiceStub
from timelines_server.access import tokens
from timelines_server.access.tokens import Scope
from timelines_server.channel import MAX_REQUEST_BYTES

QUESTION = Question(target=Target(training_flop=2e29))
IN_JSON = {"question": {"target": {"training_flop": 2e29}}}
REQUEST = pb.ForecastRequest(question=QUESTION)
UNKNOWN_SCALE = {"question": {"target": {"loss": {"nats_per_token": 1.2, "scale": "nowhere"}}}}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Http]]:
    with start_with_http(tmp_path_factory.mktemp("gateway")) as found:
        yield found


@pytest.fixture(scope="module")
def http(both: tuple[RunningServer, Http]) -> Http:
    return both[1]


@pytest.fixture(scope="module")
def connected(both: tuple[RunningServer, Http]) -> Iterator[grpc.Channel]:
    with channel(both[0].address) as opened:
        yield opened


@pytest.fixture(scope="module")
def answered(connected: grpc.Channel) -> pb.ForecastResponse:
    """What gRPC says."""
    response: pb.ForecastResponse = ForecastServiceStub(connected).Forecast(REQUEST)
    return response


class TestSameAnswers:
    """One question, every way to ask it."""

    def test_json(self, http: Http, answered: pb.ForecastResponse) -> None:
        reply = http.json(FORECAST, IN_JSON)
        assert reply.status == 200 and reply.headers["content-type"] == "application/json"
        assert json_format.ParseDict(reply.said, pb.ForecastResponse()) == answered
        assert "p_beyond_horizon" in reply.said["answer"], "names as in the protos and in Answer.to_json"

    def test_protobuf(self, http: Http, answered: pb.ForecastResponse) -> None:
        reply = http.proto(FORECAST, REQUEST.SerializeToString())
        assert pb.ForecastResponse.FromString(reply.body) == answered

    def test_grpc_web(self, http: Http, answered: pb.ForecastResponse) -> None:
        reply = http.stream(FORECAST, REQUEST.SerializeToString(), kind="grpc-web+proto")
        assert pb.ForecastResponse.FromString(reply.frames[0][1]) == answered
        assert reply.trailers["grpc-status"] == "0"

    def test_a_stream(self, http: Http, connected: grpc.Channel) -> None:
        asked = pb.StreamDrawsRequest(question=QUESTION)
        expected = list(ForecastServiceStub(connected).StreamDraws(asked))
        *frames, (flag, last) = http.stream(DRAWS, asked.SerializeToString()).frames
        assert [pb.StreamDrawsResponse.FromString(body) for _, body in frames] == expected and len(expected) > 1
        assert (flag, json.loads(last)) == (LAST, {})

    def test_a_batch_of_which_one_fails(self, http: Http) -> None:
        asked = [pb.ForecastBatchRequest(index=5, question=QUESTION), pb.ForecastBatchRequest(index=6)]
        *frames, _ = http.stream(BATCH, *(one.SerializeToString() for one in asked)).frames
        good, bad = (pb.ForecastBatchResponse.FromString(body) for _, body in frames)
        assert (good.index, bad.index) == (5, 6)
        assert good.HasField("answer") and bad.error.reason == "INVALID_INPUT"

    def test_other_services(self, http: Http, connected: grpc.Channel) -> None:
        expected = ScaleServiceStub(connected).ListScales(ListScalesRequest())
        reply = http.json("/timelines.v1.ScaleService/ListScales", {})
        assert json_format.ParseDict(reply.said, type(expected)()) == expected

    def test_an_empty_body_is_an_empty_request(self, http: Http) -> None:
        reply = http.ask("POST", "/timelines.v1.ScaleService/ListScales", content_type="application/json")
        assert reply.status == 200 and reply.said["scales"]


class TestSameErrors:
    """Codes, reasons and fields are those of gRPC."""

    def test_a_name_that_is_not_known(self, http: Http) -> None:
        reply = http.json(FORECAST, UNKNOWN_SCALE)
        assert reply.status == 400 and reply.said["code"] == "invalid_argument"
        assert reason_of(reply.said) == "UNKNOWN_NAME" and "unknown scale 'nowhere'" in reply.said["message"]
        assert "google.rpc.BadRequest" in [one["type"] for one in reply.said["details"]]

    def test_the_same_by_grpc_web(self, http: Http) -> None:
        asked = json_format.ParseDict(UNKNOWN_SCALE, pb.ForecastRequest())
        reply = http.stream(FORECAST, asked.SerializeToString(), kind="grpc-web+proto")
        assert reply.status == 200 and reply.trailers["grpc-status"] == "3"
        assert "unknown scale 'nowhere'" in reply.trailers["grpc-message"]
        assert reply.trailers["grpc-status-details-bin"]

    def test_a_field_that_is_not_there_is_named(self, http: Http) -> None:
        reply = http.json(FORECAST, {"question": {"targett": {"training_flop": 1e29}}})
        assert reason_of(reply.said) == "MALFORMED_REQUEST" and '"targett"' in reply.said["message"]

    def test_no_json_at_all(self, http: Http) -> None:
        reply = http.ask("POST", FORECAST, b"{", content_type="application/json")
        assert reply.status == 400 and reason_of(reply.said) == "MALFORMED_REQUEST"

    def test_json_nested_without_end(self, http: Http) -> None:
        deep = b'{"question":' * 5000 + b"1" + b"}" * 5000
        reply = http.ask("POST", FORECAST, deep, content_type="application/json")
        assert reply.status == 400 and reason_of(reply.said) == "MALFORMED_REQUEST"

    def test_bytes_that_are_no_message(self, http: Http) -> None:
        reply = http.proto(FORECAST, b"\xff\xff")
        assert reply.status == 400 and reason_of(reply.said) == "MALFORMED_REQUEST"

    def test_an_error_in_a_stream(self, http: Http) -> None:
        bad = json_format.ParseDict(UNKNOWN_SCALE, pb.StreamDrawsRequest())
        ((flag, last),) = http.stream(DRAWS, bad.SerializeToString()).frames
        said = json.loads(last)["error"]
        assert (flag, said["code"], reason_of(said)) == (LAST, "invalid_argument", "UNKNOWN_NAME")

    def test_a_request_that_is_too_large(self, http: Http) -> None:
        reply = http.proto(FORECAST, bytes(MAX_REQUEST_BYTES + 1))
        assert reply.status == 429 and reply.said["code"] == "resource_exhausted"

    def test_a_deadline_that_passes(self, both: tuple[RunningServer, Http]) -> None:
        running, http = both
        asked = {"question": {"target": {"training_flop": 1.7e29}, "seed": 77}, "shapley": True}
        reply = http.json("/timelines.v1.ForecastService/Sensitivity", asked, connect_timeout_ms="200")
        assert reply.status == 504 and reply.said["code"] == "deadline_exceeded"
        assert comes_true(lambda: '"code":"DEADLINE_EXCEEDED"' in running.log), "its line in the log"


class TestWhatElseIsThere:
    """Paths that are no calls."""

    def test_health(self, http: Http) -> None:
        reply = http.ask("GET", "/healthz")
        assert (reply.status, reply.body) == (200, b"SERVING\n")

    def test_nothing(self, http: Http) -> None:
        reply = http.ask("GET", "/elsewhere")
        assert reply.status == 404 and b"/timelines.v1.ForecastService/Forecast" in reply.body

    def test_a_method_that_is_not_there(self, http: Http) -> None:
        assert http.json("/timelines.v1.ForecastService/Foretell", {}).status == 404

    def test_calls_are_posts(self, http: Http) -> None:
        assert http.ask("GET", FORECAST, content_type="application/json").status in (405, 415)

    def test_another_kind_of_body(self, http: Http) -> None:
        assert http.ask("POST", FORECAST, b"a=b", content_type="application/x-www-form-urlencoded").status == 415

    def test_grpc_is_sent_to_its_own_port(self, http: Http) -> None:
        reply = http.ask("POST", FORECAST, content_type="application/grpc")
        assert reply.status == 415 and b"--port" in reply.body

    def test_every_answer_is_closed_to_what_it_does_not_need(self, http: Http) -> None:
        for reply in (http.ask("GET", "/healthz"), http.json(FORECAST, IN_JSON), http.json(FORECAST, UNKNOWN_SCALE)):
            assert "default-src 'none'" in reply.headers["content-security-policy"]
            assert reply.headers["x-content-type-options"] == "nosniff" and "server" not in reply.headers


class TestVisitors:
    """Pages of other sites."""

    def test_a_page_of_another_site_is_refused(self, http: Http) -> None:
        reply = http.json(FORECAST, IN_JSON, origin="https://elsewhere.example")
        assert reply.status == 403 and b"elsewhere.example" in reply.body

    def test_its_own_page_is_served(self, http: Http) -> None:
        own = f"http://{urlsplit(http.url).netloc}"
        assert http.json(FORECAST, IN_JSON, origin=own).status == 200

    def test_another_name_for_this_machine_is_refused(self, http: Http) -> None:
        reply = http.json(FORECAST, IN_JSON, host="rebound.example:8434")
        assert reply.status == 403 and b"rebound.example" in reply.body

    def test_a_browser_is_not_told_that_it_may(self, http: Http) -> None:
        reply = http.ask("OPTIONS", FORECAST, origin="https://elsewhere.example", access_control_request_method="POST")
        assert reply.status == 403 and not any(name.startswith("access-control") for name in reply.headers)


def test_a_caller_who_leaves_ends_the_call(both: tuple[RunningServer, Http]) -> None:
    running, http = both
    before = running.log.count('"code":"CANCELLED"')
    place = urlsplit(http.url)
    body = json.dumps({"question": {"target": {"training_flop": 1.9e29}, "seed": 78, "limit_effects": True}})
    with socket.create_connection((place.hostname, place.port)) as leaving:
        head = f"POST {FORECAST} HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
        leaving.sendall(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
    assert comes_true(lambda: running.log.count('"code":"CANCELLED"') == before + 1)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Http, str]]:
    folder = tmp_path_factory.mktemp("guarded-http")
    secret, token = tokens.make("reader", Scope.READ, calls_per_minute=3)
    (folder / "tokens").write_text(f"{token.line}\n")
    (folder / "tokens").chmod(0o600)
    with start_with_http(folder / "home", "--tokens", str(folder / "tokens")) as (_, http):
        yield http, secret


def test_who_may_call_what_and_how_often(guarded: tuple[Http, str]) -> None:
    """The gate is the one of gRPC."""
    http, secret = guarded
    known = dict(bearer(secret))
    missing = http.json(FORECAST, IN_JSON)
    assert missing.status == 401 and reason_of(missing.said) == "TOKEN_MISSING"
    wrong = http.json(FORECAST, IN_JSON, authorization="Bearer nobody")
    assert wrong.status == 401 and reason_of(wrong.said) == "TOKEN_UNKNOWN"
    forbidden = http.json("/timelines.v1.FitService/CreateFit", {}, **known)
    assert forbidden.status == 403 and reason_of(forbidden.said) == "SCOPE_MISSING"
    assert [http.json(FORECAST, IN_JSON, **known).status for _ in range(3)] == [200] * 3
    spent = http.json(FORECAST, IN_JSON, **known)
    assert spent.status == 429 and int(spent.headers["grpc-retry-pushback-ms"]) > 0
    assert http.ask("GET", "/healthz").status == 200, "health needs none"


def test_a_call_in_flight_is_answered_when_the_server_stops(tmp_path: Path) -> None:
    with start_with_http(tmp_path, "--lame-duck", "0.5", "--grace", "20") as (running, http):
        asked = {"question": {"target": {"training_flop": 3e29}, "seed": 5, "limit_effects": True}}
        with ThreadPoolExecutor(1) as pool:
            reply = pool.submit(http.json, FORECAST, asked)
            assert comes_true(lambda: "SERVING" in http.ask("GET", "/healthz").body.decode())
            running.process.send_signal(signal.SIGTERM)
            assert comes_true(lambda: _not_serving(http)), "balancers are told at once"
            assert reply.result().status == 200
        assert running.process.wait(timeout=20) == 0
        assert "Traceback" not in running.log


def _not_serving(http: Http) -> bool:
    try:
        return http.ask("GET", "/healthz").status == 503
    except ConnectionError:
        return True
