"""What PosteriorService does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from forecast.errors import ArtefactError
from forecast.posterior import selection
from forecast.posterior.manifest import Manifest
from forecast.posterior.selection import Entry
from timelines_server.resources import ResourceNotFoundError, Resources

CURRENT = "current"
"""The alias of the posterior that answers."""


@dataclass(frozen=True, slots=True)
class KnownPosterior:
    """One posterior whose manifest is sound.

    Attributes
    ----------
    manifest : Manifest
        Everything about it that is not an array.
    shipped : bool
        Whether it came with the program; else it was fitted here.
    current : bool
        Whether this server answers from it.
    """

    manifest: Manifest
    shipped: bool
    current: bool


@dataclass(frozen=True, slots=True)
class PosteriorListing:
    """Every posterior.

    Attributes
    ----------
    sound : tuple of KnownPosterior
        The newest as-of date first; of one date, the newest written.
    damaged : tuple of Entry
        Those that cannot be used, in the same order.
    """

    sound: tuple[KnownPosterior, ...]
    damaged: tuple[Entry, ...]


class PosteriorHandlers:
    """Lists posteriors and changes the one that answers.

    Parameters
    ----------
    resources : Resources
        The forecaster that answers now, and threads for what would hold up the event loop.
    """

    def __init__(self, resources: Resources) -> None:
        self._current, self._work = resources.current, resources.work
        self._switching, self._switches = resources.switching, resources.switches

    async def list_posteriors(self) -> PosteriorListing:
        """Every posterior that lies here or came with the program.

        Raises
        ------
        StorageError
            When the state folder may not be read.
        """
        return await self._work.run(lambda _: self._listing())

    async def get_posterior(self, name: str) -> KnownPosterior:
        """One posterior, by its full name or `current`.

        Raises
        ------
        ResourceNotFoundError
            When there is none of that name; lists those that are.
        ArtefactError
            When its manifest is damaged or its draws are missing.
        NotReadyError
            For `current`, while none answers.
        """
        return await self._work.run(lambda _: self._answering() if name == CURRENT else self._known(self._entry(name)))

    async def set_current_posterior(self, name: str) -> KnownPosterior:
        """Answer with another posterior from now on; questions that are being answered keep theirs.

        It is read, verified and warmed first. Whatever fails, the one that answered before goes on.

        Raises
        ------
        ResourceNotFoundError
            When there is none of that name; lists those that are.
        PosteriorRefusedError
            When its fit failed the gates.
        ArtefactError
            When it is damaged.
        StorageError
            When the state folder cannot be written.
        """
        return await self._switches.run(lambda checkpoint: self._switch(name, checkpoint))

    def _listing(self) -> PosteriorListing:
        entries = sorted(selection.available(self._current.home), key=lambda entry: entry.as_of, reverse=True)
        sound = tuple(self._known(entry) for entry in entries if not entry.problem)
        return PosteriorListing(sound, tuple(entry for entry in entries if entry.problem))

    def _answering(self) -> KnownPosterior:
        """From memory: it answers even when its files are gone."""
        manifest = self._current.forecaster.posterior.manifest
        entries = selection.available(self._current.home)
        shipped = any(entry.name == manifest["name"] and entry.origin == "shipped" for entry in entries)
        return KnownPosterior(manifest, shipped, current=True)

    def _entry(self, name: str) -> Entry:
        entries = selection.available(self._current.home)
        found = next((entry for entry in entries if entry.name == name), None)
        if found is None:
            there = _listed(entry.name for entry in entries)
            raise ResourceNotFoundError(f"there is no posterior {name!r:.80}; there are: {there}", field="name")
        if found.problem:
            raise ArtefactError(f"posterior {name} cannot be used: {found.problem}", field="name")
        return found

    def _known(self, entry: Entry) -> KnownPosterior:
        assert entry.manifest is not None  # else it has a problem
        current = self._current.ready and entry.name == self._current.forecaster.posterior.name
        return KnownPosterior(entry.manifest, entry.origin == "shipped", current)

    def _switch(self, name: str, checkpoint: Callable[[], None]) -> KnownPosterior:
        """File and memory change together, even when the caller leaves at that moment."""
        entry = self._entry(name)
        self._switching.to(entry.name, checkpoint)
        return self._known(entry)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none; make one with `timelines fit`"
