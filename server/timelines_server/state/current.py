"""The forecaster that answers now: loaded, verified and warmed beside the loop, then swapped in one step."""

from __future__ import annotations

from pathlib import Path

from forecast.engine.memory import Memory
from forecast.errors import ForecastError
from forecast.forecaster import Forecaster
from timelines_server.allocator import return_free_pages


class NotReadyError(ForecastError):
    """There is no posterior to answer with."""

    reason = "NO_POSTERIOR"


class Current:
    """Holds the forecaster; calls in flight keep the one they began with.

    Parameters
    ----------
    home : Path, optional
        The state folder.

    Attributes
    ----------
    memory : Memory
        What solvers remember, of every posterior that answers here.
    """

    def __init__(self, home: Path | None = None) -> None:
        self.home = home
        self.problem = "the posterior is being loaded"
        self._forecaster: Forecaster | None = None
        self.memory = Memory()

    @property
    def ready(self) -> bool:
        """Whether questions can be answered."""
        return self._forecaster is not None

    @property
    def answers_from(self) -> str:
        """The name of the posterior that answers; empty while there is none."""
        return self._forecaster.posterior.name if self._forecaster else ""

    @property
    def forecaster(self) -> Forecaster:
        """The forecaster that answers now.

        Raises
        ------
        NotReadyError
            While there is none; the message says what to run.
        """
        if self._forecaster is None:
            raise NotReadyError(self.problem)
        return self._forecaster

    def load(self, name: str | None = None) -> Forecaster:
        """Read, verify and warm a posterior without making it current; blocking, for a thread.

        The operator may name one by URL. Questions never may: callers would choose what this machine connects to.

        Raises
        ------
        PosteriorNotFoundError, ArtefactError, StorageError
            As `Forecaster.load`.
        """
        loaded = Forecaster.load(name, home=self.home, memory=self.memory, fetches=False)
        loaded.when(flop=1e29)  # the default scenario: the next question finds its paths there
        return loaded

    def use(self, forecaster: Forecaster) -> None:
        """Answer with this one from now on."""
        first = self._forecaster is None
        self._forecaster = forecaster
        if not first:  # the paths of the one before give way to those of this one
            return_free_pages()
