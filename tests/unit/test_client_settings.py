"""Where a client calls: arguments before variables before defaults, and no token in plaintext over a network."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from timelines import TLS, Client, SettingsError
from timelines.channel import channel_options, credentials
from timelines.settings import DEFAULT_SERVER, Settings, is_local, settle


def settled(
    target: str | None = None,
    token: str | None = None,
    tls: TLS | bool | None = None,
    timeout: float = 10.0,
    allow: bool = False,
    **environment: str,
) -> Settings:
    return settle(target, token, tls, timeout, allow, environment)


def test_the_default_is_this_machine_without_token_or_tls() -> None:
    assert settled() == Settings("127.0.0.1:8433", None, None, 10.0)


def test_arguments_come_before_variables() -> None:
    variables = {"TIMELINES_SERVER": "localhost:1", "TIMELINES_TOKEN": "from-variable", "TIMELINES_TLS_CA": "ca.pem"}
    assert settled(**variables) == Settings("localhost:1", "from-variable", TLS("ca.pem"), 10.0)
    given = settled("localhost:2", "given", TLS("other.pem"), **variables)
    assert given == Settings("localhost:2", "given", TLS("other.pem"), 10.0)
    assert settled(tls=False, **variables).tls is None


def test_empty_variables_are_as_good_as_none() -> None:
    assert settled(TIMELINES_SERVER="", TIMELINES_TOKEN="", TIMELINES_TLS_CA="").target == DEFAULT_SERVER


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ("example.org", "example.org:8433"),
        ("example.org:80", "example.org:80"),
        ("::1", "[::1]:8433"),
        ("[::1]:80", "[::1]:80"),
        (" 127.0.0.1:1 ", "127.0.0.1:1"),
        ("dns:///example.org:80", "dns:///example.org:80"),
        ("unix:///run/timelines.sock", "unix:///run/timelines.sock"),
    ],
)
def test_a_target_without_port_gets_the_default_one(given: str, target: str) -> None:
    assert settled(given).target == target


@pytest.mark.parametrize("target", ["http://example.org", "https://example.org:8433", "two words", " "])
def test_a_target_that_is_none_is_refused(target: str) -> None:
    with pytest.raises(SettingsError, match="give host:port"):
        settled(target)


@pytest.mark.parametrize(
    "target",
    ["127.0.0.1:8433", "127.9.9.9", "localhost:1", "[::1]:1", "unix:/run/x", "dns:///localhost:1", "ipv4:127.0.0.1:80"],
)
def test_this_machine_is_known(target: str) -> None:
    assert is_local(target)


@pytest.mark.parametrize(
    "target", ["10.0.0.1:1", "example.org:1", "localhost.example.org:1", "ipv4:127.0.0.1:80,10.0.0.1:80", "[fe80::1]:1"]
)
def test_other_machines_are_known(target: str) -> None:
    assert not is_local(target)


def test_a_token_does_not_travel_in_plaintext_to_another_machine() -> None:
    with pytest.raises(SettingsError, match="plaintext") as caught:
        settled("example.org:8433", "very-secret")
    assert "very-secret" not in str(caught.value)
    with pytest.raises(SettingsError, match="plaintext"):
        settled("example.org:8433", TIMELINES_TOKEN="very-secret")


def test_a_token_travels_by_tls_or_at_home_or_by_consent() -> None:
    assert settled("example.org:8433", "secret", True).token == "secret"
    assert settled("127.0.0.1:8433", "secret").token == "secret"
    assert settled("example.org:8433", "secret", allow=True).token == "secret"


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "naïve", "  "])
def test_a_token_that_cannot_be_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settled(token=token)
    assert token.strip() == "" or token not in str(caught.value)


def test_the_token_is_in_no_repr() -> None:
    assert "secret" not in repr(settled(token="secret"))
    with Client(token="secret") as client:
        assert "secret" not in repr(client) + str(vars(client))


@pytest.mark.parametrize("timeout", [0, -1, math.nan, True])
def test_a_timeout_that_cannot_be_is_refused(timeout: float) -> None:
    with pytest.raises(SettingsError, match="timeout"):
        settled(timeout=timeout)


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(SettingsError, match="key_file"):
        TLS(cert_file="cert.pem")


def test_tls_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.pem"):
        credentials(TLS(tmp_path / "missing.pem"))
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(SettingsError, match="BEGIN"):
        credentials(TLS(tmp_path / "empty.pem"))


def test_a_proxy_is_never_the_way_to_this_machine() -> None:
    assert ("grpc.enable_http_proxy", 0) in channel_options(settled())
    assert ("grpc.enable_http_proxy", 0) not in channel_options(settled("example.org"))


@pytest.mark.parametrize(("target", "turns"), [("ipv4:10.0.0.1:1,10.0.0.2:1", True), ("example.org:1", False)])
def test_calls_take_turns_among_several_servers_alone(target: str, turns: bool) -> None:
    options = dict(channel_options(settled(target)))
    assert ("round_robin" in options["grpc.service_config"]) is turns


def test_settings_errors_are_value_errors() -> None:
    with pytest.raises(ValueError, match="host:port"):
        Client("http://example.org")
