"""Charts that a server draws: frozen records; `raw` is the message behind each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from timelines.checks import checked_name
from timelines.parts import PosteriorGate
from timelines.question import question_of
from timelines.report_requests import Asked, named_questions
from timelines.requests import the_question
from timelines.v1 import report_service_pb2 as pb
from timelines.values import number

ChartKind = Literal[
    "arrival",
    "yearly",
    "frontier_compute",
    "price",
    "spend",
    "algorithms",
    "cost",
    "binding",
    "limits",
    "tornado",
    "overlay",
    "difference",
    "budgets",
    "loss",
    "hindsight",
]
ChartLayout = Literal["wide", "medium", "narrow"]
ChartColours = Literal["light", "dark", "css_variables"]


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve that a page can hide: its name, and the role of its colour."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, or why there is none.

    Attributes
    ----------
    title, subtitle, description : str
        The finding, what is drawn, and the text alternative.
    vega_lite : dict
        The specification with its data; empty where there is no chart.
    csv : str
        The numbers behind it.
    absent : str
        Why the question has no such chart; empty where there is one.
    narrowest_px, widest_px : int
        The widths between which a page may stretch it.
    curves : tuple of Curve
        Those that a page can hide; two or more, or none.
    posterior : PosteriorGate
        What it rests on.
    """

    title: str
    subtitle: str
    description: str
    vega_lite: dict[str, Any] = field(repr=False)
    csv: str = field(repr=False)
    absent: str
    narrowest_px: int
    widest_px: int
    curves: tuple[Curve, ...]
    posterior: PosteriorGate
    raw: pb.DrawChartResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.DrawChartResponse) -> Chart:
        """Out of its message."""
        return cls(
            title=raw.title,
            subtitle=raw.subtitle,
            description=raw.description,
            vega_lite=json.loads(raw.vega_lite) if raw.vega_lite else {},
            csv=raw.csv,
            absent=raw.absent,
            narrowest_px=raw.narrowest_px,
            widest_px=raw.widest_px,
            curves=tuple(Curve(one.name, one.colour) for one in raw.curves),
            posterior=PosteriorGate.from_raw(raw.posterior),
            raw=raw,
        )


def chart_request(
    kind: ChartKind,
    question: Asked | None,
    asked: dict[str, Any],
    questions: Mapping[str, Asked] | Iterable[Asked],
    *,
    layout: ChartLayout = "wide",
    colours: ChartColours = "light",
    titled: bool = False,
    budgets_usd: Iterable[float] = (),
) -> pb.DrawChartRequest:
    """The request for a chart.

    Parameters
    ----------
    kind, question, questions, layout, colours, titled, budgets_usd
        As `Client.chart` takes them.
    asked : dict
        The keywords of a question, instead of `question`.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit, or a question contradicts itself.
    TypeError
        When a question is given, and keywords or others beside it.
    """
    checked_name(kind, "kind", get_args(ChartKind))
    checked_name(layout, "layout", get_args(ChartLayout))
    checked_name(colours, "colours", get_args(ChartColours))
    several = named_questions(questions)
    if several and (question is not None or asked):
        raise TypeError("a question is given, and questions beside it: give one or the other")
    if not several:
        several = named_questions([the_question(None if question is None else question_of(question), asked)])
    return pb.DrawChartRequest(
        kind=pb.ChartKind.Value(f"CHART_KIND_{kind.upper()}"),
        questions=several,
        layout=pb.ChartLayout.Value(f"CHART_LAYOUT_{layout.upper()}"),
        colours=pb.ChartColours.Value(f"CHART_COLOURS_{colours.upper()}"),
        titled=titled,
        budgets_usd_2023=[number(usd, f"budgets_usd_2023[{i}]") for i, usd in enumerate(budgets_usd)],
    )
