"""Losses at larger compute, and of studies never seen: forecasts beside outcomes.

==================  ==========================================================================================
quantity            outcome
==================  ==========================================================================================
loss_one_decade     ln nats per token of the points in the last decade of every group's compute, where three
                    points remain below; the model is fitted on what remains of all groups
loss_two_decades    the same for the last two decades
loss_new_study      ln of the loss's ratio to the one at C0, for points above C0 of a study that is held out
                    whole; the model is fitted on the other studies
==================  ==========================================================================================

Losses were published too late and too seldom for refits as of the past: what is held out is compute, not time.

The baseline is a line of ln L in log C through what remains of the group, which is a power law; for a new study, a
line through C0 whose slope is that of the other groups, as far as they agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.data import tables
from forecast.engine.streams import stream
from forecast.evaluation.calibration import LINE, MODEL
from forecast.experiments.baselines import Line
from forecast.experiments.checkpoints import resume
from forecast.experiments.scored import Outcome
from forecast.inference.diagnostics import convergence
from forecast.inference.runs import Run, version_of
from forecast.inference.sampling import SamplerSettings, compile_model, sample
from forecast.models import loss
from forecast.models.loss import LossData
from forecast.posterior.schema import variables_of
from forecast.priors import LossPriors

Array = NDArray[np.float64]

DECADES = {1: "loss_one_decade", 2: "loss_two_decades"}


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


@dataclass(frozen=True)
class Points:
    """All loss points, with the study of each group."""

    data: LossData
    studies: tuple[str, ...]

    @classmethod
    def load(cls) -> Points:
        """The shipped points."""
        table = tables.load("loss_points")
        data = LossData.from_points(list(table["group"]), table["training_flop"], table["loss_nats_per_token"])
        study_of = dict(zip(table["group"], table["study"], strict=True))
        return cls(data, tuple(study_of[group] for group in data.groups))

    def folds(self) -> list[Fold]:
        """Both tails, then every study."""
        return [
            *(self._tail(decades) for decades in DECADES),
            *(self._study(name) for name in sorted(set(self.studies))),
        ]

    def _tail(self, decades: int) -> Fold:
        held = self.data.tails(decades)
        return Fold(DECADES[decades], f"last {decades} decade{'s' * (decades > 1)}", self.data.select(~held), held)

    def _study(self, study: str) -> Fold:
        data, names = self.data, np.array(self.data.groups)[self.data.group]
        held = np.array(self.studies)[data.group] == study
        rest = LossData.from_points(list(names[~held]), 10 ** data.log10_flop[~held], np.exp(data.log_loss[~held]))
        return Fold("loss_new_study", study, rest, held)


def shapes(points: Points) -> dict[int, list[Fold]]:
    """Folds by their number of groups: those of one shape are compiled once, and their data swapped."""
    found: dict[int, list[Fold]] = {}
    for fold in points.folds():
        found.setdefault(len(fold.fitted.groups), []).append(fold)
    return found


def fit_folds(
    folds: Sequence[Fold], folder: Path, priors: LossPriors, settings: SamplerSettings, seed: int
) -> Iterator[tuple[Fold, Run]]:
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
    """
    sampler = _Sampler(priors, settings, seed)
    for fold in folds:
        identity = _identity(fold, priors, settings, seed)
        yield fold, resume(folder, identity, partial(sampler.run, fold, identity))


def loss_outcomes(points: Points, fold: Fold, run: Run, priors: LossPriors, seed: int) -> Iterator[Outcome]:
    """What a fold holds out, beside what its fit says about it.

    Parameters
    ----------
    points : Points
        All of them.
    fold : Fold
        What is held out.
    run : Run
        Its fit.
    priors : LossPriors
        Noise floor and discrepancy.
    seed : int
        Seed of the noise.
    """
    outcomes = _new_study if fold.quantity == "loss_new_study" else _tails
    return outcomes(points, fold, run.blocks["loss"], priors, seed)


