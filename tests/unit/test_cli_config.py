"""`timelines config`: what it shows and checks, and with which exit codes."""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli import main as frame
from forecast.cli.main import main
from tests.service.certificates import Authority, authority
from timelines_server.access.tokens import Scope, append, make
from timelines_server.configuration.settings import CHOICES
from timelines_server.configuration.variables import CLIENT


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting but an empty state folder."""
    for name in [name for name in os.environ if name.startswith("TIMELINES_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the certificates."""
    return authority(tmp_path_factory.mktemp("certificates"), "ours")


def run(*arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(main, ["config", *arguments], env=variables)


def written(folder: Path, text: str) -> Path:
    file = folder / "timelines.toml"
    file.write_text(text, encoding="utf-8")
    return file


def found(output: str) -> dict[str, str]:
    """Verdicts of `config check` by subject."""
    return {line[:12].strip(): line[14:].strip() for line in output.splitlines()}


def test_a_value_is_shown_with_its_unit_and_where_it_came_from(tmp_path: Path) -> None:
    file = written(tmp_path, "grace = 3\nport = 9000\n")
    told = run("show", "--config", str(file), TIMELINES_PORT="9001", TIMELINES_TOKEN="very-secret")
    rows = {line.split()[0]: line.split()[1:] for line in told.output.splitlines() if line}
    assert told.exit_code == 0
    assert rows["port"] == ["9001", "port", "TIMELINES_PORT"]
    assert rows["grace"] == ["3", "seconds", str(file)]
    assert rows["lame-duck"] == ["0.5", "seconds", "default"]
    assert rows["TIMELINES_TOKEN"] == ["***", "token", "TIMELINES_TOKEN"]
    assert told.stdout.endswith(f"Settings file: {file}\n")


def test_the_same_is_told_as_json(tmp_path: Path) -> None:
    file = written(tmp_path, "metrics-port = 9000")
    told = run("show", "--json", TIMELINES_CONFIG=str(file), TIMELINES_CATALOGUE="postgresql://me:secret@db/it")
    shown = json.loads(told.stdout)
    by_name = {one["name"]: one for one in shown["settings"]}
    assert "secret" not in told.output and shown["file"] == str(file)
    assert len(by_name) == len(CHOICES) + len(CLIENT)
    assert by_name["catalogue"]["value"] == "postgresql://me:***@db/it"
    port = by_name["metrics-port"]
    assert (port["value"], port["unit"], port["source"], port["source_name"]) == (9000, "port", "file", str(file))
    assert (port["option"], port["variable"]) == ("--metrics-port", "TIMELINES_METRICS_PORT")
    assert by_name["tokens"]["value"] is None and shown["warnings"] == shown["problems"] == []


def test_all_that_is_wrong_is_shown_at_once() -> None:
    told = run("show", TIMELINES_PORT="http", TIMELINES_FITS="many", TIMELINES_GRACE_S="1")
    assert told.exit_code == 2 and "lame-duck" in told.stdout
    assert told.stderr.splitlines() == [
        "Warning: TIMELINES_GRACE_S is set and nothing reads it; did you mean TIMELINES_GRACE?",
        "Error: TIMELINES_PORT is 'http': give a whole number",
        "Error: TIMELINES_FITS is 'many': give a whole number",
    ]
    shown = json.loads(run("show", "--json", TIMELINES_PORT="http").stdout)
    assert shown["problems"] == ["TIMELINES_PORT is 'http': give a whole number"]


def test_what_does_not_fit_together_is_an_error_too() -> None:
    told = run("show", TIMELINES_HOST="0.0.0.0")
    assert told.exit_code == 2 and "TIMELINES_HOST 0.0.0.0 lets other machines in" in told.stderr


@pytest.mark.parametrize("verb", ["show", "check"])
def test_a_file_that_is_not_there_is_one_line(verb: str) -> None:
    told = run(verb, "--config", "missing.toml")
    assert told.exit_code == 2 and told.output.startswith("Error: the settings file missing.toml cannot be read")


def test_a_server_that_can_start_is_told_check_by_check_and_nothing_is_made(tmp_path: Path) -> None:
    told = run("check", TIMELINES_PORT="0", TIMELINES_LAME_DUCK="0")
    assert told.exit_code == 0, told.output
    verdicts = found(told.stdout)
    assert all(verdict.startswith("sound ") for verdict in verdicts.values())
    assert verdicts["settings"] == "sound   3 from the environment, 19 as by default"
    assert "will be made" in verdicts["state folder"] and "(PASSED), as of 2026-" in verdicts["posterior"]
    assert list(tmp_path.iterdir()) == []


def test_the_address_for_http_is_looked_at_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run("check", TIMELINES_PORT="0", TIMELINES_HTTP=f"127.0.0.1:{port}")
    assert told.exit_code == 0, told.output
    free, other = found(told.stdout)["address"].split("; ")
    assert free == "sound   127.0.0.1:0 is free"
    assert other.startswith(f"127.0.0.1:{port} is taken now")


def test_what_http_needs_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "connectrpc", None)
    told = run("check", TIMELINES_PORT="0", TIMELINES_HTTP="127.0.0.1:0")
    assert told.exit_code == 2 and "ai-timelines[server,gateway]" in told.output


