"""Choices of a server, checked before anything listens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError
from timelines_server.configuration.checks import is_loopback
from timelines_server.configuration.settings import Settings

FILE = Path("file.pem")


def test_the_defaults_stay_on_this_machine() -> None:
    settings = Settings()
    assert is_loopback(settings.host) and not settings.secure and settings.warnings == ()
    assert settings.port == 8433 and not settings.reuse_port


@pytest.mark.parametrize("port", [0, 1, 8433, 32_767])
def test_ports_below_the_range_of_the_system_are_taken(port: int) -> None:
    assert Settings(port=port, metrics_port=0).port == port


@pytest.mark.parametrize("name", ["port", "metrics_port"])
@pytest.mark.parametrize("port", [-1, 32_768, 50_051, 65_536])
def test_other_ports_are_refused(name: str, port: int) -> None:
    chosen: dict[str, Any] = {name: port}
    with pytest.raises(InputError, match=f"--{name.replace('_', '-')} {port} is out of range: give 1 to 32767"):
        Settings(**chosen)


def test_metrics_and_service_cannot_share_a_port() -> None:
    with pytest.raises(InputError, match="--metrics-port 8433 is the port of the service"):
        Settings(metrics_port=8433)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_these_hosts_are_this_machine_only(host: str) -> None:
    assert is_loopback(host) and Settings(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "2001:db8::1", "forecasts.example", "localhost.example"])
def test_other_hosts_are_refused_without_tokens(host: str) -> None:
    with pytest.raises(InputError, match=r"--tokens FILE.*127\.0\.0\.1.*--insecure") as caught:
        Settings(host=host)
    assert host in caught.value.message and caught.value.field == "host"
    assert not is_loopback(Settings(host=host, tokens=Path("tokens")).host)
    assert not is_loopback(Settings(host=host, insecure=True).host)


def test_tls_alone_does_not_open_another_host() -> None:
    with pytest.raises(InputError, match="no token is asked for"):
        Settings(host="0.0.0.0", tls_cert=FILE, tls_key=FILE, client_ca=FILE)


def test_an_empty_host_is_refused() -> None:
    with pytest.raises(InputError, match="--host is empty"):
        Settings(host=" ")


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"tls_cert": FILE}, "--tls-cert needs --tls-key"),
        ({"tls_key": FILE}, "--tls-key needs --tls-cert"),
        ({"client_ca": FILE}, "--client-ca file.pem needs TLS"),
        ({"reports": 0}, "--reports 0 is out of range: give at least 1"),
        ({"fits": 9}, "--fits 9 is out of range: give 1 to 8, or 0"),
        ({"fits": -1}, "--fits -1 is out of range"),
        ({"artefacts": "ftp://there/posteriors"}, "--artefacts: unknown kind of URL ftp://"),
        ({"max_in_flight": 0}, "--max-in-flight 0 is out of range: give at least 1"),
        ({"grace_s": -1.0}, "--grace -1 is out of range"),
        ({"grace_s": float("nan")}, "--grace nan is out of range"),
        ({"lame_duck_s": float("inf")}, "--lame-duck inf is out of range"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_value(choices: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Settings(**choices)


def test_plain_text_beyond_this_machine_is_worth_a_line() -> None:
    (open_to_all,) = Settings(host="0.0.0.0", insecure=True).warnings
    (with_tokens,) = Settings(host="0.0.0.0", tokens=Path("tokens")).warnings
    assert open_to_all.startswith("questions travel in plain text")
    assert with_tokens.startswith("tokens and questions travel in plain text")
    assert Settings(host="0.0.0.0", tokens=Path("tokens"), tls_cert=FILE, tls_key=FILE).warnings == ()


@pytest.mark.parametrize("url", ["mysql://me:secret@there/it", "postgres:/me:secret@there", "secret", ""])
def test_a_catalogue_of_another_kind_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InputError, match="--catalogue is no URL of a catalogue: begin it with postgresql://") as caught:
        Settings(catalogue=url)
    assert "secret" not in caught.value.message and caught.value.field == "catalogue"


def test_no_password_is_told_by_a_refusal_or_a_representation() -> None:
    with pytest.raises(InputError, match=r"--artefacts: .* credentials belong in the environment") as caught:
        Settings(artefacts="s3://me:secret@bucket/posteriors")
    assert "secret" not in caught.value.message
    assert "secret" not in repr(Settings(catalogue="postgresql://me:secret@there/it"))


@pytest.mark.parametrize(
    "place", ["posteriors", "file:///posteriors", "s3://bucket/posteriors", "gs://bucket/posteriors"]
)
def test_artefacts_are_a_folder_or_a_url_that_is_known(place: str) -> None:
    assert Settings(artefacts=place, catalogue="sqlite:///catalogue.sqlite").artefacts == place
