"""The part of the client that blocks about fits."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from datetime import date
from functools import cached_property
from time import sleep
from typing import TYPE_CHECKING

from timelines.errors import TimelinesError, UnreachableError
from timelines.fit_progress import Progress, saying_what_goes_on, shown
from timelines.fit_watch import Resuming
from timelines.fits import Fit, FitState, fit_name, fit_request, list_request
from timelines.paging import pages
from timelines.v1 import fit_service_pb2 as messages
from timelines.v1.fit_service_pb2_grpc import FitServiceStub

if TYPE_CHECKING:
    from timelines.calls import Calls


class FitCalls:
    """Has fits made, and tells how they are."""

    _calls: Calls

    @cached_property
    def _fit(self) -> FitServiceStub:
        return FitServiceStub(self._calls.channel)

    def fit(
        self,
        as_of: date | str | None = None,
        *,
        data_cutoff: date | str | None = None,
        only: str | None = None,
        draws: int | None = None,
        tune: int | None = None,
        chains: int | None = None,
        seed: int = 0,
        make_current: bool | None = None,
        request_id: str | None = None,
        progress: Progress | bool | None = None,
        timeout: float = math.inf,
    ) -> Fit:
        """Have a fit made, and wait for its end. Needs a token of the scope `fit`.

        It is worked out at the server, and goes on there whatever becomes of this call; after Ctrl-C too, which says
        the fit's name. Where the connection breaks, the watch is taken up again.

        Parameters
        ----------
        as_of : date or str, optional
            Use what was published by then, and begin forecasts there; default: the release date of the tables.
        data_cutoff : date or str, optional
            Leave out rows published later; default: as_of.
        only : {"compute", "loss"}, optional
            Fit this model alone, and copy the other from the current posterior.
        draws, tune : int, optional
            Draws of each chain that are kept, and steps before those, 50 to 10,000; default 1,000.
        chains : int, optional
            Independent chains, 2 to 16; default 4.
        seed : int
            Of all samplers.
        make_current : bool, optional
            Let it answer from then on, where its gates allow that: True, also with an earlier as-of date than the
            current one's; False, never; default: unless it is earlier.
        request_id : str, optional
            A UUID by which a repeated request is known as one; default: a new one.
        progress : callable or bool, optional
            Called with the fit whenever it has changed; True to show it on standard error, False for nothing; default:
            to show it where that is a terminal.
        timeout : float
            Seconds to wait for its end; `math.inf` for as long as it takes.

        Returns
        -------
        Fit
            As it ended; `state` says how.

        Raises
        ------
        InvalidQuestionError
            Naming the field that is wrong.
        PreconditionError
            When this server cannot fit; the message says what to install there.
        OverloadedError
            When too many fits wait.
        DeadlineError
            When it has not ended in time; it goes on.
        UnreachableError
            When the server is gone for a minute; another may go on with it.
        """
        fit = self.create_fit(
            as_of,
            data_cutoff=data_cutoff,
            only=only,
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            make_current=make_current,
            request_id=request_id,
        )
        with saying_what_goes_on(fit), shown(progress) as show:
            show(fit)
            with closing(self.watch_fit(fit, timeout=timeout)) as changes:
                for fit in changes:
                    show(fit)
        return fit

    def create_fit(
        self,
        as_of: date | str | None = None,
        *,
        data_cutoff: date | str | None = None,
        only: str | None = None,
        draws: int | None = None,
        tune: int | None = None,
        chains: int | None = None,
        seed: int = 0,
        make_current: bool | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> Fit:
        """Ask for a fit without waiting for it. Needs a token of the scope `fit`.

        Parameters
        ----------
        as_of, data_cutoff, only, draws, tune, chains, seed, make_current, request_id
            As for `fit`.
        timeout : float, optional
            Seconds for this call.
        """
        request = fit_request(
            as_of,
            data_cutoff=data_cutoff,
            only=only,
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            make_current=make_current,
            request_id=request_id,
        )
        return Fit.from_raw(self._calls.unary(self._fit.CreateFit, request, timeout).fit)

    def get_fit(self, name: str | Fit, *, timeout: float | None = None) -> Fit:
        """One fit, as it is now."""
        request = messages.GetFitRequest(name=fit_name(name))
        return Fit.from_raw(self._calls.unary(self._fit.GetFit, request, timeout).fit)

    def fits(
        self, *, states: Iterable[FitState] = (), page_size: int = 0, timeout: float | None = None
    ) -> Iterator[Fit]:
        """Fits, newest first, page after page as they are read.

        Parameters
        ----------
        states : iterable of str
            Only those in one of these; default: all.
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        def _fetch(token: str) -> messages.ListFitsResponse:
            return self._calls.unary(self._fit.ListFits, list_request(states, page_size, token), timeout)

        return (Fit.from_raw(one) for page in pages(_fetch) for one in page.fits)

    def watch_fit(self, name: str | Fit, *, timeout: float = math.inf) -> Generator[Fit]:
        """A fit as it is now, and again whenever it has changed, until it has ended.

        Where the connection breaks, the watch is taken up again.

        Parameters
        ----------
        name : str or Fit
            Which.
        timeout : float
            Seconds for all of it; `math.inf` for as long as it takes.
        """
        resuming, ended = Resuming(timeout), False
        while not ended:
            request = messages.WatchFitRequest(name=fit_name(name), after_revision=resuming.revision)
            try:
                with closing(self._calls.stream(self._fit.WatchFit, request, resuming.left_s)) as changes:
                    for change in changes:
                        fit = Fit.from_raw(change.fit)
                        resuming.seen(fit.revision)
                        ended = fit.ended
                        yield fit
                if not ended:
                    raise UnreachableError("the watch ended before the fit did", reason="CUT_OFF")
            except TimelinesError as error:
                sleep(resuming.broken(error))

    def cancel_fit(self, name: str | Fit, *, timeout: float | None = None) -> Fit:
        """Cancel a fit: one that waits at once, one that runs within a second. Needs a token of the scope `fit`."""
        request = messages.CancelFitRequest(name=fit_name(name))
        return Fit.from_raw(self._calls.unary(self._fit.CancelFit, request, timeout).fit)
