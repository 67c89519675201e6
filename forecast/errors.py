"""The one error tree. Every message says what went wrong, with which value, and what to do.

ForecastError                    exit code 1
├── InputError (ValueError)      exit code 2: the caller can mend it
│   ├── UnknownNameError         a scale, law, scenario, table or model that is not there; lists those that are
│   │   └── UnlikeNameError      the same where there are many; lists those most like it
│   │       └── NotListedError   a fit or a published forecast that is not there (in `catalogue.failures`)
│   ├── PosteriorNotFoundError   no posterior for this name or as-of date; says which command makes one
│   ├── UnansweredError          the posterior cannot answer this question (a model that is only its prior)
│   │   └── PosteriorGoneError   its files are gone, so that nothing can be published from it (in `publishing.replays`)
│   ├── PosteriorRefusedError    it failed its gates, so it cannot become current (in `posterior.selection`)
│   ├── WrongRowsError           rows of a scaling study; lists every one that is wrong (in `engine.study`)
│   ├── ScaleTakenError          a name that another scale has (in `catalogue.named.studies`)
│   ├── ScenarioTakenError       a name that another scenario has (in `catalogue.named.scenario_store`)
│   ├── RequestIdUsedError       a request_id that was used for something else (in `catalogue.failures`)
│   ├── QueueFullError           more fits wait than may (in `catalogue.failures`)
│   ├── FileError                a scenario's file; names file, line and field (in `catalogue.named.marked_yaml`)
│   └── DataError                a table or a download that breaks its schema; names file, row and column
├── ArtefactError                a posterior on disk that fails a check; says which check and which field
│   ├── DamagedScaleError        the file of an imported scale (in `catalogue.named.studies`)
│   ├── DamagedScenarioError     the file of a scenario of one's own (in `catalogue.named.scenario_store`)
│   ├── DamagedBackupError       a backup of the state folder (in `catalogue.upkeep.backup_format`)
│   └── DamagedOutputError       an output that is not what its manifest says (in `storage.manifest`)
├── StorageError (OSError)       no permission, no space, no connection; says which file and what to do
│   ├── CatalogueUnavailableError  the database of several servers cannot be reached now (in `catalogue.failures`)
│   └── MissingFileError         a file that a folder or a URL does not hold (in `storage.store`)
├── LostClaimError               a fit that another server runs now, or nobody (in `catalogue.failures`)
├── StoppedError                 nobody waits for the answer any more: the caller is gone or its deadline has passed
├── WorkerLostError              processes or a cluster's workers that died, so that work could not go on
└── FitError                     a fit that could not end: aborted, or refused by the gates
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

SHOWN_NAMES = 5


class ForecastError(Exception):
    """Base of everything this package raises on purpose.

    Parameters
    ----------
    message : str
        What went wrong, with the value, and what to do about it.
    field : str
        The input that the error is about, as a dotted path (`target.loss.scale`); empty when there is none.
    """

    reason = "FORECAST_ERROR"
    exit_code = 1

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes; those that make their message themselves are not made anew."""
        return _travelled, (type(self), self.args, self.__dict__)


def _travelled(kind: type[ForecastError], args: tuple[Any, ...], state: dict[str, Any]) -> ForecastError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InputError(ForecastError, ValueError):
    """The question or the file is wrong; the caller can mend it."""

    reason = "INVALID_INPUT"
    exit_code = 2


class UnknownNameError(InputError):
    """A name that is not there; `known` lists those that are."""

    reason = "UNKNOWN_NAME"

    def __init__(self, kind: str, name: str, known: Iterable[str], *, field: str = "") -> None:
        listed = ", ".join(sorted(known)) or "none"
        super().__init__(f"unknown {kind} {name!r}; known: {listed}", field=field)


class UnlikeNameError(UnknownNameError):
    """A name that is not there among many; lists those that are most like it, or all where none is."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, field: str = "") -> None:
        names = sorted(known)
        group, _, tail = name.partition(".")
        alike = [one for one in names if tail and one.partition(".")[2] == tail]
        alike += get_close_matches(name, names, SHOWN_NAMES, 0.6)
        near = list(dict.fromkeys(alike)) or [one for one in names if tail and one.partition(".")[0] == group]
        super().__init__(kind, name, near or names, field=field)
        if near:
            self.message = f"unknown {kind} {name!r}; most like it: {', '.join(near)} ({len(names)} are known)"
            self.args = (self.message,)


class PosteriorNotFoundError(InputError):
    """No posterior answers for this name or as-of date."""

    reason = "POSTERIOR_NOT_FOUND"


class UnansweredError(InputError):
    """The posterior at hand cannot answer this question."""

    reason = "UNANSWERED"


class DataError(InputError):
    """A table or a download breaks its schema."""

    reason = "INVALID_DATA"


class ArtefactError(ForecastError):
    """A posterior on disk is damaged, truncated, foreign or of another schema."""

    reason = "DAMAGED_POSTERIOR"


class StorageError(ForecastError, OSError):
    """A folder or a URL cannot be read, written or reached."""

    reason = "STORAGE"


class StoppedError(ForecastError):
    """Work was stopped at a checkpoint because nobody waits for it."""

    reason = "STOPPED"


class WorkerLostError(ForecastError):
    """Workers died, or cannot be reached any more, so that work could not go on."""

    reason = "WORKER_LOST"


class FitError(ForecastError):
    """A fit did not produce a posterior that may be used."""

    reason = "FIT_FAILED"
