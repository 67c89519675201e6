"""What the handlers share."""

from __future__ import annotations

from forecast.errors import ForecastError
from timelines_server.observing.tallies import Tallies
from timelines_server.state.current import Current
from timelines_server.state.shared import SharedCatalogue
from timelines_server.state.switching import Switching
from timelines_server.work import Work


class ResourceNotFoundError(ForecastError):
    """A resource name that nothing has; the message lists what there is."""

    reason = "NOT_FOUND"


class Resources:
    """What the handlers share.

    Parameters
    ----------
    current : Current
        The forecaster that answers, and the state folder.
    work : Work
        Threads for what would hold up the event loop.
    catalogue : SharedCatalogue, optional
        Fits, published forecasts and which posterior is current. Default: in that state folder.
    pinned : bool
        Whether the operator named the posterior that answers.
    artefacts : str, optional
        Folder or URL of posteriors that several servers share.

    Attributes
    ----------
    switching : Switching
        The way to another posterior.
    switches : Work
        A thread for it: one switch waits for the other, and for the catalogue, and must hold up no question.
    tallies : Tallies
        What is counted beside calls.
    """

    def __init__(
        self,
        current: Current,
        work: Work,
        catalogue: SharedCatalogue | None = None,
        pinned: bool = False,
        artefacts: str | None = None,
    ) -> None:
        self.current, self.work = current, work
        self.catalogue = catalogue or SharedCatalogue(current.home)
        self.switching = Switching(current, self.catalogue, pinned, artefacts)
        self.switches = Work(1)
        self.tallies = Tallies()

    def close(self) -> None:
        """Let threads end what they do, and let go of the database."""
        self.work.close()
        self.switches.close()
        self.catalogue.close()