def _identity(fold: Fold, priors: LossPriors, settings: SamplerSettings, seed: int) -> str:
    parts = [version_of(loss), fold.fitted.log10_flop.tobytes().hex(), fold.fitted.log_loss.tobytes().hex()]
    parts += [fold.fitted.group.tobytes().hex(), repr(priors), repr(settings), str(seed)]
    return f"loss-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"


class _Sampler:
    """Compiles the loss model at the first fold that needs it."""

    def __init__(self, priors: LossPriors, settings: SamplerSettings, seed: int) -> None:
        self.priors, self.settings, self.seed = priors, settings, seed
        self._compiled: Any = None
        self._names: list[str] = []

    def run(self, fold: Fold, identity: str) -> Run:
        if self._compiled is None:
            model = loss.build(fold.fitted, self.priors)
            self._compiled, self._names = compile_model(model), [variable.name for variable in model.free_RVs]
        sampled = sample("loss", self._compiled.with_data(**fold.fitted.shared()), self.settings, self.seed)
        found = convergence("loss", sampled, self._names)
        block = {variable.name: sampled.flat(variable.name) for variable in variables_of("loss")}
        return Run({"loss": block}, identity, version_of(loss), asdict(found))


def _tails(points: Points, fold: Fold, block: loss.Block, priors: LossPriors, seed: int) -> Iterator[Outcome]:
    data, fitted = points.data, fold.fitted
    group, x, observed = data.group[fold.held], data.log10_flop[fold.held], data.log_loss[fold.held]
    draws = loss.predictive(block, fitted, group, x, stream(seed, f"loss {fold.name}"), priors)
    baseline = np.empty_like(draws)
    for g in np.unique(group):
        mine, theirs = fitted.group == g, group == g
        rng = stream(seed, f"line {fold.name} {data.groups[g]}")
        baseline[:, theirs] = Line.fit(fitted.log10_flop[mine], fitted.log_loss[mine]).predict(
            x[theirs], len(draws), rng
        )
    yield from _each(fold, [data.groups[g] for g in group], x, observed, draws, baseline)


def _new_study(points: Points, fold: Fold, block: loss.Block, priors: LossPriors, seed: int) -> Iterator[Outcome]:
    data = points.data
    for g in np.unique(data.group[fold.held]):
        c0, name = data.log10_c0[g], data.groups[g]
        above = (data.group == g) & (data.log10_flop > c0)
        x, observed = data.log10_flop[above], data.log_loss[above] - data.log_l0_guess[g]
        rng = stream(seed, f"loss {name}")
        ratios = loss.new_study_predictive(block, np.append(x, c0), data.log10_c_max[g], rng, priors)
        draws = ratios[:, :-1] - ratios[:, -1:]
        baseline = _slope_of_others(fold.fitted, x - c0, len(draws), stream(seed, f"line {name}"))
        yield from _each(fold, [name] * len(x), x, observed, draws, baseline)


def _slope_of_others(fitted: LossData, decades: Array, draws: int, rng: np.random.Generator) -> Array:
    """A line through C0 with the slope of another group, and its scatter, shape (draws, points)."""
    lines = [
        Line.fit(fitted.log10_flop[fitted.group == g], fitted.log_loss[fitted.group == g]) for g in _groups(fitted)
    ]
    slopes, sd = np.array([line.slope for line in lines]), float(np.median([line.sd for line in lines]))
    spread = slopes.std(ddof=1) * np.sqrt(1 + 1 / len(slopes))
    slope = slopes.mean() + spread * rng.standard_normal((draws, 1))
    result: Array = slope * decades + sd * rng.standard_normal((draws, len(decades)))
    return result


def _groups(data: LossData) -> range:
    return range(len(data.groups))


def _each(
    fold: Fold, groups: Sequence[str], log10_flop: Array, observed: Array, draws: Array, baseline: Array
) -> Iterator[Outcome]:
    for i, group in enumerate(groups):
        yield Outcome(
            quantity=fold.quantity,
            part=group,
            origin=fold.name,
            years_ahead=0,
            target=f"1e{log10_flop[i]:.2f} FLOP",
            observed=float(observed[i]),
            censored=False,
            said={MODEL: draws[:, i], LINE: baseline[:, i]},
        )
