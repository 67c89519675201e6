"""Stands in for the fit's process: speaks as `forecast.inference.worker` does, and is done in a moment, without PyMC.

What it makes is a real posterior, whose name follows from the seed and the as-of date. How long it takes follows from
`draws` (a thousand a second), and how it ends from the seed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = (sys.executable, str(Path(__file__).resolve()))
DRAWS_PER_S = 1_000
REFUSED, UNFIT, CRASHING, KILLED, DEAF, TELLING_A_PATH = range(1_000_001, 1_000_007)
"""Seeds of fits that do not go well."""

STEP_S = 0.1


def main() -> int:
    """Do one fit."""
    events = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if request["seed"] == DEAF:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def tell(event: str, **said: Any) -> None:
        events.write(json.dumps({"event": event, **said}) + "\n")

    tell("stage", text="reading the tables")
    _sample(request, tell)
    match request["seed"]:
        case _ if request["seed"] == UNFIT:
            tell("error", reason="INVALID_INPUT", message="as_of 1999-01-01 is out of range", exit_code=2)
            return 2
        case _ if request["seed"] == TELLING_A_PATH:
            tell("error", reason="STORAGE", message="cannot write /secret/folder/file", exit_code=1)
            return 1
        case _ if request["seed"] == CRASHING:
            tell("crashed", traceback="Traceback: a secret")
            return 1
        case _ if request["seed"] == KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
    tell("stage", text="storing the posterior", storing=True)
    return _store(request, tell)


def _store(request: dict[str, Any], tell: Any) -> int:
    sys.path.insert(0, str(ROOT))
    from forecast.errors import ForecastError

    try:
        tell("done", **store(request["seed"], request["as_of"], request["home"]), cpu_seconds=0.1)
    except ForecastError as error:
        tell("error", reason=error.reason, message=error.message, exit_code=error.exit_code)
        return error.exit_code
    return 0


def store(seed: int, as_of: str, home: str | Path) -> dict[str, Any]:
    """Write the posterior that follows from a seed and a date."""
    sys.path.insert(0, str(ROOT))
    from forecast.posterior import artefact
    from forecast.posterior.state import state_folder
    from tests.synthetic import synthetic_posterior

    refused: dict[str, Any] = {"status": "REFUSED", "reasons": ["217 divergences"]} if seed == REFUSED else {}
    posterior = synthetic_posterior(80, seed, as_of=date.fromisoformat(as_of), **refused)
    path = artefact.write(posterior, state_folder(home).posteriors)
    return {"name": path.stem, "status": posterior.status, "reasons": list(posterior.reasons), "current": False}


def _sample(request: dict[str, Any], tell: Any) -> None:
    steps = request["draws"] + request["tune"]
    began, lasts = time.monotonic(), request["draws"] / DRAWS_PER_S
    share = 0.0
    while share < 1:
        time.sleep(STEP_S)
        share = min((time.monotonic() - began) / lasts, 1)
        chains = [
            {"model": "compute", "chain": k, "finished_draws": int(share * steps), "total_draws": steps}
            | {"divergences": k, "step_size": 0.25}
            for k in range(request["chains"])
        ]
        tell("progress", chains=chains)


def _leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
