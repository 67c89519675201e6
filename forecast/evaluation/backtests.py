"""Which backtests there are: the shipped one, and those in the state folder, `backtests/<name>/`, a folder each.

A backtest is stale when the models, the priors or the tables that ship now are others than those it was made from: then
its scores are those of another forecaster than the one that answers.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from forecast.data import stored
from forecast.errors import ArtefactError, InputError, StorageError, UnknownNameError
from forecast.evaluation import calibration
from forecast.evaluation.calibration import Scored
from forecast.posterior import selection
from forecast.posterior.state import state_folder
from forecast.priors import DEFAULT

SHIPPED = "shipped"
"""Name of the one that came with the program."""

FILES = (calibration.SCORES, calibration.FITS, calibration.PROVENANCE)
"""What every stored backtest has."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_STATUSES = ("PASSED", "FLAGGED", "REFUSED")
_FIGURES = ("max_r_hat", "min_ess", "nowcast_inside_80", "nowcast_reach")
_TEXTS = ("code_version", "data_notice", "disclosure_date", "released_on")
_MAPPINGS = ("data_digests", "models", "priors", "sampler", "library_versions", "pending_origins", "baselines")
_ELEMENTS: Mapping[str, type] = {"origins": str, "years_ahead": int}


@dataclass(frozen=True, slots=True)
class Fit:
    """How one fit of a backtest went.

    Attributes
    ----------
    fit : str
        Its as-of date, or what was held out.
    status : {"PASSED", "FLAGGED", "REFUSED"}
        Verdict of its gates.
    reasons : str
        Why it is not PASSED.
    rows : int
        Rows that it was fitted on.
    hindsight_rows, divergences : int or None
        Rows used with hindsight, and divergent transitions.
    max_r_hat, min_ess, nowcast_inside_80, nowcast_reach : float or None
        Convergence and nowcast; None where there is none.
    """

    fit: str
    status: str
    reasons: str
    rows: int
    hindsight_rows: int | None
    divergences: int | None
    max_r_hat: float | None
    min_ess: float | None
    nowcast_inside_80: float | None
    nowcast_reach: float | None

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Fit:
        """Out of a row of the table.

        Raises
        ------
        ValueError, KeyError
            When a cell is not what a backtest writes.
        """
        if row["status"] not in _STATUSES:
            raise ValueError(f"unknown status {row['status']!r}")
        counts = (int(row[name]) if row[name] else None for name in ("hindsight_rows", "divergences"))
        measured = (float(row[name]) if row[name] else None for name in _FIGURES)
        return cls(row["fit"], row["status"], row["reasons"], int(row["rows"]), *counts, *measured)


@dataclass(frozen=True, slots=True)
class Backtest:
    """A stored backtest, as it was read.

    Attributes
    ----------
    name : str
        `shipped`, or its folder's.
    folder : Path
        Where its tables lie.
    sha256 : str
        Of the scores' file, hexadecimal.
    scores : tuple of Scored
        One for each forecaster and outcome.
    fits : tuple of Fit
        How each fit went.
    provenance : mapping
        What it was made from.
    stale_reasons : tuple of str
        What has changed since; empty while it is about the models and the tables that ship now.
    """

    name: str
    folder: Path
    sha256: str
    scores: tuple[Scored, ...]
    fits: tuple[Fit, ...]
    provenance: Mapping[str, Any]
    stale_reasons: tuple[str, ...]

    @property
    def shipped(self) -> bool:
        """Whether it came with the program."""
        return self.name == SHIPPED


@dataclass(frozen=True, slots=True)
class Listing:
    """Every backtest: those that can be read, and what is wrong with the others, by name."""

    sound: tuple[Backtest, ...]
    damaged: tuple[tuple[str, str], ...]


def listing(home: Path | str | None = None) -> Listing:
    """Every backtest, the shipped one first, then by name.

    Parameters
    ----------
    home : Path or str, optional
        The state folder, if it is not the platform's.

    Raises
    ------
    StorageError
        When the state folder may not be read.
    """
    sound, damaged = [], []
    for name, folder in folders(home).items():
        try:
            sound.append(read(name, folder))
        except ArtefactError as error:
            damaged.append((name, error.message))
    return Listing(tuple(sound), tuple(damaged))


def find(name: str = SHIPPED, home: Path | str | None = None) -> Backtest:
    """One backtest.

    Raises
    ------
    UnknownNameError
        When there is none of that name; lists those that are.
    ArtefactError
        When its files cannot be read.
    StorageError
        When the state folder may not be read.
    """
    return read(name, folder_of(name, home))


def folder_of(name: str, home: Path | str | None = None) -> Path:
    """Where a backtest lies.

    Raises
    ------
    UnknownNameError
        When there is none of that name; lists those that are.
    """
    known = folders(home)
    if name not in known:
        raise UnknownNameError("backtest", f"{name:.80}", known, field="backtest")
    return known[name]


