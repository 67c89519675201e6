"""Losses at larger compute, and of studies never seen: forecasts beside outcomes.

==================  ==========================================================================================
quantity            outcome
==================  ==========================================================================================
loss_one_decade     ln nats per token of the points in the last decade of every group's compute, where three
                    points remain below; the model is fitted on what remains of all groups
loss_two_decades    the same for the last two decades
loss_olmo           the same for OLMo 7B and 13B, held out of their group
loss_new_study      ln of the loss's ratio to the one at C0, for points above C0 of a study that is held out
                    whole; the model is fitted on the other studies
==================  ==========================================================================================

Losses were published too late and too seldom for refits as of the past: what is held out is compute, not time.

Beside the model stand the same hierarchy without a floor (`power_law`); a line of ln L in log C through what remains of
the group, which is a power law too, but not pooled; and Kaplan's published exponent from the last point that remains.
For a new study, both start at C0: the line's slope is that of the other groups, as far as they agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast.engine.scaling import LN10
from forecast.engine.streams import stream
from forecast.evaluation.quantities import LAST_LAW, LINE, MODEL
from forecast.experiments import power_law, published_laws
from forecast.experiments.baselines import LawOnward, Line
from forecast.experiments.loss_folds import NEW_STUDY, NO_FLOOR, Fold, Form, Points
from forecast.experiments.scored import Outcome
from forecast.inference.runs import Run
from forecast.models import loss
from forecast.models.loss import LossData
from forecast.priors import LossPriors

Array = NDArray[np.float64]

KAPLAN_SLOPE = published_laws.exponent() * LN10
"""Change of ln L per order of magnitude of compute."""


def loss_outcomes(
    points: Points, fold: Fold, runs: Mapping[Form, Run], priors: LossPriors, seed: int
) -> Iterator[Outcome]:
    """What a fold holds out, beside what its fits say about it.

    Parameters
    ----------
    points : Points
        All of them.
    fold : Fold
        What is held out.
    runs : mapping of Form to Run
        Its fits.
    priors : LossPriors
        Noise floor and discrepancy.
    seed : int
        Seed of the noise.
    """
    blocks = {form: run.blocks["loss"] for form, run in runs.items()}
    if NO_FLOOR in blocks:
        blocks[NO_FLOOR] = power_law.as_model_block(blocks[NO_FLOOR])
    outcomes = _new_study if fold.quantity == NEW_STUDY else _tails
    return outcomes(points, fold, {form.forecaster: block for form, block in blocks.items()}, priors, seed)


def _tails(
    points: Points, fold: Fold, blocks: Mapping[str, loss.Block], priors: LossPriors, seed: int
) -> Iterator[Outcome]:
    data = points.data
    group, x, observed = data.group[fold.held], data.log10_flop[fold.held], data.log_loss[fold.held]
    said = {
        name: loss.predictive(block, fold.fitted, group, x, stream(seed, _STREAMS[name] + fold.name), priors)
        for name, block in blocks.items()
    }
    said |= _group_by_group(fold, data.groups, group, x, len(said[MODEL]), seed)
    yield from _each(fold, [data.groups[g] for g in group], x, observed, said)


_STREAMS = {MODEL: "loss ", NO_FLOOR.forecaster: "power law "}


def _group_by_group(
    fold: Fold, names: Sequence[str], group: NDArray[np.int64], x: Array, draws: int, seed: int
) -> dict[str, Array]:
    """What a line and Kaplan's exponent say from each group's own points, by forecaster, shape (draws, points)."""
    said, fitted = {name: np.empty((draws, len(x))) for name in (LINE, LAST_LAW)}, fold.fitted
    for g in np.unique(group):
        mine, theirs = fitted.group == g, group == g
        known = fitted.log10_flop[mine], fitted.log_loss[mine]
        rngs = {name: stream(seed, f"{name} {fold.name} {names[g]}") for name in said}
        said[LINE][:, theirs] = Line.fit(*known).predict(x[theirs], draws, rngs[LINE])
        said[LAST_LAW][:, theirs] = LawOnward.fit(*known, KAPLAN_SLOPE).predict(x[theirs], draws, rngs[LAST_LAW])
    return said


def _new_study(
    points: Points, fold: Fold, blocks: Mapping[str, loss.Block], priors: LossPriors, seed: int
) -> Iterator[Outcome]:
    data, block = points.data, blocks[MODEL]
    for g in np.unique(data.group[fold.held]):
        c0, name = data.log10_c0[g], data.groups[g]
        above = (data.group == g) & (data.log10_flop > c0)
        x, observed = data.log10_flop[above], data.log_loss[above] - data.log_l0_guess[g]
        rng = stream(seed, f"loss {name}")
        ratios = loss.new_study_predictive(block, np.append(x, c0), data.log10_c_max[g], rng, priors)
        draws = ratios[:, :-1] - ratios[:, -1:]
        said = {MODEL: draws, LINE: _slope_of_others(fold.fitted, x - c0, len(draws), stream(seed, f"line {name}"))}
        said[LAST_LAW] = _kaplan_from_c0(fold.fitted, x - c0, len(draws), stream(seed, f"last law {name}"))
        yield from _each(fold, [name] * len(x), x, observed, said)


def _slope_of_others(fitted: LossData, decades: Array, draws: int, rng: np.random.Generator) -> Array:
    """A line through C0 with the slope of another group, and its scatter, shape (draws, points)."""
    lines = [Line.fit(*known) for known in _groups(fitted)]
    slopes, sd = np.array([line.slope for line in lines]), float(np.median([line.sd for line in lines]))
    spread = slopes.std(ddof=1) * np.sqrt(1 + 1 / len(slopes))
    slope = slopes.mean() + spread * rng.standard_normal((draws, 1))
    result: Array = slope * decades + sd * rng.standard_normal((draws, len(decades)))
    return result


def _kaplan_from_c0(fitted: LossData, decades: Array, draws: int, rng: np.random.Generator) -> Array:
    """Kaplan's exponent through C0, with the scatter of another group around it, shape (draws, points)."""
    sd = float(np.median([LawOnward.fit(*known, KAPLAN_SLOPE).sd for known in _groups(fitted)]))
    return LawOnward(0.0, 0.0, KAPLAN_SLOPE, sd).predict(decades, draws, rng)


def _groups(data: LossData) -> Iterator[tuple[Array, Array]]:
    """Compute and loss of each group's points."""
    for g in range(len(data.groups)):
        yield data.log10_flop[data.group == g], data.log_loss[data.group == g]


def _each(
    fold: Fold, groups: Sequence[str], log10_flop: Array, observed: Array, said: Mapping[str, Array]
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
            said={name: draws[:, i] for name, draws in said.items()},
        )
