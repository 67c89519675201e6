"""How one server runs: every choice of `timelines serve`, checked once, before anything listens.

This is the only list of them. The options of the command line, the variables of the environment, the keys of a settings
file, `timelines config` and docs/configuration.md are made from it. What is not checked here needs the network or the
disk: whether the port is free shows when it is opened.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import cast, get_args, get_type_hints

from timelines_server.configuration.checks import check, is_loopback, split_address
from timelines_server.configuration.choices import ABOUT, DEFAULT, Bounds, Choice, Source, Value, about

PORT_END = 32_768
"""From here on the system hands out ports to outgoing connections (Linux), so that a restart may find its own taken."""

_LISTENS, _CALLERS, _STATE = "Where it listens", "Who may call", "What it answers from"
_AMOUNTS, _STOPS, _TELLS = "How much at once", "How it stops", "What it tells"

_HANDED_OUT = f"from {PORT_END} on the system itself hands out ports to connections"
_PORTS = Bounds(0, PORT_END - 1, f"1 to {PORT_END - 1}, or 0 for any free port ({_HANDED_OUT})")
_ONE_OR_MORE = Bounds(1, math.inf, "at least 1")
_FITS = Bounds(0, 8, "1 to 8, or 0 for a server that runs none")
_WAITS = Bounds(0, 3_600, "0 to 3600 seconds")
_YES_NO = "yes or no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Choices of one server; `CHOICES` says what each of them means.

    Attributes
    ----------
    sources : mapping
        Where values came from, by field, for messages; what is not in it is named by its flag.

    Raises
    ------
    InputError
        Naming the choice as it was made, its value and the remedy.
    """

    host: str = field(default="127.0.0.1", metadata=about("Address to listen on.", "address", _LISTENS, "ADDRESS"))
    port: int = field(
        default=8433, metadata=about("Port, below 32768; 0 takes any free one.", "port", _LISTENS, "N", _PORTS)
    )
    metrics_port: int | None = field(
        default=None,
        metadata=about(
            "Serve Prometheus /metrics on this loopback port.", "port", _LISTENS, "N", _PORTS, unset="no metrics"
        ),
    )
    http: str | None = field(
        default=None,
        metadata=about(
            "Serve the same over HTTP on this address: Connect and gRPC-Web, for browsers and curl.",
            "address:port",
            _LISTENS,
            "ADDRESS:PORT",
            unset="gRPC alone",
        ),
    )
    reuse_port: bool = field(
        default=False, metadata=about("Share the port with other servers that do so.", _YES_NO, _LISTENS)
    )
    tokens: Path | None = field(
        default=None,
        metadata=about(
            "Ask for a token of this file (`timelines token` makes one).", "file", _CALLERS, "FILE", unset="none asked"
        ),
    )
    tls_cert: Path | None = field(  # TIMELINES_TLS_CERT and TIMELINES_TLS_KEY are the client's own
        default=None,
        metadata=about(
            "Certificate chain (PEM): serve over TLS.",
            "file",
            _CALLERS,
            "FILE",
            unset="plain text",
            variable="TIMELINES_SERVE_TLS_CERT",
        ),
    )
    tls_key: Path | None = field(
        default=None,
        metadata=about(
            "Its private key (PEM).", "file", _CALLERS, "FILE", unset="plain text", variable="TIMELINES_SERVE_TLS_KEY"
        ),
    )
    client_ca: Path | None = field(
        default=None,
        metadata=about(
            "Let in only clients with a certificate of these (PEM).", "file", _CALLERS, "FILE", unset="none asked"
        ),
    )
    insecure: bool = field(
        default=False, metadata=about("Listen beyond this machine without asking for a token.", _YES_NO, _CALLERS)
    )
    reflection: bool = field(
        default=True, metadata=about("Let callers read the protos from the server.", _YES_NO, _CALLERS)
    )
    open_reflection: bool = field(default=False, metadata=about("Let them without a token.", _YES_NO, _CALLERS))
    posterior: str | None = field(
        default=None,
        metadata=about(
            "The posterior that answers, instead of the current one.",
            "name or URL",
            _STATE,
            "NAME|URL",
            unset="the current one",
        ),
    )
    home: Path | None = field(
        default=None,
        metadata=about(
            "The state folder: what is fitted and imported.", "folder", _STATE, "FOLDER", unset="the platform's own"
        ),
    )
    catalogue: str | None = field(
        default=None,
        repr=False,  # it may hold a password
        metadata=about(
            "Database of the catalogue, postgresql:// or sqlite:///; a flag's password can be seen by others here.",
            "URL",
            _STATE,
            "URL",
            unset="catalogue.sqlite in the state folder",
        ),
    )
    artefacts: str | None = field(
        default=None,
        metadata=about(
            "Posteriors that several servers share.", "folder or URL", _STATE, "FOLDER|URL", unset="the state folder's"
        ),
    )
    max_in_flight: int = field(
        default=128,
        metadata=about(
            "Calls at once; beside them half as many to the catalogue and a quarter as many streams. More are refused.",
            "calls",
            _AMOUNTS,
            "N",
            _ONE_OR_MORE,
        ),
    )
    reports: int = field(
        default=1,
        metadata=about(
            "Reports made at once, each in a process of its own; two more wait.", "reports", _AMOUNTS, "N", _ONE_OR_MORE
        ),
    )
    fits: int = field(
        default=1,
        metadata=about("Fits run at once, each in a process of its own; 0: none.", "fits", _AMOUNTS, "N", _FITS),
    )
    grace_s: float = field(
        default=10.0,
        metadata=about("Seconds that calls in flight have to finish.", "seconds", _STOPS, "S", _WAITS),
    )
    lame_duck_s: float = field(
        default=0.5,
        metadata=about("Seconds before that in which new calls are still taken.", "seconds", _STOPS, "S", _WAITS),
    )
    trace: bool = field(default=False, metadata=about("Trace calls with OpenTelemetry.", _YES_NO, _TELLS))
    sources: Mapping[str, Source] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        check(self, CHOICES)

    @property
    def secure(self) -> bool:
        """Whether calls travel over TLS."""
        return self.tls_cert is not None

    @property
    def http_address(self) -> tuple[str, int]:
        """Host, without brackets, and port of `http`, which must be there."""
        return split_address(self.http or "")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed and still worth a line."""
        reached = [self.host] if self.http is None else [self.host, self.http_address[0]]
        what = "tokens and questions" if self.tokens else "questions"
        return tuple(
            f"{what} travel in plain text on {host}, for others to read: give --tls-cert and --tls-key"
            for host in dict.fromkeys(reached)
            if not (self.secure or is_loopback(host))
        )

    def label(self, name: str) -> str:
        """What messages call a choice, such as `--tls-key`: its flag, variable, or file and key, whichever was used."""
        return self.sources.get(name, DEFAULT).label(CHOICES[name])


def _choices() -> dict[str, Choice]:
    hints = get_type_hints(Settings)
    told = {one.name: one for one in fields(Settings) if ABOUT in one.metadata}
    return {
        name: Choice(name, _type(hints[name]), cast(Value, one.default), one.metadata[ABOUT])
        for name, one in told.items()
    }


def _type(hint: type) -> type:
    """The type of a field that may be None."""
    kind: type
    (kind,) = {*get_args(hint)} - {NoneType} or {hint}
    return kind


CHOICES: Mapping[str, Choice] = MappingProxyType(_choices())
"""Every choice by its field, in the order in which they are listed."""
