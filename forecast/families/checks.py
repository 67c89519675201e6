"""Checks of a distribution's own numbers: an `InputError` with the path of the field, its value and what to give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from forecast.errors import InputError

LARGEST = 1e300
MAX_TABULATED = 2_000


def joined(path: str, name: str) -> str:
    """`path.name`, or the name alone where there is no path."""
    return f"{path}.{name}" if path else name


def is_number(value: object) -> bool:
    """Whether a value is a number up to 1e300 either way, so that differences of two do not overflow."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def check_number(value: object, path: str, what: str, above: float | None = None) -> None:
    """Refuse what is no finite number, or not above a bound.

    Raises
    ------
    InputError
        Naming the path, the value and what to give.
    """
    if not is_number(value) or (above is not None and not value > above):  # type: ignore[operator]
        bound = "a finite number" if above is None else f"a finite number above {above:g}"
        raise InputError(f"{path} is {value!r:.80}; give {what}, {bound}", field=path)


def check_table(values: Sequence[object], probabilities: Sequence[object], path: str) -> None:
    """Refuse lists that are no distribution function.

    Raises
    ------
    InputError
        Naming the first entry that is wrong, or the lengths.
    """
    count = len(values)
    if count != len(probabilities) or not 2 <= count <= MAX_TABULATED:
        raise InputError(
            f"{path} has {count} values and {len(probabilities)} probabilities; give as many of one as of the other, "
            f"2 to {MAX_TABULATED}",
            field=path,
        )
    for i, (value, p) in enumerate(zip(values, probabilities, strict=True)):
        check_number(value, f"{joined(path, 'value')}[{i}]", "a value")
        place = f"{joined(path, 'probability')}[{i}]"
        if not is_number(p) or not 0 <= p <= 1:  # type: ignore[operator]
            raise InputError(f"{place} is {p!r:.80}; give a probability from 0 to 1", field=place)
        if i and not value > values[i - 1]:  # type: ignore[operator]
            _unsorted(f"{joined(path, 'value')}[{i}]", value, values[i - 1], "values that ascend")
        if i and not p >= probabilities[i - 1]:  # type: ignore[operator]
            _unsorted(place, p, probabilities[i - 1], "probabilities that never fall")


def _unsorted(place: str, value: object, before: object, what: str) -> None:
    raise InputError(f"{place} is {value!r} after {before!r}; give {what}", field=place)


@contextmanager
def placed(path: str) -> Iterator[None]:
    """Name the fields of an error from within by where they stand: `uniform.high` becomes `path.uniform.high`.

    Parameters
    ----------
    path : str
        The place, as a proto path; nothing changes when it is empty.
    """
    try:
        yield
    except InputError as error:
        if path:
            named = error.field and error.message.startswith(error.field)
            error.message = f"{path}.{error.message}" if named else f"{path}: {error.message}"
            error.field = joined(path, error.field) if error.field else path
            error.args = (error.message,)
        raise
