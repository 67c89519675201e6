"""What each error becomes on the wire."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode
from hypothesis import given
from hypothesis import strategies as st

from forecast.catalogue.failures import CatalogueUnavailableError, LostClaimError, NotListedError, QueueFullError
from forecast.catalogue.named.studies import ScaleTakenError
from forecast.errors import (
    ArtefactError,
    DataError,
    FitError,
    ForecastError,
    InputError,
    PosteriorNotFoundError,
    StoppedError,
    StorageError,
    UnansweredError,
    UnknownNameError,
)
from forecast.posterior.selection import PosteriorRefusedError
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1 import scale_service_pb2
from timelines_server.manners.status import VIOLATIONS, CallError, Failure
from timelines_server.manners.wording import MESSAGE_CHARACTERS, clean, names_a_path
from timelines_server.resources import ResourceNotFoundError
from timelines_server.state.current import NotReadyError

TRAILERS_BYTES = 8 * 1024
MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (InputError("x"), StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"),
        (UnknownNameError("scale", "x", ["y"]), StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME"),
        (DataError("x"), StatusCode.INVALID_ARGUMENT, "INVALID_DATA"),
        (PosteriorNotFoundError("x"), StatusCode.NOT_FOUND, "POSTERIOR_NOT_FOUND"),
        (ResourceNotFoundError("x"), StatusCode.NOT_FOUND, "NOT_FOUND"),
        (ScaleTakenError("x"), StatusCode.ALREADY_EXISTS, "NAME_TAKEN"),
        (UnansweredError("x"), StatusCode.FAILED_PRECONDITION, "UNANSWERED"),
        (PosteriorRefusedError("x"), StatusCode.FAILED_PRECONDITION, "POSTERIOR_REFUSED"),
        (ArtefactError("x"), StatusCode.FAILED_PRECONDITION, "DAMAGED_POSTERIOR"),
        (NotReadyError("x"), StatusCode.UNAVAILABLE, "NO_POSTERIOR"),
        (CatalogueUnavailableError("x"), StatusCode.UNAVAILABLE, "CATALOGUE_UNAVAILABLE"),
        (NotListedError("fit", "x", ["y"]), StatusCode.NOT_FOUND, "NOT_FOUND"),
        (QueueFullError("x"), StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL"),
        (LostClaimError("x"), StatusCode.ABORTED, "LOST_CLAIM"),
        (StorageError("x"), StatusCode.UNAVAILABLE, "STORAGE"),
        (StoppedError("x"), StatusCode.CANCELLED, "STOPPED"),
        (CallError(StatusCode.ABORTED, "WHY", "x"), StatusCode.ABORTED, "WHY"),
        (FitError("x"), StatusCode.INTERNAL, "INTERNAL"),
        (ForecastError("x"), StatusCode.INTERNAL, "INTERNAL"),
        (ValueError("x"), StatusCode.INTERNAL, "INTERNAL"),
        (KeyError("x"), StatusCode.INTERNAL, "INTERNAL"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_error_has_its_status(error: Exception, code: StatusCode, reason: str) -> None:
    failure = Failure.of(error)
    assert (failure.code, failure.reason) == (code, reason)


def test_a_caller_is_not_told_where_the_catalogue_is() -> None:
    error = CatalogueUnavailableError("catalogue postgresql://me@db.example/it cannot be reached", field="catalogue")
    failure = Failure.of(error)
    assert "try again" in failure.message and "db.example" not in failure.message
    assert failure.violations == ()


def test_a_field_is_named_by_its_path_in_the_request() -> None:
    error = InputError("wrong", field="target.loss.scale")
    in_a_question = Failure.of(error, pb.ForecastBatchRequest())
    assert [one.field for one in in_a_question.violations] == ["question.target.loss.scale"]
    elsewhere = Failure.of(error, scale_service_pb2.GetScaleRequest())
    assert [one.field for one in elsewhere.violations] == ["target.loss.scale"]
    own = Failure.of(InputError("wrong", field="chunk_draws"), pb.StreamDrawsRequest())
    assert [one.field for one in own.violations] == ["chunk_draws"]
    indexed = Failure.of(InputError("wrong", field="quantiles[3]"), pb.TrajectoryRequest())
    assert [one.field for one in indexed.violations] == ["quantiles[3]"]
    assert Failure.of(InputError("no field")).violations == ()


def test_an_error_of_many_fields_names_the_first_fifty() -> None:
    error = InputError("60 rows are wrong")
    error.violations = [(f"points[{row}].training_flop", f"row {row} is wrong") for row in range(60)]  # type: ignore[attr-defined]
    failure = Failure.of(error)
    assert len(failure.violations) == VIOLATIONS == 50
    assert (failure.violations[49].field, failure.message) == ("points[49].training_flop", "60 rows are wrong")


def test_nothing_of_an_unforeseen_error_is_told_but_its_call() -> None:
    failure = Failure.of(RuntimeError("/etc/x password"), call_id="a1-2")
    assert "a1-2" in failure.message and failure.violations == ()
    assert "password" not in str(failure) and "Runtime" not in str(failure)


@pytest.mark.parametrize(
    "error",
    [
        StorageError("cannot write /srv/x/draws.nc: no space", field="TIMELINES_HOME"),
        ArtefactError("the current posterior a is not in /srv/x: choose another", field="current"),
        ArtefactError("C:\\srv\\x holds 'a', not a posterior's name", field="current"),
        DataError("/srv/x/runs.csv: row 3 has 2 cells", field="file"),
        NotReadyError("~/srv/x cannot be read"),
    ],
)
def test_no_path_of_the_servers_is_told(error: ForecastError) -> None:
    failure = Failure.of(error)
    assert "srv" not in str(failure) and "operator" in failure.message


def test_what_names_no_path_is_told_in_its_own_words() -> None:
    said = (
        "posterior 2026-11-20-ab: the hash of the draws file is 12...; `timelines posterior use NAME` chooses another"
    )
    assert Failure.of(ArtefactError(said, field="manifest.sha256")) == Failure(
        StatusCode.FAILED_PRECONDITION, "DAMAGED_POSTERIOR", said
    )
    asked = "no posterior is as of 2019-01-01; make one with `timelines fit --as-of 2019-01-01`"
    assert Failure.of(PosteriorNotFoundError(asked)).message == asked
    assert not names_a_path("petaflop/s-days cost 3 $/FLOP, 1/2 of it; see https://example.org/a/b")


def test_a_name_of_a_megabyte_does_not_come_back_whole() -> None:
    error = UnknownNameError("scale", "x" * MEGABYTE, ["kaplan-webtext2"], field="target.loss.scale")
    failure = Failure.of(error, pb.ForecastRequest())
    assert failure.message.startswith("unknown scale 'xxx") and failure.message.endswith("known: kaplan-webtext2")
    assert len(failure.message) < 300 and len(failure.violations[0].description) < 300


def test_control_characters_do_not_reach_a_terminal() -> None:
    assert clean("a\x1b[31mb\r\nc\x00\u202ed\ud800") == "a [31mb  c  d "
    assert clean("naïve – ok 日本") == "naïve – ok 日本"


@given(st.text(max_size=30), st.integers(1, 400), st.integers(1, 3000))
def test_whatever_is_said_becomes_one_short_printable_line(word: str, times: int, limit: int) -> None:
    said = clean(word * times, limit)
    assert len(said) <= limit and said.isprintable()


def on_the_wire(failure: Failure) -> int:
    """Bytes of the trailers at their longest: the message percent-encoded, the details as base64."""
    _, message, trailers = failure.to_status()
    told = sum(len(key) + len(value) * (4 / 3 if key.endswith("-bin") else 1) for key, value in trailers)
    return round(told) + len(quote(message))


@pytest.mark.parametrize("word", ["ordinary words ", "ünïcödé ", "日本 ", "🙂 ", "%%% "])
def test_status_and_details_stay_under_eight_kilobytes(word: str) -> None:
    error = InputError(word * 100_000)
    error.violations = [(f"{word * 50}[{row}]", word * 500) for row in range(500)]  # type: ignore[attr-defined]
    failure = Failure.of(error)
    assert len(failure.message) <= MESSAGE_CHARACTERS
    assert 1_000 < on_the_wire(failure) < TRAILERS_BYTES


def test_the_details_are_those_of_google_rpc() -> None:
    error = UnknownNameError("scale", "x", ["y"], field="target.loss.scale")
    code, message, trailers = Failure.of(error, pb.ForecastRequest()).to_status()
    assert (code, message) == (StatusCode.INVALID_ARGUMENT, "unknown scale 'x'; known: y")
    ((key, value),) = trailers
    status = status_pb2.Status.FromString(value)
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert key == "grpc-status-details-bin" and (status.code, status.message) == (3, message)
    assert status.details[0].Unpack(info) and status.details[1].Unpack(bad)
    assert (info.reason, info.domain) == ("UNKNOWN_NAME", "timelines")
    assert [(one.field, one.description) for one in bad.field_violations] == [("question.target.loss.scale", message)]


def test_in_a_stream_the_same_is_told_in_a_message() -> None:
    error = Failure.of(InputError("wrong", field="seed"), pb.ForecastBatchRequest()).to_proto()
    assert (error.code, error.reason, error.message) == ("INVALID_ARGUMENT", "INVALID_INPUT", "wrong")
    assert [(one.field, one.description) for one in error.field_violations] == [("question.seed", "wrong")]
