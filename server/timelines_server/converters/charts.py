"""Charts <-> their protos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forecast.batch.chart_kinds import COLOURS, COUNTS, KINDS, LAYOUTS, Asked
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from timelines.v1 import report_service_pb2 as pb
from timelines.v1.question_pb2 import Question as QuestionMessage
from timelines_server.converters.answer import gate_proto
from timelines_server.converters.names import EnumNames
from timelines_server.converters.reports import asked_question, budgets_of, name_of
from timelines_server.converters.scenarios import first_places, scenario_name
from timelines_server.handlers.charts import Chart, ChartOrder

KIND = EnumNames(pb.ChartKind.Value, KINDS, "CHART_KIND")
LAYOUT = EnumNames(pb.ChartLayout.Value, LAYOUTS, "CHART_LAYOUT")
COLOUR = EnumNames(pb.ChartColours.Value, COLOURS, "CHART_COLOURS")

MOST_QUESTIONS = max(most for _, most in COUNTS.values())


def chart_names(request: pb.DrawChartRequest) -> dict[str, str]:
    """The names of scenarios that have to be looked up, each with the place that names it first.

    Raises
    ------
    InputError
        When there are more questions than any chart takes.
    """
    if len(request.questions) > MOST_QUESTIONS:
        message = f"questions has {len(request.questions):,} items; give at most {MOST_QUESTIONS}"
        raise InputError(message, field="questions")
    return first_places((f"{at}.scenario.name", scenario_name(one.scenario)) for at, one in _questions(request))


def chart_order_of(request: pb.DrawChartRequest, named: Mapping[str, Scenario]) -> ChartOrder:
    """The chart that a message asks for.

    Parameters
    ----------
    request : DrawChartRequest
        The message.
    named : mapping
        What each of the names in `chart_names` stands for.

    Raises
    ------
    InputError
        When a value is missing or wrong; with its path in the message.
    """
    kind = KIND.read(request.kind, "kind")
    budgets = budgets_of(request.budgets_usd_2023)
    if budgets and kind != "cost":
        raise InputError("budgets_usd_2023 is for the kind CHART_KIND_COST; leave it out", field="budgets_usd_2023")
    asked = [asked_question(place, question, named) for place, question in _questions(request)]
    names = [name_of(one, i) for i, one in enumerate(request.questions)]
    return ChartOrder(
        kind=kind,
        asked=tuple(Asked(*one) for one in zip(names, asked, strict=True)),
        layout=LAYOUT.read(request.layout or pb.CHART_LAYOUT_WIDE, "layout"),
        colours=COLOUR.read(request.colours or pb.CHART_COLOURS_LIGHT, "colours"),
        titled=request.titled,
        budgets_usd=tuple(budgets),
    )


def chart_proto(chart: Chart) -> pb.DrawChartResponse:
    """The message of a chart."""
    return pb.DrawChartResponse(
        vega_lite=chart.vega_lite,
        title=chart.title,
        subtitle=chart.subtitle,
        description=chart.description,
        csv=chart.csv,
        absent=chart.absent,
        narrowest_px=chart.narrowest_px,
        widest_px=chart.widest_px,
        curves=[pb.ChartCurve(name=name, colour=colour) for name, colour in chart.curves],
        posterior=gate_proto(chart.gate),
    )


def _questions(request: pb.DrawChartRequest) -> Iterator[tuple[str, QuestionMessage]]:
    """Every question with its place."""
    for i, one in enumerate(request.questions):
        yield f"questions[{i}].question", one.question
