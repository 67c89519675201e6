"""The track record's file: one forecast a row, each row sealed by a digest over itself and the row before it.

    digest_k = SHA-256(digest_(k-1), newline, JSON list of the row's other cells),  digest_0 = 64 zeros

So a row that was changed, moved or taken out breaks the chain there, and the file is refused with the row's name. What
a chain cannot tell is that its end was cut off: the project's tests keep each release's last digest beside it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecast.errors import ArtefactError, InputError
from forecast.evaluation.quantile_scores import LEVELS
from forecast.storage.atomic import make_folder, write_bytes

STORED = Path(__file__).parent / "results" / "track_record.csv"
BEFORE_THE_FIRST = "0" * 64
BEYOND, NEVER = "beyond", "never"

_QUANTILES = tuple(f"q{100 * level:g}" for level in LEVELS)
COLUMNS = (
    *("release", "recorded_on", "as_of", "posterior", "posterior_sha256", "status", "kind", "subject", "case"),
    *_QUANTILES,
    *("p_already", "p_by_year", "p_beyond", "p_never", "question", "resolution", "digest"),
)


class AlreadyRecordedError(InputError):
    """The same question on the same posterior for the same release is on record."""

    reason = "ALREADY_RECORDED"


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


def load(path: Path = STORED) -> tuple[Entry, ...]:
    """The track record, every row of it verified.

    Parameters
    ----------
    path : Path
        The file; by default the one that the package ships.

    Raises
    ------
    ArtefactError
        When the file is missing, has other columns, or a row is not what was recorded; names the row.
    """
    return _parsed(_text(path), path)


def append(entries: Iterable[Entry], path: Path = STORED) -> tuple[Entry, ...]:
    """Add rows at the end, all or none; what was there before stays byte for byte.

    Parameters
    ----------
    entries : iterable of Entry
        Without their digests.
    path : Path
        The file, which is made if it is missing.

    Returns
    -------
    tuple of Entry
        The rows as they were added, with their digests.

    Raises
    ------
    AlreadyRecordedError
        When one of them is on record.
    InputError
        When they are dated before the last row.
    ArtefactError
        When the file is damaged.
    StorageError
        When it cannot be written.
    """
    text = _text(path) if path.exists() else _line(COLUMNS)
    before, added = _parsed(text, path), list(entries)
    _check(before, added)
    digest, lines, sealed = before[-1].digest if before else BEFORE_THE_FIRST, [], []
    for entry in added:
        cells = _cells(entry)
        digest = _digest(digest, cells)
        lines.append(_line([*cells, digest]))
        sealed.append(_entry([*cells, digest]))
    make_folder(path.parent)
    write_bytes(path, (text + "".join(lines)).encode())
    return tuple(sealed)


def _check(before: Sequence[Entry], added: Sequence[Entry]) -> None:
    known, last = {entry.key for entry in before}, before[-1].recorded_on if before else date.min
    for entry in added:
        if entry.key in known:
            raise AlreadyRecordedError(
                f"release {entry.release} has this forecast of posterior {entry.posterior} on record already: "
                f"{entry.words}; a record is not made twice",
                field="question",
            )
        if entry.recorded_on < last:
            message = (
                f"recorded_on is {entry.recorded_on}, before the last row's {last}; rows are only added at the end"
            )
            raise InputError(message, field="recorded_on")
        known.add(entry.key)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        message = f"there is no track record at {path}: `timelines track-record add` begins one"
        raise ArtefactError(message, field="track_record") from None
    except UnicodeDecodeError:
        raise ArtefactError(f"{path.name} is not text; {_REMEDY}", field="track_record") from None


_REMEDY = "restore the file from version control: rows are only ever added at its end"


def _parsed(text: str, path: Path) -> tuple[Entry, ...]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Entry] = []
    try:
        if tuple(next(rows, ())) != COLUMNS:
            raise ArtefactError(f"{path.name} has other columns than a track record's; {_REMEDY}", field="track_record")
        for cells in rows:
            found.append(_verified(cells, found, path))
    except csv.Error as error:
        message = f"row {len(found) + 1} of {path.name} is no sound CSV ({error}); {_REMEDY}"
        raise ArtefactError(message, field=f"track_record[{len(found) + 1}]") from None
    return tuple(found)


def _verified(cells: Sequence[str], before: Sequence[Entry], path: Path) -> Entry:
    last, number = before[-1].digest if before else BEFORE_THE_FIRST, len(before) + 1
    if len(cells) != len(COLUMNS) or cells[-1] != _digest(last, cells[:-1]):
        raise ArtefactError(
            f"row {number} of {path.name} ({_named(cells)}) is not what was recorded: it was changed, or a row before "
            f"it was taken out or moved; {_REMEDY}",
            field=f"track_record[{number}]",
        )
    return _entry(cells)


def _named(cells: Sequence[str]) -> str:
    release, _, _, _, _, _, _, subject, case, *_ = [*cells, *[""] * len(COLUMNS)]
    return f"{release}, {subject}: {case}"


def _digest(before: str, cells: Sequence[str]) -> str:
    return hashlib.sha256(f"{before}\n{json.dumps(list(cells), ensure_ascii=False)}".encode()).hexdigest()


def _line(cells: Sequence[str]) -> str:
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerow(cells)
    return made.getvalue()


def _cells(entry: Entry) -> list[str]:
    """A row without its digest."""
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


def _entry(cells: Sequence[str]) -> Entry:
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
