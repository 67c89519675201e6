"""What of the state folder may go: old posteriors, copies of fetched ones, what killed writers left.

Never the current posterior, one that a published forecast names, one that a fit may be at work with, or one that came
with the package. It is done under the catalogue's lock, so that nobody makes one current, or publishes a forecast from
one, while it goes. The manifest goes first: cut off in between, it leaves draws that nobody lists, for the next time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from forecast.catalogue.entries.fit_record import FitState
from forecast.catalogue.store import Catalogue
from forecast.errors import InputError
from forecast.posterior import selection
from forecast.posterior.selection import Entry, is_name
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage import atomic

KEEP = 10
"""How many of the newest posteriors stay, by default."""

FETCHED_DAYS = 30.0
"""How long the copy of a fetched posterior stays, by default."""

GRACE_S = 3600.0
"""What is younger may be somebody's work: a fit that has just written, a writer that is not done."""

Kind = Literal["posterior", "fetched copy", "leftover"]

_DAY_S = 86_400.0
_STATE = atomic.Remedy.STATE


@dataclass(frozen=True, slots=True)
class Removed:
    """What went, or would go.

    Attributes
    ----------
    what : str
        The posterior's name, or the leftover's path in the state folder.
    kind : str
        `posterior`, `fetched copy` or `leftover`.
    size : int
        Its bytes.
    """

    what: str
    kind: Kind
    size: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A posterior that stays, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went and what stays.

    Attributes
    ----------
    removed : tuple of Removed
        Oldest posteriors last.
    kept : tuple of Kept
        Posteriors and fetched copies.
    """

    removed: tuple[Removed, ...]
    kept: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Bytes of all that went."""
        return sum(one.size for one in self.removed)


def prune(
    catalogue: Catalogue,
    now: datetime,
    home: Path | str | None = None,
    *,
    keep: int = KEEP,
    older_than_days: float | None = None,
    dry_run: bool = False,
) -> Pruned:
    """Remove what nobody needs from a state folder.

    Parameters
    ----------
    catalogue : Catalogue
        That of the state folder: it knows what is published and which fits run.
    now : datetime
        The time now, with its zone.
    home : Path or str, optional
        The state folder.
    keep : int
        How many of the newest sound posteriors stay in any case.
    older_than_days : float, optional
        Of the others, those stay that were written later than so many days ago. By default none; and copies of fetched
        posteriors stay for 30 days.
    dry_run : bool
        Tell what would go, and remove nothing.

    Raises
    ------
    InputError
        When a number is negative.
    ArtefactError
        When the file that names the current posterior is spoilt; nothing is removed then.
    StorageError
        When something may not be removed, or the catalogue cannot be locked.
    """
    for name, number in (("keep", keep), ("older_than", older_than_days or 0)):
        if not number >= 0:
            raise InputError(f"{name} is {number}: give 0 or more", field=name)
    state = state_folder(home)
    catalogue.sync()
    with catalogue.holding():
        going = _Going(state, now.timestamp(), keep, older_than_days, _needed(catalogue, state))
        removed = [*going.posteriors(), *going.copies(), *going.leftovers()]
        if not dry_run:
            for one in removed:
                _remove(state, one)
    if not dry_run:
        catalogue.sync()
    return Pruned(tuple(removed), tuple(going.kept))


def _needed(catalogue: Catalogue, state: StateFolder) -> Mapping[str, str]:
    """Names that must stay, and why: the strongest reason first."""
    found: dict[str, str] = {}
    current = selection.current_name(state)
    if current is not None:
        found[current] = "it is current"
    for change in catalogue.history()[:1]:
        found.setdefault(change.name, "it was made current last")
    for name in sorted(catalogue.records.names_of_posteriors()):
        found.setdefault(name, "a published forecast names it")
    for fit in catalogue.fits.list(limit=1000, states=(FitState.QUEUED, FitState.RUNNING)):
        for name in _names_in((fit.request, fit.outcome)):
            found.setdefault(name, f"the fit {fit.name} works with it")
    return found


