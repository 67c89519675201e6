"""DrawChart on a real server: the library's charts to the byte, by gRPC and over HTTP, few at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from forecast.batch.chart_kinds import COUNTS, KINDS, Asked
from forecast.engine.question import Question, Target
from forecast.errors import StoppedError
from forecast.forecaster import Forecaster
from forecast.reports.asked_charts import draw
from forecast.reports.theme import theme_of
from tests.service.over_http import Http, reason_of, start_with_http
from tests.service.running import RunningServer
from timelines import Client, InvalidQuestionError, NotFoundError
from timelines.charts import chart_request
from timelines_server.converters.charts import chart_order_of, chart_proto
from timelines_server.handlers import charts
from timelines_server.handlers.charts import WARMING, ChartHandlers, ChartOrder
from timelines_server.manners.admission import CHARTS_WAITING, Admission, OverloadedError
from timelines_server.manners.status import CallError
from timelines_server.resources import Resources
from timelines_server.state.current import Current
from timelines_server.work import Work

DRAW = "/timelines.v1.ReportService/DrawChart"
RUN: dict[str, Any] = {"flop": 2e29, "max_draws": 400}
LOSS: dict[str, Any] = {"loss": 1.24, "scale": "kaplan-webtext2", "budget_usd": 1e9, "max_draws": 400}
SEVERAL = {"as asked": LOSS, "a tenth of the money": {**LOSS, "budget_usd": 1e8}}
PAST = {**RUN, "as_of": "2020-07-27"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Http]]:
    with start_with_http(tmp_path_factory.mktemp("charts")) as found:
        yield found


@pytest.fixture(scope="module")
def client(both: tuple[RunningServer, Http]) -> Iterator[Client]:
    with Client(both[0].address) as opened:
        yield opened


@cache
def forecaster() -> Forecaster:
    return Forecaster.load()


def questions(kind: str) -> dict[str, dict[str, Any]]:
    return SEVERAL if kind in COUNTS else {"": PAST if kind == "hindsight" else LOSS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_the_librarys_to_the_byte(client: Client, kind: Any) -> None:
    asked = questions(kind)
    told = client.chart(kind, questions=asked, layout="narrow", colours="css_variables", timeout=60)
    own = draw(kind, forecaster(), [Asked(name, forecaster().question(**one)) for name, one in asked.items()])
    assert own.picture is not None
    assert told.raw.vega_lite == own.picture.json(theme_of("narrow", "css_variables"))
    assert (told.title, told.subtitle, told.csv) == (own.picture.title, own.picture.subtitle, own.picture.csv())
    assert (told.description, told.posterior.name) == (own.picture.description, own.gate.name)
    assert tuple((curve.name, curve.colour) for curve in told.curves) == own.picture.curves
    assert (told.narrowest_px, told.widest_px, told.absent) == (340, 560, "")


def test_the_handler_says_the_same(client: Client) -> None:
    request = chart_request("arrival", None, dict(LOSS), ())
    handlers = ChartHandlers(resources(), Admission(4).charts)
    found = asyncio.run(handlers.chart(chart_order_of(request, {})))
    assert chart_proto(found) == client.chart("arrival", **LOSS).raw


def test_connect_says_the_same(both: tuple[RunningServer, Http], client: Client) -> None:
    request = chart_request("tornado", None, dict(RUN), (), titled=True)
    told = both[1].ask("POST", DRAW, json_format.MessageToJson(request).encode(), content_type="application/json")
    assert json_format.ParseDict(told.said, type(client.chart("price", **RUN).raw)()) == (
        client.chart("tornado", **RUN, titled=True).raw
    )
    assert json.loads(told.said["vega_lite"])["title"]["text"]


def test_where_there_is_none_the_reason_is_told(client: Client) -> None:
    found = client.chart("loss", **RUN)
    assert "no loss" in found.absent and not found.vega_lite and found.posterior.name
    assert client.chart("hindsight", **RUN).absent


WRONG: dict[str, dict[str, Any]] = {
    "questions[0].question.target.training_flop": {"flop": -1.0},
    "questions[0].question.target.loss.scale": {"loss": 1.0, "scale": "nowhere"},
    "questions[0].question.scenario.name": {"flop": 1e29, "scenario": "nowhere"},
    "questions[0].question.posterior": {"flop": 1e29, "posterior": "nowhere"},
    "budgets_usd_2023[1]": {"flop": 1e29, "budgets_usd": [1e9, 1e40]},
    "questions": {"questions": [{"flop": 1e29}] * 7},
    "questions[0].name": {"questions": [{"name": "a\nb", "flop": 1e29}]},
}


@pytest.mark.parametrize("field", WRONG)
def test_a_bad_request_names_its_field(client: Client, field: str) -> None:
    with pytest.raises((InvalidQuestionError, NotFoundError)) as caught:
        client.chart("cost", **WRONG[field])
    assert [one.field for one in caught.value.field_violations] == [field]


@pytest.mark.parametrize(
    ("request_json", "field"),
    [
        ("{}", "kind"),
        ('{"kind": 99}', "kind"),
        ('{"kind": 1}', "questions"),
        ('{"kind": 1, "layout": 9, "questions": [{"question": {"target": {"training_flop": 1e29}}}]}', "layout"),
        ('{"kind": 1, "colours": 9, "questions": [{"question": {"target": {"training_flop": 1e29}}}]}', "colours"),
        ('{"kind": 1, "budgets_usd_2023": [1e9], "questions": [{}]}', "budgets_usd_2023"),
    ],
)
def test_so_does_one_by_hand(both: tuple[RunningServer, Http], request_json: str, field: str) -> None:
    told = both[1].ask("POST", DRAW, request_json.encode(), content_type="application/json")
    assert told.status == 400 and reason_of(told.said) in ("INVALID_INPUT", "UNKNOWN_NAME")
    assert told.said["message"].startswith(field) or field in told.said["message"]


def resources() -> Resources:
    current = Current()
    current.use(forecaster())
    return Resources(current, Work())


ORDER = ChartOrder("price", (Asked("", Question(Target.training_flop(1e29))),), "wide", "light", False)


def test_what_was_drawn_lately_is_remembered_by_all_that_it_rests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ChartOrder] = []

    def drawn(_: Forecaster, order: ChartOrder, __: object) -> charts.Chart:
        made.append(order)
        return charts.Chart(forecaster_gate())

    monkeypatch.setattr(charts, "drawn", drawn)
    handlers = ChartHandlers(resources(), Admission(4).charts)

    async def twice() -> None:
        for layout in ("wide", "narrow", "wide"):
            await handlers.chart(ChartOrder(ORDER.kind, ORDER.asked, layout, "light", False))

    asyncio.run(twice())
    assert [order.layout for order in made] == ["wide", "narrow"]


def test_one_too_many_is_told_at_once_and_a_caller_who_left_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[bool] = []

    def slow(_: object, __: object, checkpoint: Any) -> charts.Chart:
        try:
            while True:
                checkpoint()
        except StoppedError:
            stopped.append(True)
            raise

    monkeypatch.setattr(charts, "drawn", slow)
    room = Admission(4).charts
    handlers = ChartHandlers(resources(), room)

    async def crowd() -> None:
        asked = [asyncio.create_task(handlers.chart(_other(i))) for i in range(1 + CHARTS_WAITING)]
        await asyncio.sleep(0.1)
        with pytest.raises(OverloadedError, match=f"{1 + CHARTS_WAITING} charts") as caught:
            await handlers.chart(ORDER)
        assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert 300 <= caught.value.pushback_ms < 1_500
        for one in reversed(asked):
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        assert room.place.used == 0 and not room.turn.locked()

    asyncio.run(crowd())


def _other(i: int) -> ChartOrder:
    return ChartOrder("price", (Asked("", Question(Target.training_flop(1e29 + i * 1e27))),), "wide", "light", False)


def test_a_server_that_cannot_draw_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise CallError(grpc.StatusCode.FAILED_PRECONDITION, "EXTRA_MISSING", "on this server ...")

    monkeypatch.setattr(charts, "check_drawing", missing)
    with pytest.raises(CallError) as caught:
        asyncio.run(ChartHandlers(resources(), Admission(4).charts).warm())
    assert caught.value.reason == "EXTRA_MISSING"


def test_a_first_chart_is_the_one_that_a_page_shows_first() -> None:
    assert (WARMING.kind, WARMING.colours, WARMING.titled) == ("arrival", "css_variables", False)


def test_the_page_needs_no_services_to_be_there(both: tuple[RunningServer, Http], tmp_path: Path) -> None:
    """What is at `/` is the page, or the way to it; the services' policy is theirs alone."""
    found = both[1].ask("GET", "/")
    assert found.status == 200 or b"make explorer" in found.body
    health = both[1].ask("GET", "/healthz")
    assert health.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def forecaster_gate() -> Any:
    return forecaster().when(flop=1e29).posterior
