"""The part of the client that blocks which is about how forecasts did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from timelines.backtests import Backtest, DamagedBacktest
from timelines.calibrations import Calibration, calibration_request
from timelines.paging import pages
from timelines.replay_calls import ReplayCalls
from timelines.v1 import evaluation_service_pb2 as pb


class CalibrationCalls(ReplayCalls):
    """How forecasts did: the models' own, and published claims."""

    def calibration(
        self,
        backtest: str | Backtest | None = None,
        *,
        quantities: Iterable[str] | None = None,
        forecasters: Iterable[str] | None = None,
        past_fans: bool = False,
        timeout: float | None = None,
    ) -> Calibration:
        """How well the models' forecasts of the past did, what they are held to, and what of it is missed.

        Parameters
        ----------
        backtest : str or Backtest, optional
            Which; default: the shipped one.
        quantities, forecasters : iterable of str, optional
            Only these, such as largest_compute and timelines; default: all. The bar is told whole.
        past_fans : bool
            Whether to tell what was forecast as of each origin as well.
        timeout : float, optional
            Seconds for this call.

        Raises
        ------
        NotFoundError
            When there is no such backtest; it lists those that are.
        InvalidQuestionError
            For a quantity or a forecaster that is not there; it lists those that are.
        """
        request = calibration_request(backtest, quantities, forecasters, past_fans)
        return Calibration.from_raw(self._calls.unary(self._evaluation.GetCalibration, request, timeout))

    def backtests(self, *, page_size: int = 0, timeout: float | None = None) -> Iterator[Backtest]:
        """Backtests, the shipped one first, then by name, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        def _fetch(token: str) -> pb.ListBacktestsResponse:
            request = pb.ListBacktestsRequest(page_size=page_size, page_token=token)
            return self._calls.unary(self._evaluation.ListBacktests, request, timeout)

        return (Backtest.from_raw(one) for page in pages(_fetch) for one in page.backtests)

    def damaged_backtests(self, *, timeout: float | None = None) -> tuple[DamagedBacktest, ...]:
        """Backtests that are there and cannot be read, and what is wrong with them."""
        request = pb.ListBacktestsRequest(page_size=1)
        page = self._calls.unary(self._evaluation.ListBacktests, request, timeout)
        return tuple(map(DamagedBacktest.from_raw, page.damaged))
