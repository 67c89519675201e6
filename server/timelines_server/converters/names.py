"""Enums of the protos beside the names that the engine has for their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from forecast.errors import UnknownNameError


class EnumNames[Name: str, Number: int]:
    """One enum, both ways; the zero value is never a name.

    Parameters
    ----------
    value_of : callable
        The generated enum's numbers by their full names.
    names : iterable of str
        The engine's names: `affordable` stands for `CRITERION_AFFORDABLE`.
    prefix : str
        What the values' full names begin with.
    """

    def __init__(self, value_of: Callable[[str], Number], names: Iterable[Name], prefix: str) -> None:
        self.prefix = prefix
        self.number: dict[Name, Number] = {name: value_of(f"{prefix}_{name.upper()}") for name in names}
        self.name: dict[int, Name] = {number: name for name, number in self.number.items()}

    def read(self, number: int, path: str) -> Name:
        """The engine's name of a number.

        Raises
        ------
        UnknownNameError
            For a number that this server does not know, and for zero.
        """
        if number not in self.name:
            known = [f"{self.prefix}_{name.upper()}" for name in self.number]
            raise UnknownNameError(path.replace("_", " "), str(number), known, field=path)
        return self.name[number]
