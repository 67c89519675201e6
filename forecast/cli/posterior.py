"""`timelines posterior`: what was fitted, with which outcome, and which one answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import click

from forecast.cli import posterior_diff, posterior_keeping
from forecast.cli.listing import columns, fields
from forecast.errors import ArtefactError, ForecastError, InputError, PosteriorNotFoundError
from forecast.posterior import fetching, selection
from forecast.posterior.artefact import Posterior, read, read_manifest
from forecast.posterior.schema import BLOCKS, as_markdown, variables_of
from forecast.posterior.selection import Entry
from forecast.storage.store import is_url

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
QUANTILES = (0.05, 0.5, 0.95)


@click.group()
def posterior() -> None:
    """List, show, compare, verify, choose, export, import and prune posteriors.

    NAME is a posterior's name, or a beginning that only one has. To show, verify, compare or export one it may also be
    its URL, such as s3://bucket/path/NAME, and so may it wherever a command asks for a posterior.
    """


@posterior.command(name="list")
@JSON
def list_(as_json: bool) -> None:
    """List every posterior: those fitted here, the newest first, then those that came with the package."""
    entries, current = selection.available(), _current_name()
    if as_json:
        click.echo(_json([_summary(entry, current) for entry in entries]))
    elif entries:
        click.echo(_listing(entries, current))
    else:
        click.echo("There is no posterior yet: make one with `timelines fit`.")


@posterior.command()
@click.argument("name", required=False)
@click.option("--draws", "with_draws", is_flag=True, help="Also the 5, 50 and 95 % points of every variable.")
@JSON
def show(name: str | None, with_draws: bool, as_json: bool) -> None:
    """Show where a posterior came from and how its gates judged it; without NAME, the current one."""
    entry = selection.current_entry() if name is None else fetching.find_entry(name)
    found = read(entry.path) if with_draws else None
    manifest = found.manifest if found else read_manifest(entry.path)
    drawn = _quantiles(found) if found else []
    if as_json:
        shown = {**manifest, "quantiles": _nested(drawn)} if found else manifest
        click.echo(_json(shown))
        return
    click.echo(_description(manifest, entry))
    if found:
        rows = [(place, *(f"{value:.4g}" for value in values), unit) for place, unit, values in drawn]
        click.echo("\n" + columns(("variable", "5 %", "50 %", "95 %", "unit"), rows, right=("5 %", "50 %", "95 %")))


@posterior.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Verify posteriors whole (hash, manifest, schema, dimensions, finite values); without NAME, every one."""
    entries = [fetching.find_entry(name) for name in names] or list(selection.available())
    faults = [fault for entry in entries if (fault := _verified(entry))]
    if not names:
        faults += [fault for fault in (_fault_of_current(),) if fault]
    if faults:
        count = "1 check" if len(faults) == 1 else f"{len(faults)} checks"
        raise ArtefactError(f"{count} failed; the lines above say which and what to do")


@posterior.command()
@click.argument("name")
def use(name: str) -> None:
    """Make a posterior current, once it has been verified; one that its gates refused never becomes current."""
    if is_url(name):
        message = f"a posterior behind a URL does not become current: name it where it is to answer, --posterior {name}"
        raise InputError(message, field="posterior")
    entry = set_current(name)
    manifest = read_manifest(entry.path)
    click.echo(f"{entry.name} (as of {manifest['as_of']}, {manifest['status']}) is current now.")
    for reason in manifest["reasons"]:
        click.echo(f"  {reason}")


@posterior.command()
@click.argument("name")
@click.argument("place", metavar="FOLDER|URL")
def export(name: str, place: str) -> None:
    """Verify a posterior, then write its two files at a folder or a URL (file, s3, gs), for other machines to use."""
    url = fetching.export(fetching.find_entry(name), place)
    click.echo(f"Exported; `--posterior {url}` answers from it.")


@posterior.command()
def schema() -> None:
    """Print what a posterior's file holds: dimensions, variables with their units, constants."""
    click.echo(as_markdown(), nl=False)


posterior.add_command(posterior_diff.diff)
posterior.add_command(posterior_keeping.import_)
posterior.add_command(posterior_keeping.prune)


def _current_name() -> str:
    """The current posterior's name; a fault is said and the listing goes on."""
    try:
        return selection.current_entry().name
    except PosteriorNotFoundError:
        return ""
    except ForecastError as error:
        click.echo(f"Warning: {error.message}", err=True)
        return ""


