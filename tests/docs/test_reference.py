"""Every model says what it believes in its docstring; every table says where it came from."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from forecast.data.tables import TABLES
from tests.house import ROOT

HELPERS = ("__init__.py", "distributions.py", "price_predictive.py")
MODELS = [file for file in sorted((ROOT / "forecast" / "models").glob("*.py")) if file.name not in HELPERS]
SOURCES = (ROOT / "forecast" / "data" / "tables" / "SOURCES.md").read_text(encoding="utf-8")


def docstring(module: Path) -> str:
    return ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""


@pytest.mark.parametrize("module", MODELS, ids=lambda module: module.stem)
def test_a_model_is_its_docstring(module: Path) -> None:
    text = docstring(module)
    first = text.split("\n\n")[0]
    assert first.endswith("."), "one sentence first"
    assert re.search(r"^    \S.*[~=]", text, re.MULTILINE), "the equations, indented"
    table = re.search(r"^=+ +=+.*\n(.*)\n=+ ", text, re.MULTILINE)
    assert table and {"symbol", "Python", "unit", "prior"} <= set(re.split(r"[ ,]+", table[1])), "the table of symbols"
    assert "\nKnown failures: " in text
    assert "\nReferences: " in text


@pytest.mark.parametrize("module", MODELS, ids=lambda module: module.stem)
def test_a_model_cites_what_a_reader_can_find(module: Path) -> None:
    references = docstring(module).partition("\nReferences: ")[2]
    assert re.search(r"\b(19|20)\d\d\b", references)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_in_sources(name: str) -> None:
    assert re.search(rf"^\| {name} \| \d+ \| \S", SOURCES, re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in TABLES if name != "refusals"])
def test_every_source_of_an_observation_is_explained(name: str) -> None:
    from forecast.data.tables import read_rows

    used = {row["source"] for row in read_rows(name)}
    assert used <= set(re.findall(r"^### `([^`]+)`", SOURCES, re.MULTILINE))


def test_every_shipped_table_is_registered() -> None:
    files = {file.stem for file in (ROOT / "forecast" / "data" / "tables").glob("*.csv")}
    assert files == set(TABLES)
