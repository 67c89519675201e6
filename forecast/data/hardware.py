"""Chips: launch prices (accelerators) and rented ones (rental_prices)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecast.data import rules
from forecast.data.raw import Imported, RawRow, Refusal, Row, day, number, read_csv, read_json
from forecast.data.source import Source

NAME, RELEASED, PRICE = "Hardware name", "Release date", "Release price (USD)"
TENSOR = "Tensor-FP16/BF16 performance (FLOP/s)"
FP16 = "FP16 (half precision) performance (FLOP/s)"
FP32 = "FP32 (single precision) performance (FLOP/s)"
ON_DEMAND = "Price per chip-hour (on-demand)"
HISTORICAL_PRICE = "real_price_2020"


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip as the hardware table knows it."""

    name: str
    released_on: date
    peak_flop_per_s: float
    tensor_peak: bool
    precision: str

    @property
    def columns(self) -> Row:
        """The columns that accelerators and rental prices share."""
        return {
            "peak_flop_per_s": self.peak_flop_per_s,
            "tensor_peak": self.tensor_peak,
            "precision": self.precision,
        }


def read_hardware(path: Path) -> list[RawRow]:
    """Rows of Epoch's hardware table, its columns checked."""
    return read_csv(path, (NAME, "Manufacturer", RELEASED, PRICE, TENSOR, FP16, FP32))


def chips(raw: Iterable[RawRow]) -> dict[str, Chip]:
    """Chips by name: those with a release date and a peak."""
    found = (chip_of(row) for row in raw)
    return {chip.name: chip for chip in found if chip is not None}


def chip_of(row: RawRow) -> Chip | None:
    """The chip of a row of the hardware table, None where its date or its performance is missing."""
    peak = rules.peak_flop_per_s(number(row[TENSOR]), number(row[FP16]), number(row[FP32]))
    released = day(row[RELEASED])
    if peak is None or released is None:
        return None
    return Chip(rules.clean_name(row[NAME]), released, *peak)


def launch_prices(raw: Iterable[RawRow], source: Source, cpi: Mapping[int, float]) -> Imported:
    """Chips with a launch price, a date and a peak, by channel; prices of their year carried to 2023 dollars."""
    result = Imported()
    for row in raw:
        chip, price = chip_of(row), number(row[PRICE])
        name = rules.clean_name(row[NAME])
        if price is None or chip is None:
            reason = "no launch price" if price is None else "no release date, or no FP16 or FP32 performance"
            result.refused.append(Refusal(row.number, name, reason, "accelerators", source.key))
            continue
        result.rows.append(
            {
                "accelerator_id": f"{source.key}-{row.number:04d}",
                "name": name,
                "manufacturer": row["Manufacturer"] or "unknown",
                "channel": rules.channel_of(name),
                "launch_price_usd_2023": rules.to_usd_2023(price, chip.released_on.year, cpi),
                **chip.columns,
                **source.provenance("confident", chip.released_on),
            }
        )
    return result


def historical_prices(path: Path, source: Source, cpi: Mapping[int, float]) -> Imported:
    """GPUs with a real price in 2020 dollars and a date, at FP32."""
    result = Imported()
    for row in read_csv(path, ("product", "date", "FP32_flops", HISTORICAL_PRICE)):
        price, released = number(row[HISTORICAL_PRICE]), day(row["date"])
        if price is None or released is None:
            reason = "no price" if price is None else "no release date"
            result.refused.append(Refusal(row.number, row["product"], reason, "accelerators", source.key))
            continue
        result.rows.append(
            {
                "accelerator_id": f"{source.key}-{row.number:04d}",
                "name": rules.clean_name(row["product"]),
                "manufacturer": row["product"].split(" ")[0],
                "channel": "historical_fp32",
                "launch_price_usd_2023": rules.to_usd_2023(price, 2020, cpi),
                "peak_flop_per_s": number(row["FP32_flops"]),
                "tensor_peak": False,
                "precision": "fp32",
                **source.provenance("confident", released),
            }
        )
    return result


def rental_offers(path: Path, known: Mapping[str, Chip], source: Source, cpi: Mapping[int, float]) -> Imported:
    """On-demand offers of 2017-2025 for chips that the hardware table knows."""
    result = Imported()
    for row in read_csv(path, ("Price date", "Hardware model", "Vendor", ON_DEMAND)):
        price, offered = number(row[ON_DEMAND]), day(row["Price date"])
        chip = known.get(rules.canonical_chip(row["Hardware model"]))
        if price is None or offered is None or chip is None:
            reason = _why_no_offer(price is None, offered is None)
            result.refused.append(Refusal(row.number, row["Hardware model"], reason, "rental_prices", source.key))
            continue
        vendor = row["Vendor"] or "unknown"
        result.rows.append(_offer(row.number, chip, vendor, "2017-2025", price, offered, source, cpi))
    return result


def _why_no_offer(no_price: bool, no_date: bool) -> str:
    if no_price:
        return "no on-demand price (a purchase or a committed-use price is another quantity)"
    return "no date" if no_date else "the hardware table does not know this chip, or not its date and performance"


def rental_offers_of_a_day(path: Path, known: Mapping[str, Chip], source: Source, cpi: Mapping[int, float]) -> Imported:
    """On-demand offers of one day in 2026 for the chips whose form factor the offer states."""
    result = Imported()
    for at, offer in enumerate(read_json(path)["offers"], start=1):
        chip = known.get(rules.CHIP_ALIASES.get(offer["gpu"], ""))
        if offer["kind"] != "on-demand" or chip is None:
            reason = f"{offer['kind']}, not on-demand" if offer["kind"] != "on-demand" else "a chip not followed"
            name = f"{offer['provider']} {offer['gpu']}"
            result.refused.append(Refusal(at, name, reason, "rental_prices", source.key))
            continue
        result.rows.append(_day_offer(at, offer, chip, source, cpi))
    return result


def _day_offer(at: int, offer: Mapping[str, Any], chip: Chip, source: Source, cpi: Mapping[int, float]) -> Row:
    offered = source.recorded_on
    return _offer(at, chip, offer["provider"], "2026-08", float(offer["usd_hr"]), offered, source, cpi)


def _offer(
    at: int,
    chip: Chip,
    vendor: str,
    vendor_set: str,
    price: float,
    offered: date,
    source: Source,
    cpi: Mapping[int, float],
) -> Row:
    return {
        "offer_id": f"{vendor_set}-{at:04d}",
        "chip": chip.name,
        "channel": rules.channel_of(chip.name),
        "vendor": rules.clean_name(vendor),
        "vendor_set": vendor_set,
        "price_usd_2023_per_chip_hour": rules.to_usd_2023(price, offered.year, cpi),
        "chip_released_on": chip.released_on,
        **chip.columns,
        **source.provenance("confident", offered),
    }
