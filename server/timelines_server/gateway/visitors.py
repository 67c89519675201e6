"""Which web pages a browser may call from: only those of this server itself.

A page of another site that a person has open could else ask a server on their own machine. Two headers tell: a browser
sends the `Origin` of the page, and the `Host` that it believes it is calling, which another site can point at this
machine under a name of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from timelines_server.configuration.checks import is_loopback

OTHER_SITE = "pages of {origin} may not call this server: open its own page, or call it from a program"
OTHER_NAME = (
    "this server listens on this machine only, and {host} is not a name of it: call it as 127.0.0.1 or localhost"
)


def refusal(headers: Mapping[str, str], *, loopback: bool) -> str | None:
    """Why a call is refused; None for one that is not.

    Parameters
    ----------
    headers : mapping
        By name, in lower case.
    loopback : bool
        Whether the server listens on this machine only; beyond it, any name may be its own.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    if loopback and not is_loopback(_name(host)):
        return OTHER_NAME.format(host=host[:200] or "an empty host")
    if origin is not None and origin.partition("://")[2] != host:
        return OTHER_SITE.format(origin=origin[:200])
    return None


def _name(host: str) -> str:
    """The host without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
