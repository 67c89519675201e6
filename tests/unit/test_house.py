"""The house rules that no linter knows: lengths, whole sentences, no traces of a machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString

from tests.house import ROOT, modules, project_files

MODULE_LINES = 300
FUNCTION_LINES = 40
TEXT = ("*.py", "*.md", "*.toml", "*.sh", "*.proto", "*.yaml", "*.html", "*.j2", "*.js", "*.ts", "Makefile", ".ci/*")

MACHINE_PATH = re.compile(rb"(?<![\w.~$)}])/(?:work|root|home|tmp|mnt|Users)/\w")
REGISTRY = re.compile(rb"pypi\.org|pythonhosted\.org|npmjs\.org|debian\.org|crates\.io|proxy\.golang\.org")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|T" r"BD|W" r"IP)\b|lorem" r" ipsum|coming" r" soon")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT)}:{line}"


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for file in modules():
        yield file, ast.parse(file.read_text(encoding="utf-8"), str(file))


def docstring_lines(node: ast.Module | ast.ClassDef | Function) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def all_docstring_lines(tree: ast.Module) -> int:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return sum(docstring_lines(node) for node in ast.walk(tree) if isinstance(node, owners))


def test_modules_are_short() -> None:
    long = []
    for file, tree in trees():
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if file.is_relative_to(ROOT / "forecast" / "models"):  # there the docstring is the model
            lines -= all_docstring_lines(tree)
        if lines > MODULE_LINES:
            long.append(f"{file.relative_to(ROOT)}: {lines} lines")
    assert not long


def test_functions_are_short() -> None:
    long = []
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
                if lines > FUNCTION_LINES:
                    long.append(f"{place(file, node.lineno)} {node.name}: {lines} lines")
    assert not long


def documented(text: str | None) -> list[str]:
    """Names under Parameters; `a, b : float` documents two, `*draws` documents `draws`."""
    if not text or "Parameters" not in text:
        return []
    names = [item.name for item in NumpyDocString(text)["Parameters"]]
    return [name.strip().lstrip("*") for joined in names for name in joined.split(",") if name.strip()]


def argument_names(function: Function) -> set[str]:
    every = function.args
    named = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]
    return {argument.arg for argument in named if argument is not None}


def field_names(node: ast.ClassDef) -> set[str]:
    """Annotated fields (of dataclasses) and the arguments of `__init__`."""
    annotated = [item.target for item in node.body if isinstance(item, ast.AnnAssign)]
    fields = {target.id for target in annotated if isinstance(target, ast.Name)}
    inits = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
    return fields.union(*(argument_names(item) for item in inits))


def test_documented_parameters_exist() -> None:
    wrong = []
    for file, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, Function | ast.ClassDef):
                names = field_names(node) if isinstance(node, ast.ClassDef) else argument_names(node)
                unknown = set(documented(ast.get_docstring(node))) - names
                if unknown:
                    wrong.append(f"{place(file, node.lineno)} {node.name}: {', '.join(sorted(unknown))}")
    assert not wrong


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine path", "registry"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[bytes]) -> None:
    found = []
    for file in project_files():
        content = file.read_bytes()
        found += [place(file, content.count(b"\n", 0, hit.start()) + 1) for hit in pattern.finditer(content)]
    assert not found


def test_nothing_is_left_unfinished() -> None:
    found = []
    for file in project_files(*TEXT):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if UNFINISHED.search(line):
                found.append(place(file, number))
    assert not found


def test_project_folders_are_no_packages() -> None:
    folders = ("server", "clients", "clients/python", "protos", "docs", "tests")
    assert not [name for name in folders if (ROOT / name / "__init__.py").exists()]


def test_what_is_made_here_is_ignored_by_git() -> None:
    ignored = set((ROOT / ".gitignore").read_text(encoding="utf-8").split())
    assert {"__pycache__/", ".venv/", "out/", "dist/", "build/", "*.egg-info/", "uv.lock"} <= ignored
