"""Put a finished fit where it is found: the state folder, the catalogue, and, where the gates allow it, current."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from forecast.catalogue import Catalogue
from forecast.catalogue.upkeep import artefacts
from forecast.errors import ForecastError
from forecast.inference.diagnostics import in_words
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import Posterior
from forecast.posterior.state import state_folder


def current_or_none(home: Path) -> Posterior | None:
    """The current posterior, or None where there is none."""
    try:
        return selection.current(home)
    except ForecastError:
        return None


def publish(posterior: Posterior, home: Path, choose: bool = True) -> dict[str, Any]:
    """Write a posterior into the state folder; make it current if it passed and looks at the newest date.

    A fit as of an earlier date than the current posterior's is found by that date and replaces nothing.

    Parameters
    ----------
    posterior : Posterior
        Judged by the gates.
    home : Path
        The state folder.
    choose : bool
        Whether it may become current here; else it is written, and whoever asked for it tells the catalogue.

    Returns
    -------
    dict
        name, status, reasons, as_of, path, current (bool) and a summary in words.

    Raises
    ------
    StorageError
        If the folder cannot be written; nothing half-written stays.
    """
    path = artefact.write(posterior, state_folder(home).posteriors)
    name = path.stem
    current = choose and posterior.status != "REFUSED" and posterior.as_of >= _current_as_of(home, posterior)
    if choose:
        _tell_catalogue(name if current else None, home)
    return {
        "name": name,
        "status": posterior.status,
        "reasons": list(posterior.reasons),
        "as_of": posterior.as_of.isoformat(),
        "path": str(path),
        "current": current,
        "summary": in_words(posterior.manifest),
    }


def _tell_catalogue(current: str | None, home: Path) -> None:
    with Catalogue.open(home) as catalogue:
        catalogue.sync()
        if current is not None:
            if catalogue.shared and (place := os.environ.get("TIMELINES_ARTEFACTS")):
                artefacts.publish(selection.find_entry(current, home), place)  # else no other server could follow
            catalogue.set_current(current)


def _current_as_of(home: Path, posterior: Posterior) -> Any:
    found = current_or_none(home)
    return found.as_of if found is not None else posterior.as_of
