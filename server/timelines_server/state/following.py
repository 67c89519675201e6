"""Answer from what other processes make current: `timelines posterior use`, another server on the same catalogue.

Once a second it is looked which posterior is current. Another one is read, verified and warmed beside the loop, and
then answers; one that cannot be used leaves the last good one answering, is told once, and is tried again later.
"""

from __future__ import annotations

import asyncio

from forecast.errors import ForecastError
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources

LOOK_EVERY_S = 1.0
TRY_AGAIN_S = 30.0
"""When one is tried again that could not be used."""


class Follower:
    """Follows what is current.

    Parameters
    ----------
    resources : Resources
        Who answers, and the way to another posterior.
    log : Log
        Where they are told.
    """

    def __init__(self, resources: Resources, log: Log) -> None:
        self._resources, self._log = resources, log
        self._failed, self._said, self._again_at = "", "", 0.0

    async def run(self) -> None:
        """Follow until this is cancelled; nothing is followed where the operator named the posterior."""
        while not self._resources.switching.pinned:
            await asyncio.sleep(LOOK_EVERY_S)
            if self._resources.current.ready:
                try:
                    await self.look()
                except Exception as error:  # whatever it is, the last good one goes on
                    self._resources.tallies.follow_failed()
                    self._log.events.error("following_broken", exc_info=error)
                    await asyncio.sleep(TRY_AGAIN_S)

    async def look(self) -> None:
        """Look once, and switch where another posterior has become current."""
        switching, catalogue = self._resources.switching, self._resources.catalogue
        before = self._resources.current.answers_from
        try:
            name = await catalogue.beside(switching.wanted)
        except ForecastError as error:
            self._resources.tallies.catalogue_failed()
            self._say("current_not_known", error)
            return
        if name == before or (name == self._failed and _now() < self._again_at):
            return
        try:
            name = await catalogue.beside(switching.follow)
        except ForecastError as error:
            self._failed, self._again_at = name, _now() + TRY_AGAIN_S
            self._resources.tallies.follow_failed()
            self._say("posterior_not_followed", error, posterior=name)
        else:
            self._failed = self._said = ""
            self._log.events.info("posterior_followed", posterior=name, before=before)

    def _say(self, event: str, error: ForecastError, **more: str) -> None:
        """Tell the operator once."""
        if error.message != self._said:
            self._said = error.message
            self._log.events.error(event, reason=error.reason, said=error.message, **more)


def _now() -> float:
    return asyncio.get_running_loop().time()
