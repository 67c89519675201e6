"""The client asks for charts: its request, and what it makes of the reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from tests.fake_server import FakeServer, serve
from timelines import AsyncClient, Chart, Client, InvalidQuestionError, Question
from timelines.charts import ChartColours, ChartKind, ChartLayout, Curve, chart_request
from timelines.v1 import answer_pb2
from timelines.v1 import report_service_pb2 as pb

REPLY = pb.DrawChartResponse(
    vega_lite=json.dumps({"layer": []}),
    title="A finding",
    csv="year\n2030\n",
    narrowest_px=740,
    widest_px=820,
    curves=[pb.ChartCurve(name="a", colour="uncertainty"), pb.ChartCurve(name="b", colour="asked")],
    posterior=answer_pb2.PosteriorGate(name="p", status=answer_pb2.POSTERIOR_STATUS_PASSED),
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serve(DrawChart=lambda request, context: REPLY) as fake:
        yield fake


def test_both_clients_ask_and_read_alike(server: FakeServer) -> None:
    asked: dict[str, Any] = {"layout": "narrow", "colours": "dark", "titled": True, "budgets_usd": [1e9]}

    async def there() -> Chart:
        async with AsyncClient(server.address) as client:
            return await client.chart("cost", flop=2e29, **asked)

    with Client(server.address) as client:
        found = client.chart("cost", flop=2e29, **asked)
    assert asyncio.run(there()) == found
    (_, first), (_, second) = ((method, request) for method, request in server.asked if method == "DrawChart")
    assert first == second == chart_request("cost", Question(flop=2e29), {}, (), **asked)
    assert (found.title, found.vega_lite, found.csv) == ("A finding", {"layer": []}, "year\n2030\n")
    assert found.curves == (Curve("a", "uncertainty"), Curve("b", "asked"))
    assert (found.narrowest_px, found.widest_px, found.absent, found.posterior.name) == (740, 820, "", "p")
    assert "layer" not in repr(found)


def test_no_chart_has_its_reason() -> None:
    found = Chart.from_raw(pb.DrawChartResponse(absent="money does not matter here"))
    assert (found.absent, found.vega_lite, found.title) == ("money does not matter here", {}, "")


def test_several_questions_have_their_names() -> None:
    by_name: dict[str, Any] = {"a": {"flop": 1e29}, "b": Question(flop=1e28)}
    named = chart_request("overlay", None, {}, by_name)
    listed = chart_request("overlay", None, {}, [{"name": "a", "flop": 1e29}, {"name": "b", "flop": 1e28}])
    assert named == listed and [one.name for one in named.questions] == ["a", "b"]
    assert named.layout == pb.CHART_LAYOUT_WIDE and named.colours == pb.CHART_COLOURS_LIGHT and not named.titled


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "pie"}, "kind"),
        ({"layout": "tall"}, "layout"),
        ({"colours": "sepia"}, "colours"),
        ({"budgets_usd": ["much"]}, "budgets_usd_2023[0]"),
        ({"questions": [{"flop": 1e29, "budget_usd": 1e9, "payer": "unlimited"}]}, ""),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], field: str) -> None:
    asked: dict[str, Any] = {"kind": "cost", "questions": [{"flop": 1e29}], **changes}
    with pytest.raises(InvalidQuestionError) as caught:
        chart_request(asked.pop("kind"), None, {}, asked.pop("questions"), **asked)
    assert [one.field for one in caught.value.field_violations][:1] == [field] or not field


def test_one_question_or_several() -> None:
    with pytest.raises(TypeError, match="one or the other"):
        chart_request("cost", None, {"flop": 1e29}, [{"flop": 1e29}])


def test_names_are_those_of_the_protos() -> None:
    for names, enum in ((ChartKind, pb.ChartKind), (ChartLayout, pb.ChartLayout), (ChartColours, pb.ChartColours)):
        assert [name.upper() for name in get_args(names)] == [key.split("_", 2)[2] for key in enum.keys()[1:]]
