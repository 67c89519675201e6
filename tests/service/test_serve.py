"""`timelines serve` as a process: how it starts, what it refuses, what it shows."""

from __future__ import annotations

import re
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from tests.service.asking import SERVING, channel, forecast, health_of, listed_services
from tests.service.processes import CAN_BE_READ, rss_mib
from tests.service.running import RunningServer, launch, start
from timelines_server.served import SERVICES

READY = r"Serving timelines\.v1 on 127\.0\.0\.1:\d+ · posterior 2026-\S+ \(PASSED\) · as of 2026-\d\d-\d\d"
START_BUDGET_S = 3.0


def ended(home: Path, *options: str) -> tuple[int, str]:
    """Exit code and last words of a server that does not come up."""
    with launch(home, *options) as launched:
        code = launched.process.wait(timeout=20)
        return code, launched.log_path.read_text()


def test_the_ready_line_says_address_posterior_and_date(server: RunningServer) -> None:
    assert re.fullmatch(READY, server.ready_line)


def test_it_starts_within_its_budget(server: RunningServer, record_property: pytest.RecordProperty) -> None:
    """The budget holds on an idle machine; beside other tests it may take three times as long; it says how long."""
    print(f"started in {server.start_s:.2f} s")
    record_property("start_s", server.start_s)
    assert server.start_s < 3 * START_BUDGET_S


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_health_is_serving_for_the_server_and_each_service(server: RunningServer, service: str) -> None:
    with channel(server.address) as connected:
        assert health_of(connected, service) == SERVING


def test_health_does_not_know_what_is_not_served(server: RunningServer) -> None:
    with channel(server.address) as connected, pytest.raises(grpc.RpcError) as caught:
        health_of(connected, "timelines.v1.OracleService")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_all_services_are_served(server: RunningServer) -> None:
    with channel(server.address) as connected:
        for service in SERVICES:
            call = connected.unary_unary(f"/{service}/NoSuchMethod", health_pb2.HealthCheckRequest.SerializeToString)
            with pytest.raises(grpc.RpcError) as caught:
                call(health_pb2.HealthCheckRequest(), timeout=5)
            assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert listed_services(connected) >= {*SERVICES, "grpc.health.v1.Health"}


def test_memory_stays_small_after_questions(server: RunningServer, record_property: pytest.RecordProperty) -> None:
    if not CAN_BE_READ:
        pytest.skip("reads memory through /proc")
    with channel(server.address) as connected:
        for seed in range(20):
            forecast(connected, seed)
    used = rss_mib(server.process.pid)
    print(f"{used:.0f} MiB after 20 cold questions")
    record_property("rss_mib", used)
    assert used < 400


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that this test listens on, below the range that servers refuse."""
    with socket.socket() as held:
        for port in range(20_000, 32_768):
            with suppress(OSError):
                held.bind(("127.0.0.1", port))
                held.listen()
                yield port
                return


def free_port() -> str:
    """A port that nobody listens on."""
    with taken_port() as port:
        return str(port)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with taken_port() as port:
        code, said = ended(tmp_path, "--port", str(port))
    assert code == 1 and said.count("\n") == 1
    assert "address already in use" in said and "another program listens there" in said and "--port" in said


def test_two_servers_do_not_share_a_port_by_accident(tmp_path: Path) -> None:
    port = free_port()
    with start(tmp_path, "--port", port):
        code, said = ended(tmp_path, "--port", port)
        assert code == 1 and "another program listens there" in said


def test_servers_share_a_port_when_all_say_so(tmp_path: Path) -> None:
    shared = ("--port", free_port(), "--reuse-port")
    with start(tmp_path, *shared) as first, start(tmp_path, *shared), channel(first.address) as connected:
        assert health_of(connected) == SERVING


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--host", "0.0.0.0"], 2, "--tokens FILE"),
        (["--tokens", "no-such-file"], 2, "the token file no-such-file cannot be read"),
        (["--host", "no-such-host.invalid", "--insecure"], 1, "give --host an address of this machine"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_an_exit_code(
    tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    ended_with, words = ended(tmp_path, *options)
    assert ended_with == code
    assert words.startswith("Error: ") and words.count("\n") == 1 and said in words


def test_an_open_host_is_served_when_it_is_asked_for_and_warned_of(tmp_path: Path) -> None:
    with launch(tmp_path, "--host", "0.0.0.0", "--insecure") as launched:
        warning = launched.line("Warning")
        assert "plain text on 0.0.0.0" in warning and "--tls-cert" in warning
        port = launched.ready().address.rpartition(":")[2]
        with channel(f"127.0.0.1:{port}") as connected:
            assert health_of(connected) == SERVING


def test_metrics_have_a_port_of_their_own(tmp_path: Path) -> None:
    with launch(tmp_path, "--metrics-port", "0") as launched:
        url = launched.line("Metrics on").rpartition(" ")[2]
        assert url.startswith("http://127.0.0.1:")
        with channel(launched.ready().address) as connected:
            forecast(connected)
        page = urllib.request.urlopen(url, timeout=5).read().decode()
    answered = 'grpc_server_handled_total{grpc_code="OK",grpc_method="Forecast"'
    assert [line for line in page.splitlines() if line.startswith(answered) and line.endswith(" 1.0")]
    assert "timelines_posterior_info{" in page


def test_a_metrics_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with taken_port() as port:
        code, said = ended(tmp_path, "--metrics-port", str(port))
    assert code == 1 and "--metrics-port" in said.splitlines()[-1] and "Traceback" not in said


def test_reflection_is_served_unless_it_is_switched_off(server: RunningServer, tmp_path: Path) -> None:
    with channel(server.address) as connected:
        assert set(SERVICES) <= listed_services(connected)
    with start(tmp_path, "--no-reflection") as closed, channel(closed.address) as connected:
        with pytest.raises(grpc.RpcError) as caught:
            listed_services(connected)
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "0") as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(timeout=10) == 0
        assert "Traceback" not in running.log


def test_ctrl_c_while_it_starts_ends_it_too(tmp_path: Path) -> None:
    (tmp_path / "posteriors").mkdir()
    (tmp_path / "posteriors" / "current").write_text("2020-01-01-000000000000\n")
    with launch(tmp_path, "--lame-duck", "0") as launched:
        launched.line("Not serving yet")
        launched.process.send_signal(signal.SIGINT)
        assert launched.process.wait(timeout=10) == 0
        assert "Traceback" not in launched.log_path.read_text()


def test_the_log_is_json_lines_on_standard_error(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "0") as running:
        with channel(running.address) as connected:
            forecast(connected)
        running.process.terminate()
        running.process.wait(timeout=10)
        assert [line[0] for line in running.log.splitlines()] == ["{", "{"]
        assert running.output_path.read_text().count("\n") == 1


@pytest.mark.parametrize("missing", ["grpc", "structlog"])
def test_without_its_packages_it_says_which_extra_to_install(tmp_path: Path, missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from forecast.cli.main import main; main()"
    with launch(tmp_path, command=(sys.executable, "-c", code, "serve")) as launched:
        assert launched.process.wait(timeout=20) == 1
        said = launched.log_path.read_text()
    assert missing in said and "pip install 'ai-timelines[server]'" in said and said.count("\n") == 1
