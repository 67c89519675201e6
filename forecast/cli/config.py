"""`timelines config`: which settings hold and where they came from, and whether a server can run so."""

from __future__ import annotations

import json
import os
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.errors import ForecastError, InputError

if TYPE_CHECKING:
    from timelines_server.configuration.reading import Found
    from timelines_server.configuration.told import Told
    from timelines_server.configuration.trial import Finding

FILE = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Settings file (TOML); else the one that TIMELINES_CONFIG names.",
)
HEADER = ("setting", "value", "unit", "from")


@click.group()
def config() -> None:
    """Show the settings that hold, and check whether a server can run so.

    Settings come from variables, a settings file and defaults, in this order; `timelines serve` takes them as options
    too.
    """


@config.command()
@FILE
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def show(config: Path | None, as_json: bool) -> None:
    """Show every setting with its value, its unit and where the value came from; secrets are hidden."""
    from timelines_server.configuration import reading as configuration
    from timelines_server.configuration import told as told_settings
    from timelines_server.configuration import variables

    found = configuration.find({}, os.environ, config)
    told, problems = told_settings.told(found, os.environ), _problems(found)
    warnings = variables.warnings(os.environ)
    file = configuration.file_of(os.environ, config)
    if as_json:
        click.echo(_json(told, file, warnings, problems))
    else:
        click.echo(_listing(told, file))
        _say("Warning", warnings)
    if problems:
        _say("Error", [error.message for error in problems[:-1]])
        raise problems[-1]


@config.command()
@FILE
@click.pass_context
def check(ctx: click.Context, /, config: Path | None) -> None:
    """Check whether a server can start with these settings, without answering a call.

    Reads what it would read: the token file, the certificates, the posterior, the catalogue, the shared artefacts. One
    line each. Exit codes: 0 it can, 2 a setting is wrong, 1 anything else.
    """
    from timelines_server.configuration import reading as configuration
    from timelines_server.configuration import trial, variables

    found = configuration.find({}, os.environ, config)
    problems = _problems(found)
    _line("settings", problems[0].message if problems else _origins(found), failed=bool(problems))
    if problems:
        _say("Error", [error.message for error in problems[1:]])
        ctx.exit(InputError.exit_code)
    settings = configuration.settings_of(found)
    _say("Warning", variables.warnings(os.environ, settings))
    done = []
    for finding in trial.findings(settings):
        _line(finding.subject, _detail(finding), failed=finding.error is not None)
        done.append(finding)
    ctx.exit(trial.exit_code(done))


def _problems(found: tuple[Found, ...]) -> list[ForecastError]:
    """What is no value; where all are, what does not fit together."""
    from timelines_server.configuration.reading import settings_of

    problems: list[ForecastError] = [one.problem for one in found if one.problem is not None]
    if not problems:
        try:
            settings_of(found)
        except InputError as error:
            return [error]
    return problems


def _listing(told: tuple[Told, ...], file: Path | None) -> str:
    from forecast.cli.listing import columns

    rows = [(one.name, one.text, one.unit, one.source_name or one.source) for one in told]
    lines = iter(columns(HEADER, rows).splitlines())
    parts = [next(lines)]
    for group, ones in groupby(told, lambda one: one.group):
        parts += ["", group, *(next(lines) for _ in ones)]
    return "\n".join([*parts, "", f"Settings file: {file.absolute() if file else 'none'}"])


def _json(told: tuple[Told, ...], file: Path | None, warnings: tuple[str, ...], problems: list[ForecastError]) -> str:
    shown: dict[str, Any] = {
        "file": None if file is None else str(file.absolute()),
        "settings": [one.as_dict() for one in told],
        "warnings": list(warnings),
        "problems": [error.message for error in problems],
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _origins(found: tuple[Found, ...]) -> str:
    """How many came from where."""
    kinds = [one.source.kind for one in found]
    told = {"environment": "from the environment", "file": "from the file", "default": "as by default"}
    return ", ".join(f"{kinds.count(kind)} {words}" for kind, words in told.items() if kind in kinds)


def _detail(finding: Finding) -> str:
    from forecast.cli.failures import missing_extra

    error = finding.error
    return missing_extra(error) if isinstance(error, ModuleNotFoundError) else finding.detail


def _line(subject: str, detail: str, *, failed: bool) -> None:
    click.echo(f"{subject:<12}  {'FAILED' if failed else 'sound '}  {' '.join(detail.split())}")


def _say(word: str, lines: Any) -> None:
    for line in lines:
        click.echo(f"{word}: {line}", err=True)
