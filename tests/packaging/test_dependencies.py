"""Each room imports only what its extra installs."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import ROOT, modules

OURS = {"forecast", "timelines", "timelines_server", "tests", "tools"}

# Every extra that a room is installed by must have what the room imports.
EXTRAS = {
    "forecast/errors.py": [()],
    "forecast/units.py": [()],
    "forecast/priors.py": [()],
    "forecast/families": [()],
    "forecast/inputs.py": [()],
    "forecast/money.py": [()],
    "forecast/glossary": [()],
    "forecast/storage": [("s3",), ("gs",)],
    "forecast/executors": [("cluster",)],
    "forecast/posterior": [()],
    "forecast/engine": [()],
    "forecast/forecaster.py": [()],
    "forecast/exports.py": [("fit",)],
    "forecast/publishing": [()],
    "forecast/data": [("fit",), ("server",)],
    "forecast/catalogue": [("fit",), ("server",)],
    "forecast/catalogue/database/postgres.py": [("fit", "postgres"), ("server", "postgres")],
    "forecast/catalogue/database/patience.py": [("postgres",)],
    "forecast/models": [("fit",)],
    "forecast/inference": [("fit",)],
    "forecast/evaluation": [("fit",)],
    "forecast/experiments": [("fit",)],
    "forecast/batch": [("report",)],
    "forecast/reports": [("report",)],
    "forecast/cli": [("fit", "report", "server")],
    "server": [("server",)],
    "server/timelines_server/gateway": [("server", "gateway")],
}


def imported(file: Path) -> set[str]:
    """Top-level names of the third parties that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - OURS


def installed_by(extras: tuple[str, ...]) -> set[str]:
    """Distributions that the base and some extras ask for by name, as `dask[distributed]` asks for both."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for name in extras for line in project["optional-dependencies"][name])]
    asked = map(Requirement, lines)
    return {canonicalize_name(name) for one in asked for name in (one.name, *one.extras)}


@pytest.mark.parametrize("room", EXTRAS)
def test_rooms_import_what_their_extra_installs(room: str) -> None:
    distributions = packages_distributions()
    inner = [other for other in EXTRAS if other != room and other.startswith(f"{room}/")]
    for file in set(modules(room)) - {file for other in inner for file in modules(other)}:
        for name in imported(file):
            providers = {canonicalize_name(provider) for provider in distributions.get(name, [name])}
            for extras in EXTRAS[room]:
                assert providers & installed_by(extras), f"{file.relative_to(ROOT)} imports {name}, not in {extras}"


def test_every_room_is_listed() -> None:
    listed = {ROOT / room for room in EXTRAS}
    for file in modules("forecast/*.py", "server/*.py"):
        at_home = file == ROOT / "forecast/__init__.py" or listed & {file, *file.parents}
        assert at_home, f"{file.relative_to(ROOT)} belongs to no room: say which extra installs what it imports"


def test_the_client_imports_what_it_asks_for() -> None:
    """And pandas where a caller asks for a frame: whoever does has it."""
    project = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]} | {"pandas"}
    distributions = packages_distributions()
    files = modules("clients/python/timelines/*.py")
    assert len(files) > 10
    for file in files:
        for name in imported(file):
            providers = {canonicalize_name(provider) for provider in distributions.get(name, [name])}
            assert providers & declared, f"{file.relative_to(ROOT)} imports {name}"
