"""Whether a server can run so: what it would read on its start is read, and no call is answered.

Each check is one line. What a start would change stays as it is: the schema of the catalogue, a folder that is missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import ForecastError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior.state import state_folder
from timelines_server.configuration.settings import Settings

Check = Callable[[Settings], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    subject : str
        What was looked at.
    detail : str
        What was found, or what is wrong and what to do.
    error : ForecastError or ModuleNotFoundError, optional
        None where it is sound.
    """

    subject: str
    detail: str
    error: ForecastError | ModuleNotFoundError | None = None


def findings(settings: Settings) -> Iterator[Finding]:
    """One finding after the other; each is looked for when it is asked for."""
    for subject, check in CHECKS.items():
        try:
            yield Finding(subject, check(settings))
        except (ForecastError, ModuleNotFoundError) as error:
            yield Finding(subject, str(error), error)


def _packages(settings: Settings) -> str:
    import timelines_server.main  # noqa: F401 - what it needs is there if it can be imported
    from timelines_server import gateway
    from timelines_server.observing.tracing import Tracing

    if settings.http:
        gateway.check_installed()

    if settings.trace:
        Tracing().close()
    return "all that it needs are installed"


def _address(settings: Settings) -> str:
    told = [_port(settings.host.strip("[]"), settings.port, settings.reuse_port)]
    return "; ".join(told + ([] if settings.http is None else [_port(*settings.http_address, shared=False)]))


def _port(host: str, port: int, shared: bool) -> str:
    from timelines_server.ports import PortError, check_free

    try:
        check_free(host, port, shared)
    except PortError:
        check_free(host, 0, shared)
        return f"{host}:{port} is taken now: by the server that is to be restarted, or by another program"
    return f"{host}:{port} is free"


def _tls(settings: Settings) -> str:
    from timelines_server.access import tls

    if not settings.secure:
        return "; ".join(("plain text", *settings.warnings))
    tls.read(settings)
    asked = f", clients need a certificate of {settings.client_ca}" if settings.client_ca else ""
    return f"{settings.tls_key} is the key of {settings.tls_cert}{asked}"


def _tokens(settings: Settings) -> str:
    from timelines_server.access import tokens

    if settings.tokens is None:
        return "no token is asked for"
    count = len(tokens.load(settings.tokens))
    held = f"{count} token{'s' if count > 1 else ''} in {settings.tokens}"
    return "; ".join((held, *tokens.warnings(settings.tokens)))


def _state(settings: Settings) -> str:

    root = state_folder(settings.home).root
    there = next((folder for folder in (root, *root.parents) if folder.exists()), root)
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        message = f"the state folder {root} cannot be written: grant it on {there}, or set TIMELINES_HOME to another"
        raise StorageError(message, field="home")
    free = f"{shutil.disk_usage(there).free / 1e9:.0f} GB free"
    return f"{root}, {free}" if there == root else f"{root} will be made, {free}"


def _posterior(settings: Settings) -> str:
    from forecast.posterior import fetching, selection

    name = settings.posterior or _current_of_several(settings)
    if settings.posterior is None and name not in [None, *(entry.name for entry in selection.available(settings.home))]:
        return _to_obtain(str(name), settings)
    found = fetching.find(name, home=settings.home)
    return f"{found.name} ({found.status}), as of {found.as_of}, {found.draws} draws"


def _current_of_several(settings: Settings) -> str | None:
    """What the catalogue says that several servers share; None without one, and where it cannot be asked.

    Then a start answers from what was current here.
    """
    if settings.catalogue is None or settings.catalogue.startswith("sqlite:"):
        return None
    from forecast.catalogue import Catalogue
    from forecast.catalogue.database.opening import probe
    from forecast.catalogue.database.schema import HEAD

    with suppress(ForecastError):
        if probe(state_folder(settings.home), settings.catalogue) == HEAD:
            with Catalogue.open(settings.home, settings.catalogue) as catalogue:
                return catalogue.current_name()
    return None


def _to_obtain(name: str, settings: Settings) -> str:
    from forecast.posterior import importing

    if settings.artefacts is None:
        message = f"{name} is current for all servers and not here: give --artefacts, where they find what others made"
        raise PosteriorNotFoundError(message, field="artefacts")
    importing.look(settings.artefacts, name)
    return f"{name} is current for all servers; a start fetches it from {settings.artefacts}"


def _catalogue(settings: Settings) -> str:
    from forecast.catalogue.database.opening import probe
    from forecast.catalogue.database.schema import HEAD

    revision = probe(state_folder(settings.home), settings.catalogue)
    if revision is None:
        return "will be made"
    return "is there" if revision == HEAD else f"is there; a start brings it from revision {revision} to {HEAD}"


def _artefacts(settings: Settings) -> str:
    from forecast.storage.store import is_url, store_of

    place = settings.artefacts
    if place is None:
        return "the state folder's own"
    store_of(place).exists("manifest.json")
    return f"{place} can be read" if is_url(place) or Path(place).is_dir() else f"{place} will be made"


CHECKS: dict[str, Check] = {
    "packages": _packages,
    "address": _address,
    "TLS": _tls,
    "tokens": _tokens,
    "state folder": _state,
    "posterior": _posterior,
    "catalogue": _catalogue,
    "artefacts": _artefacts,
}
"""What is looked at, in this order."""


def exit_code(found: list[Finding]) -> int:
    """0 where all is sound, 2 where the operator's choices are wrong, 1 for anything else."""
    errors = [one.error for one in found if one.error is not None]
    if any(isinstance(error, InputError) for error in errors):
        return 2
    return 1 if errors else 0
