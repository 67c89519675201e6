"""Each wheel owns its import names and nothing else, and carries its data."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house import ROOT, project_files
from tests.wheels import wheel_of


def build(project: Path, target: Path) -> ZipFile:
    return ZipFile(wheel_of(project, target))


@pytest.fixture(scope="module")
def science(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    return build(ROOT, tmp_path_factory.mktemp("science"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    return build(ROOT / "clients" / "python", tmp_path_factory.mktemp("client"))


def import_names(wheel: ZipFile) -> set[str]:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    return {top for top in tops if not top.endswith(".dist-info")}


def read_meta(wheel: ZipFile, name: str) -> str:
    (path,) = (entry for entry in wheel.namelist() if entry.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def test_the_package_owns_the_science_and_the_service(science: ZipFile) -> None:
    assert import_names(science) == {"forecast", "timelines_server"}


def test_the_client_owns_timelines(client: ZipFile) -> None:
    assert import_names(client) == {"timelines"}


def test_every_file_of_the_packages_is_in_the_wheel(science: ZipFile) -> None:
    """Tables, posteriors, templates and scenarios travel with the code; nothing else does."""
    ours = {file.relative_to(ROOT).as_posix() for file in project_files("forecast", "server/timelines_server")}
    shipped = {name for name in science.namelist() if ".dist-info/" not in name}
    assert shipped == {name.removeprefix("server/") for name in ours}


def test_both_are_typed(science: ZipFile, client: ZipFile) -> None:
    assert {"forecast/py.typed", "timelines_server/py.typed"} <= set(science.namelist())
    assert "timelines/py.typed" in client.namelist()


def test_the_stubs_and_their_types_travel_with_the_client(client: ZipFile) -> None:
    stubs = {file.name for file in project_files("clients/python/timelines/v1")}
    assert {"__init__.py", "forecast_service_pb2.pyi", "forecast_service_pb2_grpc.py"} <= stubs
    assert {f"timelines/v1/{name}" for name in stubs} <= set(client.namelist())


def test_every_file_of_the_client_is_in_its_wheel(client: ZipFile) -> None:
    folder = ROOT / "clients/python"
    ours = {file.relative_to(folder).as_posix() for file in project_files("clients/python/timelines")}
    assert {name for name in client.namelist() if ".dist-info/" not in name} == ours


def test_the_command_belongs_to_the_package(science: ZipFile, client: ZipFile) -> None:
    assert "timelines = forecast.cli.main:main" in read_meta(science, "entry_points.txt")
    assert not [name for name in client.namelist() if name.endswith("entry_points.txt")]


def test_the_client_needs_three_libraries(client: ZipFile) -> None:
    needs = re.findall(r"^Requires-Dist: ([\w-]+)", read_meta(client, "METADATA"), re.MULTILINE)
    assert set(needs) == {"grpcio", "protobuf", "googleapis-common-protos"}


def test_licences_travel(science: ZipFile, client: ZipFile) -> None:
    assert "Creative Commons" in read_meta(science, "licenses/NOTICE")
    assert "Apache License" in read_meta(science, "licenses/LICENSE")
    assert read_meta(client, "licenses/LICENSE") == read_meta(science, "licenses/LICENSE")
