"""Resource names (AIP-122): a collection, a slash, and what the rest of the program calls the thing."""

from __future__ import annotations

from forecast.errors import InputError


def bare_name(name: str, collection: str, field: str = "name") -> str:
    """What a resource name of this collection names.

    Parameters
    ----------
    name : str
        Such as `posteriors/2026-11-20-f888b7e49128`.
    collection : str
        Such as `posteriors`.
    field : str
        The request's field that holds it.

    Raises
    ------
    InputError
        When it is of another form; whether there is such a thing is not looked at.
    """
    bare = name.removeprefix(f"{collection}/")
    if bare == name or not bare:
        raise InputError(f"{field} is {name!r:.80}; give {collection}/ and the name of one", field=field)
    return bare
