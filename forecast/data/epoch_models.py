"""Epoch AI's table of models -> training_runs, spend and vintages.

The newest notable-models file gives the runs and their costs; older files give what was known then. The same functions
serve a user's newer download.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from forecast.data import rules
from forecast.data.raw import Imported, RawRow, Refusal, Row, day, number, read_csv
from forecast.data.schemas import TABLES
from forecast.data.source import Source
from forecast.errors import DataError

FLOP = "Training compute (FLOP)"
PUBLISHED = "Publication date"
COST = "Training compute cost (2023 USD)"
COST_2020 = "Training compute cost (2020 USD)"
COST_COLUMNS = {
    COST: "amortized_hardware_energy",
    "Training compute cost (cloud)": "cloud",
    "Training compute cost (upfront)": "upfront_hardware",
}
NOTABLE_KEY = "epoch-notable"
NOTABLE = "Notability criteria"
NOTABLE_COLUMNS = ("Model", "Organization", PUBLISHED, "Domain", FLOP, "Parameters", "Confidence", NOTABLE, COST)
DATA_SIZE = "Training dataset size (total)"


def read_models(path: Path) -> list[RawRow]:
    """Rows of a notable-models download, its columns checked."""
    return read_csv(path, NOTABLE_COLUMNS)


def training_runs(raw: Iterable[RawRow], source: Source) -> Imported:
    """Every row with a positive training compute and a publication date; the others are refused by name."""
    result = Imported()
    seen: set[Hashable] = set()
    for row in raw:
        reason = _why_not_a_run(row, seen) or TABLES["training_runs"].fault(_run(row, source))
        if reason:
            result.refused.append(_refusal("training_runs", row, reason, source))
        else:
            result.rows.append(_run(row, source))
    return result


def _why_not_a_run(row: RawRow, seen: set[Hashable]) -> str:
    name = rules.clean_name(row["Model"])
    if not rules.slug(name):
        return "no name"
    if not row[NOTABLE]:
        return "not a notable model"
    try:
        flop, published = number(row[FLOP]), day(row[PUBLISHED])
    except ValueError as error:
        return f"unreadable: {error}"
    if flop is None:
        return "no training compute published or estimated"
    if flop <= 0:
        return f"training compute {flop:g} is not positive"
    if published is None:
        return "no publication date"
    return "a second row of the same model" if rules.is_repeat(rules.slug(name), seen) else ""


def _run(row: RawRow, source: Source) -> Row:
    flop, parameters = number(row[FLOP]), _positive(row["Parameters"])
    domains = rules.parts(row["Domain"])
    return {
        "run_id": rules.slug(row["Model"]),
        "system": rules.clean_name(row["Model"]),
        "developer": "; ".join(rules.parts(row["Organization"])),
        "domain": "; ".join(domains),
        "training_flop": flop,
        "parameters": parameters,
        "tokens": rules.tokens_or_none(_positive(row.get(DATA_SIZE)), domains, parameters, flop),
        "hardware": "; ".join(rules.parts(row.get("Training hardware"))),
        "chip_count": _positive(row.get("Hardware quantity")),
        "training_hours": _positive(row.get("Training time (hours)")),
        "mfu": _positive(row.get("Hardware utilization (MFU)")),
        **source.provenance(rules.confidence_label(row["Confidence"]), day(row[PUBLISHED])),
    }


def _positive(text: str) -> float | None:
    """A side column's number; blank where it is none, or text such as a range: no run is refused for it."""
    try:
        value = number(text)
    except ValueError:
        return None
    return value if value is not None and value > 0 else None


def spend(raw: Iterable[RawRow], source: Source) -> Imported:
    """One row for each run and cost method with a positive cost, in 2023 dollars."""
    result = Imported()
    seen: set[Hashable] = set()
    for row in raw:
        for column, method in COST_COLUMNS.items():
            if not row.get(column):
                continue
            key = rules.slug(row["Model"]), method
            reason = _why_not_a_cost(row, column, key, seen) or TABLES["spend"].fault(
                _cost(row, column, method, source)
            )
            if reason:
                result.refused.append(_refusal("spend", row, reason, source))
            else:
                result.rows.append(_cost(row, column, method, source))
    return result


def _why_not_a_cost(row: RawRow, column: str, key: tuple[str, str], seen: set[Hashable]) -> str:
    if not row[NOTABLE]:
        return "not a notable model"
    try:
        cost, published = number(row[column]), day(row[PUBLISHED])
        number(row[FLOP])
    except ValueError as error:
        return f"unreadable: {error}"
    if cost is None or cost <= 0:
        return f"{column} {cost} is not positive"
    if published is None:
        return "no publication date"
    return "a second row of the same model" if rules.is_repeat(key, seen) else ""


def _cost(row: RawRow, column: str, method: str, source: Source) -> Row:
    flop = number(row[FLOP])
    return {
        "run_id": rules.slug(row["Model"]),
        "system": rules.clean_name(row["Model"]),
        "cost_usd_2023": number(row[column]),
        "cost_method": method,
        "training_flop": flop if flop and flop > 0 else None,
        **source.provenance(rules.confidence_label(row["Confidence"]), day(row[PUBLISHED])),
    }


