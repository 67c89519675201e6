"""Joining a Dask cluster: what is no address, who does not answer, who has other versions; each is said at once."""

from __future__ import annotations

import socket
import sys

import pytest

from forecast.errors import InputError
from forecast.executors import joining
from forecast.executors.executor import open_executor
from tests.clusters import within


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tcp://no-such-host.invalid:8786"])
def test_nobody_at_the_address_is_said_within_seconds(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "CONNECT_SECONDS", 1.0)
    with pytest.raises(InputError, match=f"no Dask scheduler answers at {address}.*`dask scheduler`"):
        within(lambda: open_executor(address), 10)


def test_a_port_that_says_nothing_is_left_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "CONNECT_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InputError, match="no Dask scheduler answers"):
            within(lambda: open_executor(address), 10)


@pytest.mark.parametrize("address", ["", "127.0.0.1", "http://127.0.0.1:80", "tcp://127.0.0.1:port"])
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    with pytest.raises(InputError, match=r"is no address of a Dask scheduler.*tcp://HOST:8786") as caught:
        within(lambda: open_executor(address), 10)
    assert caught.value.field == "cluster"


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "forecast.executors.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'ai-timelines\[cluster\]'"):
        open_executor("tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("place", "package", "there", "said"),
    [
        ("worker", "ai-timelines", "0.0.9", "ai-timelines 0.0.9 there, 0.1.0 here"),
        ("worker", "ai-timelines", None, "ai-timelines is missing there, 0.1.0 here"),
        ("worker", "python", "3.11.1.final.0", "python 3.11 there, 3.13 here"),
        ("worker", "numpy", "1.0", "numpy 1.0 there, 2.5 here"),
        ("scheduler", "ai-timelines", None, "ai-timelines is missing there, 0.1.0 here"),
        ("scheduler", "numpy", None, ""),
        ("worker", "python", "3.13.9.final.0", ""),
    ],
)
def test_other_versions_are_refused_by_name(place: str, package: str, there: str | None, said: str) -> None:
    mine = {"ai-timelines": "0.1.0", "python": "3.13.0.final.0", "numpy": "2.5", "dask": "1", "distributed": "1"}
    found = {"client": {"packages": mine}, "scheduler": {"packages": dict(mine)}}
    found["workers"] = {"tcp://w:1": {"packages": dict(mine)}}  # type: ignore[assignment]
    node = found["scheduler"] if place == "scheduler" else found["workers"]["tcp://w:1"]  # type: ignore[index]
    node["packages"][package] = there  # type: ignore[index]
    if not said:
        joining.check_versions("tcp://s:8786", found)
        return
    with pytest.raises(InputError, match=f"{place} at .* has other versions than this machine: {said}"):
        joining.check_versions("tcp://s:8786", found)


def test_a_worker_that_joins_with_another_version_refuses_the_work() -> None:
    with pytest.raises(InputError, match=r"a worker has ai-timelines 0.0.9, this machine 0.1.0"):
        joining.refuse_version("0.0.9", "0.1.0")
