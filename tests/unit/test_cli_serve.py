"""`timelines serve` as a command: what it hands to the server, and how its help reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import timelines_server.main
from forecast.cli.main import main
from tests.house import run_python
from timelines_server.configuration.settings import CHOICES, Settings

VARIABLES = ("TIMELINES_HOME", "TIMELINES_CATALOGUE", "TIMELINES_ARTEFACTS", "GRPC_VERBOSITY")


def test_the_server_and_what_it_starts_mean_the_same_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
    seen: list[tuple[Settings, dict[str, str]]] = []
    monkeypatch.setattr(timelines_server.main, "serve", lambda settings, _: seen.append((settings, {**os.environ})))
    file = tmp_path / "timelines.toml"
    file.write_text(f'home = "{tmp_path}"\nfits = 2\n', encoding="utf-8")
    told = CliRunner().invoke(main, ["serve", "--config", str(file), "--artefacts", "s3://bucket/it", "--fits=0"])
    assert told.exit_code == 0, told.output
    ((settings, environment),) = seen
    assert settings == Settings(home=tmp_path, artefacts="s3://bucket/it", fits=0)
    assert [environment[name] for name in VARIABLES[:3]] == [str(tmp_path), "", "s3://bucket/it"]


def test_the_help_lists_every_option_once_under_its_heading() -> None:
    text = CliRunner().invoke(main, ["serve", "--help"]).output
    for choice in CHOICES.values():
        heading = text.index(f"\n{choice.about.group}:\n")
        assert text.index(f"\n  {choice.flag} ") > heading
        assert text.count(f"\n  {choice.flag} ") == 1
    assert "[default: 8433]" in text and "[TIMELINES_SERVE_TLS_KEY]" in text
    assert max(map(len, text.splitlines())) <= 100


def test_help_of_the_program_imports_no_server() -> None:
    code = (
        "import sys\nfrom forecast.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if name.startswith('timelines_server')])"
    )
    assert run_python(code).stdout.endswith("[]\n")
