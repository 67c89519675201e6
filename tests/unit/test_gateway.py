"""The parts of the HTTP gateway, each by itself."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.request import Headers, RequestContext

from forecast.errors import InputError
from timelines_server import gateway
from timelines_server.configuration.checks import split_address
from timelines_server.configuration.settings import Settings
from timelines_server.gateway import application, endpoints
from timelines_server.gateway.codecs import is_json
from timelines_server.gateway.context import HttpContext
from timelines_server.gateway.endpoints import Endpoints, Spoken, json_of
from timelines_server.gateway.visitors import refusal
from timelines_server.manners.admission import Admission
from timelines_server.manners.interceptors import Manners
from timelines_server.observing.logs import Log
from timelines_server.observing.metrics import Metrics
from timelines_server.served import methods, path

FORECAST = "/timelines.v1.ForecastService/Forecast"


class TestAddress:
    """`--http ADDRESS:PORT`."""

    @pytest.mark.parametrize(
        ("address", "parts"),
        [("127.0.0.1:8434", ("127.0.0.1", 8434)), ("[::1]:0", ("::1", 0)), ("localhost:80", ("localhost", 80))],
    )
    def test_split(self, address: str, parts: tuple[str, int]) -> None:
        assert split_address(address) == parts == Settings(http=address).http_address

    @pytest.mark.parametrize("address", ["", "8434", "127.0.0.1", ":8434", "127.0.0.1:x", "a@b:1", "h:1/x", "h:70000"])
    def test_others_are_refused(self, address: str) -> None:
        with pytest.raises(InputError, match=r"--http .*give one such as 127\.0\.0\.1:8434") as caught:
            Settings(http=address)
        assert caught.value.field == "http"

    @pytest.mark.parametrize("taken", [{"port": 8400}, {"metrics_port": 8400}])
    def test_a_port_that_is_given_twice_is_refused(self, taken: dict[str, Any]) -> None:
        with pytest.raises(InputError, match="given twice"):
            Settings(http="127.0.0.1:8400", **taken)

    def test_beyond_this_machine_a_token_is_asked_for(self) -> None:
        with pytest.raises(InputError, match=r"--http 0\.0\.0\.0:8434 lets other machines in.*--tokens FILE"):
            Settings(http="0.0.0.0:8434")
        assert Settings(http="0.0.0.0:8434", tokens=Path("tokens")).warnings == (
            "tokens and questions travel in plain text on 0.0.0.0, for others to read: give --tls-cert and --tls-key",
        )

    def test_it_is_off(self) -> None:
        assert Settings().http is None


class TestVisitors:
    """Who may call from a browser."""

    @pytest.mark.parametrize("host", ["127.0.0.1:8434", "localhost:8434", "[::1]:8434", "127.0.0.1"])
    def test_names_of_this_machine(self, host: str) -> None:
        assert refusal({"host": host}, loopback=True) is None
        assert refusal({"host": host, "origin": f"http://{host}"}, loopback=True) is None

    @pytest.mark.parametrize(
        "host", ["", "rebound.example", "rebound.example:8434", "localhost.example:8434", "[2001:db8::1]:1"]
    )
    def test_other_names(self, host: str) -> None:
        assert "this machine only" in (refusal({"host": host}, loopback=True) or "")
        assert refusal({"host": host}, loopback=False) is None, "it may be its own there"

    @pytest.mark.parametrize(
        "origin", ["null", "", "http://elsewhere.example", "http://127.0.0.1:9000", "127.0.0.1:8434"]
    )
    @pytest.mark.parametrize("loopback", [True, False])
    def test_other_sites(self, origin: str, loopback: bool) -> None:
        assert "may not call" in (refusal({"host": "127.0.0.1:8434", "origin": origin}, loopback=loopback) or "")


class TestBody:
    """What is taken of a request."""

    def test_half_a_body_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(application, "BODY_S", 0.01)

        async def never() -> Any:
            await asyncio.sleep(60)

        async def received() -> Any:
            return await application._Patient(never)()

        assert asyncio.run(received()) == {"type": "http.disconnect"}

    def test_a_whole_one_may_be_watched_for_as_long_as_it_takes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(application, "BODY_S", 0.01)
        coming = iter([(0.0, {"type": "http.request", "body": b"x"}), (0.05, {"type": "http.disconnect"})])

        async def next_one() -> Any:
            wait_s, message = next(coming)
            await asyncio.sleep(wait_s)
            return message

        async def received() -> Any:
            patient = application._Patient(next_one)
            return [await patient(), await patient()]

        assert [one["type"] for one in asyncio.run(received())] == ["http.request", "http.disconnect"]

    @pytest.mark.parametrize(
        "kind", ["application/json", "application/json; charset=utf-8", "application/connect+json"]
    )
    def test_json(self, kind: str) -> None:
        assert is_json(kind) and not is_json(kind.replace("json", "proto"))


class _Fails:
    """Takes the place of what answers calls."""

    async def handler(self, _path: str, _context: HttpContext) -> Any:
        async def answer(_request: Any, context: HttpContext) -> Any:
            await context.write(b"first")
            raise ValueError("a secret of the server")

        return answer


class _Told:
    """Takes the place of the log."""

    def __init__(self) -> None:
        self.events = self
        self.said: list[str] = []

    def error(self, event: str, **_: Any) -> None:
        self.said.append(event)


def _request(at: str = FORECAST, kind: str = "application/proto") -> RequestContext[bytes, bytes]:
    info = endpoints._info(next(one for one in methods() if path(one) == at))
    return RequestContext(method=info, http_method="POST", request_headers=Headers([("content-type", kind)]))


def test_what_nobody_foresaw_is_logged_and_not_told() -> None:
    told, spoken = _Told(), _Fails()
    broken = Endpoints(spoken, spoken, told)  # type: ignore[arg-type]

    async def asked() -> None:
        messages: AsyncIterator[bytes] = broken._stream(FORECAST, b"", _request())
        assert await anext(messages) == b"first"
        with pytest.raises(ConnectError) as caught:
            await anext(messages)
        assert caught.value.code is Code.INTERNAL and "secret" not in caught.value.message

    asyncio.run(asked())
    assert told.said == ["exception"]


@pytest.mark.parametrize("kind", ["application/proto", "application/json"])
@pytest.mark.parametrize("at", [FORECAST, "/timelines.v1.ForecastService/ForecastBatch"])
def test_a_method_that_nobody_serves_is_told_as_grpc_tells_it(at: str, kind: str) -> None:
    admission, log = Admission(1), Log(StringIO())

    def spoken(find: Any) -> Spoken:
        return Spoken(Manners(admission, Metrics(), log), find)

    def nobody(_: object) -> None:
        return None

    lacking = Endpoints(spoken(nobody), spoken(json_of(nobody)), log)

    async def asked() -> None:
        with pytest.raises(ConnectError, match=f"this server does not serve {at}") as caught:
            await lacking._once(at, b"", _request(at, kind))
        assert caught.value.code is Code.UNIMPLEMENTED
        with pytest.raises(ConnectError) as caught:
            await anext(lacking._stream(at, b"", _request(at, kind)))
        assert caught.value.code is Code.UNIMPLEMENTED and caught.value.details

    asyncio.run(asked())


def test_every_call_of_grpc_has_an_endpoint() -> None:
    from timelines_server.access.scopes import NEEDS

    spoken: Any = _Fails()
    assert set(Endpoints(spoken, spoken, _Told()).by_path()) == set(NEEDS)  # type: ignore[arg-type]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from timelines_server import server

    monkeypatch.setitem(sys.modules, "connectrpc", None)
    nothing: Any = None
    with pytest.raises(InputError, match="ai-timelines\\[server,gateway\\]") as caught:
        server._gateway(Settings(http="127.0.0.1:0"), nothing, nothing, nothing, nothing, nothing)
    assert caught.value.message == gateway.MISSING
