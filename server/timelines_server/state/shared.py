"""The catalogue of one server: opened when it is first needed, kept, and asked in threads of its own.

Its threads are not those that answer questions: a database that hangs holds up what needs it, and no forecast.

A database that is silent takes seconds to find out, each time. So whoever waited for its turn meanwhile is told what
was found out, and until the database answers again one caller at a time tries it and the others are told at once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from forecast.catalogue.failures import CatalogueUnavailableError
from forecast.errors import ForecastError
from forecast.posterior.state import state_folder

if TYPE_CHECKING:
    from forecast.catalogue import Catalogue

THREADS = 4

AGAIN_S = 0.5
"""How long nobody tries a database that could not be reached."""


class _Reach:
    """Whether the database answers, as far as is known."""

    def __init__(self) -> None:
        self._lost, self._lost_at, self._tried = "", 0.0, False

    def claim(self) -> bool:
        """Whether this caller tries for all whether it answers again, and says so to `release` in the end.

        Raises
        ------
        CatalogueUnavailableError
            When it did not answer, and this caller is not the one.
        """
        if self._lost and (self._tried or monotonic() - self._lost_at < AGAIN_S):
            raise self._error()
        self._tried = bool(self._lost)
        return self._tried

    def release(self) -> None:
        """Let the next one try."""
        self._tried = False

    def during[Result](self, job: Callable[[], Result], asked_at: float) -> Result:
        """Do a job, unless it was found out since it was asked for that the database does not answer."""
        if self._lost and self._lost_at >= asked_at:
            raise self._error()
        try:
            result = job()
        except CatalogueUnavailableError as error:
            self._lost, self._lost_at = error.message, monotonic()
            raise
        except ForecastError:
            self._lost = ""
            raise
        self._lost = ""
        return result

    def _error(self) -> CatalogueUnavailableError:
        return CatalogueUnavailableError(self._lost, field="catalogue")


class SharedCatalogue:
    """The catalogue that everything in one server uses.

    Parameters
    ----------
    home : Path, optional
        The state folder.
    url : str, optional
        Of the database; default: the SQLite file in the state folder.

    """

    def __init__(self, home: Path | None = None, url: str | None = None) -> None:
        self._home, self._url = home, url or os.environ.get("TIMELINES_CATALOGUE")
        self._opened: Catalogue | None = None
        self._opening = Lock()
        self._reach = _Reach()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="timelines-catalogue")

    @property
    def there(self) -> bool:
        """Whether there is one already; looking does not make it."""
        return bool(self._opened or self._url or state_folder(self._home).catalogue_file.exists())

    @property
    def several(self) -> bool:
        """Whether servers with other state folders use it too: then it says what is current, not the state folder."""
        return self._url is not None and not self._url.startswith("sqlite:")

    def get(self) -> Catalogue:
        """The catalogue, for a thread; what could not be opened is tried again the next time.

        Raises
        ------
        StorageError
            When it cannot be made, read or reached.
        """
        if self._opened is None:
            with self._opening:
                if self._opened is None:
                    from forecast.catalogue import Catalogue  # SQLAlchemy takes .4 s to import

                    self._opened = Catalogue.open(self._home, self._url)
        return self._opened

    async def run[Result](self, job: Callable[[Catalogue], Result]) -> Result:
        """What a job with the catalogue gives; errors as `get`, and the job's own.

        Parameters
        ----------
        job : callable
            Takes the catalogue. It is done also where its caller leaves.
        """
        tries, asked_at = self._reach.claim(), monotonic()
        try:
            return await self.beside(lambda: self._reach.during(lambda: job(self.get()), asked_at))
        finally:
            if tries:
                self._reach.release()

    async def beside[Result](self, job: Callable[[], Result]) -> Result:
        """What a job gives that may use the catalogue, or may not; errors are the job's own.

        Parameters
        ----------
        job : callable
            It is done in a thread, also where its caller leaves.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, job)

    def close(self) -> None:
        """Let running jobs end, and let go of the database."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._opened is not None:
            self._opened.close()
