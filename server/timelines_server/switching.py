"""The one way to another posterior: read, verified and warmed beside the loop, then file and memory in one step.

Questions that are being answered keep the posterior they began with. Whatever fails, the one before goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from forecast.posterior import selection
from forecast.posterior.state import state_folder
from timelines_server.current import Current
from timelines_server.shared import SharedCatalogue


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
    """

    def __init__(self, current: Current, catalogue: SharedCatalogue, pinned: bool = False) -> None:
        self._current, self._catalogue, self.pinned = current, catalogue, pinned
        self._lock = Lock()

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
                self._current.use(self._current.load(name))
            return name

    def wanted(self) -> str:
        """The name of the posterior that is current.

        Raises
        ------
        PosteriorNotFoundError, ArtefactError, StorageError
            When that cannot be told.
        """
        return selection.current_name(state_folder(self._current.home)) or selection.reference().name
