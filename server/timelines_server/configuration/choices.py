"""What one choice of the server is, and the names that follow from it: its flag, its variable, its key in a file.

field     metrics_port             of `Settings`
flag      --metrics-port           of `timelines serve`
variable  TIMELINES_METRICS_PORT   of the environment
key       metrics-port             of a settings file (TOML)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from forecast.errors import InputError

PREFIX = "TIMELINES_"
ABOUT = "about"
"""Under this key a field's metadata holds what is said about it."""

Value = str | int | float | bool | Path | None

_WORDS = {**dict.fromkeys(("1", "true", "yes"), True), **dict.fromkeys(("0", "false", "no"), False)}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which numbers are taken.

    Attributes
    ----------
    low, high : float
        Both are taken themselves; in the unit of the choice.
    give : str
        What to give instead of another one.
    """

    low: float
    high: float
    give: str

    def hold(self, value: float) -> bool:
        """Whether a number is one of them."""
        return math.isfinite(value) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class About:
    """What is said about a choice beside its name, type and default.

    Attributes
    ----------
    help : str
        One sentence or two.
    unit : str
        What it is counted in, or what kind of thing it names.
    group : str
        The heading under which it is listed.
    metavar : str
        Stands for the value in the help; not for those that are yes or no.
    bounds : Bounds, optional
        Of a number.
    unset : str
        What holds where the default is None.
    variable : str
        The name in the environment where it is not the one that follows from the flag.
    """

    help: str
    unit: str
    group: str
    metavar: str = ""
    bounds: Bounds | None = None
    unset: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of the server.

    Attributes
    ----------
    name : str
        The field of `Settings`.
    type : type
        bool, int, float, str or Path.
    default : object
        Of that type, or None.
    about : About
        The rest.
    """

    name: str
    type: type
    default: Value
    about: About

    @property
    def key(self) -> str:
        """Its name in a settings file: seconds are a unit and no part of the name."""
        return self.name.removesuffix("_s").replace("_", "-")

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--{self.key}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return self.about.variable or PREFIX + self.key.upper().replace("-", "_")

    def read(self, text: str) -> Value:
        """A value as the environment spells it.

        Raises
        ------
        InputError
            Saying what to give; without the name of the choice.
        """
        return _READERS[self.type](text)

    def taken(self, value: object) -> Value:
        """A value as a settings file or the command line holds it.

        Raises
        ------
        InputError
            When it is of another type; without the name of the choice.
        """
        if self.type is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if self.type is Path and isinstance(value, str | Path):
            return _path(str(value))
        if type(value) is not self.type:
            raise InputError(f"give {_WANTED[self.type]}")
        return value  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from.

    Attributes
    ----------
    kind : str
        Later ones of flag, environment, file, default give way to earlier ones.
    name : str
        The variable, or the path of the file; empty for others.
    """

    kind: Literal["flag", "environment", "file", "default"]
    name: str = ""

    def label(self, choice: Choice) -> str:
        """What messages call the choice: as it was named by whoever made it."""
        if self.kind == "environment":
            return self.name
        return f"{self.name}: {choice.key}" if self.kind == "file" else choice.flag


FLAG, DEFAULT = Source("flag"), Source("default")


def about(
    help: str,  # noqa: A002 - the word of click and argparse
    unit: str,
    group: str,
    metavar: str = "",
    bounds: Bounds | None = None,
    unset: str = "",
    variable: str = "",
) -> Mapping[str, About]:
    """The metadata of a field that is a choice; as `About`."""
    return MappingProxyType({ABOUT: About(help, unit, group, metavar, bounds, unset, variable)})


def _yes_no(text: str) -> bool:
    try:
        return _WORDS[text.strip().lower()]
    except KeyError:
        raise InputError("give 1, true or yes, or 0, false or no") from None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(f"give {_WANTED[int]}") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"give {_WANTED[float]}") from None


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InputError("give the path without ~: there is no such home folder") from None


_READERS: Mapping[type, Callable[[str], Value]] = {
    bool: _yes_no,
    int: _whole,
    float: _number,
    str: str,
    Path: _path,
}
_WANTED = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text, in quotation marks",
    Path: "a path, in quotation marks",
}
