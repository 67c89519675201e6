"""What a posterior on disk holds: every variable, dimension and constant, with its unit and meaning.

This registry is the single description of the artefact. Writing and reading check against it, `timelines posterior
schema` prints it, and a change to it raises `SCHEMA_VERSION`.

Draws are on axis 0 of every variable of a block; `observed` holds the points that the fans are drawn over, not draws.
Draws are stored as float32 (2e-6 at log10 FLOP 27) and are float64 in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SCHEMA_VERSION = 2
"""Raised by every change to the tables below; a reader accepts its own version only."""

BLOCKS = ("compute", "price", "loss", "scales")
"""The groups of the file that hold draws: one model each, and the pooled laws of the published-law scales."""

OBSERVED = "observed"
"""The group of the file that holds the observed points."""

CHANNELS = ("consumer", "workstation", "datacentre", "historical_fp32")
"""Purchase channels of the price model, in the order of the `channel` dimension."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A named axis: the group of the file that owns it ("" is the root), the type of its labels, and what they are."""

    name: str
    block: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Variable:
    """An array of the file: its group, name, axes, unit, meaning and type on disk (f4, f8 or str)."""

    block: str
    name: str
    dims: tuple[str, ...]
    unit: str
    description: str
    kind: str = "f4"


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed number of a block, kept in the manifest; `per` names the dimension that a list of them runs along."""

    block: str
    name: str
    unit: str
    description: str
    per: str = ""


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("draw", "", "int", "posterior draws, chain after chain, thinned evenly"),
        Dimension("spend_year", "compute", "int", "calendar years of the spend slopes; the last is the as-of year"),
        Dimension("price_year", "compute", "int", "calendar years of the price slopes; the last is the as-of year"),
        Dimension("channel", "price", "str", "purchase channels"),
        Dimension("group", "loss", "str", "study x corpus x evaluation set"),
        Dimension("scale", "scales", "str", "loss scales that have only a published law"),
        Dimension("compute_point", OBSERVED, "int", "runs in the running top ten at publication"),
        Dimension("price_point", OBSERVED, "int", "runs with a compute and a cost"),
        Dimension("spend_point", OBSERVED, "int", "runs with a cost"),
        Dimension("chips_point", OBSERVED, "int", "quarters for which the chips of every manufacturer were counted"),
    )
}


def _per_draw(block: str, *rows: tuple[str, str, str], dim: str = "") -> tuple[Variable, ...]:
    dims = ("draw", dim) if dim else ("draw",)
    return tuple(Variable(block, name, dims, unit, description) for name, unit, description in rows)


_COMPUTE = (
    *_per_draw(
        "compute",
        ("u_origin", "log10 2023 USD", "latent spend of the median frontier run at as_of, before the soft cap"),
        ("p_origin", "log10 2023 USD/FLOP", "price of realised training compute at as_of"),
        ("m_spend", "log10 2023 USD", "latent spend at the anchor"),
        ("a_realised", "log10 2023 USD/FLOP", "price of realised training compute at the anchor"),
        ("g_spend", "oom/year", "long-run growth of spend"),
        ("tau_spend", "oom/year", "sd of the yearly spend slopes around g_spend"),
        ("r_realised", "oom/year", "long-run fall of the realised price"),
        ("tau_price", "oom/year", "sd of the yearly price slopes around r_realised"),
        ("log10_gdp_share", "log10 share", "share of world GDP that caps the spend on one run"),
        ("sigma", "oom", "spread of frontier runs in 2018"),
        ("delta", "ln per 5 years", "drift of that spread"),
        ("sigma_origin", "oom", "spread of frontier runs at as_of"),
        ("kappa", "1", "share of the confidence labels' nominal error that is real"),
        ("beta", "oom/oom", "economies of scale in the realised price"),
        ("sigma_cost", "oom", "spread of the realised price between runs"),
    ),
    *_per_draw("compute", ("spend_slopes", "oom/year", "growth of latent spend in each year"), dim="spend_year"),
    *_per_draw("compute", ("price_slopes", "oom/year", "fall of the realised price in each year"), dim="price_year"),
)

_PRICE = (
    *_per_draw(
        "price",
        ("mu_r", "oom/year", "rate that the channels share"),
        ("tau_r", "oom/year", "sd of the channels' rates"),
        ("ten", "oom", "effect of quoting a tensor peak on the price per peak FLOP/s"),
        ("r_rental", "oom/year", "fall of the rental price from one chip generation to the next"),
        ("a_rental", "log10 2023 USD/peak FLOP", "rental price of chips released mid-2021, at age 2.5 years"),
        ("q", "oom/year", "fall of one chip's rental price as it ages"),
        ("tau_chip", "oom", "spread between chips of one release date"),
        ("tau_vendor", "oom", "spread between vendors"),
        ("sigma_rental", "oom", "spread of rental offers"),
    ),
    *_per_draw(
        "price",
        ("r", "oom/year", "fall of the launch price per peak FLOP/s"),
        ("a", "log10 2023 USD per peak FLOP/s", "launch price in 2020"),
        ("sigma", "oom", "spread of launch prices around the trend"),
        dim="channel",
    ),
)

_LOSS = (
    *_per_draw(
        "loss",
        ("mu_b", "ln", "population mean of ln b"),
        ("tau_b", "ln", "population spread of ln b (t4)"),
        ("mu_e", "logit", "population mean of logit e, e the floor's share of the loss at 1e21 FLOP"),
        ("tau_e", "logit", "population spread of logit e (t4)"),
        ("mu_s", "ln", "population mean of ln s"),
        ("tau_s", "ln", "population spread of ln s"),
    ),
    *_per_draw(
        "loss",
        ("b", "1", "exponent of the reducible loss"),
        ("e", "1", "floor's share of the loss at 1e21 FLOP"),
        ("log_l0", "ln nats/token", "natural log of the loss at C0"),
        ("s", "1", "relative scatter of the group's points, beyond the noise floor"),
        dim="group",
    ),
)

_SCALES = _per_draw(
    "scales",
    ("b", "1", "exponent of the reducible loss under the pooled law"),
    ("floor_nats", "nats/token", "irreducible loss under the pooled law"),
    ("log_l0", "ln nats/token", "natural log of the loss at C0"),
    dim="scale",
)


def _observed(driver: str, value: str, unit: str, what: str) -> tuple[Variable, ...]:
    dims = (f"{driver}_point",)
    return (
        Variable(OBSERVED, f"{driver}_year", dims, "decimal year", f"publication date of {what}", "f8"),
        Variable(OBSERVED, f"{driver}_{value}", dims, unit, f"{value} of {what}", "f8"),
        Variable(OBSERVED, f"{driver}_name", dims, "", f"name of {what}", "str"),
    )


_CHIPS = (
    Variable(OBSERVED, "chips_year", ("chips_point",), "decimal year", "end of the quarter", "f8"),
    Variable(OBSERVED, "chips_log10_h100e", ("chips_point",), "log10 H100 equivalents", "installed AI chips", "f8"),
    Variable(OBSERVED, "chips_sd_oom", ("chips_point",), "oom", "standard deviation of that count", "f8"),
    Variable(OBSERVED, "chips_name", ("chips_point",), "", "name of the quarter", "str"),
)

_OBSERVED = (
    *_observed("compute", "log10_flop", "log10 FLOP", "runs in the running top ten at publication"),
    *_observed("price", "log10_usd_per_flop", "log10 2023 USD/FLOP", "runs with a compute and a cost"),
    *_observed("spend", "log10_usd", "log10 2023 USD", "runs with a cost"),
    *_CHIPS,
)

VARIABLES: tuple[Variable, ...] = (*_COMPUTE, *_PRICE, *_LOSS, *_SCALES, *_OBSERVED)

CONSTANTS: tuple[Constant, ...] = (
    Constant("compute", "largest_known_log10_flop", "log10 FLOP", "largest compute known of any run by the cutoff"),
    Constant("compute", "largest_known_log10_spend", "log10 2023 USD", "largest cost known of any run by the cutoff"),
    Constant("compute", "runs_per_year", "runs/year", "frontier admissions a year: rate of the simulated runs"),
    Constant("compute", "phi", "1", "autocorrelation of yearly slopes, fixed"),
    Constant("compute", "simulate_from", "decimal year", "runs are simulated from here: disclosure date, or as_of"),
    Constant("compute", "anchor", "decimal year", "where the levels m_spend and a_realised hold"),
    Constant("loss", "log10_c0", "log10 FLOP", "compute at which log_l0 holds", per="group"),
    Constant("loss", "log10_c_max", "log10 FLOP", "largest compute of the group's points", per="group"),
    Constant("loss", "published_on", "date", "publication of the study", per="group"),
    Constant("loss", "t_ref", "decimal year", "median publication date of the rows: algorithms count from here"),
    Constant("loss", "omega", "1 per decade", "relative discrepancy per decade beyond the data (t4)"),
    Constant("loss", "noise_floor", "1", "relative noise that no group's points go under"),
    Constant("scales", "log10_c0", "log10 FLOP", "compute at which log_l0 holds", per="scale"),
    Constant("scales", "log10_c_max", "log10 FLOP", "end of the law's evidence", per="scale"),
    Constant("scales", "relative_noise", "1", "noise at which the published law entered the pool"),
)


def variables_of(block: str) -> tuple[Variable, ...]:
    """Variables of one group of the file, in their order on disk."""
    return tuple(variable for variable in VARIABLES if variable.block == block)


def dimensions_of(block: str) -> tuple[Dimension, ...]:
    """Dimensions that one group of the file owns ("" is the root)."""
    return tuple(dimension for dimension in DIMENSIONS.values() if dimension.block == block)


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def as_markdown() -> str:
    """The whole schema as Markdown: dimensions, variables by group, constants."""
    dimensions = [(d.name, d.block or "/", d.kind, d.description) for d in DIMENSIONS.values()]
    parts = [f"# Posterior artefact, schema version {SCHEMA_VERSION}", "", "## Dimensions", ""]
    parts.append(_table(("dimension", "group", "labels", "meaning"), dimensions))
    for block in (*BLOCKS, OBSERVED):
        rows = [(v.name, ", ".join(v.dims), v.unit or "-", v.kind, v.description) for v in variables_of(block)]
        parts += ["", f"## {block}", "", _table(("variable", "dimensions", "unit", "type", "meaning"), rows)]
    constants = [(c.block, c.name, c.per or "-", c.unit, c.description) for c in CONSTANTS]
    parts += ["", "## Constants (in the manifest, by block)", ""]
    parts.append(_table(("block", "constant", "one per", "unit", "meaning"), constants))
    return "\n".join(parts) + "\n"
