"""The fit as a process of its own: one JSON request on standard input, JSON lines of progress on standard output.

    {"as_of": "2026-11-20", "data_cutoff": null, "seed": 0, "draws": 1000, "tune": 1000, "chains": 4, "only": null,
     "home": null, "tables": null, "make_current": true}

Where `make_current` is false, the posterior is written and nothing else: whoever asked tells the catalogue.

Events: `stage`, `progress`, and at the end one of `done` (name, status, reasons, path, current), `error` (reason,
message, exit_code) and `crashed` (traceback). The process ends when its standard input closes, so it never outlives its
parent; SIGTERM ends it at once. Nothing is written before the last step, and that is atomic, so there is nothing to
clean up.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from forecast.errors import ForecastError
from forecast.executors.parent import NICENESS, input_closed, leave_with_parent
from forecast.inference.sampling import ChainProgress, SamplerSettings, prepare_environment
from forecast.posterior.state import state_folder

if TYPE_CHECKING:
    from forecast.inference.fit import FitRequest

Emit = Callable[[Mapping[str, Any]], None]

_SECONDS_BETWEEN_EVENTS = 0.2
_TRACEBACK_CHARACTERS = 10_000


def main() -> int:
    """Serve one request; returns the exit code."""
    events = _claim_standard_output()
    request = json.loads(sys.stdin.readline())
    leave_with_parent(input_closed)
    emit = _emitter(events)
    try:
        state = state_folder(request.get("home"))
        prepare_environment(state.compile_cache)
        emit({"event": "done", **run(request, state.root, emit)})
    except ForecastError as error:
        emit({"event": "error", "reason": error.reason, "message": error.message, "exit_code": error.exit_code})
        return error.exit_code
    except Exception:
        emit({"event": "crashed", "traceback": traceback.format_exc()[-_TRACEBACK_CHARACTERS:]})
        raise
    return 0


def run(request: Mapping[str, Any], home: Path, emit: Emit) -> dict[str, Any]:
    """Fit, store, and make current where the gates and the date allow it.

    Parameters
    ----------
    request : mapping
        As in the module's docstring.
    home : Path
        The state folder.
    emit : callable
        Receives events.

    Returns
    -------
    dict
        What `publish` returns, and the CPU time of the process.
    """
    emit({"event": "stage", "text": "reading the tables, building and compiling the models"})
    from forecast.inference.fit import fit
    from forecast.inference.store import current_or_none, publish

    only = request.get("only")
    posterior = fit(fit_request(request), _reporter(emit), only, current_or_none(home) if only else None)
    emit({"event": "stage", "text": "storing the posterior", "storing": True})
    choose = request.get("make_current") is not False
    return {**publish(posterior, home, choose), "cpu_seconds": round(time.process_time(), 1)}


def fit_request(request: Mapping[str, Any]) -> FitRequest:
    """What to fit, by a request as in the module's docstring."""
    from forecast.inference.fit import FitRequest

    settings = SamplerSettings(draws=request["draws"], tune=request["tune"], chains=request["chains"])
    cutoff, folder = request.get("data_cutoff"), request.get("tables")
    return FitRequest(
        as_of=date.fromisoformat(request["as_of"]),
        data_cutoff=date.fromisoformat(cutoff) if cutoff else None,
        seed=request["seed"],
        settings=settings,
        tables_folder=Path(folder) if folder else None,
        keep_draws=request.get("keep_draws") or settings.draws * settings.chains,
    )


def _reporter(emit: Emit) -> Callable[[Sequence[ChainProgress]], None]:
    last = 0.0

    def report(chains: Sequence[ChainProgress]) -> None:
        nonlocal last
        finished = all(chain.finished_draws >= chain.total_draws for chain in chains)
        if finished or time.monotonic() - last > _SECONDS_BETWEEN_EVENTS:
            last = time.monotonic()
            emit({"event": "progress", "chains": [_as_event(chain) for chain in chains]})

    return report


def _as_event(chain: ChainProgress) -> dict[str, Any]:
    return {name: getattr(chain, name) for name in ChainProgress.__slots__}


def _claim_standard_output() -> IO[str]:
    """Keep standard output for events; whatever a library prints goes to standard error."""
    events = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return events


def _emitter(events: IO[str]) -> Emit:
    def emit(event: Mapping[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            events.write(json.dumps(event) + "\n")

    return emit


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.exit(main())
