"""One server for every test that only asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.running import RunningServer, start


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on an empty state folder, and so on the shipped posterior; do not stop it, import nothing into it."""
    with start(tmp_path_factory.mktemp("served")) as running:
        yield running