def test_certificates_tokens_and_shared_artefacts_are_read(tmp_path: Path, ours: Authority) -> None:
    tokens, server = tmp_path / "tokens", ours.signs("server")
    append(tokens, make("ci", Scope.READ)[1])
    file = written(
        tmp_path,
        f'host = "0.0.0.0"\ntokens = "{tokens}"\nport = 0\ntls-cert = "{server.certificate}"\n'
        f'tls-key = "{server.key}"\nclient-ca = "{ours.certificate}"\nartefacts = "{tmp_path}"\ntrace = true',
    )
    told = run("check", "--config", str(file))
    verdicts = found(told.stdout)
    assert told.exit_code == 0, told.output
    assert verdicts["TLS"].startswith(f"sound   {server.key} is the key of {server.certificate}, clients need")
    assert verdicts["tokens"] == f"sound   1 token in {tokens}"
    assert verdicts["artefacts"] == f"sound   {tmp_path} can be read"


def test_a_setting_that_is_wrong_exits_with_two_and_the_rest_is_still_looked_at(
    ours: Authority,
) -> None:
    pair = {
        "TIMELINES_SERVE_TLS_CERT": str(ours.signs("server").certificate),
        "TIMELINES_SERVE_TLS_KEY": str(ours.signs("client").key),
    }
    told = run("check", TIMELINES_PORT="0", TIMELINES_TOKENS="no-such-file", TIMELINES_POSTERIOR="1999", **pair)
    verdicts = found(told.stdout)
    assert told.exit_code == 2
    assert verdicts["tokens"].startswith("FAILED  the token file no-such-file cannot be read")
    assert verdicts["TLS"].startswith("FAILED  TIMELINES_SERVE_TLS_KEY") and "does not open with" in verdicts["TLS"]
    assert verdicts["posterior"].startswith("FAILED  ") and "1999" in verdicts["posterior"]
    assert verdicts["artefacts"].startswith("sound ")


def test_damage_exits_with_one(tmp_path: Path) -> None:
    posteriors = tmp_path / "home" / "posteriors"
    posteriors.mkdir(parents=True)
    (posteriors / "current").write_text("2020-01-01-000000000000\n")
    told = run("check", TIMELINES_PORT="0")
    assert told.exit_code == 1
    assert found(told.stdout)["posterior"].startswith("FAILED  the current posterior 2020-01-01-000000000000 is not in")


def test_a_catalogue_is_looked_at_and_what_is_wrong_with_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "catalogue"
    url = f"sqlite:///{file}"
    assert (
        found(run("check", TIMELINES_PORT="0", TIMELINES_CATALOGUE=url).stdout)["catalogue"] == "sound   will be made"
    )
    file.write_text("no database")
    told = run("check", TIMELINES_PORT="0", TIMELINES_CATALOGUE=url)
    assert told.exit_code == 1
    assert found(told.stdout)["catalogue"].startswith(f"FAILED  catalogue {file}: damaged")


@pytest.mark.parametrize("below", ["", "home"])
def test_a_state_folder_that_cannot_be_written_exits_with_one(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / below
    told = run("check", TIMELINES_PORT="0", TIMELINES_HOME=str(home))
    assert told.exit_code == 1
    said = f"FAILED  the state folder {home} cannot be written: grant it on {tmp_path / 'file'}"
    assert found(told.stdout)["state folder"].startswith(said)


def test_settings_that_cannot_be_end_the_check() -> None:
    told = run("check", TIMELINES_PORT="http", TIMELINES_FITS="9")
    assert (
        told.exit_code == 2 and told.stdout == "settings      FAILED  TIMELINES_PORT is 'http': give a whole number\n"
    )


def test_a_port_that_is_taken_is_told_and_no_fault() -> None:
    with socket.socket() as held:
        for port in range(20_000, 32_768):
            with suppress(OSError):
                held.bind(("127.0.0.1", port))
                break
        held.listen()
        told = run("check", TIMELINES_PORT=str(held.getsockname()[1]))
    assert told.exit_code == 0 and "is taken now" in found(told.stdout)["address"]


def test_a_host_of_another_machine_is_a_fault() -> None:
    told = run("check", TIMELINES_HOST="192.0.2.1", TIMELINES_INSECURE="yes", TIMELINES_PORT="0")
    assert told.exit_code == 1
    assert "give --host an address of this machine" in found(told.stdout)["address"]


def test_a_bad_variable_ends_serve_with_two_before_anything_listens() -> None:
    told = CliRunner().invoke(main, ["serve"], env={"TIMELINES_PORT": "http"})
    assert told.exit_code == 2 and told.output == "Error: TIMELINES_PORT is 'http': give a whole number\n"


def test_other_commands_work_on_the_state_that_the_file_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", "")
    file = written(tmp_path, f'home = "{tmp_path / "elsewhere"}"')
    posteriors = tmp_path / "elsewhere" / "posteriors"
    posteriors.mkdir(parents=True)
    (posteriors / "2020-01-01-000000000000.json").write_text("{}")
    told = CliRunner().invoke(main, ["posterior", "list"], env={"TIMELINES_CONFIG": str(file)})
    assert "2020-01-01-000000000000" in told.stdout and "DAMAGED" in told.stdout
    broken = CliRunner().invoke(main, ["posterior", "list"], env={"TIMELINES_CONFIG": "missing.toml"})
    assert broken.exit_code == 2 and "missing.toml cannot be read" in broken.stderr


def test_the_commands_that_read_the_file_themselves_are_commands() -> None:
    assert set(frame.READ_SETTINGS) <= set(frame.COMMANDS)
