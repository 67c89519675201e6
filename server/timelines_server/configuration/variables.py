"""Every TIMELINES_ variable that something here reads, and what is set although nothing does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from timelines_server.configuration.choices import PREFIX
from timelines_server.configuration.reading import CONFIG, meant
from timelines_server.configuration.settings import CHOICES, Settings

_OF_A_CHECKOUT = re.compile(r"TIMELINES_(?:LONG|NO_UV|PYTHON|SOURCE_DATA|REQUIRE_\w+|TEST_\w+)")
"""What the tests and the scripts of the repository read."""

_OF_A_LINK = re.compile(r"TIMELINES_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_\w+)")
"""What Kubernetes and Docker set beside a service of the name."""


@dataclass(frozen=True, slots=True)
class ClientVariable:
    """What a client reads where its caller gives no argument (`timelines.settings`).

    Attributes
    ----------
    name : str
        Of the variable.
    help, unit : str
        As of a choice of the server.
    default : str
        Empty where there is none.
    unset : str
        What holds where there is none.
    secret : bool
        Whether its value is never shown.
    """

    name: str
    help: str
    unit: str
    default: str = ""
    unset: str = ""
    secret: bool = False


CLIENT = (
    ClientVariable(
        "TIMELINES_SERVER",
        "The server to ask.",
        "address and port",
        f"{CHOICES['host'].default}:{CHOICES['port'].default}",
    ),
    ClientVariable("TIMELINES_TOKEN", "The token to bring.", "token", unset="none brought", secret=True),
    ClientVariable(
        "TIMELINES_TLS_CA",
        "Certificate (PEM) of the authority that signed the server's: connect over TLS.",
        "file",
        unset="plain text",
    ),
    ClientVariable("TIMELINES_TLS_CERT", "The client's own certificate (PEM).", "file", unset="none shown"),
    ClientVariable("TIMELINES_TLS_KEY", "Its private key (PEM).", "file", unset="none shown"),
)


def known() -> tuple[str, ...]:
    """Names of all variables that a server, a client or another command reads."""
    return (*(choice.variable for choice in CHOICES.values()), CONFIG, *(one.name for one in CLIENT))


def warnings(environment: Mapping[str, str], settings: Settings | None = None) -> tuple[str, ...]:
    """A line for each variable that looks like ours and is read by nothing, with the one that may be meant.

    Parameters
    ----------
    environment : mapping
        Variables.
    settings : Settings, optional
        What was settled on; a client's certificate is told from a server's that was meant.
    """
    names = known()
    unread = [name for name in sorted(environment) if name.startswith(PREFIX) and name not in names]
    lines = [
        f"{name} is set and nothing reads it; {meant(name, names)}" for name in unread if not _read_elsewhere(name)
    ]
    return (*lines, *(_clients_own(environment) if settings and settings.warnings else ()))


def _clients_own(environment: Mapping[str, str]) -> Iterator[str]:
    for name in ("tls_cert", "tls_key"):
        if environment.get(f"{PREFIX}{name.upper()}"):
            yield f"{PREFIX}{name.upper()} is a client's: a server reads {CHOICES[name].variable}"


def _read_elsewhere(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern in (_OF_A_CHECKOUT, _OF_A_LINK))
