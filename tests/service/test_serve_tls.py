"""TLS and mutual TLS: who is let in, and what the others are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

from tests.service.asking import SERVING, channel, health_of
from tests.service.certificates import Authority, Pair, authority, channel_credentials
from tests.service.running import RunningServer, launch, start


@dataclass(frozen=True, slots=True)
class Parties:
    """Who there is: an authority, another one, a server and a client."""

    ours: Authority
    other: Authority
    server: Pair
    client: Pair

    def options(self) -> tuple[str, ...]:
        """What the server is started with."""
        return ("--tls-cert", str(self.server.certificate), "--tls-key", str(self.server.key))


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    folder = tmp_path_factory.mktemp("certificates")
    ours = authority(folder, "ours")
    return Parties(ours, authority(folder, "other"), ours.signs("server"), ours.signs("client"))


@pytest.fixture(scope="module")
def tls(parties: Parties, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("tls"), *parties.options()) as running:
        yield running


@pytest.fixture(scope="module")
def mutual(parties: Parties, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    ours = ("--client-ca", str(parties.ours.certificate))
    with start(tmp_path_factory.mktemp("mutual"), *parties.options(), *ours) as running:
        yield running


def turned_away(server: RunningServer, credentials: grpc.ChannelCredentials | None) -> str:
    """What a client is told whose handshake fails."""
    with channel(server.address, credentials) as connected, pytest.raises(grpc.RpcError) as caught:
        health_of(connected)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    return str(caught.value.details())


def test_a_client_that_trusts_the_authority_is_served(tls: RunningServer, parties: Parties) -> None:
    with channel(tls.address, channel_credentials(parties.ours)) as connected:
        assert health_of(connected) == SERVING


def test_a_client_that_trusts_another_authority_refuses_the_server(tls: RunningServer, parties: Parties) -> None:
    assert "CERTIFICATE_VERIFY_FAILED" in turned_away(tls, channel_credentials(parties.other))


def test_plain_text_is_not_served_on_a_tls_port(tls: RunningServer) -> None:
    assert turned_away(tls, None)


def test_mutual_tls_serves_a_client_with_a_certificate(mutual: RunningServer, parties: Parties) -> None:
    with channel(mutual.address, channel_credentials(parties.ours, parties.client)) as connected:
        assert health_of(connected) == SERVING


def test_mutual_tls_turns_away_a_client_without_one(mutual: RunningServer, parties: Parties) -> None:
    assert turned_away(mutual, channel_credentials(parties.ours))


def test_mutual_tls_turns_away_a_certificate_of_another_authority(mutual: RunningServer, parties: Parties) -> None:
    stranger = parties.other.signs("stranger")
    assert turned_away(mutual, channel_credentials(parties.ours, stranger))


def test_a_failed_handshake_leaves_the_server_up_and_its_log_clean(tls: RunningServer, parties: Parties) -> None:
    turned_away(tls, None)
    with channel(tls.address, channel_credentials(parties.ours)) as connected:
        assert health_of(connected) == SERVING
    assert all(line.startswith("{") for line in tls.log.splitlines())


@pytest.mark.parametrize(
    ("certificate", "key", "said"),
    [
        ("server.pem", "client.key", "give the certificate's own key"),
        ("server.csr", "server.key", "does not open with --tls-cert"),
        ("server.ext", "server.key", "is not a PEM file"),
        ("absent.pem", "server.key", "cannot be read"),
    ],
)
def test_certificates_that_cannot_serve_are_one_line(
    parties: Parties, tmp_path: Path, certificate: str, key: str, said: str
) -> None:
    folder = parties.server.key.parent
    with launch(tmp_path, "--tls-cert", str(folder / certificate), "--tls-key", str(folder / key)) as launched:
        assert launched.process.wait(timeout=20) == 2
        words = launched.log_path.read_text()
    assert words.startswith("Error: --tls-") and words.count("\n") == 1 and said in words


def test_a_client_authority_that_cannot_be_read_is_one_line(parties: Parties, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n")
    with launch(tmp_path, *parties.options(), "--client-ca", str(broken)) as launched:
        assert launched.process.wait(timeout=20) == 2
        words = launched.log_path.read_text()
    assert words.startswith("Error: --client-ca") and words.count("\n") == 1
