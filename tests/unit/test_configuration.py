"""Settings from flags, variables and a file: the same names, the same values, the same errors, in one order."""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.cli import serve
from forecast.errors import InputError
from tests.house import ROOT, project_files, run_python
from timelines.settings import DEFAULT_SERVER
from timelines_server.configuration import reading as configuration
from timelines_server.configuration import variables
from timelines_server.configuration.choices import Choice
from timelines_server.configuration.reading import SHARED, share, share_file
from timelines_server.configuration.settings import CHOICES, Settings

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20)
BY_NAME = {
    "host": st.sampled_from(["127.0.0.2", "::1", "localhost", "10.0.0.7"]),
    "catalogue": st.sampled_from(["postgresql://me@there/it", "sqlite:///it.sqlite", "mysql://there/it"]),
    "artefacts": st.sampled_from(["/srv/posteriors", "s3://bucket/posteriors", "ftp://there/posteriors"]),
}
DIFFERENT: Mapping[type, tuple[Any, ...]] = {
    bool: (True, False, True),
    int: (3, 4, 5),
    float: (0.25, 1.5, 3.0),
    Path: (Path("a.pem"), Path("b.pem"), Path("c.pem")),
    str: ("a", "b", "c"),
}
"""Values for flag, variable and file."""
MISSPELLERS = {"test_configuration.py", "test_cli_config.py", "test_serve_settings.py"}
"""Tests that set what nothing reads."""


def values_of(choice: Choice) -> st.SearchStrategy[Any]:
    """Values of its type, and beyond its bounds."""
    by_type: dict[type, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(-2, 40_000),
        float: st.floats(-1, 4_000, allow_nan=False),
        Path: TEXT.map(Path),
        str: TEXT,
    }
    return BY_NAME.get(choice.name, by_type[choice.type])


def by_flag(choice: Choice, value: Any) -> Settings:
    spelt = f"{choice.flag}={value}"
    if choice.type is bool:
        spelt = choice.flag if value else f"--no-{choice.key}"
    return configuration.settle(serve.given(serve.serve.make_context("serve", [spelt])), {})


def by_variable(choice: Choice, value: Any) -> Settings:
    return configuration.settle({}, {choice.variable: str(value)})


def by_file(choice: Choice, value: Any) -> Settings:
    with tempfile.TemporaryDirectory() as folder:
        return configuration.settle({}, {}, written(Path(folder), choice, value))


def written(folder: Path, choice: Choice, value: Any) -> Path:
    """A settings file with one line: JSON's strings, numbers and booleans are TOML's."""
    file = folder / "timelines.toml"
    plain = str(value) if isinstance(value, Path) else value
    file.write_text(f"{choice.key} = {json.dumps(plain, ensure_ascii=False)}\n", encoding="utf-8")
    return file


def outcome(way: Any, choice: Choice, value: Any) -> tuple[Any, ...]:
    """The settings, or the error without the name by which the choice was made."""
    try:
        return (way(choice, value),)
    except InputError as error:
        label = rf"(?:{choice.flag}|{choice.variable}|\S*timelines\.toml: {choice.key})(?= |:)"
        return (error.field, re.sub(label, "IT", error.message, count=1))


@pytest.mark.parametrize("choice", CHOICES.values(), ids=lambda choice: choice.name)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_flag_variable_and_file_come_to_the_same(choice: Choice, data: st.DataObject) -> None:
    value = data.draw(values_of(choice))
    flag, variable, file = (outcome(way, choice, value) for way in (by_flag, by_variable, by_file))
    assert flag == variable == file
    assert isinstance(flag[0], str) or getattr(flag[0], choice.name) is not None


@pytest.mark.parametrize("choice", CHOICES.values(), ids=lambda choice: choice.name)
def test_flags_win_over_variables_variables_over_the_file_the_file_over_defaults(
    choice: Choice, tmp_path: Path
) -> None:
    flag, variable, filed = DIFFERENT[choice.type]
    flags, environment = {choice.name: flag}, {choice.variable: str(variable)}
    file = written(tmp_path, choice, filed)

    def found(*given: Any) -> tuple[Any, str]:
        (one,) = (one for one in configuration.find(*given) if one.choice is choice)
        return one.value, one.source.kind

    assert found(flags, environment, file) == (flag, "flag")
    assert found({}, environment, file) == (variable, "environment")
    assert found({}, {configuration.CONFIG: str(file)}) == (filed, "file")
    assert found({}, {}) == (choice.default, "default")
    assert found({}, {choice.variable: ""}) == (choice.default, "default")


