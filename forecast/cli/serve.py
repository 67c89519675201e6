"""`timelines serve`: answer over gRPC until told to stop. Its options are made from those of `timelines_server`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from timelines_server.configuration.choices import Choice
from timelines_server.configuration.settings import CHOICES

CONFIG = click.Option(
    ["--config"],
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Settings file (TOML) with the names of these options; else the one that TIMELINES_CONFIG names.",
)


class Grouped(click.Command):
    """A command whose help lists its options under the headings of the settings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, heading by heading, then those that are no setting."""
        for group, choices in groupby(CHOICES.values(), lambda choice: choice.about.group):
            _section(ctx, formatter, group, {choice.name for choice in choices})
        rest = {str(parameter.name) for parameter in self.get_params(ctx)} - set(CHOICES)
        _section(ctx, formatter, "Other options", rest)


def _section(ctx: click.Context, formatter: click.HelpFormatter, title: str, names: Iterable[str]) -> None:
    records = (parameter.get_help_record(ctx) for parameter in ctx.command.get_params(ctx) if parameter.name in names)
    with formatter.section(title):
        formatter.write_dl([record for record in records if record is not None])


def option(choice: Choice) -> click.Option:
    """The option of a choice."""
    yes_no = choice.type is bool
    declared = f"{choice.flag}/--no-{choice.key}" if yes_no else choice.flag
    named = f" [{choice.about.variable}]" if choice.about.variable else ""
    return click.Option(
        [declared, choice.name],
        type=click.Path(path_type=Path) if choice.type is Path else choice.type,
        default=choice.default,
        show_default=choice.default is not None and choice.default is not False,
        metavar=choice.about.metavar or None,
        help=choice.about.help + named,
    )


def given(ctx: click.Context) -> dict[str, Any]:
    """What the command line says itself: neither defaults nor variables."""
    named = [name for name in CHOICES if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    return {name: ctx.params[name] for name in named}


@click.command(cls=Grouped, params=[*map(option, CHOICES.values()), CONFIG])
@click.pass_context
def serve(ctx: click.Context, /, config: Path | None, **_: Any) -> None:
    """Serve forecasts over gRPC until SIGTERM or Ctrl-C.

    Answers from the current posterior, and prints one line when it is ready. The log is JSON lines on standard error. A
    request may be 1 MiB long. A signal turns health to NOT_SERVING; calls in flight still finish; a second signal ends
    the server at once.

    Every option has a variable (--metrics-port: TIMELINES_METRICS_PORT; exceptions are named below) and a line in a
    settings file (metrics-port = 9433). Options win over variables, variables over the file. `timelines config show`
    says what holds and why, `timelines config check` whether a server can run so.
    """
    # Before gRPC is imported: it tells of every failed handshake in lines of its own, and the log is JSON.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    from timelines_server.configuration import reading as configuration
    from timelines_server.configuration import variables
    from timelines_server.main import serve as run

    settings = configuration.settle(given(ctx), os.environ, config)
    for warning in variables.warnings(os.environ, settings):
        say(f"Warning: {warning}")
    configuration.share(settings, os.environ)
    run(settings, say)


def say(line: str) -> None:
    """Print a line at once, however standard output is buffered."""
    click.echo(line)
