"""Why a question has no answer, as a record that travels between processes and stands in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forecast.errors import ForecastError

INTERNAL = "INTERNAL"
"""The code of a failure that is a fault of this program."""

MAX_MESSAGE = 2_000


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a question has no answer: the error's code, what it says, and the field that it is about."""

    code: str
    message: str
    field: str


class RefusedError(ForecastError):
    """A failure that was found where the batch began, raised where the question is asked."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, field=failure.field)
        self.failure = failure


def failure_of(error: Exception) -> Failure:
    """The record of an error; one that is none of ours is a fault, which it says with its kind."""
    if isinstance(error, RefusedError):
        return error.failure
    if isinstance(error, ForecastError):
        return Failure(error.reason, error.message[:MAX_MESSAGE], error.field)
    return Failure(INTERNAL, f"{type(error).__name__}: {error}"[:MAX_MESSAGE], "")


class Found[Value](Mapping[str, Value]):
    """What names stand for, as it was found where the batch began; a name that was refused raises that anew.

    Parameters
    ----------
    found : mapping
        Values, or failures.
    """

    def __init__(self, found: Mapping[str, Value | Failure]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> Value:
        value = self._found[name]
        if isinstance(value, Failure):
            raise RefusedError(value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
