"""`timelines inputs`: everything that a scenario can set or give another prior, with its unit and its prior."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import click

from forecast.cli.listing import columns, fields
from forecast.errors import UnknownNameError
from forecast.families import AnchoredNormal, Beta, Distribution, LogNormal, Normal
from forecast.inputs import INPUTS, Input, spelt
from forecast.posterior.schema import Variable, variables_of
from forecast.priors import DEFAULT

_HEADER = ("name", "fitted", "unit", "5 %", "50 %", "95 %", "published")
_NOTE = """
5, 50 and 95 % are of the prior. `timelines inputs NAME` says where a prior comes from, and
`timelines posterior show --draws` what the fit made of the fitted ones."""
_FOLLOWS = "no prior of its own: it follows from other parameters"


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def inputs(name: str | None, as_json: bool) -> None:
    """List every input of a forecast, those that were fitted first; with NAME, show one with its source.

    NAME may also be a group, such as `power`. A scenario sets an input or gives it another prior.
    """
    told = _chosen(list(_all()), name)
    if as_json:
        click.echo(json.dumps(told if len(told) != 1 or name is None else told[0], indent=2, ensure_ascii=False))
    elif name is not None:
        click.echo("\n\n".join(_description(entry) for entry in told))
    else:
        click.echo(columns(_HEADER, [_row(entry) for entry in told], right=("5 %", "50 %", "95 %")))
        click.echo(_NOTE)


def _all() -> Iterator[dict[str, Any]]:
    for block in ("compute", "price", "loss"):
        yield from (_fitted(variable) for variable in variables_of(block) if variable.dims == ("draw",))
    yield from (_unfitted(entry) for entry in INPUTS.values())


def _fitted(variable: Variable) -> dict[str, Any]:
    prior = getattr(getattr(DEFAULT, variable.block), variable.name, None)
    anchored = isinstance(prior, AnchoredNormal)
    stated = prior.at(2020.0) if isinstance(prior, AnchoredNormal) else prior
    known = stated if isinstance(stated, Normal | LogNormal | Beta) else None
    moves = " (as of 2020; its mean moves with the date)" if anchored else ""
    return {
        "name": f"{variable.block}.{variable.name}",
        "fitted": True,
        "unit": variable.unit,
        "about": variable.description,
        **_prior(known),
        "source": known.source + moves if known else _FOLLOWS,
        "published_on": None,
        "low": None,
        "high": None,
    }


def _unfitted(entry: Input) -> dict[str, Any]:
    return {
        "name": entry.name,
        "fitted": False,
        "unit": entry.unit,
        "about": entry.about,
        **_prior(entry.prior),
        "source": entry.prior.source,
        "published_on": entry.published_on,
        "low": entry.low,
        "high": entry.high,
    }


def _prior(prior: Distribution | None) -> dict[str, Any]:
    """A prior as its family with its numbers, and as three quantiles."""
    if prior is None or not is_dataclass(prior):
        return {"prior": None, "quantiles": None}
    numbers = {key: value for key, value in asdict(prior).items() if key != "source"}
    points = dict(zip(("0.05", "0.5", "0.95"), prior.ppf([0.05, 0.5, 0.95]).tolist(), strict=True))
    return {"prior": {"family": type(prior).__name__, **numbers}, "quantiles": points}


def _chosen(told: list[dict[str, Any]], name: str | None) -> list[dict[str, Any]]:
    if name is None:
        return told
    found = [entry for entry in told if name in (entry["name"], entry["name"].partition(".")[0])]
    if not found:
        raise UnknownNameError("input", name, [entry["name"] for entry in told], field="name")
    return found


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    fitted = "fitted" if entry["fitted"] else ""
    return (entry["name"], fitted, entry["unit"], *_points(entry), entry["published_on"] or "")


def _points(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    if entry["quantiles"] is None:
        return "", "", ""
    low, middle, high = map(spelt, entry["quantiles"].values())
    return low, middle, high


def _description(entry: Mapping[str, Any]) -> str:
    low, middle, high = _points(entry)
    numbers = {key: value for key, value in (entry["prior"] or {}).items() if key != "family"}
    family = (
        f"{entry['prior']['family']}({', '.join(f'{k} {spelt(v)}' for k, v in numbers.items())})" if numbers else "none"
    )
    bounds = "" if entry["fitted"] else f"{spelt(entry['low'])} to {spelt(entry['high'])}"
    pairs = [
        ("name", entry["name"]),
        ("what it is", entry["about"]),
        ("unit", entry["unit"]),
        ("prior", family),
        ("5, 50, 95 %", ", ".join(point for point in (low, middle, high) if point)),
        ("source", entry["source"]),
        ("published", entry["published_on"] or ""),
        ("bounds", bounds),
    ]
    return fields([(label, value) for label, value in pairs if value])
