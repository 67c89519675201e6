"""What a forecast rests on, in words and rows: data, models, priors, gates, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.engine.parts import PosteriorStatus
from forecast.posterior.artefact import Posterior
from forecast.reports.words import listed, month, percent, scientific

TABLES = {
    "training_runs": "training runs",
    "spend": "costs of runs",
    "accelerators": "chip prices",
    "rental_prices": "rental offers",
    "loss_points": "compute-efficient losses",
}

MODELS = {
    "compute": "Spend, price and compute as one identity: a run's compute is its cost over the price of compute. Two "
    "trends whose yearly slopes drift; spend is capped by a share of world GDP that no data move.",
    "price": "Hardware: launch prices by channel and rental offers by chip and vendor, with partly pooled rates.",
    "loss": "Scaling laws of the study groups: a floor plus a power law each, partly pooled, wider beyond the data.",
    "scales": "Scales known only by a published law: what the pool makes of ten points on that law with stated noise.",
}


@dataclass(frozen=True, slots=True)
class DataCount:
    """A table of observations: rows known by the cutoff, and its digest."""

    table: str
    rows: int
    digest: str


def count_rows(posterior: Posterior) -> tuple[DataCount, ...]:
    """Rows of each installed table that were published by the posterior's cutoff.

    Returns
    -------
    tuple of DataCount
        Empty when the installed tables are not those that the posterior was fitted on: their counts would be of
        something else.
    """
    from forecast.data import tables  # 80 MB with pandas, which charts alone do not need

    wanted = posterior.manifest["data_digests"]
    if any(name not in tables.TABLES or tables.digest(name) != digest for name, digest in wanted.items()):
        return ()
    counted = ((name, tables.load(name), digest) for name, digest in wanted.items())
    until = posterior.data_cutoff
    return tuple(DataCount(name, len(tables.published_by(frame, until)), digest) for name, frame, digest in counted)


def data_words(posterior: Posterior, counts: Sequence[DataCount]) -> str:
    """Rows by table, or what the fans are drawn over; the cutoff; rows with hindsight."""
    counted = {count.table: count.rows for count in counts}
    parts = [f"{counted[table]:,} {name}" for table, name in TABLES.items() if counted.get(table)]
    if not parts:
        points = {"frontier runs": "compute_year", "prices of runs": "price_year", "costs of runs": "spend_year"}
        parts = [f"{len(posterior.observed[key])} {name}" for name, key in points.items()]
    hindsight = sum(posterior.manifest["hindsight_rows"].values())
    late = f"; {hindsight} rows with today's value, widened" if hindsight else ""
    return f"{listed(parts)}, published by {posterior.data_cutoff}{late}"


def model_words(posterior: Posterior) -> str:
    """The models of a posterior, and which of them saw no data."""
    studies = posterior.blocks["loss"]["b"].shape[1]
    pooled = f"scaling laws of {studies} study groups, pooled, each with a floor"
    told = [
        "spend = price × compute, with drifting slopes",
        "hardware prices by channel",
        "scaling laws: published ones only" if "loss" in posterior.prior_only else pooled,
        "algorithms: published priors",
    ]
    unseen = [f"no data for: {', '.join(posterior.prior_only)}"] if posterior.prior_only else []
    return "; ".join([*told, *unseen])


def gate_words(status: PosteriorStatus) -> str:
    """PASSED, FLAGGED or REFUSED, why, and the nowcast's share."""
    told = [status.status]
    if status.nowcast is not None and status.nowcast.rows:
        inside = percent(status.nowcast.inside_80)
        told.append(f"{inside} of {status.nowcast.rows} recent known runs lie inside their 80 % band")
    return "; ".join([*told, *status.reasons])


def never_places(places: list[tuple[str, float]]) -> str:
    """How likely a reason of `never` is where."""
    return listed([f"{percent(probability)} for {place}" for place, probability in places])


def prior_rows(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Model, parameter, distribution and source of every prior of a fit."""
    for model, parameters in manifest["priors"].items():
        for name, prior in parameters.items():
            if isinstance(prior, Mapping):
                yield model, name, _distribution(prior), str(prior.get("source", ""))
            else:
                yield model, name, f"{prior:g}, fixed", ""


def _distribution(prior: Mapping[str, Any]) -> str:
    numbers = {name: value for name, value in prior.items() if isinstance(value, int | float)}
    if "sd_ln" in numbers:
        return f"LogNormal(median {numbers['median']:.3g}, sd of ln {numbers['sd_ln']:.3g})"
    if "mean_2020" in numbers:
        return f"Normal({numbers['mean_2020']:g} {numbers['per_year']:+g} (year − 2020), {numbers['sd']:g})"
    family = "Normal" if "mean" in numbers else "Beta"
    return f"{family}({', '.join(f'{value:.3g}' for value in numbers.values())})"


def law_formula(law: Mapping[str, Any]) -> str:
    """A published law as an equation in FLOP."""
    floor = f"{law['floor_nats']:.4g} + " if law["floor_nats"] else ""
    return f"L = {floor}{law['coefficient_nats']:.4g} (C / {scientific(law['flop_unit'], 3)})^−{law['exponent']:.3g}"


def diagnostic_rows(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Convergence figures by model; those that are only their prior have none."""
    return ((name, found) for name, found in manifest["diagnostics"].items() if isinstance(found, Mapping) and found)


def flat(values: Mapping[str, Any]) -> str:
    """A small mapping as `name value, name value`."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())


def nowcast_words(status: PosteriorStatus) -> str:
    """The nowcast gate in a sentence."""
    found = status.nowcast
    if found is None or not found.rows:
        return "No disclosed frontier run lies in the window of the nowcast gate."
    return (
        f"Nowcast, {month(found.window_start)} to {month(found.window_end)}: {percent(found.inside_80)} of "
        f"{found.rows} disclosed frontier runs lie inside their 80 % predictive band; the largest known run was "
        f"reached with probability {percent(found.reach)}."
    )