@pytest.mark.parametrize("choice", CHOICES.values(), ids=lambda choice: choice.name)
def test_every_choice_is_told_whole(choice: Choice) -> None:
    told = choice.about
    assert told.help.endswith(".") and told.unit and told.group
    assert bool(told.metavar) != (choice.type is bool)
    assert bool(told.unset) == (choice.default is None)
    assert (told.bounds is None) or choice.default is None or told.bounds.hold(choice.default)  # type: ignore[arg-type]
    assert (choice.type in (int, float)) == (told.bounds is not None)


def test_the_defaults_of_the_command_line_are_those_of_the_settings() -> None:
    context = serve.serve.make_context("serve", [])
    assert serve.given(context) == {} and configuration.settle({}, {}) == Settings()
    assert {name: context.params[name] for name in CHOICES} == {name: getattr(Settings(), name) for name in CHOICES}


def test_the_names_follow_from_the_field_and_none_is_used_twice() -> None:
    choice = CHOICES["metrics_port"]
    assert (choice.flag, choice.variable, choice.key) == ("--metrics-port", "TIMELINES_METRICS_PORT", "metrics-port")
    assert CHOICES["grace_s"].flag == "--grace"
    assert CHOICES["tls_key"].variable == "TIMELINES_SERVE_TLS_KEY"
    known = variables.known()
    assert len(known) == len(set(known))


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("False", False), (" no ", False)]
)
def test_yes_and_no_are_spelt_in_six_ways(text: str, value: bool) -> None:
    assert configuration.settle({}, {"TIMELINES_REFLECTION": text}).reflection is value


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("TIMELINES_PORT", "http", "TIMELINES_PORT is 'http': give a whole number"),
        ("TIMELINES_PORT", "50051", "TIMELINES_PORT 50051 is out of range: give 1 to 32767"),
        ("TIMELINES_PORT", "tcp://10.0.0.1:8433", r"TIMELINES_PORT is 'tcp://10.*enableServiceLinks: false"),
        ("TIMELINES_GRACE", "soon", "TIMELINES_GRACE is 'soon': give a number"),
        ("TIMELINES_GRACE", "nan", "TIMELINES_GRACE nan is out of range: give 0 to 3600 seconds"),
        ("TIMELINES_INSECURE", "on", "TIMELINES_INSECURE is 'on': give 1, true or yes, or 0, false or no"),
        ("TIMELINES_HOST", "0.0.0.0", "TIMELINES_HOST 0.0.0.0 lets other machines in"),
        ("TIMELINES_SERVE_TLS_KEY", "key.pem", "TIMELINES_SERVE_TLS_KEY needs --tls-cert beside it"),
        ("TIMELINES_TOKENS", "~nobody-of-this-name/tokens", "TIMELINES_TOKENS is '~nobody.*give the path without ~"),
        ("TIMELINES_CONFIG", "missing.toml", "the settings file missing.toml cannot be read: No such file"),
    ],
)
def test_a_bad_variable_is_named_with_its_value_and_the_remedy(variable: str, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        configuration.settle({}, {variable: text})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("port = '9000'", r"timelines\.toml: port is '9000': give a whole number"),
        ("port = true", r"timelines\.toml: port is True: give a whole number"),
        ("port = 50051", r"timelines\.toml: port 50051 is out of range"),
        ("insecure = 1", r"timelines\.toml: insecure is 1: give true or false"),
        ("tokens = 5", r"timelines\.toml: tokens is 5: give a path, in quotation marks"),
        ("grace = 'long'", r"timelines\.toml: grace is 'long': give a number"),
        ("metrics_port = 9000", r"timelines\.toml: 'metrics_port' is no setting; did you mean metrics-port\?"),
        (
            "[serve]\nport = 9000",
            r"timelines\.toml: \[serve\] is a table: write `key = value` lines without one",
        ),
        ("port 9000", r"timelines\.toml is not TOML: .*line 1"),
        ("port = 1\nport = 2", r"timelines\.toml is not TOML: Cannot overwrite a value"),
    ],
)
def test_a_bad_file_is_named_with_the_key_and_the_remedy(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "timelines.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        configuration.settle({}, {}, file)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "timelines.toml"
    file.write_bytes(b"port = \xff")
    with pytest.raises(InputError, match="is not TOML"):
        configuration.settle({}, {}, file)


def test_a_wrong_catalogue_in_the_environment_is_named_and_not_repeated() -> None:
    with pytest.raises(InputError, match="TIMELINES_CATALOGUE is no URL of a catalogue") as caught:
        configuration.settle({}, {"TIMELINES_CATALOGUE": "mysql://me:secret@there/it"})
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("TIMELINES_METRIC_PORT", "did you mean TIMELINES_METRICS_PORT?"),
        ("TIMELINES_TOKEN_FILE", "did you mean TIMELINES_TOKEN"),
        ("TIMELINES_QQQQ", "`timelines config show` lists what is known"),
    ],
)
def test_a_variable_that_nothing_reads_is_warned_of(name: str, said: str) -> None:
    (line,) = variables.warnings({name: "1", "PATH": "", "TIMELINES_PORT": "9000"})
    assert line.startswith(f"{name} is set and nothing reads it; ") and said in line