def _summary(entry: Entry, current: str) -> dict[str, Any]:
    keys = ("data_cutoff", "reasons", "draws", "seed", "data_digest", "code_version")
    told = {key: entry.manifest[key] for key in keys} if entry.manifest else {}  # type: ignore[literal-required]
    return {
        "name": entry.name,
        "as_of": entry.as_of.isoformat(),
        "status": entry.status,
        "current": entry.name == current,
        "origin": entry.origin,
        "path": str(entry.path),
        "problem": entry.problem,
        **told,
    }


def _listing(entries: tuple[Entry, ...], current: str) -> str:
    rows = []
    for entry in entries:
        mark, draws = "*" if entry.name == current else "", entry.manifest["draws"] if entry.manifest else "?"
        note = entry.problem or "; ".join(entry.manifest["reasons"] if entry.manifest else ())
        rows.append((mark, entry.name, entry.as_of, draws, entry.status, entry.origin, note))
    table = columns(("", "name", "as of", "draws", "status", "origin", "note"), rows, right=("draws",))
    return f"{table}\n\n* answers when none is named"


def _description(manifest: Mapping[str, Any], entry: Entry) -> str:
    digest = manifest["data_digest"][:12]
    top = fields(
        [
            ("name", manifest["name"]),
            ("status", "; ".join([manifest["status"], *manifest["reasons"]])),
            ("as of", f"{manifest['as_of']} (data published by {manifest['data_cutoff']}, digest {digest})"),
            ("hindsight", _counted(manifest["hindsight_rows"]) or "none"),
            ("prior only", ", ".join(manifest["prior_only"]) or "none"),
            ("draws", f"{manifest['draws']} (seed {manifest['seed']})"),
            ("code", manifest["code_version"]),
            ("file", entry.path),
        ]
    )
    blocks = [(name, f"run {b['run']}, model version {b['model_version']}") for name, b in manifest["blocks"].items()]
    parts = [top, "blocks\n" + fields(blocks, "  ")]
    for section in ("nowcast", "diagnostics", "sampler", "priors"):
        parts.append(f"{section}\n{fields(list(_flat(manifest[section])), '  ')}")
    return "\n\n".join([*parts, manifest["data_notice"]])


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} rows of {table}" for table, count in counts.items() if count)


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Dotted names and values; what has a source (a prior) is one line."""
    for key, value in values.items():
        if not isinstance(value, Mapping):
            yield f"{before}{key}", _figure(value)
        elif "source" in value:
            numbers = ", ".join(f"{name} {_figure(item)}" for name, item in value.items() if name != "source")
            yield f"{before}{key}", f"{numbers}  ({value['source']})"
        else:
            yield from _flat(value, f"{before}{key}.")


def _figure(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_figure, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _quantiles(found: Posterior) -> list[tuple[str, str, list[float]]]:
    """Place (`loss/b[marin-dclm]`), unit and quantiles of every variable."""
    import numpy as np

    rows = []
    for variable in (variable for block in BLOCKS for variable in variables_of(block)):
        draws, place = found.draws_of(variable.block, variable.name), f"{variable.block}/{variable.name}"
        labels = [f"[{label}]" for label in found.coords[variable.dims[1]]] if draws.ndim == 2 else [""]
        for label, column in zip(labels, draws.reshape(found.draws, -1).T, strict=True):
            rows.append((place + label, variable.unit, np.quantile(column, QUANTILES).tolist()))
    return rows


def _nested(drawn: list[tuple[str, str, list[float]]]) -> dict[str, Any]:
    return {place: {"unit": unit, "p05_p50_p95": values} for place, unit, values in drawn}


def _verified(entry: Entry) -> str:
    """Print one line about a posterior; returns the fault, empty when there is none."""
    try:
        found = read(entry.path)
    except ForecastError as error:
        click.echo(f"{entry.name}  FAILED  {error.message}")
        return error.message
    click.echo(f"{entry.name}  sound   {found.status}, {found.draws} draws, {entry.origin}")
    return ""


def _fault_of_current() -> str:
    try:
        selection.current_entry()
    except ForecastError as error:
        click.echo(f"current  FAILED  {error.message}")
        return error.message
    return ""


def set_current(name: str) -> Entry:
    """Make one current through the catalogue, so that it knows; without SQLAlchemy the file alone says it."""
    try:
        from forecast.catalogue.store import Catalogue
    except ModuleNotFoundError:
        return selection.set_current(name)
    with Catalogue.open() as catalogue:
        if catalogue.shared:
            _share(name)
        return selection.find_entry(catalogue.set_current(name).name)


def _share(name: str) -> None:
    """Several servers share the catalogue: they must find what becomes current before it does."""
    place, entry = os.environ.get("TIMELINES_ARTEFACTS"), selection.find_entry(name)
    if place and entry.status != "REFUSED":
        from forecast.catalogue.upkeep.artefacts import publish

        publish(entry, place)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
