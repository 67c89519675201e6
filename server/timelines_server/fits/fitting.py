"""One fit that this server has claimed: its process, what is recorded of it on the way, and how it ends.

Two things go on side by side. One listens to the process, and when that is done lets its posterior become current
where that was asked for. The other records how far it is, which also says that this server lives, and sees whether it
is to be stopped. The process is `forecast.inference.worker`; what is said there is told in its docstring.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from forecast.catalogue.entries.fit_record import FitRecord, FitState
from forecast.catalogue.failures import CatalogueUnavailableError
from forecast.errors import ForecastError, StorageError
from forecast.posterior.state import state_folder
from timelines_server.child import PYTHON, Child, EndedError, running
from timelines_server.fits.pace import Pace
from timelines_server.fits.watching import Watching
from timelines_server.manners.wording import clean, names_a_path
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources

COMMAND = (*PYTHON, "forecast.inference.worker")

LOOK_S = 0.25
"""How often it is looked whether a fit is to be stopped: another server may have been told."""

BEAT_S = 0.5
"""How often it is recorded at most how far it is."""

ALIVE_S = 2.0
"""How often it is recorded that the fit goes on, also where there is no news."""

AGAIN_S = 1.0
"""When the catalogue is tried again that could not be reached."""

_STAGE_CHARACTERS = 200
_ON_THE_SERVER = "the fit failed on the server's own files; its operator finds the cause in its log under fit {name}"
_UNFORESEEN = (
    "the fit failed in a way that nobody foresaw; the server's operator finds the cause in its log under fit {name}"
)
_LOST = "the process of the fit was ended before it was done; ask again (the server may lack memory)"
_CANCELLED = "it was cancelled while it ran"


class _CrashedError(Exception):
    """The process says that it crashed, with its traceback."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a fit ends.

    Attributes
    ----------
    state : FitState
        A final one.
    reason, message : str
        Why, for programs and for people; empty where there is nothing to say.
    outcome : mapping or None
        Of a fit that has a posterior: `name`, `status`, `reasons`, `current`, `cpu_seconds`.
    """

    state: FitState
    reason: str = ""
    message: str = ""
    outcome: Mapping[str, Any] | None = None


class Fitting:
    """A fit that this server runs.

    Parameters
    ----------
    record : FitRecord
        As it was claimed.
    resources : Resources
        The state folder, the catalogue, and the way to another posterior.
    watching : Watching
        Who is told of progress.
    log : Log
        For what only the operator may know.
    """

    def __init__(self, record: FitRecord, resources: Resources, watching: Watching, log: Log) -> None:
        self._record, self._resources, self._watching, self._log = record, resources, watching, log
        self._stage: str = record.stage
        self._chains: Sequence[Mapping[str, Any]] = ()
        self._pace = Pace()
        self._storing = False
        self._look = asyncio.Event()

    @property
    def name(self) -> str:
        """The fit's name."""
        return self._record.name

    def look(self) -> None:
        """See at once whether it is to be stopped."""
        self._look.set()

    async def run(self) -> Ending:
        """Do it to its end, and record that.

        Raises
        ------
        LostClaimError
            When it is no longer this server's: another has it, or it has ended.
        """
        work, beat = asyncio.ensure_future(self._worked()), asyncio.ensure_future(self._beating())
        try:
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
            ending = work.result() if work.done() else beat.result()
        finally:
            for task in (work, beat):
                task.cancel()
            await asyncio.gather(work, beat, return_exceptions=True)
        await self._finish(ending)
        return ending

    async def _worked(self) -> Ending:
        home = str(state_folder(self._resources.current.home).root)
        order = {**self._record.request, "home": home, "tables": None, "make_current": False}
        try:
            async with running(COMMAND, json.dumps(order).encode() + b"\n") as process:
                said = await self._last_word(process)
        except (EndedError, ValueError) as error:
            self._log.events.warning("fit_process_lost", fit=self.name, said=str(error))
            return Ending(FitState.FAILED, "FIT_PROCESS_LOST", _LOST)
        except _CrashedError as error:
            self._log.events.error("fit_crashed", fit=self.name, traceback=str(error))
            return Ending(FitState.FAILED, "INTERNAL", _UNFORESEEN.format(name=self.name))
        return self._failed(said) if said["event"] == "error" else await self._done(said)

    async def _last_word(self, process: Child) -> Mapping[str, Any]:
        """The event that ends it; those before it are kept for the next beat."""
        while line := await process.line():
            said = json.loads(line)
            match said["event"]:
                case "stage":
                    self._stage, self._chains = said["text"][:_STAGE_CHARACTERS], ()
                    self._storing = bool(said.get("storing"))
                case "progress":
                    self._chains = self._pace.of(said["chains"], asyncio.get_running_loop().time())
                    self._stage = f"sampling {said['chains'][0]['model']}"
                case "crashed":
                    raise _CrashedError(said["traceback"])
                case _:
                    return dict(said)
        raise await process.broken_off()

    def _failed(self, said: Mapping[str, Any]) -> Ending:
        self._log.events.warning("fit_failed", fit=self.name, reason=said["reason"], said=said["message"])
        private = names_a_path(said["message"])
        message = _ON_THE_SERVER.format(name=self.name) if private else clean(said["message"])
        return Ending(FitState.FAILED, said["reason"], message)

    async def _done(self, said: Mapping[str, Any]) -> Ending:
        self._storing = True
        outcome = {key: said[key] for key in ("name", "status", "reasons", "cpu_seconds")} | {"current": False}
        with suppress(ForecastError):  # the catalogue finds it later too
            await self._resources.catalogue.run(lambda kept: kept.get(outcome["name"]))
        if outcome["status"] == "REFUSED":
            return Ending(FitState.REFUSED, "POSTERIOR_REFUSED", "; ".join(outcome["reasons"]), outcome)
        while True:
            try:
                current = await self._made_current(outcome["name"])
            except CatalogueUnavailableError as error:
                self._log.events.warning("fit_waits_for_catalogue", fit=self.name, said=error.message)
                await asyncio.sleep(AGAIN_S)
            except ForecastError as error:
                self._log.events.error("fit_not_current", fit=self.name, said=error.message)
                message = f"posterior {outcome['name']} is stored, and did not become current: see the server's log"
                return Ending(FitState.SUCCEEDED, error.reason, message, outcome)
            else:
                return Ending(FitState.SUCCEEDED, outcome={**outcome, "current": current})

    async def _made_current(self, name: str) -> bool:
        wanted = self._record.request.get("make_current")
        if wanted is False:
            return False
        switching = self._resources.switching
        return await self._resources.catalogue.beside(lambda: switching.after_fit(name, always=wanted is True))

    async def _beating(self) -> Ending:
        """Record what is new, and that it goes on; returns when the fit is to be stopped."""
        told: tuple[Any, ...] = ()
        told_at = -ALIVE_S
        while True:
            news, now = (self._stage, self._chains), asyncio.get_running_loop().time()
            quiet = now - told_at < (ALIVE_S if told == news else BEAT_S)
            try:
                record = await self._looked() if quiet else await self._recorded()
            except StorageError as error:  # the claim outlives a short silence; a longer one shows when it is back
                self._resources.tallies.catalogue_failed()
                self._log.events.warning("fit_not_recorded", fit=self.name, said=error.message)
            else:
                told, told_at = (told, told_at) if quiet else (news, now)
                if record.cancel_requested and not self._storing:
                    return Ending(FitState.CANCELLED, "CANCELLED", _CANCELLED)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._look.wait()
            self._look.clear()

    async def _recorded(self) -> FitRecord:
        name, owner, stage, chains = self.name, self._record.owner, self._stage, self._chains
        record = await self._resources.catalogue.run(lambda kept: kept.fits.progress(name, owner, stage, chains))
        self._watching.tell(record)
        return record

    async def _looked(self) -> FitRecord:
        return await self._resources.catalogue.run(lambda kept: kept.fits.get(self.name))

    async def _finish(self, ending: Ending) -> None:
        """Record the end, as soon as the catalogue takes it."""
        while True:
            try:
                record = await self._resources.catalogue.run(
                    lambda kept: kept.fits.finish(
                        self.name,
                        self._record.owner,
                        ending.state,
                        reason=ending.reason,
                        message=ending.message,
                        outcome=ending.outcome,
                    )
                )
            except StorageError as error:
                self._resources.tallies.catalogue_failed()
                self._log.events.warning("fit_not_recorded", fit=self.name, said=error.message)
                await asyncio.sleep(AGAIN_S)
            else:
                self._watching.tell(record)
                return
