"""The locks pin and hash everything, and name no address."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import ROOT

LOCKS = ("requirements.lock", "requirements-codegen.lock", "requirements-peers.lock")
OURS = {"ai-timelines", "ai-timelines-client"}
UNLOCKED = {"gs"}
"""Extras that nothing in this checkout needs."""
HOST = re.compile(r"://|\b[\w-]+\.(?:org|com|net|io|dev|cloud|internal)\b", re.IGNORECASE)


def entries(name: str) -> Iterator[tuple[str, int]]:
    """Each requirement of a lock, and how many hashes it has."""
    joined = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in joined.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split("--hash=sha256:")
            yield requirement.strip(), len(hashes)


def project() -> dict[str, list[str]]:
    """Requirements by extra and group, the base under the empty name."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    base: list[str] = table["project"]["dependencies"]
    client = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text(encoding="utf-8"))
    return {
        "": base,
        "client": client["project"]["dependencies"],
        "dev": table["dependency-groups"]["dev"],
        **table["project"]["optional-dependencies"],
    }


def pins(name: str, python: str) -> dict[str, str]:
    """The version of each package of a lock on a Python under Linux; none has two."""
    marks = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    found: dict[str, str] = {}
    for line, _ in entries(name):
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(marks):
            assert canonicalize_name(pin.name) not in found, f"{pin.name} is pinned twice for {python}"
            found[canonicalize_name(pin.name)] = next(iter(pin.specifier)).version
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_address(name: str) -> None:
    assert HOST.findall((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_and_hashed(name: str) -> None:
    found = list(entries(name))
    assert found
    for line, hashes in found:
        assert [pin.operator for pin in Requirement(line).specifier] == ["=="], line
        assert hashes > 0, line


@pytest.mark.parametrize("python", ["3.12", "3.13"])
def test_every_requirement_is_in_the_lock(python: str) -> None:
    """On either Python, each requirement of the projects is met by one pin."""
    locked = pins("requirements.lock", python)
    asked = {extra: lines for extra, lines in project().items() if extra not in UNLOCKED}
    wanted = {canonicalize_name(need.name): need for lines in asked.values() for need in map(Requirement, lines)}
    for name in wanted.keys() - OURS:
        assert wanted[name].specifier.contains(locked[name], prereleases=True), wanted[name]


@pytest.mark.parametrize("python", ["3.12", "3.13"])
def test_peers_install_beside_the_project(python: str) -> None:
    """Every peer is locked, and what both locks hold they hold at the same version."""
    ours, theirs = pins("requirements.lock", python), pins("requirements-peers.lock", python)
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for need in map(Requirement, table["dependency-groups"]["peers"]):
        assert need.specifier.contains(theirs[canonicalize_name(need.name)]), need
    shared = ours.keys() & theirs.keys()
    assert "numpy" in shared and {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}


def test_base_needs_four_libraries() -> None:
    assert {Requirement(line).name for line in project()[""]} == {"numpy", "h5py", "click", "pyyaml"}
