"""Fits on other machines: prepared there before anything that samples is loaded, and one at a time in a process.

The sampler's compiler reads its settings when it is loaded, so what fits travels as bytes: they are unpacked after the
worker has been given the compile cache of its own state folder and exact arithmetic. Draws follow from the versions of
the sampler's libraries too, so a worker with others is refused.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from forecast.errors import InputError
from forecast.executors.executor import Parcels
from forecast.inference.sampling import prepare_environment
from forecast.posterior.state import state_folder

LIBRARIES = ("pymc", "pytensor", "nutpie", "numpy", "numba", "arviz", "scipy", "pandas")

_one_at_a_time = threading.Lock()  # a worker may have several threads; compiling and sampling are not made for that


@dataclass(frozen=True)
class Packed:
    """A task as bytes, under its number in the plan."""

    number: int
    content: bytes

    @classmethod
    def of(cls, number: int, task: object) -> Packed:
        """The task, packed."""
        return cls(number, pickle.dumps(task))


@dataclass(frozen=True)
class Away:
    """Work for an executor whose workers are other machines; does one `Packed` task."""

    content: bytes
    libraries: Mapping[str, str]

    @classmethod
    def of(cls, work: Callable[[Any], Any]) -> Away:
        """The work, packed, with the versions that it is to be done with: those of this machine."""
        return cls(pickle.dumps(work), {name: version(name) for name in LIBRARIES})

    def __call__(self, task: Packed, _: Parcels) -> Any:
        """Unpack and do the task, on a machine that is fit for it.

        Raises
        ------
        InputError
            When a library has another version here.
        """
        with _one_at_a_time:
            check_libraries(self.libraries)
            prepare_environment(state_folder().compile_cache)
            return pickle.loads(self.content)(pickle.loads(task.content))  # noqa: S301  (our own bytes)


def check_libraries(wanted: Mapping[str, str]) -> None:
    """Refuse a worker whose libraries would give other draws.

    Raises
    ------
    InputError
        Names the libraries and both versions.
    """
    found = {name: _version(name) for name in wanted}
    differing = "; ".join(f"{n} {found[n]} there, {wanted[n]} here" for n in wanted if found[n] != wanted[n])
    if differing:
        raise InputError(
            f"a worker of the cluster has other libraries than this machine: {differing}. Fits need the same: install "
            "'ai-timelines[fit,cluster]' by the same lock everywhere",
            field="cluster",
        )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "is missing"
