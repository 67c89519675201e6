"""The configurations of docs/other_languages.md are what buf takes; the Go stubs compile where Go is at hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest

from tests.house import ROOT
from tools import protos

PAGE = (ROOT / "docs" / "other_languages.md").read_text(encoding="utf-8")
CONFIGURATIONS = dict(re.findall(r"^## (\w+)\n(?:(?!^## ).)*?^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
GO = ("go", "protoc-gen-go", "protoc-gen-go-grpc")

# Stands in for a generator: keeps what it is asked, and makes nothing.
RECORDER = """#!{python}
import pathlib, sys
pathlib.Path(sys.argv[0] + ".asked").write_bytes(sys.stdin.buffer.read())
"""


def generate(language: str, folder: Path, plugins: Path | None = None) -> None:
    """Run buf as the page says, in a folder, with the plugins on the PATH or those of another folder."""
    template = folder / "buf.gen.yaml"
    template.write_text(CONFIGURATIONS[language], encoding="utf-8")
    path = os.pathsep.join([*([str(plugins)] if plugins else []), os.environ["PATH"]])
    command = [str(protos.BIN / "buf"), "generate", str(ROOT / "protos"), "--template", str(template)]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def asked(language: str, folder: Path) -> dict[str, CodeGeneratorRequest]:
    """What each plugin of a configuration is asked to make."""
    plugins = folder / "plugins"
    plugins.mkdir()
    configuration: dict[str, Any] = yaml.safe_load(CONFIGURATIONS[language])
    names = [plugin["local"] for plugin in configuration["plugins"]]
    for name in names:
        (plugins / name).write_text(RECORDER.format(python=sys.executable), encoding="utf-8")
        (plugins / name).chmod(0o755)
    generate(language, folder, plugins)
    return {name: CodeGeneratorRequest.FromString((plugins / f"{name}.asked").read_bytes()) for name in names}


@pytest.mark.parametrize("language", ["Go", "Rust"])
def test_the_plugins_are_asked_for_every_proto(language: str, tmp_path: Path) -> None:
    wanted = {f"{protos.PACKAGE}/{file.name}" for file in (ROOT / "protos" / protos.PACKAGE).glob("*.proto")}
    for request in asked(language, tmp_path).values():
        assert set(request.file_to_generate) == wanted


def test_go_has_its_package_from_the_configuration(tmp_path: Path) -> None:
    for request in asked("Go", tmp_path).values():
        packages = {file.options.go_package for file in request.proto_file if file.package == "timelines.v1"}
        assert packages == {"forecasts/gen/timelines/v1;timelinesv1"}
    assert '"forecasts/gen/timelines/v1"' in PAGE


@pytest.mark.long
def test_the_go_stubs_compile(tmp_path: Path) -> None:
    missing = [program for program in GO if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not on the PATH: {', '.join(missing)}")
    generate("Go", tmp_path)
    found = re.search(r"^```go\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    (tmp_path / "main.go").write_text(found[1], encoding="utf-8")
    for command in (["go", "mod", "init", "forecasts"], ["go", "mod", "tidy"], ["go", "vet", "./..."]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode and command[2] == "tidy":
            pytest.skip(f"Go cannot fetch the modules that the stubs need: {done.stderr[-300:]}")
        assert done.returncode == 0, done.stderr
