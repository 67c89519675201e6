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
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from forecast.errors import ArtefactError, InputError
from forecast.evaluation.track_rows import COLUMNS, Entry, cells_of, entry_of
from forecast.storage.atomic import make_folder, write_bytes

STORED = Path(__file__).parent / "results" / "track_record.csv"
BEFORE_THE_FIRST = "0" * 64


class AlreadyRecordedError(InputError):
    """The same question on the same posterior for the same release is on record."""

    reason = "ALREADY_RECORDED"


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
    text = _text_so_far(path)
    before, added = _parsed(text, path), list(entries)
    _check(before, added)
    digest, lines, sealed = before[-1].digest if before else BEFORE_THE_FIRST, [], []
    for entry in added:
        cells = cells_of(entry)
        digest = _digest(digest, cells)
        lines.append(_line([*cells, digest]))
        sealed.append(entry_of([*cells, digest]))
    make_folder(path.parent)
    write_bytes(path, (text + "".join(lines)).encode())
    return tuple(sealed)


def check_new(release: str, posterior: str, recorded_on: date, path: Path = STORED) -> None:
    """Pass where a release's forecasts of a posterior can be added: asked before they are made, which takes a while.

    Parameters
    ----------
    release, posterior : str
        Version, and what answers.
    recorded_on : date
        The day that would go on record.
    path : Path
        The file; it may be missing.

    Raises
    ------
    AlreadyRecordedError
        When the release has forecasts of the posterior on record.
    InputError, ArtefactError
        As `append`.
    """
    before = _parsed(_text_so_far(path), path)
    for entry in before:
        if (entry.release, entry.posterior) == (release, posterior):
            raise _already(entry)
    _check_day(recorded_on, before)


def _check(before: Sequence[Entry], added: Sequence[Entry]) -> None:
    known = {entry.key for entry in before}
    for entry in added:
        if entry.key in known:
            raise _already(entry)
        _check_day(entry.recorded_on, before)
        known.add(entry.key)


def _check_day(recorded_on: date, before: Sequence[Entry]) -> None:
    if before and recorded_on < before[-1].recorded_on:
        last = before[-1].recorded_on
        message = f"recorded_on is {recorded_on}, before the last row's {last}; rows are only added at the end"
        raise InputError(message, field="recorded_on")


def _already(entry: Entry) -> AlreadyRecordedError:
    return AlreadyRecordedError(
        f"release {entry.release} has this forecast of posterior {entry.posterior} on record already: "
        f"{entry.words}; a record is not made twice",
        field="question",
    )


def _text_so_far(path: Path) -> str:
    """Of a file that may be missing."""
    return _text(path) if path.exists() else _line(COLUMNS)


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
    return entry_of(cells)


def _named(cells: Sequence[str]) -> str:
    release, _, _, _, _, _, _, subject, case, *_ = [*cells, *[""] * len(COLUMNS)]
    return f"{release}, {subject}: {case}"


def _digest(before: str, cells: Sequence[str]) -> str:
    return hashlib.sha256(f"{before}\n{json.dumps(list(cells), ensure_ascii=False)}".encode()).hexdigest()


def _line(cells: Sequence[str]) -> str:
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerow(cells)
    return made.getvalue()
