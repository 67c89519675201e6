"""`timelines serve`: answer over gRPC until told to stop."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=8433, show_default=True, help="Port, below 32768; 0 takes any free one.")
@click.option("--posterior", metavar="NAME|URL", help="The posterior that answers, instead of the current one.")
@click.option("--catalogue", metavar="URL", help="postgresql:// or sqlite:///, instead of the state folder's file.")
@click.option("--artefacts", metavar="PLACE", help="Folder or URL of posteriors that several servers share.")
@click.option("--tokens", type=FILE, metavar="FILE", help="Ask for a token of this file (`timelines token` makes one).")
@click.option("--tls-cert", type=FILE, metavar="FILE", help="Certificate chain (PEM): serve over TLS.")
@click.option("--tls-key", type=FILE, metavar="FILE", help="Its private key (PEM).")
@click.option("--client-ca", type=FILE, metavar="FILE", help="Let in only clients with a certificate of these (PEM).")
@click.option("--insecure", is_flag=True, help="Listen beyond this machine without asking for a token.")
@click.option("--metrics-port", type=int, metavar="N", help="Serve Prometheus /metrics on this loopback port.")
@click.option(
    "--max-in-flight",
    type=int,
    metavar="N",
    default=128,
    show_default=True,
    help="Calls at once, and a quarter as many streams beside them; more are refused.",
)
@click.option(
    "--reports",
    type=int,
    metavar="N",
    default=1,
    show_default=True,
    help="Reports made at once, each in a process of its own; two more wait.",
)
@click.option(
    "--fits",
    type=int,
    metavar="N",
    default=1,
    show_default=True,
    help="Fits run at once, each in a process of its own; 0: none.",
)
@click.option(
    "--grace",
    "grace_s",
    type=float,
    metavar="S",
    default=10,
    show_default=True,
    help="Seconds that calls in flight have to finish.",
)
@click.option(
    "--lame-duck",
    "lame_duck_s",
    type=float,
    metavar="S",
    default=0.5,
    show_default=True,
    help="Seconds before that in which new calls are still taken.",
)
@click.option("--no-reflection", is_flag=True, help="Do not let callers read the protos from the server.")
@click.option("--open-reflection", is_flag=True, help="Let them without a token.")
@click.option("--reuse-port", is_flag=True, help="Share the port with other servers that do so.")
@click.option("--trace", is_flag=True, help="Trace calls with OpenTelemetry.")
def serve(no_reflection: bool, **options: Any) -> None:
    """Serve forecasts over gRPC until SIGTERM or Ctrl-C.

    Answers from the current posterior, and prints one line when it is ready. The log is JSON lines on standard error. A
    request may be 1 MiB long. A signal turns health to NOT_SERVING; calls in flight still finish; a second signal ends
    the server at once.
    """
    # Before gRPC is imported: it tells of every failed handshake in lines of its own, and the log is JSON.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    from timelines_server.main import serve as run
    from timelines_server.settings import Settings

    run(Settings(reflection=not no_reflection, **options), say)


def say(line: str) -> None:
    """Print a line at once, however standard output is buffered."""
    click.echo(line)
