"""NUTS by nutpie: compile, sample with live progress, hand back draws as plain arrays.

Settings as measured: `draw_diag` mass-matrix adaptation and a target acceptance of .95 (at .8 the hierarchical models
showed divergences; `low_rank` was fast and not to be trusted). A fit that shows a divergence is run once more at .97.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class SamplerSettings:
    """How a model is sampled."""

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    cores: int = 2
    target_accept: float = 0.95
    retry_target_accept: float = 0.97
    adaptation: str = "draw_diag"

    def as_dict(self) -> dict[str, Any]:
        """The settings as they are recorded in a manifest."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ChainProgress:
    """Where one chain stands."""

    model: str
    chain: int
    finished_draws: int
    total_draws: int
    divergences: int
    step_size: float


Progress = Callable[[Sequence[ChainProgress]], None]


@dataclass(frozen=True)
class Sampled:
    """Draws of one model.

    Attributes
    ----------
    draws : mapping of str to ndarray, shape (chains, draws, ...)
        Every named variable of the model.
    divergences : int
        After warm-up, over all chains.
    energy : ndarray, shape (chains, draws)
        Hamiltonian energy, for the fraction of missing information.
    target_accept : float
        The one in use at the end.
    """

    draws: Mapping[str, Array]
    divergences: int
    energy: Array
    target_accept: float

    def flat(self, name: str) -> Array:
        """Draws of a variable with the chains joined, shape (chains x draws, ...)."""
        values = self.draws[name]
        return values.reshape(-1, *values.shape[2:])


def prepare_environment(compile_cache: Path) -> None:
    """Set the compiler's cache folder and exact arithmetic; call before PyMC is imported.

    Cold and warm caches gave different draws with fast-math; without it they are equal.
    """
    flags = f"base_compiledir={compile_cache},numba__fastmath=False"
    os.environ["PYTENSOR_FLAGS"] = flags
    os.environ["NUMBA_CACHE_DIR"] = str(compile_cache / "numba")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def compile_model(model: Any) -> Any:
    """Compile a PyMC model for nutpie (numba backend)."""
    import nutpie

    return nutpie.compile_pymc_model(model)


def sample(name: str, compiled: Any, settings: SamplerSettings, seed: int, progress: Progress | None = None) -> Sampled:
    """Sample a compiled model; once more at a higher target acceptance where a divergence shows.

    Parameters
    ----------
    name : str
        Name of the model in the progress.
    compiled : nutpie.compile_pymc.CompiledPyMCModel
        From `compile_model`, perhaps with other data.
    settings : SamplerSettings
        Counts and tuning.
    seed : int
        Seed of all chains.
    progress : callable, optional
        Called about ten times a second with one `ChainProgress` per chain.
    """
    target, result = settings.target_accept, None
    for target in (settings.target_accept, settings.retry_target_accept):
        result = _run(name, compiled, settings, target, seed, progress)
        if not int(result.sample_stats["diverging"].sum()):
            break
    return _collect(result, target)


def _run(
    name: str, compiled: Any, settings: SamplerSettings, target: float, seed: int, progress: Progress | None
) -> Any:
    import nutpie

    def report(chains: Any) -> None:
        if progress is not None:
            progress([_chain(name, number, chain) for number, chain in enumerate(chains)])

    sampler = nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=settings.cores,
        seed=seed,
        target_accept=target,
        adaptation=settings.adaptation,
        save_warmup=False,
        progress_bar=False,
        progress_callback=report,
        blocking=False,
    )
    while True:  # short waits, so that Ctrl-C is heard
        try:
            return sampler.wait(timeout=_POLL_SECONDS)
        except TimeoutError:
            continue


def _chain(name: str, number: int, chain: Any) -> ChainProgress:
    return ChainProgress(
        name, number, chain.finished_draws, chain.total_draws, chain.divergences, float(chain.step_size)
    )


def _collect(result: Any, target_accept: float) -> Sampled:
    draws = {str(name): np.asarray(values) for name, values in result.posterior.data_vars.items()}
    stats = result.sample_stats
    return Sampled(draws, int(stats["diverging"].sum()), np.asarray(stats["energy"]), target_accept)