def test_links_of_a_cluster_and_variables_of_the_checkout_are_not_warned_of() -> None:
    links = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_GRPC", "PORT_8433_TCP", "PORT_8433_TCP_ADDR")
    checkout = ("REQUIRE_BROWSER", "LONG", "NO_UV", "SOURCE_DATA", "PYTHON")
    assert variables.warnings({f"TIMELINES_{name}": "1" for name in links + checkout}) == ()


def test_a_clients_certificate_is_told_from_a_servers() -> None:
    environment = {"TIMELINES_TLS_CERT": "cert.pem", "TIMELINES_HOST": "0.0.0.0", "TIMELINES_INSECURE": "yes"}
    settled = configuration.settle({}, environment)
    (line,) = variables.warnings(environment, settled)
    assert line == "TIMELINES_TLS_CERT is a client's: a server reads TIMELINES_SERVE_TLS_CERT"
    assert variables.warnings({"TIMELINES_TLS_CERT": "cert.pem"}, Settings()) == ()


def test_no_name_that_the_project_uses_is_unknown() -> None:
    files = project_files("*.py", "*.md", "*.sh", "Makefile", ".ci/*", "server/deploy/*")
    text = "".join(file.read_text(encoding="utf-8") for file in files if file.name not in MISSPELLERS)
    named = set(re.findall(r"\bTIMELINES_[A-Z][A-Z_]*[A-Z]\b(?![_*<{])", text))
    assert len(named) > 20
    assert variables.warnings(dict.fromkeys(named, "1")) == ()


def test_the_variables_of_clients_are_those_that_the_client_reads() -> None:
    source = (ROOT / "clients/python/timelines/settings.py").read_text(encoding="utf-8")
    told = re.findall(r"^(TIMELINES_[A-Z_]+)  ", source, re.MULTILINE)
    assert [one.name for one in variables.CLIENT] == told
    assert variables.CLIENT[0].default == DEFAULT_SERVER


def test_what_a_server_starts_is_told_which_state_is_meant(tmp_path: Path) -> None:
    environment = {"TIMELINES_HOME": "/elsewhere"}
    share(Settings(home=tmp_path, catalogue="sqlite:///it"), environment)
    assert environment == {"TIMELINES_HOME": str(tmp_path), "TIMELINES_CATALOGUE": "sqlite:///it"}


def test_other_commands_take_the_state_from_the_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "timelines.toml"
    file.write_text(f'home = "{tmp_path}"\nport = 9000\ncatalogue = "sqlite:///it"', encoding="utf-8")
    environment = {"TIMELINES_CONFIG": str(file), "TIMELINES_CATALOGUE": "sqlite:///mine"}
    share_file(environment)
    assert environment.pop("TIMELINES_HOME") == str(tmp_path)
    assert environment == {"TIMELINES_CONFIG": str(file), "TIMELINES_CATALOGUE": "sqlite:///mine"}
    assert {CHOICES[name].variable for name in SHARED} > {"TIMELINES_HOME", "TIMELINES_CATALOGUE"}


def test_settings_are_read_without_the_packages_of_the_server() -> None:
    code = (
        "import sys\nimport forecast.cli.serve, forecast.cli.config, timelines_server.configuration.reading\n"
        "import timelines_server.configuration.told, timelines_server.configuration.variables\n"
        "heavy = {'grpc', 'numpy', 'pandas', 'sqlalchemy', 'structlog'}\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & heavy))"
    )
    assert run_python(code).stdout == "[]\n"


def test_infinity_is_no_number_of_calls() -> None:
    assert not any(choice.about.bounds.hold(math.inf) for choice in CHOICES.values() if choice.about.bounds)
