"""The same services over HTTP, for browsers and curl: the Connect and gRPC-Web protocols beside gRPC."""

from __future__ import annotations

from forecast.errors import InputError

MISSING = "--http needs Connect and uvicorn; install them with: pip install 'ai-timelines[server,gateway]'"
"""What is said where the extra `gateway` is not installed."""


def check_installed() -> None:
    """Pass where the extra `gateway` is installed.

    Raises
    ------
    InputError
        Saying what to install.
    """
    try:
        import connectrpc  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(MISSING, field="http") from error
