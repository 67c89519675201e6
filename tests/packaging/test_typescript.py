"""The TypeScript client: its stubs are of the protos, its lock pins everything, and test_npm.py runs its own tests."""

from __future__ import annotations

import base64
import json
import re
import subprocess
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
