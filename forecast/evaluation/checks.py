"""The stored checks of the machinery, and their verdicts in words.

Simulation-based calibration asks whether a model's sampler finds what was simulated; leave-one-out whether a row hangs
on itself; power scaling what a posterior listens to, its prior or its data; predictive checks whether the model would
produce the data that it was given. `timelines check` writes the tables; here they are read, with the standard library
alone, so that every arm can.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from forecast.errors import ArtefactError

STORED = Path(__file__).parent / "results" / "checks"
SBC, LOO, POWER_SCALING, PREDICTIVE = "sbc.csv", "loo.csv", "power_scaling.csv", "predictive.csv"
PRIOR_POSTERIOR, PROVENANCE = "prior_posterior.csv", "provenance.json"

MODELS: Mapping[str, str] = {
    "loss": "the hierarchy of losses",
    "compute": "the joint model of spend, price and compute",
    "growth": "the drifting slopes, in the joint model",
    "hardware": "the hardware channels, in the joint model",
    "price": "the hardware price model alone",
    "study": "the grid of a user's new study",
    "published_law": "the grid with a published law's points",
    "headline": "default questions",
}

TRUSTED_K = 0.7
"""A leave-one-out estimate with a larger Pareto k is not to be trusted (Vehtari et al. 2024)."""

SENSITIVE = 0.05
"""Power-scaling sensitivity above it: the posterior moves (Kallioinen et al. 2024)."""

FINE, PRIOR_DOMINATED, CONFLICT, UNMOVED = "fine", "prior-dominated", "prior-data conflict", "hardly moved by either"

EXTREME = 0.05
Kind = Literal["prior", "posterior"]


@dataclass(frozen=True, slots=True)
class Sbc:
    """Ranks of one parameter's simulated truths among its posterior draws.

    Attributes
    ----------
    model, parameter : str
        What was simulated.
    simulations : int
        How often.
    ranks : tuple of int
        Histogram of the ranks in equal bins; flat when all is well.
    p_value : float
        Probability of a band as wide around the ECDF of uniform ranks.
    passed : bool
        Whether it passes beside all other rows of the table (Holm, at .05 for the whole table).
    adjusted_p_value : float
        The p-value times the number of rows that it was chosen among.
    mean_rank : float
        Mean rank as a share of the draws; .5 when all is well, above where posteriors lie too low.
    effective_size : float
        Effective number of draws that nine in ten simulations exceed.
    """

    model: str
    parameter: str
    simulations: int
    ranks: tuple[int, ...]
    p_value: float
    passed: bool
    adjusted_p_value: float
    mean_rank: float
    effective_size: float


@dataclass(frozen=True, slots=True)
class Loo:
    """Leave-one-out of a group of rows.

    Attributes
    ----------
    model, group : str
        Which rows.
    rows : int
        How many.
    elpd, se : float
        Sum of log densities of each row, given the others, and its standard error.
    p_loo : float
        Effective number of parameters that the group uses up.
    max_k : float
        Largest Pareto k; above .7 a row hangs on itself and its term is not to be trusted.
    above_07 : int
        Rows above .7.
    worst : str
        The row with the largest.
    inside_80 : float
        Share of rows inside the 80 % interval that the model gives them without having seen them.
    """

    model: str
    group: str
    rows: int
    elpd: float
    se: float
    p_loo: float
    max_k: float
    above_07: int
    worst: str
    inside_80: float


@dataclass(frozen=True, slots=True)
class PowerScaling:
    """What a parameter, or an answer, listens to.

    Attributes
    ----------
    model, parameter : str
        What moves.
    scaled : str
        Which prior was scaled; empty for all of the model's together.
    prior, prior_noise : float
        How far, per doubling of the priors' weight; and how far chance alone would seem to move it.
    likelihood, likelihood_noise : float
        The same for the weight of the data that move it most.
    data : str
        Which data those are.
    verdict : str
        `FINE`, `PRIOR_DOMINATED`, `CONFLICT` or `UNMOVED`.
    """

    model: str
    parameter: str
    scaled: str
    prior: float
    prior_noise: float
    likelihood: float
    likelihood_noise: float
    data: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Predictive:
    """One statistic of the data beside what the model would produce.

    Attributes
    ----------
    model, statistic : str
        Of which data, and what.
    kind : {"prior", "posterior"}
        Which draws produced it.
    observed : float
        In the data.
    q5, q50, q95 : float
        In the replicates.
    p_value : float
        Share of replicates at or above what was observed.
    """

    model: str
    statistic: str
    kind: Kind
    observed: float
    q5: float
    q50: float
    q95: float
    p_value: float

    @property
    def extreme(self) -> bool:
        """Whether what was observed lies outside the central 90 % of the replicates."""
        return not EXTREME <= self.p_value <= 1 - EXTREME


@dataclass(frozen=True, slots=True)
class PriorPosterior:
    """A parameter or an answer before and after the data.

    Attributes
    ----------
    model, quantity, unit : str
        Of which model, what, and its unit; an arrival is a decimal year, infinite beyond the horizon and for never.
    kind : {"prior", "posterior"}
        Before or after.
    q5, q10, q50, q90, q95 : float
        Quantiles.
    """

    model: str
    quantity: str
    unit: str
    kind: Kind
    q5: float
    q10: float
    q50: float
    q90: float
    q95: float


def load_sbc(folder: Path = STORED) -> list[Sbc]:
    """Simulation-based calibration, by model and parameter; errors as `load_loo`."""

    def record(row: Mapping[str, str]) -> Sbc:
        """A row, its histogram in the order of its bins."""
        bins = sorted((name for name in row if name[0] == "h" and name[1:].isdigit()), key=lambda name: int(name[1:]))
        return Sbc(
            model=row["model"],
            parameter=row["parameter"],
            simulations=int(row["simulations"]),
            ranks=tuple(int(row[name]) for name in bins),
            p_value=float(row["p_value"]),
            passed=row["passed"] == "1",
            adjusted_p_value=float(row["adjusted_p_value"]),
            mean_rank=float(row["mean_rank"]),
            effective_size=float(row["effective_size"]),
        )

    return _load(folder, SBC, record)


def load_loo(folder: Path = STORED) -> list[Loo]:
    """Leave-one-out, by model and group of rows.

    Raises
    ------
    ArtefactError
        When the table is not there, or is not what `timelines check` writes.
    """
    numbers: dict[str, Callable[[str], Any]] = {"rows": int, "above_07": int}
    return _load(folder, LOO, lambda row: _record(Loo, row, ("model", "group", "worst"), numbers))


def load_power_scaling(folder: Path = STORED) -> list[PowerScaling]:
    """Prior and likelihood sensitivity, by model and parameter; errors as `load_loo`."""
    texts = ("model", "parameter", "scaled", "data", "verdict")
    return _load(folder, POWER_SCALING, lambda row: _record(PowerScaling, row, texts))


def load_predictive(folder: Path = STORED) -> list[Predictive]:
    """Predictive checks, by model and statistic; errors as `load_loo`."""
    return _load(folder, PREDICTIVE, lambda row: _record(Predictive, row, ("model", "statistic", "kind")))


def load_prior_posterior(folder: Path = STORED) -> list[PriorPosterior]:
    """Parameters and answers before and after the data; errors as `load_loo`."""
    texts = ("model", "quantity", "unit", "kind")
    return _load(folder, PRIOR_POSTERIOR, lambda row: _record(PriorPosterior, row, texts))


def provenance(folder: Path = STORED) -> dict[str, Any]:
    """What the stored checks came from: digests, seeds, counts, settings; errors as `load_loo`."""
    found: dict[str, Any] = json.loads(_path(folder, PROVENANCE).read_text(encoding="utf-8"))
    return found


def _record[Record](
    kind: Callable[..., Record],
    row: Mapping[str, str],
    texts: Sequence[str],
    numbers: Mapping[str, Callable[[str], Any]] | None = None,
) -> Record:
    read: dict[str, Callable[[str], Any]] = {**dict.fromkeys(texts, str), **(numbers or {})}
    return kind(**{name: read.get(name, float)(value) for name, value in row.items()})


def _load[Record](folder: Path, name: str, record: Callable[[Mapping[str, str]], Record]) -> list[Record]:
    path = _path(folder, name)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [record(row) for row in csv.DictReader(file)]
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"{path} is not what this version writes: run `timelines check`", field=name) from error


def _path(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise ArtefactError(f"no stored checks in {folder}: run `timelines check`", field=name)
    return path
