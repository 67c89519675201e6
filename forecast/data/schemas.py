"""Every table's schema: what a column holds, its unit (in its name), its bounds, and what makes a row unique."""

from __future__ import annotations

from forecast.data.columns import PROVENANCE, Column, Schema
from forecast.data.rules import COST_METHODS, FLOP_CONVENTIONS


def _number(name: str, low: float = 0.0, high: float = 1e40, required: bool = False) -> Column:
    return Column(name, "number", required, low, high)


def _flop(name: str = "training_flop", required: bool = True) -> Column:
    return Column(name, "number", required, 1.0, 1e32)


def _usd(name: str, required: bool = True) -> Column:
    return Column(name, "number", required, 1e-6, 1e13)


def _schema(name: str, about: str, key: tuple[str, ...], *columns: Column) -> Schema:
    return Schema(name, (*columns, *PROVENANCE), key, about)


_SCHEMAS = (
    _schema(
        "training_runs",
        "Training runs with published or estimated compute.",
        ("run_id",),
        Column("run_id"),
        Column("system"),
        Column("developer", required=False),
        Column("domain", required=False),
        _flop(),
        _number("parameters", 1, 1e16),
        _number("tokens", 1, 1e18),
        Column("hardware", required=False),
        _number("chip_count", 1, 1e9),
        _number("training_hours", 1e-6, 1e7),
        _number("mfu", 0, 1.5),
    ),
    _schema(
        "spend",
        "Cost of training runs, one row per method and source.",
        ("run_id", "cost_method", "source"),
        Column("run_id"),
        Column("system"),
        _usd("cost_usd_2023"),
        Column("cost_method", choices=COST_METHODS),
        _flop(required=False),
    ),
    _schema(
        "vintages",
        "Values of the same runs as older files had them.",
        ("run_id", "recorded_on"),
        Column("run_id"),
        Column("system"),
        _flop(required=False),
        _usd("cost_usd_2023", required=False),
        Column("cost_method", required=False, choices=COST_METHODS),
    ),
    _schema(
        "accelerators",
        "Launch prices and peak performance.",
        ("accelerator_id",),
        Column("accelerator_id"),
        Column("name"),
        Column("manufacturer"),
        Column("channel", choices=("consumer", "workstation", "datacentre", "historical_fp32")),
        _usd("launch_price_usd_2023"),
        _number("peak_flop_per_s", 1e6, 1e19, required=True),
        Column("tensor_peak", "flag"),
        Column("precision", choices=("fp16_tensor", "fp16", "fp32")),
    ),
    _schema(
        "rental_prices",
        "On-demand offers of rented chips, in dollars per chip-hour.",
        ("offer_id",),
        Column("offer_id"),
        Column("chip"),
        Column("channel", choices=("consumer", "workstation", "datacentre")),
        Column("vendor"),
        Column("vendor_set", choices=("2017-2025", "2026-08")),
        _usd("price_usd_2023_per_chip_hour"),
        Column("chip_released_on", "date"),
        _number("peak_flop_per_s", 1e6, 1e19, required=True),
        Column("tensor_peak", "flag"),
        Column("precision", choices=("fp16_tensor", "fp16", "fp32")),
    ),
    _schema(
        "loss_runs",
        "Single training runs of scaling studies, with the reason where a study's own rule leaves one out.",
        ("run_id",),
        Column("run_id"),
        Column("group"),
        Column("study"),
        Column("corpus"),
        Column("tokenizer", required=False),
        Column("eval_set"),
        _number("parameters", 1, 1e16),
        _number("tokens", 1, 1e18),
        _flop(),
        Column("flop_convention", choices=FLOP_CONVENTIONS),
        _number("loss_nats_per_token", 0.01, 20, required=True),
        _number("budget_flop", 1, 1e32),
        Column("left_out_because", required=False),
    ),
    _schema(
        "loss_points",
        "Compute-efficient points: the best loss that a study reached at a compute.",
        ("group", "training_flop"),
        Column("group"),
        Column("study"),
        Column("corpus"),
        Column("eval_set"),
        _flop(),
        Column("flop_convention", choices=FLOP_CONVENTIONS),
        _number("loss_nats_per_token", 0.01, 20, required=True),
        _number("parameters", 1, 1e16),
        _number("tokens", 1, 1e18),
        Column("derivation", choices=("isoflop_minimum", "tuned_optimum", "published_point", "lowest_at_compute")),
    ),
    _schema(
        "laws",
        "Published scaling laws as L = floor + coefficient (C / flop_unit)^-exponent.",
        ("name",),
        Column("name"),
        Column("scale"),
        Column("corpus"),
        Column("tokenizer"),
        Column("eval_set"),
        _number("floor_nats", 0, 20, required=True),
        _number("coefficient_nats", 1e-6, 1e6, required=True),
        _flop("flop_unit"),
        _number("exponent", 1e-4, 2, required=True),
        _flop("flop_low"),
        _flop("flop_high"),
        _number("coefficient_n", 0, 1e9),
        _number("coefficient_d", 0, 1e9),
        _number("exponent_n", 0, 2),
        _number("exponent_d", 0, 2),
        Column("derivation"),
    ),
    _schema(
        "chip_stock",
        "Installed AI chips at the end of a quarter, cumulative, with 5/50/95 % estimates.",
        ("manufacturer", "chip", "owner", "quarter_end"),
        Column("manufacturer"),
        Column("chip"),
        Column("owner"),
        Column("quarter_end", "date"),
        *(_number(f"h100_equivalents_{level}", 0, 1e12, required=True) for level in ("p05", "p50", "p95")),
        *(_number(f"units_{level}", 0, 1e12, required=True) for level in ("p05", "p50", "p95")),
        _number("power_mw_p50", 0, 1e9),
        Column("incomplete", "flag"),
    ),
    _schema(
        "macro",
        "Yearly prices, output and capital expenditure.",
        ("year",),
        Column("year", "integer", True, 1900, 2100),
        _number("us_cpi", 1, 1e4, required=True),
        Column("us_cpi_months", "integer", True, 1, 12),
        _number("usd_2023_per_usd", 1e-3, 1e3, required=True),
        _number("world_gdp_usd", 1e11, 1e17),
        _number("big_tech_capex_usd", 1e6, 1e14),
        Column("big_tech_capex_estimated", "flag", required=False),
        _number("data_processing_ppi", 1, 1e4),
    ),
    Schema(
        "refusals",
        (Column("table"), Column("source"), Column("row", "integer"), Column("name", required=False), Column("reason")),
        ("table", "source", "row", "name", "reason"),
        "Rows of the source files that are in no table, each with the reason.",
    ),
)

TABLES: dict[str, Schema] = {schema.name: schema for schema in _SCHEMAS}
"""Schemas by table name."""
