"""Requests about runs, scales, posteriors and tables; shared by both clients."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from timelines.errors import invalid
from timelines.v1 import dataset_service_pb2 as datasets
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import scale_service_pb2 as scales
from timelines.values import day, number, some, text

if TYPE_CHECKING:
    from timelines.tables import Table

_ROADS = {
    "parameters_tokens": ("parameters", "tokens"),
    "chips_hours": ("chips", "hours", "peak_flop_per_s", "utilization"),
}


def resource_name(collection: str, name: str) -> str:
    """A resource name, whether or not its collection was written before it."""
    bare = text(name, "name").removeprefix(f"{collection}/")
    if not bare:
        raise invalid(f"the name is {name!r}; give the name of one of the {collection}", "name")
    return f"{collection}/{bare}"


def training_compute_request(**given: float | None) -> forecasts.EstimateTrainingComputeRequest:
    """The request for a run's training compute, by the one road whose factors are all given.

    Raises
    ------
    InvalidQuestionError
        When factors are missing, or those of both roads are given.
    """
    named = tuple(name for name, value in given.items() if value is not None)
    for road, factors in _ROADS.items():
        if set(named) == set(factors):
            values = {name: number(given[name], f"{road}.{name}") for name in factors}
            return _by_road(road, values)
    message = (
        f"given are {', '.join(named) or 'none'}; give parameters and tokens, or chips, hours, "
        "peak_flop_per_s and utilization"
    )
    raise invalid(message, "run")


def _by_road(road: str, values: dict[str, float]) -> forecasts.EstimateTrainingComputeRequest:
    if road == "chips_hours":
        return forecasts.EstimateTrainingComputeRequest(chips_hours=forecasts.ChipsHours(**values))
    return forecasts.EstimateTrainingComputeRequest(parameters_tokens=forecasts.ParametersTokens(**values))


def study_request(
    scale: str,
    points: Iterable[Any],
    *,
    corpus: str,
    eval_set: str,
    source: str,
    published_on: date | str,
    tokenizer: str,
    relative_noise: float | None,
    request_id: str | None,
    validate_only: bool,
) -> scales.ImportStudyRequest:
    """The request that imports a study; a new UUID stands in for a missing `request_id`.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit its field.
    """
    return scales.ImportStudyRequest(
        scale_id=text(scale, "scale_id").removeprefix("scales/"),
        corpus=text(corpus, "corpus"),
        tokenizer=text(tokenizer, "tokenizer"),
        eval_set=text(eval_set, "eval_set"),
        source=text(source, "source"),
        published_on=day(published_on, "published_on"),
        points=[_point(point, f"points[{i}]") for i, point in enumerate(some(points, "points"))],
        relative_noise=None if relative_noise is None else number(relative_noise, "relative_noise"),
        request_id=str(uuid.uuid4()) if request_id is None else text(request_id, "request_id"),
        validate_only=validate_only,
    )


def _point(point: Any, path: str) -> scales.StudyPoint:
    """A `StudyPoint`, or a pair of FLOP and loss."""
    try:
        flop, loss = (point.training_flop, point.loss_nats_per_token) if hasattr(point, "training_flop") else point
    except (TypeError, ValueError):
        raise invalid(f"{path} is no pair of training FLOP and loss in nats per token", path) from None
    return scales.StudyPoint(
        training_flop=number(flop, f"{path}.training_flop"),
        loss_nats_per_token=number(loss, f"{path}.loss_nats_per_token"),
    )


def rows_request(table: str | Table, published_by: date | str | None, page_size: int) -> datasets.ListRowsRequest:
    """The request for a table's rows."""
    request = datasets.ListRowsRequest(page_size=page_size)
    request.table = resource_name("tables", table if isinstance(table, str) else table.name)
    if published_by is not None:
        request.published_by = day(published_by, "published_by")
    return request
