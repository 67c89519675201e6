"""Who watches fits is told what changes: at once what this server does itself, within half a second what others do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from grpc import StatusCode

from forecast.catalogue.entries.fit_record import FitRecord
from timelines_server.manners.status import CallError
from timelines_server.state.shared import SharedCatalogue

LOOK_EVERY_S = 0.4


class _Watched:
    """What those who watch one fit share: what was seen last, and the look that is under way."""

    def __init__(self) -> None:
        self.watchers = 0
        self.seen: FitRecord | None = None
        self.seen_at = -LOOK_EVERY_S
        self.look: asyncio.Future[FitRecord] | None = None
        self.news = asyncio.Event()


class Watching:
    """Looks after fits that somebody watches.

    Parameters
    ----------
    catalogue : SharedCatalogue
        Where fits are.
    """

    def __init__(self, catalogue: SharedCatalogue) -> None:
        self._catalogue = catalogue
        self._watched: dict[str, _Watched] = {}
        self._stopping = False

    def tell(self, record: FitRecord) -> None:
        """Spread what has just been recorded of a fit."""
        watched = self._watched.get(record.name)
        if watched is not None:
            _seen(watched, record)
            watched.news.set()

    def stop(self) -> None:
        """End every watch: the server stops, and whoever watches goes on elsewhere."""
        self._stopping = True
        for watched in self._watched.values():
            watched.news.set()

    async def changes(self, name: str, after_revision: int) -> AsyncGenerator[FitRecord]:
        """A fit as it is, unless it is what was seen already, and then whenever it has changed, until it has ended.

        Raises
        ------
        NotListedError
            When there is none of that name.
        StorageError
            When the catalogue cannot be read.
        CallError
            UNAVAILABLE when the server stops.
        """
        watched = self._watched.setdefault(name, _Watched())
        watched.watchers += 1
        try:
            while True:
                record = await self._look(name, watched)
                if record.state.final or record.revision != after_revision:
                    after_revision = record.revision
                    yield record
                if record.state.final:
                    return
                await self._wait(watched)
        finally:
            watched.watchers -= 1
            if not watched.watchers:
                self._watched.pop(name, None)

    async def _wait(self, watched: _Watched) -> None:
        """Until there is news, or it is time to look again."""
        if not self._stopping:
            watched.news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await watched.news.wait()
        if self._stopping:
            raise CallError(StatusCode.UNAVAILABLE, "STOPPING", "the server is stopping; ask another")

    async def _look(self, name: str, watched: _Watched) -> FitRecord:
        """What the fit is, looked up once for all who ask at that moment."""
        if watched.seen is not None and _now() - watched.seen_at < LOOK_EVERY_S / 2:
            return watched.seen
        if watched.look is None:
            watched.look = asyncio.ensure_future(self._catalogue.run(lambda catalogue: catalogue.fits.get(name)))
            watched.look.add_done_callback(lambda _: setattr(watched, "look", None))
        record = await asyncio.shield(watched.look)
        _seen(watched, record)
        return record


def _seen(watched: _Watched, record: FitRecord) -> None:
    """Keep the newer one: a look that began earlier may end later."""
    if watched.seen is None or record.revision >= watched.seen.revision or _now() - watched.seen_at > LOOK_EVERY_S:
        watched.seen, watched.seen_at = record, _now()


def _now() -> float:
    return asyncio.get_running_loop().time()
