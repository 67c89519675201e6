"""`timelines state`: the folder that holds what is fitted and kept, into one file and back."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from forecast.catalogue.upkeep.backup_format import Contents

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
CATALOGUE = "TIMELINES_CATALOGUE"


@click.group()
def state() -> None:
    """Back up and restore the state folder: posteriors, scenarios, scales, tables, and the catalogue.

    The catalogue holds fits and published forecasts. What can be made again is left out: compiled models, and copies of
    posteriors that were fetched. A catalogue on PostgreSQL is left to its own pg_dump and pg_restore.
    """


@state.command(short_help="Copy the state folder into one file.")
@click.argument("file", metavar="FILE|URL")
@JSON
def backup(file: str, as_json: bool) -> None:
    """Copy the state folder into FILE, a tar archive, whole or not at all; servers may run on meanwhile."""
    from forecast.catalogue.upkeep.backups import backup as save
    from forecast.posterior.state import state_folder

    done = save(file, elsewhere=bool(os.environ.get(CATALOGUE)))
    if as_json:
        told = {"left_out": list(done.left_out), "damaged": list(done.damaged)}
        click.echo(json.dumps(_as_dict(done.contents) | told, indent=2, sort_keys=True))
        return
    click.echo(f"{state_folder().root} is in {file}: {_words(done.contents)}.")
    if done.left_out:
        click.echo(f"Left out: {', '.join(done.left_out)}.")
    if done.contents.catalogue == "elsewhere":
        click.echo(f"The catalogue is on PostgreSQL ({CATALOGUE}) and not in it: back it up with pg_dump.")
    for name in done.damaged:
        click.echo(f"Warning: posterior {name} is damaged, and was copied as it is; see `timelines posterior verify`.")


@state.command(short_help="Put a backup into an empty state folder.")
@click.argument("file", metavar="FILE|URL")
@JSON
def restore(file: str, as_json: bool) -> None:
    """Put the backup in FILE into an empty state folder, every file verified before the first is in place.

    Stop the servers on that folder first. TIMELINES_HOME names the folder.
    """
    from forecast.catalogue.upkeep.restoring import restore as put_back
    from forecast.posterior.state import state_folder

    contents = put_back(file)
    if as_json:
        click.echo(json.dumps(_as_dict(contents), indent=2, sort_keys=True))
        return
    click.echo(f"{state_folder().root} is restored: {_words(contents)}.")
    if contents.catalogue == "elsewhere":
        click.echo(f"The catalogue was on PostgreSQL: restore it with pg_restore, and let {CATALOGUE} name it.")
    elif contents.catalogue == "sqlite" and os.environ.get(CATALOGUE):
        click.echo(
            f"Warning: {CATALOGUE} names another catalogue than the one in the backup; unset it to use that one."
        )


def _words(contents: Contents) -> str:
    catalogue = {"sqlite": "the catalogue, ", "elsewhere": "", "none": "no catalogue yet, "}[contents.catalogue]
    posteriors = "1 posterior" if contents.posteriors == 1 else f"{contents.posteriors} posteriors"
    return f"{posteriors}, {catalogue}{len(contents.files)} files, {contents.size / 1e6:.1f} MB"


def _as_dict(contents: Contents) -> dict[str, Any]:
    files = {name: {"bytes": file.size, "sha256": file.sha256} for name, file in contents.files.items()}
    return {"posteriors": contents.posteriors, "catalogue": contents.catalogue, "files": files, "bytes": contents.size}
