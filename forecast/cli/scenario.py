"""`timelines scenario`: what can be assumed otherwise by name, and files of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.listing import columns
from forecast.errors import InputError
from forecast.storage.atomic import storage_errors

if TYPE_CHECKING:
    from forecast.catalogue.named.scenarios import ScenarioRecord

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON, as the service's messages are.")
FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_HEADER = ("name", "origin", "published", "assumes")
_SHOWN_CHARACTERS = 90


@click.group()
def scenario() -> None:
    """List, show, copy, check, create and delete scenarios.

    A scenario says what is assumed otherwise, and what a question takes that does not say it itself. A file of one's
    own needs no creating: `timelines when --scenario FILE` reads it as it is.
    """


@scenario.command(name="list")
@JSON
def list_(as_json: bool) -> None:
    """List every scenario that questions can name."""
    from forecast.catalogue.named import scenarios
    from forecast.catalogue.named.scenario_store import ScenarioStore

    found = scenarios.known()
    for problem in ScenarioStore().problems().values():
        click.echo(f"Warning: {problem}", err=True)
    if as_json:
        click.echo(_json([scenarios.record_dict(record) for record in found]))
    else:
        click.echo(columns(_HEADER, [_row(record) for record in found]))


@scenario.command()
@click.argument("name")
@JSON
def show(name: str, as_json: bool) -> None:
    """Show the file of the scenario NAME."""
    from forecast.catalogue.named import scenarios

    record = scenarios.find(name)
    click.echo(_json(scenarios.record_dict(record)) if as_json else record.text.rstrip("\n"))


@scenario.command()
@click.argument("name")
@FILE
def copy(name: str, file: Path) -> None:
    """Copy the scenario NAME to FILE, to be changed; its name becomes the file's."""
    from forecast.catalogue.named import scenarios

    new, text = scenarios.copy_of(name, file.stem)
    with storage_errors(file):
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(text)
        except FileExistsError:
            raise InputError(
                f"{file} is there already; choose another file, or remove that one", field="file"
            ) from None
    click.echo(f"{file} holds a copy of {name} named {new}. Change it, then: timelines scenario check {file}")


@scenario.command()
@FILE
def check(file: Path) -> None:
    """Check FILE; an error names its line and field."""
    from forecast.catalogue.named import scenarios

    found, _ = scenarios.from_file(file)
    click.echo(f"{file} is sound. Ask under it: timelines when --scenario {file} (its name is {found.name})")


@scenario.command()
@FILE
@JSON
def create(file: Path, as_json: bool) -> None:
    """Keep the scenario in FILE, so that questions can name it."""
    from forecast.catalogue.named import scenarios

    found, text = scenarios.from_file(file)
    kept = scenarios.create(found, text=text)
    if as_json:
        click.echo(_json(scenarios.record_dict(kept)))
    else:
        click.echo(f"{kept.name} is a scenario now. Ask under it: timelines when --scenario {kept.name}")


@scenario.command()
@click.argument("name")
def delete(name: str) -> None:
    """Delete the scenario NAME of one's own; answers that were given under it stay as they are."""
    from forecast.catalogue.named import scenarios

    scenarios.delete(name)
    click.echo(f"Scenario {name} is deleted.")


def _row(record: ScenarioRecord) -> tuple[str, ...]:
    told = record.scenario
    about = told.about.partition(". ")[0]
    short = about if len(about) <= _SHOWN_CHARACTERS else about[: _SHOWN_CHARACTERS - 3].rstrip() + "..."
    return record.name, record.origin.replace("_", " "), told.published_on, short


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
