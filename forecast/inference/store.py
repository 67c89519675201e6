"""Put a finished fit where it is found: the state folder, the catalogue, and, where the gates allow it, current."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forecast.catalogue import Catalogue
from forecast.errors import ForecastError
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import Posterior
from forecast.posterior.state import state_folder


def current_or_none(home: Path) -> Posterior | None:
    """The current posterior, or None where there is none."""
    try:
        return selection.current(home)
    except ForecastError:
        return None


def publish(posterior: Posterior, home: Path) -> dict[str, Any]:
    """Write a posterior into the state folder; make it current if it passed and looks at the newest date.

    A fit as of an earlier date than the current posterior's is found by that date and replaces nothing.

    Parameters
    ----------
    posterior : Posterior
        Judged by the gates.
    home : Path
        The state folder.

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
    current = posterior.status != "REFUSED" and posterior.as_of >= _current_as_of(home, posterior)
    with Catalogue.open(home) as catalogue:
        catalogue.sync()
        if current:
            catalogue.set_current(name)
    return {
        "name": name,
        "status": posterior.status,
        "reasons": list(posterior.reasons),
        "as_of": posterior.as_of.isoformat(),
        "path": str(path),
        "current": current,
        "summary": summary(posterior),
    }


def summary(posterior: Posterior) -> str:
    """How the chains mixed and what the nowcast says, one line a model."""
    lines = []
    for model, found in posterior.manifest["diagnostics"].items():
        if found:
            lines.append(
                f"{model}: {found['draws']} draws, {found['divergences']} divergences, R-hat at most "
                f"{found['max_r_hat']:.3f}, effective size at least {found['min_ess']:.0f}, "
                f"{found['cpu_seconds']:.0f} CPU-seconds"
            )
        else:
            lines.append(f"{model}: too few rows, drawn from its prior")
    seen = posterior.manifest["nowcast"]
    lines.append(
        f"nowcast: {seen['inside_80']:.0%} of {seen['rows']} recent disclosed runs inside the 80 % band; the largest "
        f"known run was reached with probability {seen['reach']:.2f}"
    )
    return "\n".join(lines)


def _current_as_of(home: Path, posterior: Posterior) -> Any:
    found = current_or_none(home)
    return found.as_of if found is not None else posterior.as_of
