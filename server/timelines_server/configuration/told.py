"""The settings as they are told: each with its value, its unit and where that came from; no secret among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from forecast.errors import ForecastError
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage.masking import HIDDEN, masked
from forecast.storage.store import is_url
from timelines_server.configuration.choices import Value
from timelines_server.configuration.reading import Found
from timelines_server.configuration.variables import CLIENT, ClientVariable

_ENDS = re.compile(r"[\s'\"]")
"""Where a URL among words would end."""

CLIENTS = "How clients reach a server"


@dataclass(frozen=True, slots=True)
class Told:
    """One line about a setting.

    Attributes
    ----------
    group : str
        The heading it stands under.
    name : str
        Its key; of a client's, the variable.
    value : str, int, float, bool or None
        What holds, paths whole and secrets hidden; None where there is none.
    unset : str
        What that means.
    unit : str
        What it is counted in, or what kind of thing it names.
    source : str
        `environment`, `file` or `default`.
    source_name : str
        The variable, or the path of the file.
    option, variable : str
        How to set it; empty where it cannot be set so.
    help : str
        What it is for.
    """

    group: str
    name: str
    value: str | int | float | bool | None
    unset: str
    unit: str
    source: str
    source_name: str
    option: str
    variable: str
    help: str

    @property
    def text(self) -> str:
        """The value in a column."""
        if self.value is None:
            return f"({self.unset})"
        return spelt(self.value)

    def as_dict(self) -> dict[str, Any]:
        """All of it, as JSON."""
        return asdict(self)


def spelt(value: Value) -> str:
    """A value as people write it, and as the environment takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def told(found: tuple[Found, ...], environment: Mapping[str, str]) -> tuple[Told, ...]:
    """Every setting of a server, then every variable of a client."""
    homes = (one.value for one in found if one.choice.name == "home")
    state = _state(next(homes, None))
    return (*(_of_server(one, state) for one in found), *_of_clients(environment))


def _of_server(found: Found, state: StateFolder | None) -> Told:
    choice, about = found.choice, found.choice.about
    return Told(
        about.group,
        choice.key,
        _value(found, state),
        "no value: see the error" if found.problem else about.unset,
        about.unit,
        found.source.kind,
        found.source.name,
        choice.flag,
        choice.variable,
        about.help,
    )


def _value(found: Found, state: StateFolder | None) -> str | int | float | bool | None:
    name, value = found.choice.name, found.value
    if found.problem is not None:
        return None
    if state is not None and name == "home":
        return str(state.root)
    if state is not None and name == "catalogue" and value is None:
        return f"sqlite:///{state.catalogue_file}"
    if isinstance(value, Path) or (name == "artefacts" and value is not None and not is_url(value)):
        return str(Path(str(value)).absolute())
    return _without_secrets(value) if isinstance(value, str) else value


def _state(home: object) -> StateFolder | None:
    try:
        return state_folder(home if isinstance(home, Path) else None)
    except ForecastError:  # an account without a folder of its own
        return None


def _of_clients(environment: Mapping[str, str]) -> Iterator[Told]:
    for one in CLIENT:
        given = environment.get(one.name)
        source = ("environment", one.name) if given else ("default", "")
        yield Told(CLIENTS, one.name, _shown(one, given), one.unset, one.unit, *source, "", one.name, one.help)


def _shown(variable: ClientVariable, given: str | None) -> str | None:
    if not given:
        return variable.default or None
    if variable.secret:
        return HIDDEN
    return str(Path(given).absolute()) if variable.unit == "file" else _without_secrets(given)


def _without_secrets(value: str) -> str:
    """A URL that is a value ends where its text does: a blank in a password is a part of it."""
    return masked(_ENDS.sub(lambda found: quote(found[0]), value)) if is_url(value) else value
