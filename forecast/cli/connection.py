"""The options of a connection to a server, the same for every command that asks one, and the client that they make."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.question_options import Command, with_options
from forecast.errors import ForecastError, InputError

if TYPE_CHECKING:
    from forecast.catalogue import Catalogue
    from timelines import Client, TimelinesError

FILE = click.Path(dir_okay=False, path_type=Path)
MENDABLE = frozenset({"INVALID_ARGUMENT", "OUT_OF_RANGE", "NOT_FOUND", "FAILED_PRECONDITION"})
"""Codes of what the asker can mend; everything else is the server's or the network's."""
OPTION_OF = {
    "allow_plaintext_token": "--plaintext-token",
    "ca_file": "--tls-ca",
    "cert_file": "--tls-cert",
    "key_file": "--tls-key",
    "target": "--server",
    "timeout": "--timeout",
    "tls": "--tls",
    "token": "--token-file",
}
"""The client's arguments as the options that set them."""
ARGUMENT = re.compile(rf"(?:TLS\()?\b(?:(\w+_file)\b(?:=\.\.\.\)|=)?|({'|'.join(OPTION_OF)})=(?:True)?)")


def _server(_: click.Context, __: click.Parameter, named: str | None) -> str | None:
    """What an unset variable makes of `--server "$HOST"` is a mistake: neither the default nor this machine."""
    if named is not None and not named.strip():
        raise InputError("--server is empty; name one, such as 127.0.0.1:8433, or leave the option out", field="server")
    return named


_SERVER = click.option(
    "--server",
    envvar="TIMELINES_SERVER",
    show_envvar=True,
    metavar="HOST:PORT",
    callback=_server,
    help="Default: 127.0.0.1:8433.",
)
# For a command that also works without one: a variable that is set for `timelines ask` must not send it elsewhere.
_SERVER_IF_ANY = click.option(
    "--server", metavar="HOST:PORT", callback=_server, help="Ask a server, instead of this machine's own state."
)
_WAY = (
    click.option("--token-file", type=FILE, metavar="FILE", help="Holds your token; default: TIMELINES_TOKEN."),
    click.option("--tls", is_flag=True, help="Connect over TLS; the options below imply it."),
    click.option(
        "--tls-ca",
        type=FILE,
        envvar="TIMELINES_TLS_CA",
        show_envvar=True,
        help="Certificate of the server's authority.",
    ),
    click.option("--tls-cert", type=FILE, envvar="TIMELINES_TLS_CERT", show_envvar=True, help="Your own certificate."),
    click.option("--tls-key", type=FILE, envvar="TIMELINES_TLS_KEY", show_envvar=True, help="Its private key."),
    click.option("--plaintext-token", is_flag=True, help="Send the token to another machine without TLS."),
)
_TIMEOUT = click.option("--timeout", type=float, default=10.0, show_default=True, metavar="S", help="Seconds to wait.")


def connection_options(command: Command) -> Command:
    """A command that asks a server, with the options of the way there."""
    return with_options((_SERVER, *_WAY, _TIMEOUT), command)


def server_options(command: Command) -> Command:
    """A command that asks a server where `--server` names one, with the options of the way there."""
    return with_options((_SERVER_IF_ANY, *_WAY, _TIMEOUT), command)


@contextmanager
def connected(options: Mapping[str, Any]) -> Iterator[Client]:
    """A client of the server that the options name; its errors become the command line's.

    Parameters
    ----------
    options : mapping
        As click parsed them, others beside them.

    Raises
    ------
    InputError
        For what the asker can mend.
    ForecastError
        For the rest.
    """
    # What goes wrong is said in one line of ours; gRPC's own log would print beside it.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from timelines import TLS, Client, TimelinesError

    files = [options[name] for name in ("tls_ca", "tls_cert", "tls_key")]
    token = _token(options["token_file"])
    try:
        with Client(
            options["server"],
            token=token,
            tls=TLS(*files) if options["tls"] or any(files) else None,
            timeout=options["timeout"],
            allow_plaintext_token=options["plaintext_token"],
        ) as client:
            yield client
    except TimelinesError as error:
        raise failure(error) from error


@contextmanager
def opened[Place](
    options: Mapping[str, Any], there: Callable[[Client], Place], here: Callable[[Catalogue], Place]
) -> Iterator[Place]:
    """The server that `--server` names, else the catalogue that this machine uses, as a place where both tell alike.

    Parameters
    ----------
    options : mapping
        As click parsed them, others beside them.
    there, here : callable
        Make the place of a client, and of an open catalogue.
    """
    if options["server"] is not None:
        with connected(options) as client:
            yield there(client)
        return
    from forecast.catalogue import Catalogue

    with Catalogue.open() as catalogue:
        yield here(catalogue)


def failure(error: TimelinesError) -> ForecastError:
    """The client's error as one of the command line: exit code 2 for what the asker can mend, 1 for the rest."""
    message = ARGUMENT.sub(lambda found: OPTION_OF.get(found[1] or found[2], found[0]), error.message)
    mendable = error.code in MENDABLE and not error.reason.startswith("DAMAGED_")
    return InputError(message) if mendable else ForecastError(message)


def _token(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"--token-file {file} cannot be read: {what}", field="token_file") from error
    if not token:
        raise InputError(f"--token-file {file} is empty; write your token into it", field="token_file")
    return token
