"""Finished sampler runs of an experiment on disk, so that an interrupted one goes on where it stopped.

A checkpoint is named by everything its draws follow from, so a change of data, model, priors, settings or seed makes a
new one. It is a file of plain arrays beside its own description, written atomically, and never a product: it may be
deleted at any time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from forecast.inference.runs import Run
from forecast.storage import atomic

_ABOUT = "about"


def resume(folder: Path, identity: str, make: Callable[[], Run]) -> Run:
    """The finished run of that identity, else a new one, kept for the next time.

    Parameters
    ----------
    folder : Path
        Where checkpoints are; made if need be.
    identity : str
        Name of the run, as in `Run.identity`.
    make : callable
        Samples it.
    """
    path = folder / file_of(identity)
    if path.is_file():
        return _read(path)
    run = make()
    atomic.write_bytes(atomic.make_folder(folder) / path.name, _encode(run))
    return run


def file_of(identity: str) -> str:
    """Name of the file of a run."""
    return f"{identity}.npz"


def _encode(run: Run) -> bytes:
    about = {"identity": run.identity, "model_version": run.model_version, "diagnostics": run.diagnostics}
    arrays = {f"{block}/{name}": values for block, group in run.blocks.items() for name, values in group.items()}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays, **{_ABOUT: np.array(json.dumps(about))})
    return buffer.getvalue()


def _read(path: Path) -> Run:
    blocks: dict[str, dict[str, np.ndarray]] = {}
    with np.load(path, allow_pickle=False) as stored:
        about = json.loads(str(stored[_ABOUT]))
        for key in stored.files:
            if key != _ABOUT:
                block, _, name = key.partition("/")
                blocks.setdefault(block, {})[name] = stored[key]
    return Run(blocks, about["identity"], about["model_version"], about["diagnostics"])


def count(folder: Path) -> int:
    """How many finished runs there are."""
    return sum(1 for _ in folder.glob("*.npz"))
