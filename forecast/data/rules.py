"""The named rules by which raw rows become observations: one pure function for each trap of the source files.

| trap | rule |
|---|---|
| frontier compute is missing, not slowing | `DISCLOSURE_DATE`, at which `selections.frontier_runs` stops |
| the FP16 column is unsafe | `peak_flop_per_s` |
| old estimates move | `revision_dex` (the vintages table holds the values) |
| confidence labels are factors of 3, 10, 30 | `confidence_label`, `confidence_dex` |
| data-size columns mix tokens, images, samples | `tokens_or_none` |
| cost methods are different quantities | `COST_METHODS`, one row per method |
| vendor mix and chip generation drive rental prices | `canonical_chip`, `channel_of`; each row keeps its vendor |
| joined cells, trailing newlines, renamed columns and models, several rows for one model | `clean_name`, `parts`,
  `name_column`, `RENAMED_RUNS`, `is_repeat` |
| the capex file is irregular | `full_year`, `between_quarters` |
| the newest quarter of the chip counts is incomplete | `is_incomplete` |
| dollars of other years | `to_usd_2023` |
| N x D overflows 64-bit integers | `six_n_d` |
| FLOP conventions differ | `FLOP_CONVENTIONS`, stored in every loss row |
| the digitised points of the smallest runs are artefacts | `is_artefact` |
| repeated data, several learning rates, log10 columns | `epochs_within_four`, `best_per_cell`, `from_log10` |
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date

RELEASED_ON = date(2026, 11, 20)
"""The day for which the shipped tables stand; the default as-of date of a fit (also stated in SOURCES.md)."""

DISCLOSURE_DATE = date(2025, 7, 31)
"""After this day the largest runs are mostly undisclosed: a flat running maximum is censoring, not a slowdown."""

CONFIDENCE_FACTORS = {"confident": 3.0, "likely": 10.0, "speculative": 30.0}
UNKNOWN_CONFIDENCE_DEX = 0.6
COST_METHODS = ("amortized_hardware_energy", "cloud", "upfront_hardware", "before_2024_mixed")
FLOP_CONVENTIONS = ("6nd_total", "6nd_non_embedding", "authors")
SIX_N_D_FACTOR = 3.0
SMALLEST_TOKENS_PER_PARAMETER = 0.41
MOST_EPOCHS = 4.0

RENAMED_RUNS = {
    "Back-propagation": "MLP with back-propagation",
    "CogVLM": "CogVLM-17B",
    "DeLight": "DeLighT",
    "EfficientNetV2": "EfficientNetV2-XL",
    "Falcon 180B": "Falcon-180B",
    "GPT": "GPT-1",
    "GPT-4": "GPT-4 (Mar 2023)",
    "Gemini Ultra": "Gemini 1.0 Ultra",
    "Grok-3": "Grok 3",
    "HyperClova": "HyperCLOVA 204B",
    "Masked Autoencoders": "Masked Autoencoders ViT-H",
    "MoE": "MoE-Multi",
    "Neural Architecture Search with base 8 and shared embeddings": "NAS with base 8 and shared embeddings",
    "Population-based DRL": "FTW (For The Win)",
    "ProGen2": "ProGen2-xlarge",
    "Swin Transformer V2": "Swin Transformer V2 (SwinV2-G)",
    "Transformer-XL Large": "Transformer-XL (257M)",
    "XGLM": "XGLM-7.5B",
}
"""Names in older files -> the name of the same run in the newest one (same publication day, same developer)."""

CHIP_ALIASES = {
    "NVIDIA A100": "NVIDIA A100 SXM4 40 GB",
    "NVIDIA V100": "NVIDIA Tesla V100 SXM2 16 GB",
    "NVIDIA Tesla V100 SXM2": "NVIDIA Tesla V100 SXM2 16 GB",
    "NVIDIA Tesla V100 DGXS 16 GB": "NVIDIA Tesla V100 SXM2 16 GB",
    "NVIDIA Tesla V100 DGXS 32 GB": "NVIDIA Tesla V100 SXM2 32 GB",
    "a100-sxm-40": "NVIDIA A100 SXM4 40 GB",
    "a100-sxm-80": "NVIDIA A100 SXM4 80 GB",
    "b200": "NVIDIA B200",
    "b300": "NVIDIA B300 (Blackwell Ultra)",
    "h100-sxm": "NVIDIA H100 SXM5 80GB",
    "h200": "NVIDIA H200 SXM",
    "mi300x": "AMD Instinct MI300X",
}
"""Spellings of one chip -> its name in the hardware table. Clouds rent the SXM2 V100, whatever they call it."""

_SIZE = re.compile(r"[1-9]\d*[bm]\d{0,2}")


def clean_name(text: str) -> str:
    """A name without stray newlines, non-breaking or doubled spaces."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def slug(text: str) -> str:
    """A name as lower-case words joined by hyphens; `+` is spelt out, since names differ by it alone."""
    plain = unicodedata.normalize("NFKD", clean_name(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("+", " plus ")).strip("-")


def parts(cell: str) -> tuple[str, ...]:
    """The members of a comma-joined cell (organisations, domains, hardware), in order, without repeats."""
    return tuple(dict.fromkeys(clean_name(part) for part in cell.split(",") if part.strip()))


def name_column(header: Iterable[str]) -> str:
    """The column with the run's name: `Model` since 2025, `System` before; `Model` when neither is there."""
    return "System" if "System" in set(header) and "Model" not in set(header) else "Model"


def current_name(name: str) -> str:
    """The name that the newest file gives to a run that an older file calls `name`."""
    return RENAMED_RUNS.get(clean_name(name), clean_name(name))


def is_repeat(key: Hashable, seen: set[Hashable]) -> bool:
    """Whether `key` was met before; remembers it. The first row of a model stands, later ones are refused."""
    if key in seen:
        return True
    seen.add(key)
    return False


def confidence_label(text: str) -> str:
    """`confident`, `likely` or `speculative`; every other label, and none, is `unknown`."""
    label = text.strip().lower()
    return label if label in CONFIDENCE_FACTORS else "unknown"


def confidence_dex(label: str) -> float:
    """One standard deviation in log10: a 90 % interval of a factor 3, 10 or 30 each way; unknown counts as 0.6."""
    factor = CONFIDENCE_FACTORS.get(label)
    return math.log10(factor) / 1.645 if factor else UNKNOWN_CONFIDENCE_DEX


def revision_dex(earlier: Sequence[float], later: Sequence[float]) -> float:
    """Root mean square of log10(later / earlier): how much old estimates move, in orders of magnitude."""
    moves = [math.log10(new / old) for old, new in zip(earlier, later, strict=True)]
    return math.sqrt(sum(move * move for move in moves) / len(moves))


def six_n_d(parameters: float, tokens: float) -> float:
    """6 N D in FLOP, in floating point: the product of two integer columns overflows 64 bits."""
    return 6.0 * float(parameters) * float(tokens)


def tokens_or_none(
    size: float | None, domains: Sequence[str], parameters: float | None, training_flop: float | None
) -> float | None:
    """The data size as tokens, only where it can be tokens: a language run whose 6ND is within 3x of its compute."""
    if size is None or parameters is None or training_flop is None or tuple(domains) != ("Language",):
        return None
    ratio = six_n_d(parameters, size) / training_flop
    return size if 1 / SIX_N_D_FACTOR <= ratio <= SIX_N_D_FACTOR else None


def peak_flop_per_s(
    tensor_fp16: float | None, fp16: float | None, fp32: float | None
) -> tuple[float, bool, str] | None:
    """Peak FLOP/s, whether it is a tensor figure, and its precision; None where the file has none.

    Tensor FP16/BF16 where present; else FP16 unless it is under FP32 (consumer cards list FP16 at 1/64 of its rate);
    else FP32.
    """
    if tensor_fp16 is not None:
        return tensor_fp16, True, "fp16_tensor"
    if fp16 is not None and fp16 >= (fp32 or 0.0):
        return fp16, False, "fp16"
    return None if fp32 is None else (fp32, False, "fp32")


def channel_of(chip: str) -> str:
    """Consumer (GeForce, TITAN, Radeon RX), workstation (Quadro, RTX), else datacentre: by the chip's name."""
    name = chip.lower()
    if any(word in name for word in ("geforce", "titan", "radeon rx")):
        return "consumer"
    return "workstation" if any(word in name for word in ("quadro", "rtx")) else "datacentre"


def canonical_chip(name: str) -> str:
    """One name for one chip, as the hardware table spells it."""
    return CHIP_ALIASES.get(clean_name(name), clean_name(name))


def to_usd_2023(usd: float, year: int, cpi: Mapping[int, float]) -> float:
    """Dollars of `year` as dollars of 2023, by annual averages of the CPI-U."""
    return usd * cpi[2023] / cpi[year]


def between_quarters(before: float, after: float) -> float:
    """A quarter that is missing altogether, as the mean of its neighbours: an estimate."""
    return (before + after) / 2


def full_year(quarters: Mapping[int, float]) -> tuple[float, bool] | None:
    """A year's capex and whether a part of it is estimated; None where it cannot be had.

    `quarters` maps 1-4 to the quarter's payments and 0 to the published total of the year, which wins: it holds the
    fourth quarter, which companies do not publish by itself. A year with exactly one inner quarter missing is
    completed by `between_quarters`.
    """
    if 0 in quarters:
        return quarters[0], False
    missing = [quarter for quarter in (1, 2, 3, 4) if quarter not in quarters]
    if not missing:
        return sum(quarters.values()), False
    if missing in ([2], [3]):
        gap = missing[0]
        return sum(quarters.values()) + between_quarters(quarters[gap - 1], quarters[gap + 1]), True
    return None


def is_incomplete(flag: str, notes: str) -> bool:
    """Whether a quarter of the chip counts is marked incomplete, in its own column or only in its notes."""
    return flag.strip().lower() == "checked" or "incomplete" in notes.lower()


def is_artefact(parameters: float, tokens: float) -> bool:
    """The digitised Hoffmann points with under 0.41 tokens per parameter: five rows that no fit uses."""
    return tokens / parameters < SMALLEST_TOKENS_PER_PARAMETER


def epochs_within_four(tokens: float, unique_tokens: float) -> bool:
    """Whether data are repeated at most four times: beyond, a token is worth less than a new one."""
    return tokens / unique_tokens <= MOST_EPOCHS


def from_name(name: str, parameters: float, tokens: float) -> tuple[float, float, float]:
    """Parameters, tokens and unique tokens out of a run's name such as `2b855b14b` (2.8e9, 55e9, 14e9).

    The name can be cut in several ways; the cut nearest to the approximate `parameters` and `tokens` is meant. The
    file's own `tokens_per_epoch` column is one constant and wrong.

    Raises
    ------
    ValueError
        The name does not consist of three sizes.
    """
    cuts = [
        tuple(_size(name[a:b]) for a, b in ((0, i), (i, j), (j, len(name))))
        for i in range(2, len(name) - 3)
        for j in range(i + 2, len(name) - 1)
        if all(_SIZE.fullmatch(part) for part in (name[:i], name[i:j], name[j:]))
    ]
    if not cuts:
        raise ValueError(f"{name!r} is not three sizes such as 2b8, 55b, 14b")
    n, d, u = min(cuts, key=lambda cut: abs(math.log(cut[0] / parameters)) + abs(math.log(cut[1] / tokens)))
    return n, d, u


def _size(text: str) -> float:
    whole, unit, decimals = re.split("([bm])", text)
    return float(f"{whole}.{decimals}") * {"b": 1e9, "m": 1e6}[unit]


def from_log10(text: str) -> float:
    """A column that holds log10 of its quantity."""
    return math.pow(10.0, float(text))


def best_per_cell[T](rows: Iterable[T], cell: Callable[[T], Hashable], loss: Callable[[T], float]) -> list[T]:
    """The row of lowest loss in each cell (several learning rates were tried), in order of first appearance."""
    best: dict[Hashable, T] = {}
    for row in rows:
        key = cell(row)
        if key not in best or loss(row) < loss(best[key]):
            best[key] = row
    return list(best.values())
