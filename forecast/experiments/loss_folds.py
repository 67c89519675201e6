"""What is held out of the loss points, and the fits on the rest: a form of the law, a sampler, a checkpoint a fold.

Folds of one shape are compiled once, and their data swapped. There are tails (of every group's compute, where three
points remain below), two runs of one group, and whole studies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.data import tables
from forecast.evaluation.quantities import MODEL, POWER_LAW
from forecast.experiments import power_law
from forecast.experiments.checkpoints import resume
from forecast.inference.diagnostics import convergence
from forecast.inference.runs import Run, version_of
from forecast.inference.sampling import SamplerSettings, compile_model, sample
from forecast.models import loss
from forecast.models.loss import LossData
from forecast.posterior.schema import variables_of
from forecast.priors import LossPriors

Array = NDArray[np.float64]

DECADES = {1: "loss_one_decade", 2: "loss_two_decades"}
NEW_STUDY, OLMO = "loss_new_study", "loss_olmo"
OLMO_LARGE_PARAMETERS = 6e9
"""OLMo 7B and 13B are larger; they are what its ladder of small runs was built to forecast."""


@dataclass(frozen=True)
class Form:
    """A form of the law: who forecasts with it, and how it is sampled.

    Attributes
    ----------
    forecaster, prefix : str
        Its name in the scores, and what the names of its checkpoints begin with.
    build : callable
        Makes the model of some points and priors.
    variables : tuple of str
        What is kept of the draws.
    modules : tuple of module
        Those that state the model.
    """

    forecaster: str
    prefix: str
    build: Callable[[LossData, LossPriors], Any]
    variables: tuple[str, ...]
    modules: tuple[ModuleType, ...]


SHIPPED = Form(MODEL, "loss", loss.build, tuple(variable.name for variable in variables_of("loss")), (loss,))
NO_FLOOR = Form(POWER_LAW, "power-law", power_law.build, power_law.VARIABLES, (power_law,))


@dataclass(frozen=True)
class Fold:
    """What is held out of the loss points.

    Attributes
    ----------
    quantity, name : str
        Quantity of its outcomes, and what is held out.
    fitted : LossData
        The rest.
    held : ndarray of bool, shape (n,)
        The rows of all points that are held out.
    """

    quantity: str
    name: str
    fitted: LossData
    held: NDArray[np.bool_]

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms that forecast it: of a new study, the shipped one alone."""
        return (SHIPPED,) if self.quantity == NEW_STUDY else (SHIPPED, NO_FLOOR)


@dataclass(frozen=True)
class Points:
    """All loss points, with the study of each group and the parameters of each run (0 where none are published)."""

    data: LossData
    studies: tuple[str, ...]
    parameters: Array

    @classmethod
    def load(cls) -> Points:
        """The shipped points."""
        table = tables.load("loss_points")
        data = LossData.from_points(list(table["group"]), table["training_flop"], table["loss_nats_per_token"])
        study_of = dict(zip(table["group"], table["study"], strict=True))
        parameters = table["parameters"].fillna(0).to_numpy(np.float64)
        return cls(data, tuple(study_of[group] for group in data.groups), parameters)

    def folds(self) -> list[Fold]:
        """Both tails, the two large runs of OLMo, then every study."""
        return [
            *(self._tail(decades) for decades in DECADES),
            self._olmo(),
            *(self._study(name) for name in sorted(set(self.studies))),
        ]

    def _tail(self, decades: int) -> Fold:
        held = self.data.tails(decades)
        return Fold(DECADES[decades], f"last {decades} decade{'s' * (decades > 1)}", self.data.select(~held), held)

    def _olmo(self) -> Fold:
        held = (np.array(self.studies)[self.data.group] == "olmo") & (self.parameters > OLMO_LARGE_PARAMETERS)
        return Fold(OLMO, "OLMo 7B and 13B", self.data.select(~held), held)

    def _study(self, study: str) -> Fold:
        data, names = self.data, np.array(self.data.groups)[self.data.group]
        held = np.array(self.studies)[data.group] == study
        rest = LossData.from_points(list(names[~held]), 10 ** data.log10_flop[~held], np.exp(data.log_loss[~held]))
        return Fold(NEW_STUDY, study, rest, held)


def shapes(points: Points) -> dict[int, list[Fold]]:
    """Folds by their number of groups: those of one shape are compiled once, and their data swapped."""
    found: dict[int, list[Fold]] = {}
    for fold in points.folds():
        found.setdefault(len(fold.fitted.groups), []).append(fold)
    return found


def fit_folds(
    folds: Sequence[Fold], folder: Path, priors: LossPriors, settings: SamplerSettings, seed: int
) -> Iterator[tuple[Fold, dict[Form, Run]]]:
    """Fit folds of one shape, or take finished fits from their checkpoints.

    Parameters
    ----------
    folds : sequence of Fold
        All with the same number of groups.
    folder : Path
        Where checkpoints are.
    priors : LossPriors
        Frozen prior values.
    settings : SamplerSettings
        Counts and tuning.
    seed : int
        Seed of the sampler.

    Yields
    ------
    tuple of Fold and mapping of Form to Run
        A fold, and its fit by each form.
    """
    samplers = {form: _Sampler(form, folds[0].fitted, priors, settings, seed) for form in (SHIPPED, NO_FLOOR)}
    for fold in folds:
        yield fold, {form: samplers[form].fit(fold, folder) for form in fold.forms}


def identities(folds: Sequence[Fold], priors: LossPriors, settings: SamplerSettings, seed: int) -> list[str]:
    """Names of the fits of folds of one shape, by every form."""
    samplers = {form: _Sampler(form, folds[0].fitted, priors, settings, seed) for form in (SHIPPED, NO_FLOOR)}
    return [samplers[form].identity(fold) for fold in folds for form in fold.forms]


class _Sampler:
    """Compiles a form when a fold needs it, always for the first fold of the shape.

    The chains start from that fold's data, so that a fit does not depend on which others were resumed.
    """

    def __init__(self, form: Form, first: LossData, priors: LossPriors, settings: SamplerSettings, seed: int) -> None:
        self.form, self.first, self.priors, self.settings, self.seed = form, first, priors, settings, seed
        self._compiled: Any = None
        self._names: list[str] = []

    def fit(self, fold: Fold, folder: Path) -> Run:
        """The finished fit of a fold, or a new one."""
        identity = self.identity(fold)
        return resume(folder, identity, partial(self._run, fold, identity))

    def identity(self, fold: Fold) -> str:
        """Name of the fit of a fold."""
        parts = [version_of(*self.form.modules)]
        parts += [fold.fitted.log10_flop.tobytes().hex(), fold.fitted.log_loss.tobytes().hex()]
        parts += [fold.fitted.group.tobytes().hex(), repr(self.priors), repr(self.settings), str(self.seed)]
        return f"{self.form.prefix}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"

    def _run(self, fold: Fold, identity: str) -> Run:
        if self._compiled is None:
            model = self.form.build(self.first, self.priors)
            self._compiled, self._names = compile_model(model), [variable.name for variable in model.free_RVs]
        data = fold.fitted.shared()
        sampled = sample(self.form.prefix, self._compiled.with_data(**data), self.settings, self.seed)
        found = convergence(self.form.prefix, sampled, self._names)
        block = {name: sampled.flat(name) for name in self.form.variables}
        return Run({"loss": block}, identity, version_of(*self.form.modules), asdict(found))
