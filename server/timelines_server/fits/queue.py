"""The fits of one server: claimed from the queue when there is room, run, and put back when the server stops.

A fit is claimed under a name of its own, so that whoever has lost it, to another server or to this one after a long
silence, can record nothing of it any more.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from importlib.util import find_spec

from grpc import StatusCode

from forecast.catalogue.entries.fit_record import FitRecord
from forecast.catalogue.failures import LostClaimError
from forecast.errors import ForecastError, StorageError
from timelines_server.fits.fitting import Fitting
from timelines_server.fits.watching import Watching
from timelines_server.manners.status import CallError
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources

LOOK_EVERY_S = 0.5
"""How often it is looked whether a fit waits."""

CLAIM_EVERY_S = 5.0
"""How often one is claimed although none waits: it may have lost its server."""

RELEASE_WITHIN_S = 5.0
"""How long a server that stops tries to put back what it ran; its claim runs out a little later anyway."""


def able() -> bool:
    """Whether fits can run on this machine."""
    return find_spec("pymc") is not None


class Fits:
    """Runs fits.

    Parameters
    ----------
    resources : Resources
        The catalogue, the state folder, and the way to another posterior.
    at_once : int
        How many run at once; 0 for none.
    log : Log
        What the operator reads.

    Attributes
    ----------
    watching : Watching
        Tells those who watch.
    """

    def __init__(self, resources: Resources, at_once: int, log: Log) -> None:
        self._resources, self._at_once, self._log = resources, at_once, log
        self.watching = Watching(resources.catalogue)
        self._called, self._running = asyncio.Event(), dict[str, Fitting]()
        self._said, self._queue = "", (0, 0.0)

    def needed(self) -> None:
        """Refuse where fits cannot run.

        Raises
        ------
        CallError
            FAILED_PRECONDITION, naming what to install.
        """
        if not able():
            message = "this server cannot fit: PyMC is not installed there; pip install 'ai-timelines[fit]'"
            raise CallError(StatusCode.FAILED_PRECONDITION, "EXTRA_MISSING", message)

    def changed(self, record: FitRecord) -> None:
        """Somebody has asked for a fit here, or cancelled one: look at once."""
        self.watching.tell(record)
        self._called.set()
        if record.name in self._running:
            self._running[record.name].look()

    async def run(self) -> None:
        """Run what waits, until this is cancelled: then what runs ends, and waits again for another server."""
        if not able():
            return
        room = asyncio.Semaphore(self._at_once)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._count())
            while self._at_once:
                await room.acquire()
                record = await self._next()
                group.create_task(self._one(record)).add_done_callback(lambda _: room.release())

    async def _next(self) -> FitRecord:
        """The next fit, claimed."""
        look_s = 0.0
        while True:
            self._called.clear()
            claims = look_s <= 0
            look_s = CLAIM_EVERY_S if claims else look_s - LOOK_EVERY_S
            try:
                if self._resources.catalogue.there and (await self._waiting() or claims):
                    record = await self._resources.catalogue.run(lambda kept: kept.fits.claim(secrets.token_hex(6)))
                    if record is not None:
                        return record
                self._said = ""
            except Exception as error:  # whatever it is, questions go on, and so does looking for fits
                self._say(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._called.wait()

    async def _count(self) -> None:
        """Count what waits also while there is no room."""
        while True:
            try:
                if self._resources.catalogue.there:
                    await self._waiting()
            except Exception as error:  # whatever it is, questions go on, and so does looking for fits
                self._say(error)
            await asyncio.sleep(CLAIM_EVERY_S)

    async def _waiting(self) -> int:
        self._queue = await self._resources.catalogue.run(lambda kept: kept.fits.waiting())
        self._tally()
        return self._queue[0]

    def _tally(self) -> None:
        queued, oldest_s = self._queue
        self._resources.tallies.fits_seen(queued, len(self._running), oldest_s)

    def _say(self, error: Exception) -> None:
        """Count it, and tell the operator once."""
        self._resources.tallies.catalogue_failed()
        if repr(error) == self._said:
            return
        self._said = repr(error)
        if isinstance(error, ForecastError):
            self._log.events.warning("fits_wait_for_catalogue", said=error.message)
        else:
            self._log.events.error("fits_broken", exc_info=error)

    async def _one(self, record: FitRecord) -> None:
        fitting = Fitting(record, self._resources, self.watching, self._log)
        self._running[record.name] = fitting
        self._tally()
        self.watching.tell(record)
        began = asyncio.get_running_loop().time()
        self._log.events.info("fit_begun", fit=record.name, claim=record.owner, attempt=record.attempts)
        try:
            ending = await fitting.run()
        except LostClaimError:
            self._log.events.warning("fit_claim_lost", fit=record.name, claim=record.owner)
        except asyncio.CancelledError:
            await self._release(record)
            raise
        except Exception:  # whatever it is, the next fit has its turn; this one's claim runs out
            self._log.events.error("fit_broken", fit=record.name, exc_info=True)
        else:
            seconds = asyncio.get_running_loop().time() - began
            self._resources.tallies.fit_ended(ending.state.value, seconds)
            told = {"state": ending.state.value, "reason": ending.reason, "seconds": round(seconds, 3)}
            self._log.events.info("fit_ended", fit=record.name, **told)
        finally:
            if self._running.get(record.name) is fitting:  # lost for a while, it may run here again by now
                del self._running[record.name]
            self._tally()

    async def _release(self, record: FitRecord) -> None:
        try:
            async with asyncio.timeout(RELEASE_WITHIN_S):
                for one in await self._resources.catalogue.run(lambda kept: kept.fits.release(record.owner)):
                    self.watching.tell(one)
        except (StorageError, TimeoutError) as error:
            self._log.events.warning("fit_not_released", fit=record.name, said=str(error))
        else:
            self._log.events.info("fit_released", fit=record.name)
