"""The protos are clean and break nothing; the committed stubs are what they make."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from packaging.requirements import Requirement

from tests.house import ROOT
from tools import protos

PROTOS = ROOT / "protos"
STUBS = ROOT / protos.STUBS

# What a program made from the protos of the last release would trip over.
BREAKS = {
    "a removed field": ("  // Why it is not PASSED.\n  repeated string reasons = 3;\n", ""),
    "a changed number": ("optional double p_never = 7;", "optional double p_never = 70;"),
    "a changed type": ("int32 year = 1;", "double year = 1;"),
    "a renamed field": ("repeated Choice choices = 14;", "repeated Choice decisions = 14;"),
    "a removed value": ("  // What the payer can spend.\n  LIMIT_MONEY = 1;\n", ""),
}


def test_lint_is_clean() -> None:
    done = protos.buf("lint", str(PROTOS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_breaks_the_last_release() -> None:
    assert protos.broken(PROTOS, ROOT / protos.BASELINE) == []


@pytest.mark.parametrize("change", BREAKS)
def test_a_breaking_change_is_told(change: str, tmp_path: Path) -> None:
    image = tmp_path / "now.binpb"
    assert protos.buf("build", str(PROTOS), "-o", str(image)).returncode == 0
    copy = shutil.copytree(PROTOS, tmp_path / "protos")
    edit(copy / "timelines/v1/answer.proto", *BREAKS[change])
    assert any("answer.proto" in line for line in protos.broken(copy, image))


def test_a_new_field_breaks_nothing(tmp_path: Path) -> None:
    copy = shutil.copytree(PROTOS, tmp_path / "protos")
    edit(copy / "timelines/v1/error.proto", "string code = 1;", "string code = 1;\n  // More.\n  string more = 99;")
    assert protos.broken(copy, ROOT / protos.BASELINE) == []


def test_the_baseline_is_written_once_and_then_stands(tmp_path: Path) -> None:
    shutil.copytree(PROTOS / "timelines", tmp_path / "protos/timelines")
    shutil.copy(PROTOS / "buf.yaml", tmp_path / "protos")
    assert protos.write_baseline(tmp_path)
    assert not protos.write_baseline(tmp_path)
    edit(tmp_path / "protos/timelines/v1/error.proto", "string code = 1;", "string code = 9;")
    assert protos.write_baseline(tmp_path)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def descriptors() -> list[FileDescriptorProto]:
    """Each proto as the compiler understands it today."""
    command = [str(protos.BIN / "buf"), "build", str(PROTOS), "--exclude-source-info"]
    done = subprocess.run([*command, "--as-file-descriptor-set", "-o", "-"], capture_output=True, check=True)
    return list(FileDescriptorSet.FromString(done.stdout).file)


def comparable(file: FileDescriptorProto) -> FileDescriptorProto:
    """Without the JSON names, which one compiler writes out and the other leaves to be derived."""
    copy = FileDescriptorProto.FromString(file.SerializeToString())
    messages = list(copy.message_type)
    for message in messages:
        messages += message.nested_type
        for field in message.field:
            field.ClearField("json_name")
    return copy


def test_the_stubs_describe_the_protos(descriptors: list[FileDescriptorProto]) -> None:
    """A check without the generator: the descriptors inside the stubs are those of the protos."""
    assert len(descriptors) >= 7
    for file in descriptors:
        stub = importlib.import_module(file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
        committed = FileDescriptorProto.FromString(stub.DESCRIPTOR.serialized_pb)
        assert comparable(committed) == comparable(file), f"{file.name} and its stub differ: run `make protos`"


def test_each_proto_has_its_stubs_and_nothing_else_lies_there(descriptors: list[FileDescriptorProto]) -> None:
    wanted = {"__init__.py"}
    for file in descriptors:
        for suffix in ("_pb2", "_pb2_grpc") if file.service else ("_pb2",):
            wanted |= {f"{Path(file.name).stem}{suffix}{ending}" for ending in (".py", ".pyi")}
    assert set(protos.contents(STUBS)) == wanted


@pytest.fixture(scope="module")
def generator() -> Path:
    """The generator's environment; it takes seconds to make, and the package registry."""
    try:
        return protos.environment()
    except subprocess.CalledProcessError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the generator cannot be installed, so the stubs are not made anew: {error}")


def test_generating_again_changes_nothing(generator: Path, tmp_path: Path) -> None:
    protos.generate(PROTOS, tmp_path, generator)
    made, committed = protos.contents(tmp_path / protos.PACKAGE), protos.contents(STUBS)
    assert sorted(made) == sorted(committed)
    differing = [name for name in made if made[name] != committed[name]]
    assert not differing, "run `make protos`"


def test_what_is_made_no_more_is_removed(tmp_path: Path) -> None:
    made, stubs = tmp_path / "made", tmp_path / "stubs"
    for folder, files in ((made, {"a": "1", "b": "2"}), (stubs, {"a": "1", "b": "1", "c": "1"})):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert protos.replace(made, stubs) == ["b", "c"]
    assert protos.contents(stubs) == {"a": b"1", "b": b"2"}


def oldest_that_runs_the_stubs() -> dict[str, str]:
    """Versions of the libraries below which the stubs refuse to load: they say so themselves."""
    message = (STUBS / "answer_pb2.py").read_text(encoding="utf-8")
    service = (STUBS / "forecast_service_pb2_grpc.py").read_text(encoding="utf-8")
    protobuf = re.search(r"Protobuf Python Version: ([\d.]+)", message)
    grpcio = re.search(r"GRPC_GENERATED_VERSION = '([\d.]+)'", service)
    assert protobuf
    assert grpcio
    return {"protobuf": protobuf[1], "grpcio": grpcio[1]}


@pytest.mark.parametrize("project", ["pyproject.toml", "clients/python/pyproject.toml"])
def test_no_project_allows_a_library_too_old_for_the_stubs(project: str) -> None:
    table = tomllib.loads((ROOT / project).read_text(encoding="utf-8"))["project"]
    lines = table["dependencies"] + table.get("optional-dependencies", {}).get("server", [])
    needs = {need.name: need for need in map(Requirement, lines)}
    for name, oldest in oldest_that_runs_the_stubs().items():
        older = oldest.rpartition(".")[0] + ".0"
        assert not needs[name].specifier.contains(older), f"{project} allows {name} {older}; the stubs need {oldest}"
