"""Carry what users keep, scenarios and imported scales, between the servers that share a catalogue.

Every few seconds the files of the state folder and the catalogue are brought together: what one server's user makes,
edits or deletes is so on the others soon after. Where one server is alone, the catalogue remembers what was there.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from forecast.catalogue.named.scenario_store import ScenarioStore
from forecast.catalogue.named.studies import StudyStore
from forecast.errors import ForecastError
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources

if TYPE_CHECKING:
    from forecast.catalogue import Catalogue

SHARE_EVERY_S = 5.0
REMEMBER_EVERY_S = 60.0


class Sharing:
    """Brings files and catalogue together.

    Parameters
    ----------
    resources : Resources
        The state folder and the catalogue.
    log : Log
        Where it is told what came from other servers, and what cannot be brought together.
    """

    def __init__(self, resources: Resources, log: Log) -> None:
        self._resources, self._log = resources, log
        self._said: dict[str, str] = {}

    async def run(self) -> None:
        """Bring them together until this is cancelled."""
        while True:
            if self._resources.catalogue.there:
                await self.look()
            await asyncio.sleep(SHARE_EVERY_S if self._resources.catalogue.several else REMEMBER_EVERY_S)

    async def look(self) -> None:
        """Bring them together once."""
        for kind in ("scenarios", "scales"):
            try:
                problems = await self._resources.catalogue.run(partial(self._sync, kind))
            except ForecastError as error:
                self._resources.tallies.catalogue_failed()
                problems = {"": error.message}
            self._say(kind, problems)

    def _sync(self, kind: str, catalogue: Catalogue) -> dict[str, str]:
        home = self._resources.current.home
        done = catalogue.sync_files(ScenarioStore(home) if kind == "scenarios" else StudyStore(home))
        if done.written or done.removed:
            self._log.events.info("files_followed", what=kind, written=done.written, removed=done.removed)
        return done.problems

    def _say(self, kind: str, problems: dict[str, str]) -> None:
        """Tell the operator once of each."""
        said = "; ".join(dict.fromkeys(problems.values()))
        if said and said != self._said.get(kind):
            self._log.events.error("files_not_shared", what=kind, said=said)
        self._said[kind] = said
