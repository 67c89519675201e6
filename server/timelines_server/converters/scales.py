"""Scales and scaling studies <-> their protos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from forecast.catalogue.named.scales import LAW_FORM, Origin, ScaleRecord
from forecast.engine.checks import parse_day
from forecast.engine.imported import ImportedScale
from forecast.posterior.manifest import LawManifest
from timelines.v1 import scale_service_pb2 as pb
from timelines_server.converters.names import EnumNames
from timelines_server.converters.paging import page
from timelines_server.converters.resource_names import bare_name

COLLECTION = "scales"
ORIGINS: EnumNames[Origin, pb.ScaleOrigin.ValueType] = EnumNames(pb.ScaleOrigin.Value, get_args(Origin), "SCALE_ORIGIN")


def scale_name(name: str) -> str:
    """The scale that a resource name names, as questions name it.

    Raises
    ------
    InputError
        When it is not of the form `scales/...`.
    """
    return bare_name(name, COLLECTION)


def listing_proto(scales: Sequence[ScaleRecord], request: pb.ListScalesRequest) -> pb.ListScalesResponse:
    """The page of a listing that the request asks for.

    Raises
    ------
    InputError
        When the page is not one of this listing.
    """
    listed, token = page(scales, request)
    return pb.ListScalesResponse(scales=[scale_proto(scale, points=False) for scale in listed], next_page_token=token)


def scale_proto(scale: ScaleRecord, *, points: bool = True) -> pb.Scale:
    """The message of a scale, with a study's points or without."""
    told = scale.points if points else ()
    return pb.Scale(
        name=f"{COLLECTION}/{scale.name}",
        origin=ORIGINS.number[scale.origin],
        corpus=scale.corpus,
        tokenizer=scale.tokenizer,
        eval_set=scale.eval_set,
        source=scale.source,
        published_on=scale.published_on,
        flop_low=scale.flop_low,
        flop_high=scale.flop_high,
        laws=[_law_proto(law) for law in scale.laws],
        points=[pb.StudyPoint(training_flop=flop, loss_nats_per_token=loss) for flop, loss in told],
        relative_noise=scale.relative_noise,
    )


def study(request: pb.ImportStudyRequest) -> ImportedScale:
    """The study of a request, every value checked.

    Raises
    ------
    InputError
        Naming the field that is wrong; of points, every one.
    """
    return ImportedScale(
        name=request.scale_id,
        points=tuple((point.training_flop, point.loss_nats_per_token) for point in request.points),
        corpus=request.corpus,
        eval_set=request.eval_set,
        source=request.source,
        published_on=parse_day(request.published_on, "published_on"),
        tokenizer=request.tokenizer,
        relative_noise=request.relative_noise if request.HasField("relative_noise") else None,
        request_id=request.request_id,
    )


def _law_proto(law: LawManifest) -> pb.PublishedLawForm:
    return pb.PublishedLawForm(**{name: law[name] for name in LAW_FORM})  # type: ignore[literal-required]
