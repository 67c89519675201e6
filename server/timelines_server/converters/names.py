"""Names of the protos beside those that the engine has for the same: values of enums, places of errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from google.protobuf.message import Message

from forecast.errors import InputError, UnknownNameError


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
        InputError
            For zero, which stands for no choice.
        UnknownNameError
            For a number that this server does not know.
        """
        if number in self.name:
            return self.name[number]
        what = path.rsplit(".", 1)[-1].replace("_", " ")
        known = [f"{self.prefix}_{name.upper()}" for name in self.number]
        if number == 0:
            raise InputError(f"{path} is not given; give one of {', '.join(known)}", field=path)
        raise UnknownNameError(what, str(number), known, field=path)


@contextmanager
def called(engine: str, proto: str) -> Iterator[None]:
    """Name what is wrong as the message has it, where the engine has a name of its own for the place.

    Parameters
    ----------
    engine, proto : str
        Beginnings of the two paths.
    """
    try:
        yield
    except InputError as error:
        if error.field.startswith(engine):
            if error.message.startswith(error.field):
                error.message = proto + error.message.removeprefix(engine)
                error.args = (error.message,)
            error.field = proto + error.field.removeprefix(engine)
        raise


def flat[Kind: Message](kind: type[Kind], record: object) -> Kind:
    """The message of a record that has a field of the same name, of the same plain kind, for each of the message's."""
    return kind(**{field.name: getattr(record, field.name) for field in kind.DESCRIPTOR.fields})
