"""Public downloads -> our tables: `python -m forecast.data.importers SOURCE_FOLDER OUT_FOLDER` rebuilds them all.

The same files give the same bytes. A user's newer Epoch download goes through `import_epoch`, into a folder of the
user's own; the shipped tables stay as they are and serve for what that folder lacks. Everything is read and checked
before anything is written, and every file is replaced whole.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.data import download_checks, economy, epoch_models, hardware, laws, loss_extras, loss_points, rules, writing
from forecast.data.raw import Imported, RawRow, Refusal, Row
from forecast.data.schemas import TABLES
from forecast.data.sources import SOURCES, Source
from forecast.data.sources_page import sources_page
from forecast.errors import DataError, ForecastError

__all__ = ["ImportReport", "Refusal", "build_tables", "import_epoch", "rebuild"]

_COSTS_2024 = {
    "Cloud_Cost": "cloud",
    "Hardware_Acquisition_Cost": "upfront_hardware",
    "Hardware_Capex_Energy_Cost": "amortized_hardware_energy",
}
_COSTS_2025 = {"Cost": "amortized_hardware_energy"}
VINTAGES = ("epoch-all-2023-12-20", "epoch-all-2024-05-26", "epoch-all-2025-06-20", "epoch-all-2025-08-07")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    file : Path
        The download.
    folder : Path
        Where the tables were written.
    recorded_on : date
        The day that the download stands for.
    counts : mapping of str to int
        Rows written, by table.
    added, changed : int
        Runs that the tables did not have, and runs whose compute differs from what they had.
    refused : list of Refusal
        Rows of the download that entered no table, each with the reason.
    """

    file: Path
    folder: Path
    recorded_on: date
    counts: Mapping[str, int]
    added: int
    changed: int
    refused: list[Refusal]


def rebuild(source_folder: Path | str, out_folder: Path | str) -> dict[str, int]:
    """Every table and SOURCES.md from the source files; returns the number of rows by table.

    Raises
    ------
    DataError
        A source file is missing or broken; nothing has been written then.
    StorageError
        The folder cannot be written.
    """
    tables = build_tables(Path(source_folder))
    texts = {f"{name}.csv": TABLES[name].check(rows, f"{name}.csv") for name, rows in tables.items()}
    counts = {name: len(rows) for name, rows in tables.items()}
    texts["SOURCES.md"] = sources_page(tables)
    writing.write_all(Path(out_folder), texts)
    return counts


def build_tables(folder: Path) -> dict[str, list[Row]]:
    """Rows of every table, from the folder with the source files."""
    cpi_months = economy.yearly_means(folder / SOURCES["us-cpi"].file, "Date", "Index")
    cpi = {year: value for year, (value, _) in cpi_months.items()}
    made = {
        **_models(folder, cpi),
        **_hardware(folder, cpi),
        **_losses(folder / "loss"),
        "chip_stock": economy.chip_stock(folder / SOURCES["ai-chip-counts"].file, SOURCES["ai-chip-counts"]),
        "macro": _macro(folder, cpi_months),
    }
    tables = {name: imported.rows for name, imported in made.items()}
    tables["laws"] = laws.laws()
    tables["refusals"] = [_refusal_row(refusal) for imported in made.values() for refusal in imported.refused]
    return tables


def _models(folder: Path, cpi: Mapping[int, float]) -> dict[str, Imported]:
    notable = SOURCES["epoch-notable"]
    raw = epoch_models.read_models(folder / notable.file)
    runs, spend = epoch_models.training_runs(raw, notable), epoch_models.spend(raw, notable)
    by_id = {row["run_id"]: row for row in [*spend.rows, *runs.rows]}
    vintages = Imported()
    for key in VINTAGES:
        vintages.extend(epoch_models.vintage(folder / SOURCES[key].file, SOURCES[key], by_id, cpi))
    dates = {**_dates_of_older_names(folder), **by_id}
    for key, columns in (("training-costs-2024", _COSTS_2024), ("training-costs-2025", _COSTS_2025)):
        spend.extend(epoch_models.cost_tables(folder / SOURCES[key].file, columns, dates, SOURCES[key]))
    return {"training_runs": runs, "spend": spend, "vintages": vintages}


def _dates_of_older_names(folder: Path) -> dict[str, Row]:
    """Publication dates of runs that only an older file has, for the cost tables."""
    dates: dict[str, Row] = {}
    for key in VINTAGES:
        dates.update(epoch_models.publication_dates(folder / SOURCES[key].file))
    return dates


def _hardware(folder: Path, cpi: Mapping[int, float]) -> dict[str, Imported]:
    path = {key: folder / SOURCES[key].file for key in SOURCES}
    raw = hardware.read_hardware(path["epoch-hardware"])
    known = hardware.chips(raw)
    launch = hardware.launch_prices(raw, SOURCES["epoch-hardware"], cpi)
    launch.extend(hardware.historical_prices(path["hobbhahn-besiroglu"], SOURCES["hobbhahn-besiroglu"], cpi))
    older, newer = SOURCES["epoch-hardware-prices"], SOURCES["gpu-rental-prices"]
    rental = hardware.rental_offers(path[older.key], known, older, cpi)
    rental.extend(hardware.rental_offers_of_a_day(path[newer.key], known, newer, cpi))
    return {"accelerators": launch, "rental_prices": rental}


def _losses(folder: Path) -> dict[str, Imported]:
    runs = loss_extras.loss_runs(folder)
    return {"loss_runs": runs, "loss_points": loss_points.loss_points(runs.rows, folder)}


def _macro(folder: Path, cpi: Mapping[int, tuple[float, int]]) -> Imported:
    capex, refused = economy.big_tech_capex(folder / SOURCES["big-tech-capex"].file, SOURCES["big-tech-capex"])
    gdp = economy.world_gdp(folder / SOURCES["world-gdp"].file)
    ppi_path = folder / SOURCES["data-processing-ppi"].file
    ppi = economy.yearly_means(ppi_path, "observation_date", "PCU518210518210")
    return Imported(economy.macro(cpi, gdp, capex, ppi, SOURCES["us-cpi"]), refused)


def _refusal_row(refusal: Refusal) -> Row:
    return {
        "table": refusal.table,
        "source": refusal.source,
        "row": refusal.row,
        "name": refusal.name,
        "reason": refusal.reason,
    }


def main(arguments: Sequence[str]) -> int:
    """The command line of this module; returns the exit code."""
    if len(arguments) != 2:
        print("usage: python -m forecast.data.importers SOURCE_FOLDER OUT_FOLDER", file=sys.stderr)
        return 2
    try:
        counts = rebuild(*arguments)
    except ForecastError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    for name, rows in counts.items():
        print(f"{name:16} {rows:6d} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
