"""From flags, environment and a settings file to one `Settings`.

Flags win over variables of the environment, variables over a settings file, the file over the defaults. The file is
TOML, one `key = value` a line, the keys being the flags without the dashes in front:

    host = "0.0.0.0"
    tokens = "/etc/timelines/tokens"
    metrics-port = 9433

It is named by `--config FILE` or by TIMELINES_CONFIG. A variable that is empty counts as not set. A path that is not
absolute begins in the folder in which the command runs, wherever the path is written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.storage.masking import masked
from timelines_server.configuration.choices import DEFAULT, FLAG, PREFIX, Choice, Source, Value
from timelines_server.configuration.settings import CHOICES, Settings

CONFIG = "TIMELINES_CONFIG"
SHARED = ("home", "catalogue", "artefacts")
"""What every command on the machine must agree on, and every process that a server starts."""


@dataclass(frozen=True, slots=True)
class Found:
    """A choice that was made, or left as it is.

    Attributes
    ----------
    choice : Choice
        Which.
    value : object
        Of the choice's type, or None; the default where `problem` is set.
    source : Source
        Where it came from.
    problem : InputError, optional
        Why what was found there is no value.
    """

    choice: Choice
    value: Value
    source: Source
    problem: InputError | None = None


def settle(flags: Mapping[str, Any], environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings of a server.

    Parameters
    ----------
    flags : mapping
        What the command line gave, by field and of its type; what it did not give is not in it.
    environment : mapping
        Variables.
    file : Path, optional
        The settings file; default: the one that TIMELINES_CONFIG names, if any.

    Raises
    ------
    InputError
        Naming the flag, the variable, or the file and its key; its value, unless that may hold a secret; the remedy.
    """
    return settings_of(find(flags, environment, file))


def find(flags: Mapping[str, Any], environment: Mapping[str, str], file: Path | None = None) -> tuple[Found, ...]:
    """What is chosen and where, choice by choice; as `settle`, but a value that cannot be is told, not raised.

    Raises
    ------
    InputError
        When the file cannot be read, or has a key that is no setting.
    """
    path = file_of(environment, file)
    written = {} if path is None else read_file(path)
    return tuple(_find(choice, flags, environment, written, path) for choice in CHOICES.values())


def settings_of(found: Iterable[Found]) -> Settings:
    """The settings out of what was found.

    Raises
    ------
    InputError
        The first problem, or what does not fit together.
    """
    values, sources = {}, {}
    for one in found:
        if one.problem is not None:
            raise one.problem
        values[one.choice.name], sources[one.choice.name] = one.value, one.source
    return Settings(**values, sources=sources)  # type: ignore[arg-type]


def file_of(environment: Mapping[str, str], file: Path | None = None) -> Path | None:
    """The settings file: `file`, else what TIMELINES_CONFIG names, else none."""
    named = environment.get(CONFIG)
    return file or (Path(named).expanduser() if named else None)


def read_file(path: Path) -> Mapping[str, object]:
    """What a settings file holds, by key.

    Raises
    ------
    InputError
        When it cannot be read, is not TOML, or has a key that is no setting.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the settings file {path} cannot be read: {error.strerror}", field="config") from error
    except ValueError as error:  # of TOML, or of UTF-8
        raise InputError(f"the settings file {path} is not TOML: {error}", field="config") from error
    keys = [choice.key for choice in CHOICES.values()]
    for key, value in written.items():
        if isinstance(value, dict):
            raise InputError(f"{path}: [{key:.60}] is a table: write `key = value` lines without one", field="config")
        if key not in keys:
            raise InputError(f"{path}: {key!r:.60} is no setting; {meant(key, keys)}", field="config")
    return written


def meant(name: str, known: Sequence[str]) -> str:
    """The known name that a wrong one is most like, as a question."""
    tails = {one.removeprefix(PREFIX): one for one in known}
    (near,) = get_close_matches(name.removeprefix(PREFIX), tails, 1) or [""]
    return f"did you mean {tails[near]}?" if near else "`timelines config show` lists what is known"


def share(settings: Settings, environment: MutableMapping[str, str]) -> None:
    """Tell the processes that this one starts which state is meant: they read the environment."""
    for name in SHARED:
        value = getattr(settings, name)
        if value is not None:
            environment[CHOICES[name].variable] = str(value)


def share_file(environment: MutableMapping[str, str]) -> None:
    """Let a command that is no server work on the state that the settings file names, as the server does.

    Raises
    ------
    InputError
        As `settle`, about the file.
    """
    for found in find({}, environment):
        if found.choice.name in SHARED and found.source.kind == "file":
            if found.problem is not None:
                raise found.problem
            environment[found.choice.variable] = str(found.value)


def _find(
    choice: Choice,
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    written: Mapping[str, object],
    path: Path | None,
) -> Found:
    if choice.name in flags:
        return _taken(choice, flags[choice.name], FLAG)
    if environment.get(choice.variable):
        return _taken(choice, environment[choice.variable], Source("environment", choice.variable))
    if choice.key in written:
        return _taken(choice, written[choice.key], Source("file", str(path)))
    return Found(choice, choice.default, DEFAULT)


def _taken(choice: Choice, given: Any, source: Source) -> Found:
    try:
        value = choice.read(given) if source.kind == "environment" else choice.taken(given)
    except InputError as error:
        message = (
            f"{source.label(choice)} is {masked(repr(_plain(given))):.80}: {error.message}{_linked(choice, given)}"
        )
        return Found(choice, choice.default, source, InputError(message, field=choice.name))
    return Found(choice, value, source)


def _plain(given: object) -> object:
    """A path as it was written, wherever it came from."""
    return str(given) if isinstance(given, Path) else given


def _linked(choice: Choice, given: object) -> str:
    """A service that is named timelines sets TIMELINES_PORT in every pod beside it."""
    if choice.name != "port" or "://" not in str(given):
        return ""
    return " (Kubernetes sets it for a service named timelines: say enableServiceLinks: false, or give --port)"
