"""`timelines posterior import` and `prune`: what comes into the state folder, and what goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.catalogue.upkeep.pruning import Pruned
    from forecast.posterior.importing import Imported

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")

_WORDS = {
    "imported": "imported",
    "mended": "imported anew: the one that was here was damaged",
    "here": "was here already",
    "shipped": "came with the package, and stays there",
}


@click.command(name="import", short_help="Bring posteriors in, verified whole.")
@click.argument("place", metavar="FOLDER|FILE|URL")
@click.argument("name", required=False)
@click.option("--use", "make_current", is_flag=True, help="Make it current; where there are several, give its NAME.")
@JSON
def import_(place: str, name: str | None, make_current: bool, as_json: bool) -> None:
    """Bring posteriors into the state folder, verified whole: every one at the place, or NAME alone.

    FILE is either of a posterior's two files. If one of several is damaged, none is imported. What its gates refused is
    imported too, and never becomes current.
    """
    from forecast.posterior import importing

    found = importing.look(place, name)
    if make_current and len(found) > 1:
        listed = ", ".join(one.name for one in found)
        raise InputError(f"--use makes one current, and there are {listed}: give the NAME of one", field="use")
    done = importing.bring(found)
    _record()
    if as_json:
        click.echo(json.dumps([_as_dict(one) for one in done], indent=2, sort_keys=True, ensure_ascii=False))
    else:
        click.echo("\n".join(map(_line, done)))
    if make_current:
        from forecast.cli.posterior import set_current

        current = set_current(done[0].name)
        click.echo(f"{current.name} is current now.", err=as_json)


@click.command(short_help="Remove old posteriors and leftovers.")
@click.option("--keep", type=int, default=10, show_default=True, metavar="N", help="The newest N stay in any case.")
@click.option("--older-than", type=float, metavar="DAYS", help="Of the others, remove what was written before that.")
@click.option("--dry-run", is_flag=True, help="Tell what would go, and remove nothing.")
@JSON
def prune(keep: int, older_than: float | None, dry_run: bool, as_json: bool) -> None:
    """Remove old posteriors from the state folder, copies of fetched ones, and what killed writers left.

    Never the current one, one that a published forecast names, one that a fit may be at work with, or one that came
    with the package.
    """
    from forecast.catalogue.database.transactions import utc_now
    from forecast.catalogue.store import Catalogue
    from forecast.catalogue.upkeep.pruning import prune as remove

    with Catalogue.open() as catalogue:
        done = remove(catalogue, utc_now(), keep=keep, older_than_days=older_than, dry_run=dry_run)
    click.echo(_pruned_json(done, dry_run) if as_json else _pruned_words(done, dry_run))


def _record() -> None:
    """Tell the catalogue, where SQLAlchemy is installed; it finds what came without it at its next opening."""
    try:
        from forecast.catalogue.store import Catalogue
    except ModuleNotFoundError:
        return
    with Catalogue.open() as catalogue:
        catalogue.sync()


def _as_dict(one: Imported) -> dict[str, Any]:
    told = one.manifest
    return {
        "name": one.name,
        "outcome": one.outcome,
        "as_of": told["as_of"],
        "status": told["status"],
        "reasons": list(told["reasons"]),
        "draws": told["draws"],
    }


def _line(one: Imported) -> str:
    status = "; ".join([one.manifest["status"], *one.manifest["reasons"]])
    return f"{one.name}  {_WORDS[one.outcome]}  ({one.manifest['draws']:,} draws, {status})"


def _pruned_words(done: Pruned, dry_run: bool) -> str:
    would = "would be removed" if dry_run else "removed"
    lines = [f"{one.what}  {would}  ({one.kind}, {one.size / 1e6:.1f} MB)" for one in done.removed]
    lines += [f"{one.name}  kept: {one.why}" for one in done.kept]
    total = f"{done.size / 1e6:.1f} MB ({done.size:,} bytes) {'would be freed' if dry_run else 'freed'}."
    return "\n".join([*lines, total])


def _pruned_json(done: Pruned, dry_run: bool) -> str:
    told = {
        "dry_run": dry_run,
        "removed": [{"what": one.what, "kind": one.kind, "bytes": one.size} for one in done.removed],
        "kept": [{"name": one.name, "why": one.why} for one in done.kept],
        "bytes_freed": done.size,
    }
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False)
