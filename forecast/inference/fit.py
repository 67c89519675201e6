"""Tables + priors + seed -> posterior, in numbered steps.

1. observe:  the rows that were known by the data cutoff
2. sample:   the joint model of spend, price and compute; the hierarchy of losses
3. derive:   the pooled law on every scale that has only a published law (a grid, no sampling)
4. assemble: blocks, observed points and manifest
5. judge:    convergence and nowcast gates -> PASSED, FLAGGED or REFUSED
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pandas import DateOffset

import forecast
from forecast.data import tables
from forecast.engine.drift import PHI
from forecast.errors import InputError
from forecast.inference import diagnostics
from forecast.inference.diagnostics import Convergence
from forecast.inference.nowcast import nowcast
from forecast.inference.observations import Observations, observe
from forecast.inference.runs import MODELS, Recipe, Run, run_compute, run_loss
from forecast.inference.sampling import Progress, SamplerSettings
from forecast.inference.scales import pooled_scales
from forecast.posterior.artefact import Posterior
from forecast.priors import DEFAULT, Priors

LIBRARIES = ("pymc", "pytensor", "nutpie", "numpy", "numba", "arviz")
EARLIEST_AS_OF = date(2013, 12, 31)
MONTHS_AFTER_NEWEST_ROW = 18
DATA_NOTICE = (
    "Data: Epoch AI (CC BY 4.0), Hobbhahn & Besiroglu (Apache-2.0), gpu-rental-prices (CC BY 4.0), ai-chip-counts "
    "(MIT), and the authors of the scaling studies; see SOURCES.md."
)


@dataclass(frozen=True)
class FitRequest:
    """What to fit.

    Attributes
    ----------
    as_of : date
        Start of the forecast.
    data_cutoff : date, optional
        Rows published later do not enter; `as_of` by default.
    seed : int
        Seed of every sampler.
    settings : SamplerSettings
        Counts and tuning.
    priors : Priors
        Frozen prior values.
    tables_folder : Path, optional
        Tables of the user's own import; the shipped ones by default.
    keep_draws : int
        Draws in the posterior, thinned evenly from all chains.
    """

    as_of: date
    data_cutoff: date | None = None
    seed: int = 0
    settings: SamplerSettings = field(default_factory=SamplerSettings)
    priors: Priors = DEFAULT
    tables_folder: Path | None = None
    keep_draws: int = 4000

    @property
    def cutoff(self) -> date:
        """The data cutoff in force."""
        return self.data_cutoff or self.as_of


def fit(
    request: FitRequest,
    progress: Progress | None = None,
    only: str | None = None,
    current: Posterior | None = None,
) -> Posterior:
    """Fit the models and judge the result.

    Parameters
    ----------
    request : FitRequest
        What to fit.
    progress : callable, optional
        Receives `ChainProgress` while sampling.
    only : {"compute", "loss"}, optional
        Fit this model alone and copy the other's blocks from `current`.
    current : Posterior, optional
        The source of copied blocks; its data digest and as-of date must agree.

    Returns
    -------
    Posterior
        With its status and reasons; a REFUSED one is returned too, for a look.

    Raises
    ------
    InputError
        If dates or `only` do not fit.
    """
    check_dates(request)
    observations = observe(request.as_of, request.cutoff, request.tables_folder)
    runs = _runs(request, observations, progress, only, current)
    posterior = _assemble(request, observations, runs)
    return _judge(posterior, observations, runs, request.seed)


def check_dates(request: FitRequest) -> None:
    """Refuse a cutoff after as_of, and an as_of that the tables cannot serve."""
    if request.cutoff > request.as_of:
        raise InputError(
            f"data cutoff {request.cutoff} lies after as_of {request.as_of}: choose an earlier cutoff", field="as_of"
        )
    newest = tables.load("training_runs", request.tables_folder)["published_on"].max()
    latest = (newest + DateOffset(months=MONTHS_AFTER_NEWEST_ROW)).date()
    if not EARLIEST_AS_OF <= request.as_of <= latest:
        raise InputError(
            f"as_of {request.as_of} is out of range: the tables serve {EARLIEST_AS_OF} to {latest} (18 months after "
            f"their newest row, {newest.date()}); import newer data or choose another date",
            field="as_of",
        )


def _runs(
    request: FitRequest,
    observations: Observations,
    progress: Progress | None,
    only: str | None,
    current: Posterior | None,
) -> dict[str, Run]:
    makers = {"compute": run_compute, "loss": run_loss}
    if only is not None and only not in MODELS:
        raise InputError(f"unknown model {only!r}; known: {', '.join(MODELS)}", field="only")
    recipe = Recipe(observations, request.priors, request.settings, request.seed)
    # Copied first: one that cannot be is refused before minutes of sampling, not after.
    copied = {name: _copied(name, observations, request, current) for name in makers if only not in (None, name)}
    return {name: copied.get(name) or make(recipe, progress) for name, make in makers.items()}


def _copied(name: str, observations: Observations, request: FitRequest, current: Posterior | None) -> Run:
    """A model's blocks from the current posterior, where it was fitted on the same data and date."""
    if current is None:
        raise InputError(f"there is no current posterior to copy {name} from: fit all models first", field="only")
    pairs = {
        "data_digest": (current.manifest["data_digest"], observations.data_digest),
        "as_of": (current.as_of, request.as_of),
        "data_cutoff": (current.data_cutoff, request.cutoff),
    }
    for key, (have, want) in pairs.items():
        if have != want:
            raise InputError(
                f"cannot copy {name} from {current.name}: its {key} is {have}, this fit's is {want}; fit all models",
                field="only",
            )
    return Run.from_posterior(name, current)


