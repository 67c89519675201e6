"""Prices, output, capital expenditure (macro) and installed chips (chip_stock)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from forecast.data import rules
from forecast.data.raw import Imported, RawRow, Refusal, Row, day, number, read_csv
from forecast.data.source import Source

FIRST_YEAR = 1950
CAPEX_COMPANIES = ("AMZN", "GOOG", "MSFT")


def yearly_means(path: Path, date_column: str, value_column: str) -> dict[int, tuple[float, int]]:
    """Mean of a monthly series in each year, and from how many months."""
    months: dict[int, list[float]] = defaultdict(list)
    for row in read_csv(path, (date_column, value_column)):
        when, value = day(row[date_column]), number(row[value_column])
        if when is not None and value is not None:
            months[when.year].append(value)
    return {year: (sum(values) / len(values), len(values)) for year, values in sorted(months.items())}


def world_gdp(path: Path) -> dict[int, float]:
    """World GDP by year, current US dollars."""
    rows = read_csv(path, ("Country Code", "Year", "Value"))
    return {int(row["Year"]): float(row["Value"]) for row in rows if row["Country Code"] == "WLD"}


def big_tech_capex(path: Path, source: Source) -> tuple[dict[int, tuple[float, bool]], list[Refusal]]:
    """Capex of Alphabet, Amazon and Microsoft by full year, with whether a quarter in it is estimated.

    Only years that all three have count, so that the sum means the same in each; the rest is refused.
    """
    quarters: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    rows = read_csv(path, ("ticker", "year", "quarter", "payments_usd"))
    for row in rows:
        quarters[row["ticker"], int(row["year"])][int(row["quarter"])] = float(row["payments_usd"])
    years = {key: rules.full_year(known) for key, known in quarters.items()}
    result = {}
    for year in sorted({year for _, year in years}):
        parts = [years.get((ticker, year)) for ticker in CAPEX_COMPANIES]
        whole = [part for part in parts if part is not None]
        if len(whole) == len(CAPEX_COMPANIES):
            result[year] = sum(value for value, _ in whole), any(estimated for _, estimated in whole)
    return result, [_capex_refusal(row, source) for row in rows if int(row["year"]) not in result]


def _capex_refusal(row: RawRow, source: Source) -> Refusal:
    name = f"{row['ticker']} {row['year']} quarter {row['quarter']}"
    return Refusal(row.number, name, "not all three companies have this year whole", "macro", source.key)


def macro(
    cpi: Mapping[int, tuple[float, int]],
    gdp: Mapping[int, float],
    capex: Mapping[int, tuple[float, bool]],
    ppi: Mapping[int, tuple[float, int]],
    source: Source,
) -> list[Row]:
    """One row per year from 1950; published on 1 July of the next year, when all its series are out."""
    return [
        {
            "year": year,
            "us_cpi": value,
            "us_cpi_months": months,
            "usd_2023_per_usd": cpi[2023][0] / value,
            "world_gdp_usd": gdp.get(year),
            "big_tech_capex_usd": capex[year][0] if year in capex else None,
            "big_tech_capex_estimated": capex[year][1] if year in capex else None,
            "data_processing_ppi": ppi[year][0] if year in ppi and ppi[year][1] == 12 else None,
            **source.provenance("confident", min(date(year + 1, 7, 1), source.recorded_on)),
        }
        for year, (value, months) in cpi.items()
        if year >= FIRST_YEAR
    ]


_H100 = "Compute estimate in H100e"
_LEVELS = {"p05": "5th percentile", "p50": "median", "p95": "95th percentile"}
_STOCK_FILES = {
    "cumulative_by_chip": ("Chip type", ""),
    "cumulative_totals": ("", ""),
    "owners_cumulative_totals": ("", "Owner"),
}


def chip_stock(folder: Path, source: Source) -> Imported:
    """Cumulative chips at each quarter's end: by chip, in total, and by owner; every maker in the folder."""
    result = Imported()
    for suffix, (chip_column, owner_column) in _STOCK_FILES.items():
        for path in sorted(folder.glob(f"*_{suffix}.csv")):
            if suffix == "cumulative_totals" and "owners" in path.name:
                continue
            for row in read_csv(path, ("Chip manufacturer", "End date", "Notes")):
                chip = row[chip_column] if chip_column else "total"
                owner = row[owner_column] if owner_column else "all"
                result.rows.append(stock_row(row, chip, owner, source))
    return result


def stock_row(row: RawRow, chip: str, owner: str, source: Source) -> Row:
    """One row of chip_stock, published on the day that its notes give."""
    return {
        "manufacturer": row["Chip manufacturer"],
        "chip": chip,
        "owner": owner,
        "quarter_end": day(row["End date"]),
        **{f"h100_equivalents_{level}": _estimate(row, "H100e", words) for level, words in _LEVELS.items()},
        **{f"units_{level}": _estimate(row, "Number of", words) for level, words in _LEVELS.items()},
        "power_mw_p50": number(row.get("Power in MW (median)")),
        "incomplete": rules.is_incomplete(row.get("Incomplete"), row["Notes"]),
        **source.provenance("likely", _generated_on(row["Notes"]) or source.recorded_on),
    }


def _estimate(row: RawRow, quantity: str, level: str) -> float | None:
    """The value at a level; the files spell their columns in four ways, and leave `median` out of unit counts."""
    titles = [title for title in row.cells if quantity.lower() in title.lower()]
    exact = [title for title in titles if level in title]
    plain = [title for title in titles if "percentile" not in title] if level == "median" else []
    return number(row[(exact or plain)[0]]) if exact or plain else None


def _generated_on(notes: str) -> date | None:
    found = re.search(r"generated on: (\d{2})-(\d{2})-(\d{4})", notes)
    return date(int(found[3]), int(found[1]), int(found[2])) if found else None