def _names_in(value: Any) -> Iterator[str]:
    """Names of posteriors anywhere in JSON values."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _names_in(one)
    elif isinstance(value, str) and is_name(value):
        yield value


@dataclass
class _Going:
    """Decides what goes; `kept` is told as it does."""

    state: StateFolder
    now_s: float
    keep: int
    days: float | None
    needed: Mapping[str, str]

    def __post_init__(self) -> None:
        self.kept: list[Kept] = []

    def posteriors(self) -> list[Removed]:
        """Of those that were fitted or imported here."""
        going, newer = [], 0
        for entry in selection.available(self.state.root):
            if entry.origin != "state":
                continue
            why = self._why(entry, newer)
            newer += entry.status != "DAMAGED"
            if why:
                self.kept.append(Kept(entry.name, why))
            else:
                going.append(Removed(entry.name, "posterior", _size(_files(entry.path))))
        return going

    def _why(self, entry: Entry, newer: int) -> str:
        age_s = self._age_s(_files(entry.path))
        if entry.name in self.needed:
            return self.needed[entry.name]
        if age_s < GRACE_S:
            return "it was written within the last hour: a fit may be at work with it"
        if newer < self.keep and entry.status != "DAMAGED":
            return f"it is one of the {self.keep} newest"
        if self.days is not None and age_s < self.days * _DAY_S:
            return f"it was written within the last {self.days:g} days"
        return ""

    def copies(self) -> list[Removed]:
        """Of those that were fetched from a URL; each lies in a folder of its own."""
        going, days = [], FETCHED_DAYS if self.days is None else self.days
        for folder in sorted(_inside(self.state.fetched)):
            names = {path.stem for path in _inside(folder) if is_name(path.stem)}
            young = self._age_s(_inside(folder)) < max(days * _DAY_S, GRACE_S)
            named = sorted(names & self.needed.keys())
            if named or young:
                why = self.needed[named[0]] if named else f"it was fetched within the last {days:g} days"
                self.kept += [Kept(name, why) for name in sorted(names)]
            else:
                going.append(Removed(self._place(folder), "fetched copy", _size(_inside(folder))))
        return going

    def leftovers(self) -> list[Removed]:
        """Half-written files of killed writers, and draws whose manifest never came or went first."""
        found = [path for path in self._written() if self._age_s([path]) >= GRACE_S]
        return [Removed(self._place(path), "leftover", _size([path])) for path in sorted(found)]

    def _written(self) -> Iterator[Path]:
        left_out = {str(self.state.compile_cache), str(self.state.fetched)}
        for folder, folders, files in os.walk(self.state.root):
            folders[:] = [one for one in folders if os.path.join(folder, one) not in left_out]
            yield from (Path(folder, file) for file in files if atomic.is_temporary(file))
        for path in _inside(self.state.posteriors):
            if path.suffix == ".nc" and is_name(path.stem) and not path.with_suffix(".json").exists():
                yield path

    def _age_s(self, paths: Iterable[Path]) -> float:
        """Since the newest of some files was written; what is gone meanwhile has no age."""
        return min((self.now_s - path.stat().st_mtime for path in paths if path.exists()), default=float("inf"))

    def _place(self, path: Path) -> str:
        return path.relative_to(self.state.root).as_posix()


def _remove(state: StateFolder, one: Removed) -> None:
    if one.kind == "fetched copy":
        for path in sorted(
            _inside(state.root / one.what), reverse=True
        ):  # its draws first: they are what is looked for
            atomic.remove_file(path, _STATE)
        with atomic.storage_errors(state.root / one.what, _STATE):
            (state.root / one.what).rmdir()
    elif one.kind == "leftover":
        atomic.remove_file(state.root / one.what, _STATE)
    else:
        for path in _files(state.posteriors / f"{one.what}.nc"):
            atomic.remove_file(path, _STATE)


def _files(draws: Path) -> tuple[Path, Path]:
    """The two files of a posterior, in the order in which they go."""
    return draws.with_suffix(".json"), draws


def _inside(folder: Path) -> tuple[Path, ...]:
    with atomic.storage_errors(folder, _STATE):
        return tuple(folder.iterdir()) if folder.is_dir() else ()


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
