"""docs/http.md: its commands print what it shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from tests.house import ROOT
from tests.service.over_http import start_with_http

TEXT = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [found for block in BLOCKS for found in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)]
ADDRESS = "http://127.0.0.1:8434"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if shutil.which("curl") is None:
        pytest.skip("no curl")
    with start_with_http(tmp_path_factory.mktemp("http-page")) as (_, http):
        yield http.url


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=range(len(COMMANDS)))
def test_the_page_shows_what_a_run_prints(command: str, shown: str, url: str) -> None:
    assert ADDRESS in command
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(ADDRESS, url)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == shown


def test_every_code_has_its_status() -> None:
    from connectrpc._protocol import ConnectWireError  # the table is nowhere else
    from connectrpc.code import Code
    from connectrpc.errors import ConnectError

    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| `")
    ]
    told = {code: int(row[at + 1]) for row in rows for at in (0, 3) for code in re.findall(r"`(\w+)`", row[at])}
    for code, status in told.items():
        error = ConnectWireError.from_exception(ConnectError(Code(code), ""))
        assert error.to_http_status().code == status, code
    assert HTTPStatus.GATEWAY_TIMEOUT.value in told.values() and len(told) == 12
