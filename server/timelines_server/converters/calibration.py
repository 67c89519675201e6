"""Calibration and backtests -> their messages, field by field of the same name as their JSON."""

from __future__ import annotations

from typing import Any

from forecast.evaluation.backtests import SHIPPED, Backtest, Listing
from forecast.evaluation.calibration_answer import Calibration
from forecast.evaluation.calibration_encode import backtest_dict
from timelines.v1 import evaluation_service_pb2 as pb
from timelines_server.converters.paging import is_first, page
from timelines_server.converters.resource_names import bare_name
from timelines_server.manners.wording import clean, names_a_path

COLLECTION = "backtests"
_UNREADABLE = "its files cannot be read; the server's operator finds out why"


def backtest_name(name: str) -> str:
    """The backtest that a request names; the shipped one where it names none.

    Raises
    ------
    InputError
        When it is not of the form `backtests/...`.
    """
    return bare_name(name, COLLECTION, "backtest") if name else SHIPPED


def calibration_proto(calibration: Calibration, past_fans: bool = False) -> pb.GetCalibrationResponse:
    """The message of a calibration; figures are rounded as in its JSON, so that every machine says the same."""
    told = calibration.to_dict(past_fans=past_fans)
    # Of ten thousand numbers: the constructor takes a millisecond where ParseDict takes a hundred.
    return pb.GetCalibrationResponse(**told | {"backtest": _numbered(told["backtest"])})


def backtests_proto(listing: Listing, request: pb.ListBacktestsRequest) -> pb.ListBacktestsResponse:
    """The page of backtests that the request asks for.

    Raises
    ------
    InputError
        When the page is not one of this listing.
    """
    listed, token = page(listing.sound, request)
    return pb.ListBacktestsResponse(
        backtests=map(_backtest, listed),
        next_page_token=token,
        damaged=[_damaged(*pair) for pair in listing.damaged] if is_first(request) else [],
    )


def _backtest(backtest: Backtest) -> pb.Backtest:
    return pb.Backtest(**_numbered(backtest_dict(backtest)))


def _numbered(backtest: dict[str, Any]) -> dict[str, Any]:
    """JSON writes a 64-bit number as text."""
    return backtest | {"seed": int(backtest["seed"])}


def _damaged(name: str, problem: str) -> pb.DamagedBacktest:
    told = _UNREADABLE if names_a_path(problem) else clean(problem)
    return pb.DamagedBacktest(name=f"{COLLECTION}/{name}", problem=told)
