"""Single values for messages: each gives back what the message holds, or an `InvalidQuestionError` with its path."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import date
from typing import Any, SupportsFloat, SupportsIndex, cast

from timelines.errors import invalid

UINT32 = (0, 2**32 - 1)
INT32 = (-(2**31), 2**31 - 1)


def number(value: object, path: str) -> float:
    """A number for a message.

    Raises
    ------
    InvalidQuestionError
        When it is none.
    """
    try:
        if isinstance(value, bool | str | bytes):
            raise TypeError
        return float(cast("SupportsFloat", value))
    except (TypeError, ValueError, OverflowError):
        raise invalid(f"{path} is {shown(value)}; give a number", path) from None


def whole(value: object, path: str, bounds: tuple[int, int]) -> int:
    """A whole number for a message.

    Raises
    ------
    InvalidQuestionError
        When it is none, or the message cannot hold it.
    """
    low, high = bounds
    try:
        found = operator.index(cast("SupportsIndex", value))
    except TypeError:
        found = low - 1
    if isinstance(value, bool) or not low <= found <= high:
        raise invalid(f"{path} is {shown(value)}; give a whole number from {low} to {high}", path)
    return found


def text(value: object, path: str) -> str:
    """A text for a message.

    Raises
    ------
    InvalidQuestionError
        When it is none, or cannot be written as UTF-8.
    """
    try:
        cast("str", value).encode()
    except (AttributeError, UnicodeEncodeError):
        raise invalid(f"{path} is {shown(value)}; give a text", path) from None
    if not isinstance(value, str):
        raise invalid(f"{path} is {shown(value)}; give a text", path)
    return value


def day(value: date | str, path: str) -> str:
    """A date as `YYYY-MM-DD`."""
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else text(value, path)


def numbers(values: Iterable[float], path: str) -> list[float]:
    """Numbers for a repeated field, at least one."""
    return [number(value, f"{path}[{i}]") for i, value in enumerate(some(values, path))]


def shown(value: object) -> str:
    """A value for a message to people, cut short."""
    words = repr(value)
    return words if len(words) <= 80 else f"{words[:77]}..."


def some(values: Iterable[Any], path: str) -> list[Any]:
    """The values as a list.

    Raises
    ------
    InvalidQuestionError
        When there are none: in a message none would stand for the default.
    """
    try:
        listed = list(values)
    except TypeError:
        raise invalid(f"{path} is {shown(values)}; give a list", path) from None
    if not listed:
        raise invalid(f"{path} is empty; name some, or leave it out for the default", path)
    return listed
