"""Public downloads -> our tables: `python -m forecast.data.importers SOURCE_FOLDER OUT_FOLDER` rebuilds them all.

The same files give the same bytes. A user's newer Epoch download goes through `import_epoch`, into a folder of the
user's own; the shipped tables stay as they are and serve for what that folder lacks. Everything is read and checked
before anything is written, and every file is replaced whole.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.data import (
    download_checks,
    economy,
    epoch_models,
    hardware,
    laws,
    loss_extras,
    loss_points,
    tables,
    writing,
)
from forecast.data.raw import Imported, Refusal, Row
from forecast.data.schemas import TABLES
from forecast.data.sources import SOURCES
from forecast.data.sources_page import sources_page
from forecast.errors import ForecastError

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
    added, changed, gone : list of str
        Runs (`run_id`) that the tables did not have, whose compute differs from what they had, and that the download
        has no more: those stay in the vintages, and in the shipped tables.
    refused : list of Refusal
        Rows of the download that entered no table, each with the reason.
    """

    file: Path
    folder: Path
    recorded_on: date
    counts: Mapping[str, int]
    added: list[str]
    changed: list[str]
    gone: list[str]
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


def import_epoch(file: Path | str, tables_folder: Path | str, *, recorded_on: date | None = None) -> ImportReport:
    """A newer download of Epoch's notable models -> training_runs, spend and vintages in a folder of the user's own.

    What the tables held before becomes a vintage, so that an as-of forecast still knows it; costs from other sources
    are kept. Nothing is written unless everything is sound, and the shipped tables are never touched.

    Parameters
    ----------
    file : path
        The downloaded CSV file.
    tables_folder : path
        The user's tables; made where there is none. Pass it to `tables.load`.
    recorded_on : date, optional
        The day that the download stands for; by default the date in its name, else that of its newest row.

    Returns
    -------
    ImportReport
        Counts, and every row refused with its reason.

    Raises
    ------
    DataError
        The file is missing, empty, not CSV, lacks a column, has a row twice or a unit off.
    StorageError
        The folder cannot be written.
    """
    path, folder = Path(file), Path(tables_folder)
    raw = epoch_models.read_models(path)
    before = {name: tables.read_rows(name, folder) for name in ("training_runs", "spend", "vintages")}
    download_checks.check_download(path, raw, *_known(before))
    source = replace(SOURCES["epoch-notable"], recorded_on=recorded_on or epoch_models.recorded_on(path, raw))
    runs, spend = epoch_models.training_runs(raw, source), epoch_models.spend(raw, source)
    after = {
        "training_runs": runs.rows,
        "spend": spend.rows + [row for row in before["spend"] if row["source"] != source.key],
        "vintages": epoch_models.with_former_values(before, source.recorded_on),
        "refusals": [_refusal_row(refusal) for refusal in [*runs.refused, *spend.refused]],
    }
    writing.write_all(folder, {f"{name}.csv": TABLES[name].check(rows, str(path)) for name, rows in after.items()})
    return _report(path, folder, source.recorded_on, before["training_runs"], after, [*runs.refused, *spend.refused])


def _known(before: Mapping[str, Sequence[Row]]) -> tuple[dict[str, float], dict[str, float]]:
    flop = {row["run_id"]: row["training_flop"] for row in before["training_runs"]}
    amortized = (row for row in before["spend"] if row["cost_method"] == "amortized_hardware_energy")
    return flop, {row["run_id"]: row["cost_usd_2023"] for row in amortized if row["source"] == "epoch-notable"}


def _report(
    path: Path,
    folder: Path,
    recorded_on: date,
    before: Sequence[Row],
    after: Mapping[str, Sequence[Row]],
    refused: list[Refusal],
) -> ImportReport:
    old = {row["run_id"]: row["training_flop"] for row in before}
    new = {row["run_id"]: row["training_flop"] for row in after["training_runs"]}
    return ImportReport(
        path,
        folder,
        recorded_on,
        {name: len(rows) for name, rows in after.items()},
        sorted(new.keys() - old.keys()),
        sorted(run for run in new.keys() & old.keys() if not math.isclose(new[run], old[run], rel_tol=1e-9)),
        sorted(old.keys() - new.keys()),
        refused,
    )


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
