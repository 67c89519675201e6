"""Fits <-> their protos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf.json_format import ParseDict

from forecast.catalogue.entries.fit_record import FitRecord, FitState, fit_dict
from forecast.engine.checks import checked_int, parse_day
from forecast.engine.imported import checked_uuid
from forecast.errors import InputError, UnknownNameError
from timelines.v1 import fit_service_pb2 as pb
from timelines_server.converters.names import EnumNames
from timelines_server.converters.paging import place_of, size_of, token_after
from timelines_server.converters.resource_names import bare_name

COLLECTION = "fits"
STEPS = (50, 10_000)
CHAINS = (2, 16)
DEFAULT_STEPS, DEFAULT_CHAINS = 1_000, 4
ONLY = ("compute", "loss")
STATES: EnumNames[FitState, pb.FitState.ValueType] = EnumNames(pb.FitState.Value, FitState, "FIT_STATE")
_NAME_CHARACTERS = 32


def fit_name(name: str) -> str:
    """The fit that a resource name names.

    Raises
    ------
    InputError
        When it is not of the form `fits/...`.
    """
    bare = bare_name(name, COLLECTION)
    if len(bare) > _NAME_CHARACTERS or not bare.isalnum():
        raise InputError(f"name is {name!r:.80}; give fits/ and the name of one, letters and digits", field="name")
    return bare


def request_of(request: pb.CreateFitRequest) -> dict[str, Any]:
    """What is asked for, as the fit's process takes it; `as_of` is None where it is not named.

    Raises
    ------
    InputError
        Naming the field that is wrong.
    """
    if request.only and request.only not in ONLY:
        raise UnknownNameError("model", request.only[:80], ONLY, field="only")
    checked_uuid(request.request_id)
    return {
        "as_of": _day(request.as_of, "as_of"),
        "data_cutoff": _day(request.data_cutoff, "data_cutoff"),
        "only": request.only or None,
        "draws": checked_int(request.draws or DEFAULT_STEPS, "draws", *STEPS, "draws of each chain"),
        "tune": checked_int(request.tune or DEFAULT_STEPS, "tune", *STEPS, "steps of each chain"),
        "chains": checked_int(request.chains or DEFAULT_CHAINS, "chains", *CHAINS, "chains"),
        "seed": checked_int(request.seed, "seed", 0, 2**31 - 1, "a seed"),
        "make_current": request.make_current if request.HasField("make_current") else None,
    }


def _day(text: str, path: str) -> str | None:
    return parse_day(text, path).isoformat() if text else None


def place_in(request: pb.ListFitsRequest) -> tuple[int, str | None, tuple[FitState, ...]]:
    """How many fits to look for, before which one, and in which states; one more than the page holds.

    Raises
    ------
    InputError
        When the page is not one of this listing, or a state is none.
    """
    states = tuple(dict.fromkeys(STATES.read(number, f"states[{i}]") for i, number in enumerate(request.states)))
    return size_of(request) + 1, place_of(request) or None, states


def listing_proto(found: Sequence[FitRecord], request: pb.ListFitsRequest) -> pb.ListFitsResponse:
    """A page, of the fits that `place_in` asked for."""
    size = size_of(request)
    token = token_after(found[size - 1].name, request) if len(found) > size else ""
    return pb.ListFitsResponse(fits=[fit_proto(one, chains=False) for one in found[:size]], next_page_token=token)


def fit_proto(record: FitRecord, *, chains: bool = True) -> pb.Fit:
    """The message of a fit, with the progress of its chains or without."""
    return ParseDict(fit_dict(record, chains=chains), pb.Fit())
