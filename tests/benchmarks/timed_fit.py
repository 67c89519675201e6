"""The process that `timelines fit` starts, with a stopwatch at its seams: `python -m tests.benchmarks.timed_fit FILE`.

It fits into the state folder that the environment names, as the command does when nothing is said. To FILE it writes
what the gates said and, for each model, what compiling and sampling took and how the chains mixed.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forecast.data.tables import RELEASED_ON
from forecast.inference.sampling import prepare_environment
from forecast.posterior.state import state_folder

AS_THE_COMMAND = {"draws": 1000, "tune": 1000, "chains": 4, "seed": 0, "only": None, "tables": None}


class Stopwatch:
    """CPU of every call of the functions that it is put around, in the order of the calls."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, list[float]] = defaultdict(list)

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its CPU noted."""

        def timed(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            result = function(*given, **named)
            self.cpu_s[name].append(time.process_time() - began)
            return result

        return timed


def main(file: str) -> None:
    """Fit all models and note what it cost."""
    home = state_folder()
    prepare_environment(home.compile_cache)
    from forecast.inference import runs, worker
    from forecast.posterior import selection

    watch = Stopwatch()
    for name in ("compile_model", "sample"):
        setattr(runs, name, watch.around(name, getattr(runs, name)))
    outcome = worker.run({"as_of": RELEASED_ON.isoformat(), **AS_THE_COMMAND}, home.root, lambda _: None)
    manifest = selection.find_entry(outcome["name"], home.root).manifest
    assert manifest is not None
    models = {
        model: {**manifest["diagnostics"][model], "compile_cpu_s": compiled, "sample_cpu_s": sampled}
        for model, compiled, sampled in zip(
            runs.MODELS, watch.cpu_s["compile_model"], watch.cpu_s["sample"], strict=True
        )
    }
    told = {name: outcome[name] for name in ("status", "reasons")}
    Path(file).write_text(json.dumps({**told, "models": models}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
