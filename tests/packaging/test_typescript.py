"""The TypeScript client: its stubs are of the protos, its lock pins everything, and its own checks and tests pass."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from tests.house import ROOT
from tests.packaging.test_lock import HOST
from tests.packaging.test_protos import comparable
from tools import protos

CLIENT = ROOT / "clients" / "typescript"
STUBS = CLIENT / "src" / "gen"
DESCRIPTOR = re.compile(r'fileDesc\("([A-Za-z0-9+/=]+)"')
STEPS_S = {"ci": 300, "run check": 300, "test": 600}
"""What npm is asked to do, and how long each may take at most, seconds."""


def described(folder: Path) -> dict[str, FileDescriptorProto]:
    """Each proto of a folder as the compiler understands it today, by its path."""
    command = [str(protos.BIN / "buf"), "build", str(folder), "--exclude-source-info"]
    done = subprocess.run([*command, "--as-file-descriptor-set", "-o", "-"], capture_output=True, check=True)
    return {file.name: file for file in FileDescriptorSet.FromString(done.stdout).file}


def bare(file: FileDescriptorProto) -> FileDescriptorProto:
    """Without what TypeScript's generator leaves out or names otherwise."""
    copy = comparable(file)
    copy.ClearField("name")
    copy.ClearField("dependency")
    return copy


def test_the_stubs_describe_the_protos() -> None:
    """A check without Node: the descriptors inside the stubs are those of the protos."""
    files = described(ROOT / "protos") | described(CLIENT / "wire")
    stubs = {file.relative_to(STUBS).as_posix().replace("_pb.ts", ".proto"): file for file in STUBS.rglob("*.ts")}
    assert set(stubs) == set(files), "run `npm run generate` in clients/typescript"
    for name, file in files.items():
        found = DESCRIPTOR.search(stubs[name].read_text(encoding="utf-8"))
        assert found, name
        committed = FileDescriptorProto.FromString(base64.b64decode(found[1] + "=="))
        assert bare(committed) == bare(file), (
            f"{name} and its stub differ: run `npm run generate` in clients/typescript"
        )


@pytest.fixture(scope="module")
def lock() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((CLIENT / "package-lock.json").read_text(encoding="utf-8"))
    return read


def test_the_lock_names_no_address() -> None:
    assert HOST.findall((CLIENT / "package-lock.json").read_text(encoding="utf-8")) == [], "run `npm run lock`"


def test_everything_is_pinned_and_hashed(lock: dict[str, Any]) -> None:
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 50
    for name, entry in packages.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+(?:-[\w.]+)?", entry["version"]), name
        assert entry["integrity"].startswith("sha512-"), name


def test_the_lock_is_of_the_package(lock: dict[str, Any]) -> None:
    package = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        assert lock["packages"][""][kind] == package[kind], "run `npm run lock`"


def test_the_client_has_the_version_of_the_others() -> None:
    package = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
    from timelines import __version__

    assert package["version"] == __version__


def required(told: str) -> None:
    """Skip, or fail where TIMELINES_REQUIRE_NODE says that the client must be tested."""
    pytest.fail(told) if os.environ.get("TIMELINES_REQUIRE_NODE") else pytest.skip(told)


def npm(step: str) -> subprocess.CompletedProcess[str]:
    """Run npm in the client's folder; its servers are started with this very Python."""
    environment = {**os.environ, "TIMELINES_PYTHON": sys.executable, "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}
    command = ["npm", *step.split()]
    return subprocess.run(
        command, cwd=CLIENT, env=environment, capture_output=True, text=True, timeout=STEPS_S[step], check=False
    )


@pytest.mark.long
def test_its_own_checks_and_tests_pass() -> None:
    if shutil.which("npm") is None:
        required("no npm: the TypeScript client is not tested")
    if npm("ci").returncode:
        required("npm cannot install what the TypeScript client is tested with")
    for step in ("run check", "test"):
        done = npm(step)
        assert done.returncode == 0, done.stdout + done.stderr
