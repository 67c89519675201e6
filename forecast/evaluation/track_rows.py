"""One forecast of the track record, and the row of cells that it is kept as."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forecast.evaluation.quantile_scores import LEVELS

BEYOND, NEVER = "beyond", "never"

_QUANTILES = tuple(f"q{100 * level:g}" for level in LEVELS)
COLUMNS = (
    *("release", "recorded_on", "as_of", "posterior", "posterior_sha256", "status", "kind", "subject", "case"),
    *_QUANTILES,
    *("p_already", "p_by_year", "p_beyond", "p_never", "question", "resolution", "digest"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One forecast on record.

    Attributes
    ----------
    release : str
        Version that made it.
    recorded_on, as_of : date
        When it was put on record, and where the forecast starts.
    posterior, posterior_sha256, status : str
        What answered, the digest of its draws, and the verdict of its gates.
    kind : str
        `arrival`, an answer of the engine, or `passage`, a driver that passes a value.
    subject, case : str
        The question in words: of what, and which of its cases.
    quantiles : tuple of float
        Decimal years at `quantile_scores.LEVELS`; infinite beyond the horizon and for never.
    p_already, p_beyond, p_never : float
        Probabilities outside the horizon.
    p_by_year : tuple of (int, float)
        Years, and the probability of arrival by the end of each.
    question : str
        The question as canonical JSON, whole: it can be asked again.
    resolution : str
        What counts, by which source, on which date, and what if in doubt.
    digest : str
        SHA-256 over this row and the digest before it; empty until it is appended.
    """

    release: str
    recorded_on: date
    as_of: date
    posterior: str
    posterior_sha256: str
    status: str
    kind: str
    subject: str
    case: str
    quantiles: tuple[float, ...]
    p_already: float
    p_by_year: tuple[tuple[int, float], ...]
    p_beyond: float
    p_never: float
    question: str
    resolution: str
    digest: str = ""

    @property
    def words(self) -> str:
        """The question in words."""
        return f"{self.subject}: {self.case}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What may be on record once."""
        return self.release, self.posterior, self.question

    @property
    def median(self) -> float:
        """Decimal year; infinite beyond the horizon and for never."""
        return self.quantile(0.5)

    def quantile(self, level: float) -> float:
        """A stored quantile: `level` is one of `quantile_scores.LEVELS`."""
        return self.quantiles[LEVELS.index(level)]


def cells_of(entry: Entry) -> list[str]:
    """The cells of a row, without its digest."""
    return [
        *(entry.release, entry.recorded_on.isoformat(), entry.as_of.isoformat()),
        *(entry.posterior, entry.posterior_sha256, entry.status, entry.kind, entry.subject, entry.case),
        *(_year(year, level, entry.p_never) for year, level in zip(entry.quantiles, LEVELS, strict=True)),
        f"{entry.p_already:.6g}",
        " ".join(f"{year}={p:.6g}" for year, p in entry.p_by_year),
        *(f"{entry.p_beyond:.6g}", f"{entry.p_never:.6g}", entry.question, entry.resolution),
    ]


def _year(year: float, level: float, p_never: float) -> str:
    if math.isfinite(year):
        return f"{year:.4f}"
    return NEVER if level > 1 - p_never + 1e-12 else BEYOND


def entry_of(cells: Sequence[str]) -> Entry:
    """What a row's cells say, digest and all."""
    told = dict(zip(COLUMNS, cells, strict=True))
    by_year = (pair.partition("=") for pair in told["p_by_year"].split())
    plain: dict[str, Any] = {name: told[name] for name in _TEXTS}
    return Entry(
        recorded_on=date.fromisoformat(told["recorded_on"]),
        as_of=date.fromisoformat(told["as_of"]),
        quantiles=tuple(math.inf if told[name] in (BEYOND, NEVER) else float(told[name]) for name in _QUANTILES),
        p_by_year=tuple((int(year), float(p)) for year, _, p in by_year),
        p_already=float(told["p_already"]),
        p_beyond=float(told["p_beyond"]),
        p_never=float(told["p_never"]),
        **plain,
    )


_TEXTS = (
    *("release", "posterior", "posterior_sha256", "status", "kind", "subject", "case"),
    *("question", "resolution", "digest"),
)
