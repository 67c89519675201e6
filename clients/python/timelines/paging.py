"""Pages of a listing, fetched one by one as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol


class Page(Protocol):
    """What every page of a listing has."""

    @property
    def next_page_token(self) -> str:
        """Token of the next page; empty on the last."""


def pages[P: Page](fetch: Callable[[str], P]) -> Iterator[P]:
    """Every page, by its token."""
    token = ""
    while True:
        page = fetch(token)
        yield page
        token = page.next_page_token
        if not token:
            return


async def async_pages[P: Page](fetch: Callable[[str], Awaitable[P]]) -> AsyncIterator[P]:
    """Every page, by its token."""
    token = ""
    while True:
        page = await fetch(token)
        yield page
        token = page.next_page_token
        if not token:
            return
