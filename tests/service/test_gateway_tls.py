"""HTTP over TLS: the certificate of gRPC's port, client authorities, and both when they change."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.service.certificates import Authority, Pair, authority
from tests.service.over_http import Http, start_with_http
from tests.service.processes import comes_true

NOTICED_S = 5.0


@dataclass(frozen=True, slots=True)
class Parties:
    """Two authorities, a client of each, and the files that a server is started with."""

    ours: Authority
    other: Authority
    client: Pair
    stranger: Pair
    folder: Path

    def use(self, signer: Authority) -> None:
        """Put a server certificate of this authority in place, and let in its clients."""
        made = signer.signs("server")
        shutil.copy(made.key, self.folder / "key.pem")
        shutil.copy(made.certificate, self.folder / "cert.pem")
        shutil.copy(signer.certificate, self.folder / "ca.pem")

    @property
    def options(self) -> tuple[str, ...]:
        """What the server is started with."""
        named = {"--tls-cert": "cert.pem", "--tls-key": "key.pem", "--client-ca": "ca.pem"}
        return tuple(word for flag, file in named.items() for word in (flag, str(self.folder / file)))


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "used").mkdir()
    ours, other = authority(folder, "ours"), authority(folder, "other")
    made = Parties(ours, other, ours.signs("client"), other.signs("stranger"), folder / "used")
    made.use(ours)
    return made


@pytest.fixture(scope="module")
def http(parties: Parties, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    with start_with_http(tmp_path_factory.mktemp("https"), *parties.options) as (_, found):
        yield found


def as_client(http: Http, trusted: Authority, mine: Pair | None) -> Http:
    """The same port, called by a client that trusts one authority and brings its own certificate."""
    context = ssl.create_default_context(cafile=str(trusted.certificate))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the tests' certificates do without key identifiers
    if mine is not None:
        context.load_cert_chain(mine.certificate, mine.key)
    return replace(http, context=context)


def serves(http: Http) -> bool:
    try:
        return http.ask("GET", "/healthz").status == 200
    except (ssl.SSLError, ConnectionError):
        return False


def test_who_is_let_in_before_and_after_a_change(http: Http, parties: Parties) -> None:
    assert http.url.startswith("https://")
    assert serves(as_client(http, parties.ours, parties.client))
    assert not serves(as_client(http, parties.ours, None)), "without a certificate"
    assert not serves(as_client(http, parties.ours, parties.stranger)), "with one of others"
    parties.use(parties.other)
    assert comes_true(lambda: serves(as_client(http, parties.other, parties.stranger)), NOTICED_S)
    assert not serves(as_client(http, parties.other, parties.client)), "the authority of before is let in no more"
