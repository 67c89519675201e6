"""One server for all visits, and visits to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.browser.explorer.visiting import Visit, visiting
from tests.service.over_http import http_of
from tests.service.running import RunningServer, start

type Go = Callable[..., Visit]


@dataclass(frozen=True, slots=True)
class Served:
    """A server with a page.

    Attributes
    ----------
    running : RunningServer
        Its process.
    origin : str
        Of its gateway, `http://127.0.0.1:PORT`.
    """

    running: RunningServer
    origin: str


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on the shipped posterior, on loopback; it ends with the tests."""
    with start(tmp_path_factory.mktemp("explorer"), "--http", "127.0.0.1:0") as running:
        yield Served(running, http_of(running).url)


@pytest.fixture
def visit(chromium: Browser, served: Served) -> Iterator[Go]:
    """Opens the page by a link's part behind the address, in a window of its own."""
    with ExitStack() as stack:

        def _go(link: str = "", **context: object) -> Visit:
            return stack.enter_context(visiting(chromium, served.origin, link, **context))

        yield _go
