"""A server takes its settings from options, variables and a file, and tells what it cannot make sense of."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import grpc
import pytest

from tests.service.asking import SERVING, channel, health_of, listed_services
from tests.service.running import launch
from timelines_server.served import SERVICES


def test_a_server_runs_by_file_variable_and_option(tmp_path: Path) -> None:
    file = tmp_path / "timelines.toml"
    file.write_text(f'home = "{tmp_path / "home"}"\nreflection = false\nlame-duck = 0\nport = 1\nhost = "localhost"\n')
    environment = {
        "TIMELINES_CONFIG": str(file),
        "TIMELINES_HOME": "",
        "TIMELINES_METRICS_PORT": "0",
        "TIMELINES_HOST": "127.0.0.1",
        "TIMELINES_REFLECTON": "yes",
    }
    with launch(tmp_path, environment=environment) as launched:
        warning = launched.line("Warning")
        assert "TIMELINES_REFLECTON" in warning and "did you mean TIMELINES_REFLECTION?" in warning
        page = launched.line("Metrics on").rpartition(" ")[2]
        ready = launched.ready()
        assert ready.address.startswith("127.0.0.1:")
        with channel(ready.address) as connected:
            assert health_of(connected, SERVICES[0]) == SERVING
            with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
                listed_services(connected)
        assert b"timelines_posterior_info" in urllib.request.urlopen(page, timeout=5).read()
