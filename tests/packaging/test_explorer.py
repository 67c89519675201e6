"""The explorer's page: built from what is here, small, whole, in the house's colours; test_npm.py runs its tests."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.house import project_files
from tests.packaging.test_lock import HOST
from tools import explorer_page
from tools.explorer_page import EXPLORER, MOST_BYTES, PAGE

STALE = "run `make explorer`, and commit the page"
_LOADED = re.compile(r"""(?:src|href)="([^"]*)"|url\(["']?([^"')]*)""")


def test_the_page_is_built_from_the_sources_that_are_here() -> None:
    assert explorer_page.STAMP.read_text(encoding="utf-8").strip() == explorer_page.digest(), STALE


def test_its_colours_are_those_of_the_reports() -> None:
    assert explorer_page.PALETTE.read_text(encoding="utf-8") == explorer_page.palette(), STALE


def test_no_other_style_sheet_names_a_colour() -> None:
    sheets = [file for file in project_files("clients/explorer/src/*.css") if file != explorer_page.PALETTE]
    assert sheets
    named = [f"{file.name}: {line.strip()}" for file in sheets for line in file.read_text().splitlines()]
    assert [line for line in named if re.search(r"#[0-9a-f]{3,8}\b(?!.*\{)|\b(?:rgb|hsl)\((?!0 0 0)", line)] == []


def test_a_reader_loads_little() -> None:
    sizes = explorer_page.sizes()
    print(f"{sum(sizes.values()) / 1e3:.0f} kB compressed")
    assert 100_000 < sum(sizes.values()) < MOST_BYTES


def test_everything_that_the_page_loads_is_its_own() -> None:
    """Every address in its markup and its styles is a file of it."""
    files = {f"/{file.relative_to(PAGE).as_posix()}" for file in PAGE.rglob("*") if file.is_file()}
    texts = [file.read_text(encoding="utf-8") for file in PAGE.rglob("*") if file.suffix in {".html", ".css"}]
    loaded = {one or other for text in texts for one, other in _LOADED.findall(text)}
    assert len(loaded) >= 4
    assert {address for address in loaded if not address.startswith("#")} <= files


def test_nothing_stands_inline_that_a_strict_policy_refuses() -> None:
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    assert "<style" not in page and "style=" not in page and not re.search(r"\son\w+=", page)
    assert re.findall(r"<script[^>]*>", page) == re.findall(r"<script[^>]* src=[^>]*>", page)


def test_it_carries_no_maps_of_its_sources_and_the_licences_of_its_parts() -> None:
    names = [file.name for file in PAGE.rglob("*")]
    assert not [name for name in names if name.endswith(".map")]
    (licences,) = PAGE.rglob("licences-*.txt")
    told = licences.read_text(encoding="utf-8")
    for name in ("vega", "vega-lite", "vega-interpreter", "@bufbuild/protobuf", "@connectrpc/connect-web"):
        assert re.search(rf"^{re.escape(name)} \d", told, re.MULTILINE), name


def test_every_file_of_the_page_is_kept() -> None:
    kept = set(project_files("server/timelines_server/gateway/page"))
    assert {file for file in PAGE.rglob("*") if file.is_file()} == kept


@pytest.fixture(scope="module")
def lock() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXPLORER / "package-lock.json").read_text(encoding="utf-8"))
    return read


def test_the_lock_names_no_address() -> None:
    assert HOST.findall((EXPLORER / "package-lock.json").read_text(encoding="utf-8")) == [], "run `npm run lock`"


def test_everything_is_pinned_and_hashed(lock: dict[str, Any]) -> None:
    packages = {name: entry for name, entry in lock["packages"].items() if name.startswith("node_modules/")}
    assert len(packages) > 50
    for name, entry in packages.items():
        if entry.get("link"):
            assert entry["resolved"] == "../typescript", name
            continue
        assert re.fullmatch(r"\d+\.\d+\.\d+(?:-[\w.]+)?", entry["version"]), name
        assert entry["integrity"].startswith("sha512-"), name


def test_the_lock_is_of_the_package(lock: dict[str, Any]) -> None:
    package = json.loads((EXPLORER / "package.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        assert lock["packages"][""][kind] == package[kind], "run `npm run lock`"


def test_it_shares_the_clients_libraries_and_version() -> None:
    """Two copies of one library in a page would not know each other's messages."""
    mine, client = (
        json.loads((folder / "package.json").read_text(encoding="utf-8"))
        for folder in (EXPLORER, EXPLORER.parent / "typescript")
    )
    assert mine["version"] == client["version"]
    shared = {**client["dependencies"], **client["devDependencies"]}
    ours = {**mine["dependencies"], **mine["devDependencies"]}
    assert {name: asked for name, asked in ours.items() if shared.get(name, asked) != asked} == {}
