"""Posteriors that several servers share: a folder or a URL beside the catalogue, where each finds what another fitted.

One server publishes what it fitted; the others obtain it once it is current. The catalogue holds names and never
draws; the name of a posterior ends in the hash of its draws, so that what is obtained is what was published.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from forecast.errors import ArtefactError
from forecast.posterior import fetching, importing, selection
from forecast.posterior.artefact import read
from forecast.posterior.selection import Entry


def publish(entry: Entry, artefacts: str) -> str:
    """Write a posterior's two files to where other servers find it, once it has been verified.

    Parameters
    ----------
    entry : Entry
        One of this server's.
    artefacts : str
        The folder or URL that the servers share.

    Returns
    -------
    str
        The URL that names it there.

    Raises
    ------
    ArtefactError
        When it is damaged; nothing is written then.
    InputError
        When the place cannot be used.
    StorageError
        When it cannot be written or reached.
    """
    return fetching.export(entry, artefacts)


def obtain(name: str, artefacts: str | None = None, home: Path | str | None = None) -> Entry:
    """A posterior by its full name, sound and in this state folder: from the shared place where it is not here.

    Unlike one that a user fetches by URL it may become current. It is verified before anything of it can be seen; one
    that is damaged here is mended from there.

    Parameters
    ----------
    name : str
        Its full name.
    artefacts : str, optional
        The folder or URL that the servers share; without it only what is here is looked at.
    home : Path or str, optional
        The state folder.

    Raises
    ------
    PosteriorNotFoundError
        When it is in neither place.
    ArtefactError
        When it is damaged there, and here if it is here.
    StorageError
        When the place cannot be reached, or the state folder not written.
    """
    with suppress(ArtefactError):
        if (entry := _here(name, home)) is not None:
            read(entry.path)
            return entry
    if artefacts is not None:
        importing.bring(importing.look(artefacts, name), home)
    return selection.find_entry(name, home)


def _here(name: str, home: Path | str | None) -> Entry | None:
    return next((entry for entry in selection.available(home) if entry.name == name), None)
