"""Which posteriors there are, which one is current, which one answers as of a date.

Posteriors lie in the state folder and in the package (`shipped/`). A posterior counts from the moment its manifest is
there, which is written last; so a fit that was cut off is never picked up. The one line of `posteriors/current` names
the current one; without it, the shipped reference is current. A damaged current posterior is an error, never a silent
step to another: two answers must not differ without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior.artefact import Posterior, read, read_manifest
from forecast.posterior.manifest import Manifest
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage import atomic

SHIPPED = Path(__file__).parent / "shipped"
"""Posteriors that come with the package."""

Origin = Literal["state", "shipped", "fetched"]

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-[0-9a-f]{12}")


class PosteriorRefusedError(InputError):
    """A posterior that failed its gates was asked to become current."""

    reason = "POSTERIOR_REFUSED"


@dataclass(frozen=True, slots=True)
class Entry:
    """One posterior in a listing; its draws are not opened.

    Attributes
    ----------
    path : Path
        The draws file.
    origin : str
        `state` (fitted here), `shipped` (came with the package) or `fetched` (from a URL).
    manifest : Manifest or None
        None when the manifest is damaged; `problem` then says how.
    written_ns : int
        When the manifest was written, nanoseconds since 1970.
    problem : str
        Empty when the manifest is sound and the draws file is there.
    """

    path: Path
    origin: Origin
    manifest: Manifest | None
    written_ns: int
    problem: str

    @property
    def name(self) -> str:
        """The posterior's name: that of its files."""
        return self.path.stem

    @property
    def as_of(self) -> date:
        """Start of the forecast, from the name."""
        return date.fromisoformat(self.name[:10])

    @property
    def status(self) -> str:
        """PASSED, FLAGGED or REFUSED by the gates of the fit; DAMAGED when its manifest cannot be read."""
        return self.manifest["status"] if self.manifest and not self.problem else "DAMAGED"


def available(home: Path | str | None = None) -> tuple[Entry, ...]:
    """Every posterior: the state folder's, newest written first, then the shipped ones, newest as-of date first.

    One that lies in both places is listed once, as the state folder's.

    Raises
    ------
    StorageError
        When the state folder is there but may not be read.
    """
    state = sorted(_entries(state_folder(home).posteriors, "state"), key=_newest_written, reverse=True)
    here = {entry.name for entry in state}
    shipped = sorted(_entries(SHIPPED, "shipped"), key=_newest_as_of, reverse=True)
    return (*state, *(entry for entry in shipped if entry.name not in here))


def current(home: Path | str | None = None) -> Posterior:
    """The posterior that answers when none is named.

    Raises
    ------
    ArtefactError
        When it is damaged, or `posteriors/current` names one that is not there.
    PosteriorNotFoundError
        When nothing was fitted and the package ships no reference.
    """
    return read(current_entry(home).path)


def current_entry(home: Path | str | None = None) -> Entry:
    """The current posterior's entry: what `posteriors/current` names, else the shipped reference."""
    state = state_folder(home)
    name = current_name(state)
    if name is None:
        return reference()
    entry = next((entry for entry in available(state.root) if entry.name == name), None)
    if entry is None:
        raise ArtefactError(
            f"the current posterior {name} is not in {state.posteriors}: choose another with "
            "`timelines posterior use NAME`, or make a new one with `timelines fit`",
            field="current",
        )
    return entry


def current_name(state: StateFolder) -> str | None:
    """The name in the `current` file, or None where there is no such file.

    Raises
    ------
    ArtefactError
        When the file does not hold one posterior's name.
    StorageError
        When it may not be read.
    """
    file = state.current_file
    try:
        text = file.read_bytes().decode(errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror}; grant read permission", field="current") from error
    if not is_name(text):
        raise ArtefactError(
            f"{file} holds {text!r:.60}, not a posterior's name: set it with `timelines posterior use NAME`",
            field="current",
        )
    return text


def reference() -> Entry:
    """The shipped reference posterior: the shipped one with the latest as-of date.

    Raises
    ------
    PosteriorNotFoundError
        When the package ships none.
    """
    shipped = _names(SHIPPED)  # a name begins with its as-of date, so the last is the newest
    if not shipped:
        raise PosteriorNotFoundError("there is no posterior yet: make one with `timelines fit`", field="posterior")
    return as_entry(SHIPPED / f"{shipped[-1]}.nc", "shipped")


