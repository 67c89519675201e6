"""The one way to another posterior: read, verified and warmed beside the loop, then file and memory in one step.

Questions that are being answered keep the posterior they began with. Whatever fails, the one before goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from forecast.errors import ForecastError
from forecast.posterior import selection
from forecast.posterior.state import state_folder
from timelines_server.state.current import Current
from timelines_server.state.shared import SharedCatalogue


def _go_on() -> None:
    """Nobody can leave."""


class Switching:
    """Switches what answers, one at a time; its methods block, and are for threads.

    Parameters
    ----------
    current : Current
        Who answers.
    catalogue : SharedCatalogue
        Where it is written which one is current.
    pinned : bool
        Whether the operator named the posterior that answers here: then what becomes current by itself changes nothing
        in this server.
    artefacts : str, optional
        Folder or URL of posteriors that several servers share.
    """

    def __init__(
        self, current: Current, catalogue: SharedCatalogue, pinned: bool = False, artefacts: str | None = None
    ) -> None:
        self._current, self._catalogue, self.pinned, self._artefacts = current, catalogue, pinned, artefacts
        self._lock = Lock()

    def begin(self, name: str | None) -> None:
        """Answer from the posterior to begin with, unless one answers already.

        Parameters
        ----------
        name : str or None
            What the operator named; None for the current one. Of several servers the catalogue says which that is;
            while it cannot be asked, the one that was current here before.

        Raises
        ------
        PosteriorNotFoundError, ArtefactError, StorageError
            Why it cannot answer.
        """
        if name is None and self._catalogue.several:
            with suppress(ForecastError):
                self.follow()
        if not self._current.ready:
            loaded = self._current.load(name)
            if not self._current.ready:  # a call may have chosen one meanwhile
                self._current.use(loaded)

    def to(self, name: str, checkpoint: Callable[[], None] = _go_on) -> None:
        """Make a posterior current, and answer from it, even where the operator named another.

        Parameters
        ----------
        name : str
            Its full name.
        checkpoint : callable
            Called before the step that cannot be taken back; raises where nobody wants it any more.

        Raises
        ------
        PosteriorRefusedError, PosteriorNotFoundError, ArtefactError, StorageError
            Why it did not become current.
        """
        with self._lock:
            loaded = self._current.load(name)
            checkpoint()
            self._publish(name)
            self._catalogue.get().set_current(name)
            self._current.use(loaded)

    def after_fit(self, name: str, always: bool) -> bool:
        """Make a new posterior current; whether it became so.

        Parameters
        ----------
        name : str
            Its full name.
        always : bool
            Also where it looks at an earlier date than the current one.

        Raises
        ------
        PosteriorRefusedError, PosteriorNotFoundError, ArtefactError, StorageError
            Why it did not become current.
        """
        with self._lock:
            if not always and name[:10] < self.wanted()[:10]:
                return False
            self._publish(name)
            loaded = self._current.load(name)
            self._catalogue.get().set_current(name)
            if not self.pinned:
                self._current.use(loaded)
            return True

    def follow(self) -> str:
        """Answer from the posterior that is current now, whoever made it so; its name.

        Raises
        ------
        PosteriorNotFoundError, ArtefactError, StorageError
            Why it cannot answer.
        """
        with self._lock:  # only under it is what is current also what answers
            name = self.wanted()
            if self._current.answers_from != name:
                self._current.use(self._current.load(self._obtained(name)))
                self._mirror()
            return name

    def wanted(self) -> str:
        """The name of the posterior that is current.

        Raises
        ------
        PosteriorNotFoundError, ArtefactError, StorageError
            When that cannot be told.
        """
        if self._catalogue.several:
            return self._catalogue.get().current_name() or selection.reference().name
        return selection.current_name(state_folder(self._current.home)) or selection.reference().name

    def _publish(self, name: str) -> None:
        """Put a posterior where other servers find it, before it becomes current for them."""
        if self._artefacts is not None:
            from forecast.catalogue.upkeep.artefacts import publish

            publish(selection.find_entry(name, self._current.home), self._artefacts)

    def _obtained(self, name: str) -> str:
        """The name, when that posterior is here: it may come from another server."""
        if self._catalogue.several:
            from forecast.catalogue.upkeep.artefacts import obtain

            obtain(name, self._artefacts, self._current.home)
        return name

    def _mirror(self) -> None:
        """Keep in the state folder what is current, for the command line and for a start without the database."""
        if self._catalogue.several:
            with suppress(ForecastError):
                self._catalogue.get().mirror()