def _assemble(request: FitRequest, observations: Observations, runs: Mapping[str, Run]) -> Posterior:
    draws = min(request.keep_draws, *(run.draws for run in runs.values()))
    blocks = {name: block for run in runs.values() for name, block in run.thinned(draws).items()}
    blocks["scales"], scale_constants = pooled_scales(observations.laws, blocks["loss"], request.seed)
    constants = {
        "compute": {**observations.compute_constants, "phi": PHI},
        "price": {},
        "loss": observations.loss_constants(request.priors.loss),
        "scales": scale_constants,
    }
    manifest = _manifest(request, observations, runs, constants, draws)
    return Posterior.new(manifest, blocks, observations.coords, observations.observed)


def _manifest(
    request: FitRequest,
    observations: Observations,
    runs: Mapping[str, Run],
    constants: Mapping[str, Mapping[str, Any]],
    draws: int,
) -> dict[str, Any]:
    owner = {"compute": runs["compute"], "price": runs["compute"], "loss": runs["loss"], "scales": runs["loss"]}
    return {
        "as_of": request.as_of.isoformat(),
        "data_cutoff": request.cutoff.isoformat(),
        "seed": request.seed,
        "draws": draws,
        "priors": asdict(request.priors),
        "data_digests": observations.data_digests,
        "data_digest": observations.data_digest,
        "hindsight_rows": observations.hindsight_rows,
        "prior_only": list(observations.prior_only),
        "blocks": {
            name: {"run": run.identity, "model_version": run.model_version, "constants": constants[name]}
            for name, run in owner.items()
        },
        "sampler": request.settings.as_dict(),
        "diagnostics": {name: run.diagnostics for name, run in runs.items()},
        "library_versions": {name: version(name) for name in LIBRARIES},
        "laws": list(observations.laws),
        "data_notice": DATA_NOTICE,
        "code_version": forecast.__version__,
    }


def _judge(posterior: Posterior, observations: Observations, runs: Mapping[str, Run], seed: int) -> Posterior:
    verdicts = [
        diagnostics.judge_convergence(Convergence(**run.diagnostics)) for run in runs.values() if run.diagnostics
    ]
    found = nowcast(posterior, observations.compute, seed)
    verdict = diagnostics.combine([*verdicts, diagnostics.judge_nowcast(found)])
    return posterior.with_manifest(nowcast=found.as_dict(), status=verdict.status, reasons=list(verdict.reasons))
