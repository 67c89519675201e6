"""The client's wheel works at the lowest versions that it says it needs, and at the locked ones, on a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT
from tests.service.running import start
from tests.wheels import uv, wheel_of

pytestmark = pytest.mark.long

# Every kind of call and of error once, with no library but the client's own.
SMOKE = """
import asyncio, importlib.metadata, sys
from timelines import AsyncClient, Client, InvalidQuestionError, Question, UnreachableError

with Client() as client:
    assert client.ready()
    answer = client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)
    assert answer.to_json() and answer.to_csv() and client.when(answer.question) == answer
    assert len(answer.draws()) == answer.provenance.draws
    assert client.trajectory("spend").values
    assert client.training_compute(parameters=1e9, tokens=1e9).flop == 6e18
    assert sum(1 for _ in client.rows("laws", page_size=3)) == client.table("laws").rows
    assert client.calibration(quantities=["largest_compute"]).summaries and next(client.backtests()).shipped
    items = list(client.batch([Question(flop=1e29), {"loss": 1.2, "scale": "nowhere"}]))
    assert items[0].answer and isinstance(items[1].error, InvalidQuestionError)
    try:
        client.when(loss=1.2, scale="nowhere")
    except InvalidQuestionError as error:
        assert error.reason == "UNKNOWN_NAME" and error.field_violations
    else:
        raise AssertionError("an unknown scale was answered")
    try:
        answer.to_pandas()
    except ImportError as error:
        assert "pip install pandas" in str(error)

with Client("127.0.0.1:1", timeout=1) as nobody:
    try:
        nobody.when(flop=1e29)
    except UnreachableError as error:
        assert "timelines serve" in str(error)

async def main():
    async with AsyncClient() as client:
        assert await client.when(answer.question) == answer
        assert [item.answer is not None async for item in client.batch([Question(flop=1e29)])] == [True]

asyncio.run(main())
print(*(f"{name}=={importlib.metadata.version(name)}" for name in sys.argv[1:]))
"""

NEEDS = ("grpcio", "protobuf", "googleapis-common-protos")
FLOORS = "grpcio==1.75.1 protobuf==6.31.1 googleapis-common-protos==1.70.0"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel_of(ROOT / "clients" / "python", tmp_path_factory.mktemp("wheel"))


@pytest.mark.parametrize("resolution", ["lowest", "highest"])
def test_the_wheel_alone_asks_a_real_server(resolution: str, wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    uv("venv", "--quiet", "--python", sys.executable, str(environment))
    python = str(environment / "bin" / "python")
    uv("pip", "install", "--quiet", "--python", python, "--resolution", resolution, str(wheel))
    with start(tmp_path / "state") as running:
        env = {**os.environ, "TIMELINES_SERVER": running.address, "PYTHONPATH": ""}
        command = [python, "-W", "error", "-c", SMOKE, *NEEDS]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    installed = done.stdout.split("\n")[-2]
    assert (installed == FLOORS) == (resolution == "lowest"), installed
