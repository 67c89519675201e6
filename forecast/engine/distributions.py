"""Distributions as JSON: what protobuf's own JSON makes of the message `Distribution`, and back.

    {"normal": {"mean": 0.5, "sd": 0.1}}                 {"uniform": {"low": 1.0, "high": 2.0}}
    {"log_normal": {"median": 8.0, "sd_ln": 0.7}}        {"log_uniform": {"low": 1.0, "high": 100.0}}
    {"beta": {"a": 4.0, "b": 2.0}}                       {"point": 3.0}
    {"interval_90": {"low": 9.84, "high": 290.0, "log": true}}
    {"tabulated": {"value": [2030.0, 2040.0], "probability": [0.1, 0.8]}}

A zero is left out, as protobuf does, and a number that is left out is zero. The message has no `source`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecast.engine.fields import listed, number, one_of, read_object
from forecast.errors import InputError
from forecast.families import (
    Beta,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    Point,
    Tabulated,
    Uniform,
    interval,
    placed,
)


def distribution_dict(distribution: Distribution) -> dict[str, Any]:
    """A distribution as JSON, by proto field names.

    Parameters
    ----------
    distribution : Distribution
        Any of the families.

    Returns
    -------
    dict
        One field: the kind, with its numbers.
    """
    match distribution:
        case Point(value):
            return {"point": float(value)}
        case Tabulated(values, probabilities):
            return {"tabulated": {"value": [*map(float, values)], "probability": [*map(float, probabilities)]}}
    for kind, (family, names) in _NUMBERS.items():
        if isinstance(distribution, family):
            told = {name: float(getattr(distribution, name)) for name in names}
            return {kind: {name: value for name, value in told.items() if value}}
    raise TypeError(f"{distribution!r} is no distribution")


def read_distribution(value: Any, path: str = "distribution", source: str = "") -> Distribution:
    """The distribution that JSON describes.

    Parameters
    ----------
    value : object
        As `distribution_dict` gives it, or an `interval_90`.
    path : str
        Where it stands, for the errors.
    source : str
        Where it comes from.

    Returns
    -------
    Distribution
        With numbers that were checked.

    Raises
    ------
    InputError
        Naming the field that is missing, unknown or wrong.
    """
    kind, made = one_of(value, path, {kind: _reader(kind, source) for kind in KINDS})
    with placed(path):
        made.check(kind)
    checked: Distribution = made
    return checked


def checked_distribution(value: Any, path: str, low: float, high: float, what: str) -> Distribution:
    """A distribution that can be drawn from where values have to lie within bounds.

    Parameters
    ----------
    value : object
        Any of the families.
    path : str
        Proto path of the field.
    low, high : float
        Between which its quantiles from .01 % to 99.99 % have to lie.
    what : str
        What its values are, with their unit.

    Raises
    ------
    InputError
        When it is no distribution, when its numbers are wrong, or when a quantile is out of bounds; a table that
        leaves mass outside has infinite ones.
    """
    if not isinstance(value, Distribution):
        raise InputError(f"{path} is {value!r:.80}; give a distribution of {what}", field=path)
    value.check(path)
    for p, quantile in zip(_LOOKED_AT, value.ppf(_LOOKED_AT).tolist(), strict=True):
        if not low <= quantile <= high:
            table = "; a table has to begin at probability 0 and end at 1" if isinstance(value, Tabulated) else ""
            raise InputError(
                f"{path} is {quantile:.6g} at {100 * p:g} %; give {what} from {low:g} to {high:g}{table}", field=path
            )
    return value


_LOOKED_AT = (1e-4, 0.5, 0.9999)

_NUMBERS: Mapping[str, tuple[type, tuple[str, ...]]] = {
    "normal": (Normal, ("mean", "sd")),
    "log_normal": (LogNormal, ("median", "sd_ln")),
    "uniform": (Uniform, ("low", "high")),
    "log_uniform": (LogUniform, ("low", "high")),
    "beta": (Beta, ("a", "b")),
}

KINDS = (*_NUMBERS, "point", "interval_90", "tabulated")
"""The fields of which a distribution has one."""


def _reader(kind: str, source: str) -> Callable[[Any, str], Distribution]:
    def read(value: Any, path: str) -> Distribution:
        with placed(path.rpartition(".")[0]):
            return _made(kind, value, source)

    return read


def _made(kind: str, value: Any, source: str) -> Distribution:
    """The distribution of one kind; its errors begin with the kind."""
    if kind == "point":
        return Point(number(value, kind), source)
    if kind == "tabulated":
        numbers = {"value": listed(number), "probability": listed(number)}
        table = read_object(value, kind, numbers)
        return Tabulated(table["value"], table["probability"], source)
    if kind == "interval_90":
        found = read_object(value, kind, {}, {"low": number, "high": number, "log": _truth})
        with placed(kind):
            return interval(found.get("low", 0.0), found.get("high", 0.0), log=found.get("log", False), source=source)
    family, names = _NUMBERS[kind]
    found = read_object(value, kind, {}, dict.fromkeys(names, number))
    made: Distribution = family(*(found.get(name, 0.0) for name in names), source)
    return made


def _truth(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{path} is {value!r:.80}; give true or false", field=path)
    return value
