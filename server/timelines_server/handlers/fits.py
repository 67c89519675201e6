"""What FitService does: ask, look, watch and cancel; `timelines_server.fits.queue` runs them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import date
from typing import Any

from forecast.catalogue.entries.fit_record import FitRecord, FitState
from forecast.data.rules import RELEASED_ON
from forecast.errors import InputError
from timelines_server.fits.queue import Fits
from timelines_server.resources import Resources


class FitHandlers:
    """Asks for fits and tells of them.

    Parameters
    ----------
    resources : Resources
        The catalogue.
    fits : Fits
        Runs them.
    """

    def __init__(self, resources: Resources, fits: Fits) -> None:
        self._catalogue, self._fits = resources.catalogue, fits

    async def create(self, request: Mapping[str, Any], request_id: str, made_by: str) -> FitRecord:
        """Ask for a fit.

        Raises
        ------
        InputError
            When the dates do not fit, or the request_id was used for another request.
        QueueFullError
            When too many wait.
        StorageError
            When the catalogue cannot be written.
        CallError
            FAILED_PRECONDITION where fits cannot run.
        """
        self._fits.needed()
        asked = _settled(request)
        record = await self._catalogue.run(lambda kept: kept.fits.create(asked, request_id, made_by))
        self._fits.changed(record)
        return record

    async def get(self, name: str) -> FitRecord:
        """One fit.

        Raises
        ------
        NotListedError
            When there is none of that name.
        StorageError
            When the catalogue cannot be read.
        """
        return await self._catalogue.run(lambda kept: kept.fits.get(name))

    async def page(self, limit: int, before: str | None, states: tuple[FitState, ...]) -> tuple[FitRecord, ...]:
        """The newest fits, or those before one; errors as `get`."""
        return await self._catalogue.run(lambda kept: kept.fits.list(limit, before, states))

    def watch(self, name: str, after_revision: int) -> AsyncGenerator[FitRecord]:
        """A fit as it is and whenever it has changed; errors as `get`, and UNAVAILABLE when the server stops."""
        return self._fits.watching.changes(name, after_revision)

    async def cancel(self, name: str) -> FitRecord:
        """Cancel a fit; errors as `get`."""
        record = await self._catalogue.run(lambda kept: kept.fits.cancel(name))
        self._fits.changed(record)
        return record


def _settled(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request with the date that it does not name, so that asking again is the same in a later version too."""
    as_of, cutoff = request["as_of"] or RELEASED_ON.isoformat(), request["data_cutoff"]
    if cutoff and date.fromisoformat(cutoff) > date.fromisoformat(as_of):
        message = f"data_cutoff {cutoff} lies after as_of {as_of}: choose an earlier one, or leave it out"
        raise InputError(message, field="data_cutoff")
    return {**request, "as_of": as_of}
