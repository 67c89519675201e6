"""Pages of a listing (AIP-158).

A token holds where the next page begins, by number or by name, and a digest of what is listed: the request without its
page fields, and the version of the content. So a token that is used with another request, or after the content has
changed, is refused and never gives rows of something else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Protocol, cast

from google.protobuf.message import Message

from forecast.errors import InputError

DEFAULT_SIZE = 100
"""Items on a page when the request names no size."""

LARGEST_SIZE = 1_000
"""Items on a page at most; a request for more gets as many."""

_DIGEST_CHARACTERS = 16
_LONGEST_TOKEN = 200


class PagedRequest(Protocol):
    """A protobuf request with the two page fields.

    Attributes
    ----------
    page_size : int
        Items on a page; 0 stands for `DEFAULT_SIZE`.
    page_token : str
        Token of the page; empty for the first.
    """

    page_size: int
    page_token: str


def page[Item](items: Sequence[Item], request: PagedRequest, version: str = "") -> tuple[Sequence[Item], str]:
    """The part of `items` that the request asks for, and the token of the next part.

    Parameters
    ----------
    items : sequence
        All of them, in an order that stays the same from page to page.
    request : PagedRequest
        A protobuf request with `page_size` and `page_token`; its other fields say what is listed.
    version : str
        Changes when the items do, such as their digest; empty where a change between two pages does no harm.

    Returns
    -------
    tuple of sequence and str
        The items, and the token of the next page, empty on the last.

    Raises
    ------
    InputError
        For a negative `page_size`, or a `page_token` that was not given for this request.
    """
    size = size_of(request)
    listed = _digest(request, version)
    start = _place(request.page_token, listed, 0)
    assert isinstance(start, int)
    end = start + size
    return items[start:end], _token(end, listed) if end < len(items) else ""


def place_of(request: PagedRequest, version: str = "") -> str:
    """After which item the page begins, of a listing whose next page follows an item by name; empty for the first.

    Parameters
    ----------
    request, version
        As for `page`.

    Raises
    ------
    InputError
        As `page`.
    """
    size_of(request)
    place = _place(request.page_token, _digest(request, version), "")
    assert isinstance(place, str)
    return place


def token_after(place: str, request: PagedRequest, version: str = "") -> str:
    """The token of the page that follows an item; `place_of` gives the item's name back."""
    return _token(place, _digest(request, version))


def is_first(request: PagedRequest) -> bool:
    """Whether the request asks for the first page."""
    return not request.page_token


def size_of(request: PagedRequest) -> int:
    """Items on a page.

    Raises
    ------
    InputError
        When the request's is negative.
    """
    if request.page_size < 0:
        message = f"page_size {request.page_size} is negative: give 1 to {LARGEST_SIZE:,}, or 0 for {DEFAULT_SIZE}"
        raise InputError(message, field="page_size")
    return min(request.page_size or DEFAULT_SIZE, LARGEST_SIZE)


def _digest(request: PagedRequest, version: str) -> str:
    """Of what is listed; the page size may change from page to page."""
    message = cast(Message, request)
    listed = type(message)()
    listed.CopyFrom(message)
    listed.ClearField("page_size")
    listed.ClearField("page_token")
    content = listed.SerializeToString(deterministic=True)
    parts = (message.DESCRIPTOR.full_name.encode(), version.encode(), content)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:_DIGEST_CHARACTERS]


def _token(place: int | str, listed: str) -> str:
    text = json.dumps([place, listed], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(token: str, listed: str, first: int | str) -> int | str:
    """Where the page begins, of the kind of `first`."""
    if not token:
        return first
    place, of = _parse(token)
    if type(place) is not type(first):
        raise _not_ours(token)
    if of != listed:
        message = (
            "page_token belongs to another request, or what is listed has changed since: "
            "keep every field but page_size as it was, or leave page_token empty to begin again"
        )
        raise InputError(message, field="page_token")
    return place


def _parse(token: str) -> tuple[int | str, str]:
    try:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError("too long")
        padded = token + "=" * (-len(token) % 4)
        place, of = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if type(of) is not str or not (type(place) is str or (type(place) is int and place >= 1)):
            raise ValueError("not a place in a listing")
    except (ValueError, TypeError, RecursionError) as error:
        raise _not_ours(token) from error
    return place, of


def _not_ours(token: str) -> InputError:
    message = f"page_token {token!r:.60} is not one of ours: give a next_page_token, or leave it empty to begin"
    return InputError(message, field="page_token")
