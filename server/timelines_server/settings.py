"""How one server runs: every choice of `timelines serve`, checked once, before anything listens.

What is not checked here needs the network: whether the port is free shows when it is opened.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import InputError
from forecast.storage.store import checked_url, is_url

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8433
DEFAULT_MAX_IN_FLIGHT = 128
DEFAULT_REPORTS = 1
DEFAULT_FITS = 1
MOST_FITS = 8
DEFAULT_GRACE_S = 10.0
DEFAULT_LAME_DUCK_S = 0.5

PORT_END = 32_768
"""From here on the system hands out ports to outgoing connections (Linux), so that a restart may find its own taken."""

LONGEST_WAIT_S = 3_600.0

CATALOGUES = ("postgresql://", "sqlite:///")
"""How the URL of a catalogue begins."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of one server.

    Attributes
    ----------
    host : str
        Address to listen on: an IP address, or a name of this machine.
    port : int
        Port below 32768; 0 takes any free one.
    tokens : Path, optional
        File of tokens (`timelines_server.tokens`). Without it every caller may do everything.
    tls_cert, tls_key : Path, optional
        Certificate chain and private key, PEM. Without them calls travel in plain text.
    client_ca : Path, optional
        Certificates (PEM) of the authorities whose client certificates are let in; others then are not.
    insecure : bool
        Listen beyond this machine although no token is asked for.
    metrics_port : int, optional
        Port of `/metrics` on loopback; 0 takes any free one, None opens none.
    max_in_flight : int
        Calls at once, and a quarter as many streams beside them; more are refused.
    reports : int
        Reports that are made at once, each in a process of its own; two more may wait.
    fits : int
        Fits that run at once, each in a process of its own; 0: this server runs none.
    grace_s : float
        How long calls in flight may go on after a signal to stop, seconds.
    lame_duck_s : float
        How long new calls are still taken after health has turned NOT_SERVING, seconds.
    reflection : bool
        Whether callers may read the protos from the server.
    open_reflection : bool
        Whether they may without a token.
    reuse_port : bool
        Share the port with other servers that do so.
    trace : bool
        Trace calls with OpenTelemetry.
    posterior : str, optional
        Name or URL of the posterior that answers; default: the current one.
    catalogue : str, optional
        URL of the catalogue, `postgresql://` or `sqlite:///`; default: the SQLite file in the state folder.
    artefacts : str, optional
        Folder or URL of posteriors that several servers share; default: the state folder's own.
    home : Path, optional
        The state folder; default as in `forecast.posterior.state`.

    Raises
    ------
    InputError
        Naming the option, its value and the remedy.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    tokens: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    client_ca: Path | None = None
    insecure: bool = False
    metrics_port: int | None = None
    max_in_flight: int = DEFAULT_MAX_IN_FLIGHT
    reports: int = DEFAULT_REPORTS
    fits: int = DEFAULT_FITS
    grace_s: float = DEFAULT_GRACE_S
    lame_duck_s: float = DEFAULT_LAME_DUCK_S
    reflection: bool = True
    open_reflection: bool = False
    reuse_port: bool = False
    trace: bool = False
    posterior: str | None = None
    catalogue: str | None = None
    artefacts: str | None = None
    home: Path | None = None

    def __post_init__(self) -> None:
        _check_port(self.port, "port")
        if self.metrics_port is not None:
            _check_port(self.metrics_port, "metrics-port")
        self._check_ports_differ()
        self._check_tls()
        self._check_exposure()
        self._check_numbers()
        self._check_places()

    @property
    def secure(self) -> bool:
        """Whether calls travel over TLS."""
        return self.tls_cert is not None

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed and still worth a line."""
        if self.loopback or self.secure:
            return ()
        what = "tokens and questions" if self.tokens else "questions"
        return (f"{what} travel in plain text on {self.host}, for others to read: give --tls-cert and --tls-key",)

    def _check_ports_differ(self) -> None:
        if self.metrics_port and self.metrics_port == self.port:
            message = f"--metrics-port {self.metrics_port} is the port of the service: give another"
            raise InputError(message, field="metrics_port")

    def _check_tls(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            given, missing = ("--tls-cert", "--tls-key") if self.tls_cert else ("--tls-key", "--tls-cert")
            raise InputError(f"{given} needs {missing} beside it: give both, or neither", field="tls_cert")
        if self.client_ca is not None and not self.secure:
            message = f"--client-ca {self.client_ca} needs TLS: give --tls-cert and --tls-key too"
            raise InputError(message, field="client_ca")

    def _check_exposure(self) -> None:
        if not self.host.strip():
            raise InputError("--host is empty: give an address, such as 127.0.0.1", field="host")
        if not (self.loopback or self.tokens or self.insecure):
            message = (
                f"--host {self.host} lets other machines in, and no token is asked for: give --tokens FILE "
                "(`timelines token` makes one), stay on 127.0.0.1, or say --insecure"
            )
            raise InputError(message, field="host")

    def _check_numbers(self) -> None:
        if self.max_in_flight < 1:
            raise InputError(f"--max-in-flight {self.max_in_flight} lets no call in: give at least 1")
        if self.reports < 1:
            raise InputError(f"--reports {self.reports} makes none: give at least 1", field="reports")
        if not 0 <= self.fits <= MOST_FITS:
            message = f"--fits {self.fits} is out of range: give 1 to {MOST_FITS}, or 0 for a server that runs none"
            raise InputError(message, field="fits")
        for option, seconds in (("grace", self.grace_s), ("lame-duck", self.lame_duck_s)):
            if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_WAIT_S):
                message = f"--{option} {seconds:g} is out of range: give 0 to {LONGEST_WAIT_S:.0f} seconds"
                raise InputError(message, field=option)

    def _check_places(self) -> None:
        """Neither URL is repeated: it may hold a password."""
        if self.catalogue is not None and not self.catalogue.startswith(CATALOGUES):
            message = f"--catalogue is no URL of a catalogue: begin it with {' or '.join(CATALOGUES)}"
            raise InputError(message, field="catalogue")
        if self.artefacts is not None and is_url(self.artefacts):
            try:
                checked_url(self.artefacts)
            except InputError as error:
                raise InputError(f"--artefacts: {error.message}", field="artefacts") from error


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own; a name other than `localhost` counts as reachable from elsewhere."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _check_port(port: int, option: str) -> None:
    if not 0 <= port < PORT_END:
        message = (
            f"--{option} {port} is out of range: give 1 to {PORT_END - 1}, or 0 for any free port "
            f"(from {PORT_END} on the system itself hands out ports to connections)"
        )
        raise InputError(message, field=option.replace("-", "_"))