def place_of(name: str, home: Path | str | None = None) -> Path:
    """Where a new backtest of a name goes; there may be one.

    Raises
    ------
    InputError
        When it is no name, or the shipped one's.
    """
    if name == SHIPPED or not _NAME.fullmatch(name):
        why = "is the name of the one that came with the program" if name == SHIPPED else "is not a name"
        message = f"{name!r:.80} {why}: give 1 to 63 small letters, digits, dots, hyphens and underscores"
        raise InputError(message, field="name")
    return state_folder(home).backtests / name


def folders(home: Path | str | None = None) -> dict[str, Path]:
    """Where each backtest lies, the shipped one first, then by name; a folder without scores is none.

    Raises
    ------
    StorageError
        When the state folder may not be read.
    """
    own = state_folder(home).backtests
    try:
        found = sorted(path for path in own.iterdir() if (path / calibration.SCORES).is_file()) if own.is_dir() else []
    except OSError as error:
        raise StorageError(f"{own}: cannot be read ({error.strerror}); grant read permission") from error
    named = {path.name: path for path in found if _NAME.fullmatch(path.name) and path.name != SHIPPED}
    return {SHIPPED: calibration.STORED} | named


def read(name: str, folder: Path) -> Backtest:
    """A stored backtest.

    Raises
    ------
    ArtefactError
        When a file is missing, or is not what a backtest writes.
    """
    try:
        scores = tuple(calibration.load(folder))
        fits = tuple(map(Fit.from_row, calibration.fits(folder)))
        provenance = _checked(name, calibration.provenance(folder))
        sha256 = hashlib.sha256((folder / calibration.SCORES).read_bytes()).hexdigest()
    except ArtefactError as error:
        what = error.message.replace(f"{folder / calibration.SCORES}", calibration.SCORES).replace(str(folder), "it")
        raise ArtefactError(f"backtest {name}: {what.removeprefix(f'backtest {name}: ')}", field="backtest") from error
    except FileNotFoundError as error:
        message = f"backtest {name}: {Path(error.filename).name} is missing; run it again"
        raise ArtefactError(message, field="backtest") from error
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        message = f"backtest {name}: a file is not what a backtest writes; run it again"
        raise ArtefactError(message, field="backtest") from error
    return Backtest(name, folder, sha256, scores, fits, provenance, tuple(stale_reasons(provenance)))


def stamp(folder: Path) -> tuple[int, ...]:
    """Changes when a table in the folder does."""
    files = sorted(folder.glob("*.csv")) + sorted(folder.glob("*.json"))
    return tuple(number for file in files for number in (file.stat().st_mtime_ns, file.stat().st_size))


def _checked(name: str, provenance: Any) -> Mapping[str, Any]:
    """The provenance, if everything in it that is told is of its kind."""
    kinds: dict[str, type] = dict.fromkeys(_TEXTS, str)
    kinds |= {**dict.fromkeys(_MAPPINGS, dict), **dict.fromkeys(_ELEMENTS, list), "seed": int, "losses_held_out": bool}
    if not isinstance(provenance, dict):
        raise TypeError("no object")
    wrong = [key for key, kind in kinds.items() if not isinstance(provenance.get(key), kind)]
    wrong = wrong or [key for key in _ELEMENTS if not all(isinstance(one, _ELEMENTS[key]) for one in provenance[key])]
    wrong = wrong or ([] if 0 <= provenance["seed"] < 2**64 else ["seed"])
    if wrong:
        message = f"backtest {name}: {calibration.PROVENANCE} does not tell {', '.join(wrong)}; run it again"
        raise ArtefactError(message, field="backtest")
    found: Mapping[str, Any] = provenance
    return found


def stale_reasons(provenance: Mapping[str, Any]) -> Iterator[str]:
    """What has changed since something was made, one sentence each.

    Parameters
    ----------
    provenance : mapping
        What it was made from: `models`, `priors` and `data_digests`.
    """
    versions, digests, priors = _shipped()
    for model, version in sorted(provenance["models"].items()):
        if versions.get(model, version) != version:  # others, such as a baseline's, do not answer
            yield f"The {model} model is another one now."
    if provenance["priors"] != priors:
        yield "The priors are others now."
    made_from = provenance["data_digests"]
    changed = sorted(name for name in digests.keys() | made_from.keys() if digests.get(name) != made_from.get(name))
    if changed:
        yield f"Tables have changed: {', '.join(changed)}."


@cache
def _shipped() -> tuple[Mapping[str, str], Mapping[str, str], Mapping[str, Any]]:
    """What ships now: versions of the models, by the reference posterior; digests of the tables; priors."""
    manifest = selection.reference().manifest
    blocks = {} if manifest is None else manifest["blocks"]
    versions = {name: str(block["model_version"]) for name, block in blocks.items()}
    return versions, stored.digests(), json.loads(json.dumps(asdict(DEFAULT)))