def cost_tables(path: Path, columns: Mapping[str, str], dates: Mapping[str, Row], source: Source) -> Imported:
    """A published table of costs (model, one column a method) -> spend rows, dated and joined by the run's name.

    Parameters
    ----------
    path : Path
        The table.
    columns : mapping of str to str
        Its cost columns and the method that each is.
    dates : mapping of str to dict
        Known runs by `run_id`, with `published_on` and, where known, `training_flop`.
    source : Source
        Where the table is from.
    """
    result = Imported()
    for row in read_csv(path, ("Model", *columns)):
        run_id = rules.slug(rules.current_name(row["Model"]))
        for column, method in columns.items():
            cost = number(row[column])
            if cost is None:
                continue
            if run_id not in dates:
                result.refused.append(_refusal("spend", row, "no run of this name, so no publication date", source))
                continue
            result.rows.append(
                {
                    "run_id": run_id,
                    "system": rules.clean_name(row["Model"]),
                    "cost_usd_2023": cost,
                    "cost_method": method,
                    "training_flop": dates[run_id].get("training_flop"),
                    **source.provenance("unknown", dates[run_id]["published_on"]),
                }
            )
    return result


def vintage(path: Path, source: Source, runs: Mapping[str, Row], cpi: Mapping[int, float]) -> Imported:
    """What an older file said about the runs of the newest one.

    Rows with a value that cannot be joined, or that Epoch had marked wrong, are refused. Costs in 2020 dollars come
    from mixed methods: they are carried to 2023 dollars and kept apart by `cost_method`.
    """
    raw = read_csv(path, (FLOP, PUBLISHED, "Confidence"))
    name = rules.name_column(raw[0].cells) if raw else "Model"
    result = Imported()
    seen: set[Hashable] = set()
    for row in raw:
        flop = _positive(row[FLOP])
        cost, method = _vintage_cost(row, cpi)
        if flop is None and cost is None:
            continue
        run_id = rules.slug(rules.current_name(row[name]))
        reason = _why_not_a_vintage(row, run_id, runs, seen)
        if reason:
            result.refused.append(Refusal(row.number, rules.clean_name(row[name]), reason, "vintages", source.key))
            continue
        label = rules.confidence_label(row["Confidence"])
        result.rows.append(
            {
                "run_id": run_id,
                "system": rules.clean_name(row[name]),
                "training_flop": flop,
                "cost_usd_2023": cost,
                "cost_method": method,
                **source.provenance(label, runs[run_id]["published_on"]),
            }
        )
    return result


def _vintage_cost(row: RawRow, cpi: Mapping[int, float]) -> tuple[float | None, str | None]:
    recent, old = _positive(row.get(COST)), _positive(row.get(COST_2020))
    if recent is not None:
        return recent, COST_COLUMNS[COST]
    return (None, None) if old is None else (rules.to_usd_2023(old, 2020, cpi), "before_2024_mixed")


def _why_not_a_vintage(row: RawRow, run_id: str, runs: Mapping[str, Row], seen: set[Hashable]) -> str:
    if not run_id:
        return "no name"
    if run_id not in runs:
        return "no run of this name in the newest file"
    if row["Confidence"].lower() == "wrong":
        return "marked wrong by its source"
    return "a second row of the same model" if rules.is_repeat(run_id, seen) else ""


def _refusal(table: str, row: RawRow, reason: str, source: Source) -> Refusal:
    return Refusal(row.number, rules.clean_name(row["Model"]), reason, table, source.key)


def recorded_on(path: Path, raw: Sequence[RawRow]) -> date:
    """The day that a download stands for: the date in its name, else that of its newest row.

    Raises
    ------
    DataError
        Neither is there.
    """
    for piece in path.stem.replace("_", " ").split():
        try:
            return date.fromisoformat(piece)
        except ValueError:
            continue
    dates = [found for row in raw if (found := _day_or_none(row[PUBLISHED])) is not None]
    if not dates:
        raise DataError(f"{path}: column {PUBLISHED!r} holds no date; download the file anew", field=PUBLISHED)
    return max(dates)


def _day_or_none(text: str) -> date | None:
    try:
        return day(text)
    except ValueError:
        return None


def publication_dates(path: Path) -> dict[str, Row]:
    """Publication date and compute of every run of a file, by `run_id`, under its own name."""
    raw = read_csv(path, (FLOP, PUBLISHED))
    name = rules.name_column(raw[0].cells) if raw else "Model"
    return {
        rules.slug(row[name]): {"published_on": day(row[PUBLISHED]), "training_flop": None}
        for row in raw
        if rules.slug(row[name]) and row[PUBLISHED]
    }


def with_former_values(before: Mapping[str, Sequence[Row]], recorded_on: date) -> list[Row]:
    """The vintages, and beside them the values of the tables that a download recorded later is about to replace."""
    cost = {
        row["run_id"]: row
        for row in before["spend"]
        if row["source"] == NOTABLE_KEY and row["cost_method"] == COST_COLUMNS[COST]
    }
    rows = {(row["run_id"], row["recorded_on"]): row for row in before["vintages"]}
    for run in before["training_runs"]:
        if run["recorded_on"] < recorded_on:
            spent = cost.get(run["run_id"], {})
            former = {name: spent.get(name) for name in ("cost_usd_2023", "cost_method")}
            rows[run["run_id"], run["recorded_on"]] = {**run, **former}
    return list(rows.values())
