"""What `timelines config show` tells: every value, whole paths, no secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelines_server.configuration import reading as configuration
from timelines_server.configuration.settings import CHOICES
from timelines_server.configuration.told import Told, spelt, told
from timelines_server.configuration.variables import CLIENT

ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="&?@"), min_size=4)


def lines(environment: Mapping[str, str]) -> dict[str, Told]:
    return {one.name: one for one in told(configuration.find({}, environment), environment)}


def test_every_setting_and_every_variable_of_clients_is_told_once() -> None:
    names = [one.name for one in told(configuration.find({}, {}), {})]
    assert names == [choice.key for choice in CHOICES.values()] + [one.name for one in CLIENT]


@given(ANYTHING)
def test_no_password_of_a_catalogue_is_told(secret: str) -> None:
    password = f"-{secret}-"
    line = lines({"TIMELINES_CATALOGUE": f"postgresql://me:{password}@db.example:5432/it?sslmode=require"})["catalogue"]
    assert line.value == line.text == "postgresql://me:***@db.example:5432/it?sslmode=require"
    assert line.source == "environment" and line.source_name == "TIMELINES_CATALOGUE"
    option = lines({"TIMELINES_CATALOGUE": f"postgresql://db.example/it?password={password}"})["catalogue"]
    assert option.value == "postgresql://db.example/it?password=***"


@given(ANYTHING)
def test_no_token_is_told(token: str) -> None:
    assert lines({"TIMELINES_TOKEN": token})["TIMELINES_TOKEN"].value == "***"
    assert lines({})["TIMELINES_TOKEN"].text == "(none brought)"


@pytest.mark.parametrize(
    "url", ["postgresql://me@db/it", "postgresql://db/it?user=me&sslmode=require", "sqlite:////it"]
)
def test_what_is_no_secret_is_told(url: str) -> None:
    assert lines({"TIMELINES_CATALOGUE": url})["catalogue"].value == url


def test_paths_are_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"TIMELINES_HOME": "home", "TIMELINES_TOKENS": "tokens", "TIMELINES_ARTEFACTS": "shared"}
    found = lines({**given, "TIMELINES_TLS_CA": "ca.pem"})
    assert found["home"].value == str(tmp_path / "home")
    assert found["tokens"].value == str(tmp_path / "tokens")
    assert found["artefacts"].value == str(tmp_path / "shared")
    assert found["TIMELINES_TLS_CA"].value == str(tmp_path / "ca.pem")
    assert found["catalogue"].value == f"sqlite:///{tmp_path / 'home' / 'catalogue.sqlite'}"
    assert lines({"TIMELINES_ARTEFACTS": "s3://bucket/shared"})["artefacts"].value == "s3://bucket/shared"


def test_what_is_not_set_says_what_holds() -> None:
    found = lines({})
    assert found["tokens"].value is None and found["tokens"].text == "(none asked)"
    assert found["reflection"].text == "yes" and found["insecure"].text == "no"
    assert found["grace"].text == spelt(10.0) == "10"


def test_what_is_no_value_is_told_as_such() -> None:
    line = lines({"TIMELINES_PORT": "http"})["port"]
    assert line.value is None and line.text == "(no value: see the error)" and line.source_name == "TIMELINES_PORT"


def test_an_account_without_a_folder_of_its_own_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("TIMELINES_HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    found = lines({})
    assert found["home"].text == "(the platform's own)"
    assert found["catalogue"].text == "(catalogue.sqlite in the state folder)"
