"""Readers of JSON values: each takes a value and its path, and gives what it says or an `InputError` with that path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from forecast.engine.checks import parse_day
from forecast.errors import InputError, UnknownNameError

Reader = Callable[[Any, str], Any]
Readers = Mapping[str, Reader]
"""How each field of an object is read."""

NOTHING: Readers = {}


def number(value: Any, path: str) -> float:
    """A number as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, path, "a number")
    try:
        return float(value)
    except OverflowError:
        raise _wrong(value, path, "a number that a double can hold") from None


def integer(value: Any, path: str) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(value, path, "a whole number")
    return value


def text(value: Any, path: str) -> str:
    """Text."""
    if not isinstance(value, str):
        raise _wrong(value, path, "text")
    return value


def day(value: Any, path: str) -> date:
    """A date, from its text `YYYY-MM-DD`."""
    return parse_day(text(value, path), path)


def listed(item: Reader) -> Reader:
    """A list, each item read in its own way."""

    def read(value: Any, path: str) -> tuple[Any, ...]:
        """The items, in order."""
        if not isinstance(value, list | tuple):
            raise _wrong(value, path, "a list")
        return tuple(item(one, f"{path}[{i}]") for i, one in enumerate(value))

    return read


def enum(prefix: str, names: Iterable[str]) -> Reader:
    """The full name of an enum's value as ours: `CRITERION_ON_TREND` as `on_trend`."""
    known = {f"{prefix}_{name.upper()}": name for name in names}

    def read(value: Any, path: str) -> str:
        """Our name for a value of the enum."""
        if not isinstance(value, str) or value not in known:
            raise UnknownNameError(path.rpartition(".")[2].replace("_", " "), f"{value!s:.80}", known, field=path)
        return known[value]

    return read


def read_object(value: Any, path: str, needed: Readers, may: Readers = NOTHING) -> dict[str, Any]:
    """The fields of an object by name: all that are needed, those that may be there, and no others."""
    readers = {**needed, **may}
    if not isinstance(value, Mapping):
        raise _wrong(value, path, f"an object of {', '.join(readers)}")
    before = f"{path}." if path else ""
    for name in value:
        if name not in readers:
            raise UnknownNameError("field", f"{before}{name}", readers, field=f"{before}{name}")
    for name in needed:
        if name not in value:
            raise InputError(f"{before}{name} is missing; give it", field=before + name)
    return {name: read(value[name], before + name) for name, read in readers.items() if name in value}


def one_of(value: Any, path: str, kinds: Readers) -> tuple[str, Any]:
    """The one field that an object holds: its name, and what it says."""
    return the_one(read_object(value, path, NOTHING, kinds), path, kinds)


def the_one(found: Mapping[str, Any], path: str, kinds: Iterable[str]) -> tuple[str, Any]:
    """The one field among those that were found."""
    if len(found) != 1:
        raise InputError(f"{path} holds {len(found)} of {', '.join(kinds)}; give one", field=path)
    return next(iter(found.items()))


def record(kind: Callable[..., Any], needed: Readers, may: Readers = NOTHING, missing: Any = None) -> Reader:
    """An object as a record with fields of the same names; those that may be there are `missing` where they are not."""

    def read(value: Any, path: str) -> Any:
        """The record of an object."""
        return kind(**dict.fromkeys(may, missing) | read_object(value, path, needed, may))

    return read


def _wrong(value: Any, path: str, what: str) -> InputError:
    return InputError(f"{path or 'the JSON'} is {value!r:.80}; give {what}", field=path)
