"""`timelines token`: a token for a server, printed once; the server keeps its hash."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--name", required=True, metavar="NAME", help="Who it is for; the server's log says it.")
@click.option(
    "--scope",
    type=click.Choice(["read", "fit", "admin"]),
    default="read",
    show_default=True,
    help="What it allows; each includes those before it.",
)
@click.option(
    "--calls-per-minute",
    type=int,
    metavar="N",
    help="How many calls it may make, each question of a batch counted. Default: as many as it likes.",
)
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Add the line to this token file, which is made if it is missing.",
)
def token(name: str, scope: str, calls_per_minute: int | None, file: Path | None) -> None:
    """Make a token for a server: print it, and the line for the file that `timelines serve --tokens` reads.

    The token goes to standard output and is shown this once; everything else goes to standard error. A running server
    knows it within two seconds. To take a token back, remove its line.
    """
    from timelines_server.access import tokens

    secret, made = tokens.make(name, tokens.SCOPES[scope], calls_per_minute)
    if file is None:
        told = f"The line for the token file:\n{made.line}"
    else:
        tokens.append(file, made)
        told = f"Added {name} ({scope}) to {file}."
    click.echo(secret)
    click.echo(told, err=True)
