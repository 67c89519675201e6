"""How a client reaches its server: arguments first, then TIMELINES_* variables, then the defaults.

TIMELINES_SERVER     host:port; default 127.0.0.1:8433; several that calls go round as ipv4:HOST:PORT,HOST:PORT
TIMELINES_TOKEN      bearer token
TIMELINES_TLS_CA     certificate file of the authority that signed the server's certificate; turns TLS on
TIMELINES_TLS_CERT   the client's own certificate, where the server asks for one
TIMELINES_TLS_KEY    its key
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from timelines.errors import SettingsError

DEFAULT_PORT = 8433
DEFAULT_SERVER = f"127.0.0.1:{DEFAULT_PORT}"
DEFAULT_TIMEOUT_S = 10.0
_SCHEME = re.compile(r"(?:dns|ipv4|ipv6|unix|unix-abstract|vsock|passthrough):(?://[^/]*/)?")

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class TLS:
    """Files for an encrypted connection.

    Parameters
    ----------
    ca_file : path, optional
        Certificate of the authority that signed the server's; default: the authorities that gRPC trusts.
    cert_file, key_file : path, optional
        The client's own certificate and key, where the server asks for one; both or neither.
    """

    ca_file: PathLike | None = None
    cert_file: PathLike | None = None
    key_file: PathLike | None = None

    def __post_init__(self) -> None:
        if (self.cert_file is None) != (self.key_file is None):
            raise SettingsError("a client certificate needs its key: give cert_file and key_file, or neither")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and how to call.

    Attributes
    ----------
    target : str
        As gRPC takes it, such as `127.0.0.1:8433`.
    token : str or None
        Bearer token; never shown.
    tls : TLS or None
        None is plaintext.
    timeout_s : float
        Default deadline of a call, seconds; infinite for none.
    """

    target: str
    token: str | None = field(repr=False)
    tls: TLS | None
    timeout_s: float

    @property
    def local(self) -> bool:
        """Whether the target is this very machine."""
        return is_local(self.target)


def settle(
    target: str | None,
    token: str | None,
    tls: TLS | bool | None,
    timeout_s: float,
    allow_plaintext_token: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """Settings out of arguments and environment.

    Raises
    ------
    SettingsError
        When one of them cannot be, or a token would travel in plaintext to another machine.
    """
    target = _target(target or environment.get("TIMELINES_SERVER") or DEFAULT_SERVER)
    token = _token(token or environment.get("TIMELINES_TOKEN") or None)
    files = _tls(tls, environment)
    if token and files is None and not is_local(target) and not allow_plaintext_token:
        raise SettingsError(
            f"the token would travel to {target} in plaintext, where anyone on the way can read it; "
            "give tls=True (or TIMELINES_TLS_CA), or allow_plaintext_token=True if the network itself is safe"
        )
    return Settings(target, token, files, seconds(timeout_s))


def seconds(timeout: float) -> float:
    """A timeout as it is, if it can be one.

    Raises
    ------
    SettingsError
        When it is not above 0.
    """
    if isinstance(timeout, bool) or not timeout > 0:
        raise SettingsError(f"timeout is {timeout!r}; give seconds above 0, or math.inf for none")
    return float(timeout)


def deadline(timeout_s: float) -> float | None:
    """A timeout as gRPC takes it."""
    return None if math.isinf(timeout_s) else timeout_s


def is_local(target: str) -> bool:
    """Whether every address of a target is a loopback address or a socket on this machine."""
    if target.startswith(("unix:", "unix-abstract:")):
        return True
    return all(_is_loopback(_host(address)) for address in _SCHEME.sub("", target, count=1).split(","))


def _host(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address if address.count(":") > 1 else address.partition(":")[0]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _target(given: str) -> str:
    target = given.strip()
    if not target or re.search(r"\s", target) or re.match(r"https?:", target, re.IGNORECASE):
        raise SettingsError(f"target is {given!r}; give host:port, such as {DEFAULT_SERVER}")
    if _SCHEME.match(target):
        return target
    if target.count(":") > 1 and not target.startswith("["):
        target = f"[{target}]"  # a bare IPv6 address
    has_port = re.search(r":\d+$", target) and not target.endswith("]")
    return target if has_port else f"{target.rstrip(':')}:{DEFAULT_PORT}"


def _token(given: str | None) -> str | None:
    if given is None:
        return None
    token = given.strip()
    if not token or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise SettingsError("the token has characters that no token has (spaces, line breaks, or none but ASCII)")
    return token


def _tls(given: TLS | bool | None, environment: Mapping[str, str]) -> TLS | None:
    if isinstance(given, TLS):
        return given
    named = [environment.get(f"TIMELINES_TLS_{name}") or None for name in ("CA", "CERT", "KEY")]
    wanted = any(named) if given is None else given
    return TLS(*named) if wanted else None
