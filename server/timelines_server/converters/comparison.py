"""One question in several scenarios -> as many questions; the answers side by side -> a response."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.engine.beliefs import Overlay
from forecast.engine.comparison import MAX_OVERLAYS, Comparison, overlay_years
from forecast.engine.question import Question
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from forecast.forecaster import MAX_COMPARED
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1 import question_pb2
from timelines_server.converters.answer import answer_proto
from timelines_server.converters.distributions import distribution_of
from timelines_server.converters.names import called
from timelines_server.converters.question import question_of
from timelines_server.converters.texts import MAX_WORDS, bounded


def check_scenarios(request: pb.CompareRequest) -> None:
    """Refuse none, too many scenarios or overlays, and a scenario in the question itself.

    Raises
    ------
    InputError
        Naming what is wrong.
    """
    if request.question.HasField("scenario"):
        raise InputError("the scenarios are given beside the question; leave its own out", field="question.scenario")
    if not 1 <= len(request.scenarios) <= MAX_COMPARED:
        raise InputError(f"{len(request.scenarios)} scenarios; give 1 to {MAX_COMPARED}", field="scenarios")
    if len(request.overlays) > MAX_OVERLAYS:
        raise InputError(f"{len(request.overlays)} overlays; give at most {MAX_OVERLAYS}", field="overlays")


def compared_of(request: pb.CompareRequest, named: Sequence[Scenario | None]) -> tuple[Question, ...]:
    """The question in each of the scenarios.

    Parameters
    ----------
    request : CompareRequest
        The request.
    named : sequence of Scenario or None
        What the name of each scenario stands for.

    Raises
    ------
    InputError
        When a value is out of its bounds; with its path in the request.
    """
    questions = []
    for i, (choice, scenario) in enumerate(zip(request.scenarios, named, strict=True)):
        asked = question_pb2.Question(scenario=choice)
        asked.MergeFrom(request.question)
        with called("scenario", f"scenarios[{i}]"):
            questions.append(question_of(asked, scenario))
    return tuple(questions)


def overlays_of(request: pb.CompareRequest) -> tuple[Overlay, ...]:
    """What others believe.

    Raises
    ------
    InputError
        When a belief is none, or has dates that nobody means; with its path in the request.
    """
    return tuple(_overlay(overlay, f"overlays[{i}]") for i, overlay in enumerate(request.overlays))


def comparison_proto(found: Comparison) -> pb.CompareResponse:
    """The message of answers side by side."""
    return pb.CompareResponse(
        answers=[pb.ScenarioAnswer(scenario=name, answer=answer_proto(answer)) for name, answer in found.answers],
        overlays=[_quantiles(overlay, found.probabilities) for overlay in found.overlays],
    )


def _overlay(message: pb.Overlay, path: str) -> Overlay:
    source = bounded(message.source, f"{path}.source", MAX_WORDS)
    belief = distribution_of(message.decimal_year, f"{path}.decimal_year", source)
    with called("overlay.belief", f"{path}.decimal_year"), called("overlay.name", f"{path}.name"):
        return Overlay(message.name, belief, source)


def _quantiles(overlay: Overlay, probabilities: Sequence[float]) -> pb.OverlayQuantiles:
    return pb.OverlayQuantiles(
        name=overlay.name,
        source=overlay.source,
        decimal_year=[pb.ValueQuantile(probability=p, value=year) for p, year in overlay_years(overlay, probabilities)],
    )