def find(name: str | None = None, *, as_of: date | None = None, home: Path | str | None = None) -> Posterior:
    """The posterior of a name (or a prefix that only one has), or of an as-of date; with neither, the current one.

    Parameters
    ----------
    name : str, optional
        Full name or unique prefix.
    as_of : date, optional
        Exact start of the forecast. Of several, the newest written in the state folder wins over older ones, and those
        over the shipped; REFUSED ones are passed over.
    home : Path or str, optional
        The state folder; see `forecast.posterior.state`.

    Raises
    ------
    PosteriorNotFoundError
        When there is none; lists those that are, and the command that makes one.
    InputError
        When a prefix fits several, or `name` is of another as-of date than `as_of`.
    ArtefactError
        When the one found is damaged.
    """
    if name is not None:
        entry = find_entry(name, home)
        check_as_of(entry.name, as_of)
        return read(entry.path)
    return current(home) if as_of is None else read(_entry_as_of(as_of, home).path)


def check_as_of(name: str, as_of: date | None) -> None:
    """Refuse a posterior of another as-of date than the one asked for, if any."""
    if as_of is not None and name[:10] != as_of.isoformat():
        raise InputError(f"posterior {name} is as of {name[:10]}, not {as_of}: leave one of the two out", field="as_of")


def find_entry(name: str, home: Path | str | None = None) -> Entry:
    """The entry of a name, or of a prefix that only one has."""
    entries = available(home)
    fitting = [entry for entry in entries if name and entry.name.startswith(name)]
    exact = [entry for entry in fitting if entry.name == name]
    if not fitting:
        listed = _listed(entry.name for entry in entries)
        message = f"no posterior {name!r}; there are: {listed}; make one with `timelines fit`"
        raise PosteriorNotFoundError(message, field="posterior")
    if len(fitting) > 1 and not exact:
        message = f"several posteriors begin with {name!r}: {_listed(entry.name for entry in fitting)}; give more of it"
        raise InputError(message, field="posterior")
    return (exact or fitting)[0]


def set_current(name: str, home: Path | str | None = None) -> Entry:
    """Verify a posterior whole, then make it current in one step.

    Raises
    ------
    PosteriorRefusedError
        When its fit failed the gates.
    ArtefactError
        When it is damaged; the current one stays.
    StorageError
        When the state folder cannot be written; the current one stays.
    """
    entry = find_entry(name, home)
    posterior = read(entry.path)
    if posterior.status == "REFUSED":
        why = "; ".join(posterior.reasons) or "no reason recorded"
        message = f"posterior {entry.name} was refused by its gates ({why}), so it cannot become current"
        raise PosteriorRefusedError(message, field="posterior")
    state = state_folder(home)
    atomic.make_folder(state.posteriors, atomic.Remedy.STATE)
    atomic.write_bytes(state.current_file, f"{entry.name}\n".encode(), atomic.Remedy.STATE)
    return entry


def _entry_as_of(as_of: date, home: Path | str | None) -> Entry:
    entries = available(home)
    fitting = [entry for entry in entries if entry.as_of == as_of]
    usable = [entry for entry in fitting if entry.status != "REFUSED"]
    if not usable:
        there = f"{fitting[0].name} was refused by its gates" if fitting else "there is none"
        dates = _listed(sorted({entry.as_of.isoformat() for entry in entries if entry.status != "REFUSED"}))
        message = f"no posterior as of {as_of} ({there}); there are: {dates}; make one: `timelines fit --as-of {as_of}`"
        raise PosteriorNotFoundError(message, field="as_of")
    return usable[0]


def _entries(folder: Path, origin: Origin) -> list[Entry]:
    return [as_entry(folder / f"{name}.nc", origin) for name in _names(folder)]


def _names(folder: Path) -> list[str]:
    """The posteriors of a folder, in order; their files are not opened."""
    try:
        return sorted(path.stem for path in folder.iterdir() if path.suffix == ".json" and is_name(path.stem))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StorageError(f"cannot read {folder}: {error.strerror}; grant read permission") from error


def as_entry(path: Path, origin: Origin) -> Entry:
    """The entry of a draws file; what is wrong with it is its `problem`."""
    manifest, problem, written = None, "", 0
    try:
        written = path.with_suffix(".json").stat().st_mtime_ns
        manifest = read_manifest(path)
        if not path.is_file():
            problem = f"the draws file {path.name} is missing"
    except (ArtefactError, StorageError) as error:
        problem = error.message
    except OSError as error:
        problem = f"cannot read it ({error.strerror})"
    return Entry(path, origin, manifest, written, problem)


def is_name(text: str) -> bool:
    """Whether a text is a posterior's full name."""
    found = _NAME.fullmatch(text)
    try:
        return bool(found and date.fromisoformat(found[1]))
    except ValueError:
        return False


def _newest_written(entry: Entry) -> tuple[int, str]:
    return entry.written_ns, entry.name


def _newest_as_of(entry: Entry) -> tuple[date, str]:
    return entry.as_of, entry.name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
