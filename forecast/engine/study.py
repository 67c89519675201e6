"""A new scaling study -> its law, without sampling: the population of other studies as prior, on a grid.

The grid itself is `forecast.engine.grid`. Importance sampling from the population collapses instead: a dozen precise
points leave one population draw in ten thousand.

A published law enters the pool the same way, as ten points that lie on it, evenly in log C over 1e19-3e23 FLOP, with a
stated relative noise. What the pool makes of it depends on that noise more than on anything else, which is why the
noise is part of the question.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.grid import Problem
from forecast.engine.population import Population
from forecast.engine.scaling import LossLaw, discrepancy, log_loss, reference_point
from forecast.engine.streams import stream
from forecast.errors import InputError

Array = NDArray[np.float64]

__all__ = ["Population", "Study", "StudyDraws", "fit_study", "published_law_scale"]

LEAST_POINTS, MOST_POINTS = 4, 150
FLOP_BOUNDS = (1e9, 1e32)
LOSS_BOUNDS = (1e-3, 50.0)
LEAST_APART_LOG10 = math.log10(1.01) - 1e-9
LEAST_FALL = 1e-3
"""Fall of the loss, as a share of it, per decade of compute; published studies have 5 % and more."""
MOST_TOLD = 5
"""Wrong values that a message tells one by one."""
PUBLISHED_POINTS = 10
PUBLISHED_LOG10_FLOP = (19.0, math.log10(3e23))


_COLUMNS = (("training_flop", "FLOP", FLOP_BOUNDS), ("loss_nats_per_token", "nats per token", LOSS_BOUNDS))


class WrongRowsError(InputError):
    """Rows of a study that cannot be used.

    Attributes
    ----------
    violations : tuple of (str, str)
        Field (`points[3].training_flop`) and words of each value that is wrong.
    """

    def __init__(self, violations: Sequence[tuple[str, str]]) -> None:
        told = [words for _, words in violations[:MOST_TOLD]]
        if len(violations) > len(told):
            told.append(f"and {len(violations) - len(told)} values more")
        super().__init__("; ".join(told), field=violations[0][0])
        self.violations = tuple(violations)


@dataclass(frozen=True, slots=True)
class Study:
    """Compute-efficient points of one study, checked.

    Attributes
    ----------
    log10_flop : ndarray, shape (points,)
        Training compute, log10 FLOP.
    log_loss : ndarray, shape (points,)
        ln nats per token.
    """

    log10_flop: Array
    log_loss: Array

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[float, float]]) -> Study:
        """Check a user's rows of (training FLOP, loss in nats per token).

        Raises
        ------
        InputError
            Naming every row (counted from 1) that is not two finite positive numbers within bounds, or what the rows
            lack together: 4 to 150 of them, 4 different computes, a loss that falls as compute grows.
        """
        if not LEAST_POINTS <= len(rows) <= MOST_POINTS:
            raise InputError(f"{len(rows)} points; give {LEAST_POINTS} to {MOST_POINTS}", field="points")
        faults = [fault for i, row in enumerate(rows) for fault in _faults(i, row)]
        if faults:
            raise WrongRowsError(faults)
        table = np.array(rows, dtype=float)
        study = cls(np.log10(table[:, 0]), np.log(table[:, 1]))
        study._check_together()
        return study

    def _check_together(self) -> None:
        different = _different(self.log10_flop)
        if different < LEAST_POINTS:
            message = f"{different} different computes among the points; give at least {LEAST_POINTS}, 1 % apart"
            raise InputError(message, field="points")
        centred = self.log10_flop - self.log10_flop.mean()
        slope = float(centred @ self.log_loss / (centred @ centred))
        if not slope <= -LEAST_FALL:
            message = (
                f"the loss changes by {slope:+.2g} ln nats per decade of compute; give points on which it falls, by "
                f"{100 * LEAST_FALL:g} % per decade or more"
            )
            raise InputError(message, field="points")


def _different(log10_flop: Array) -> int:
    """How many computes are at least 1 % apart: closer ones are repeats, and say nothing of a slope."""
    count, last = 0, -math.inf
    for x in np.sort(log10_flop).tolist():
        if x - last >= LEAST_APART_LOG10:
            count, last = count + 1, x
    return count


def _faults(row: int, values: tuple[object, object]) -> Iterator[tuple[str, str]]:
    """Field and words of each value of a row that cannot be used."""
    for value, (column, unit, bounds) in zip(values, _COLUMNS, strict=True):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not bounds[0] <= value <= bounds[1]:  # type: ignore[operator]
            told = f"point {row + 1}: {column} is {value!r:.40}; give {unit} from {bounds[0]:g} to {bounds[1]:g}"
            yield f"points[{row}].{column}", told


@dataclass(frozen=True, slots=True)
class StudyDraws:
    """Posterior draws of one study's law, shape (draws,) each, and where it is stated.

    Attributes
    ----------
    b, floor_nats, log_l0 : ndarray
        Exponent; irreducible loss, nats per token; ln of the loss at C0.
    scale : ndarray
        Relative noise of the points.
    log10_c0, log10_c_max : float
        C0 and the end of the data, log10 FLOP.
    """

    b: Array
    floor_nats: Array
    log_l0: Array
    scale: Array
    log10_c0: float
    log10_c_max: float

    def law(self, omega: float, seed: int) -> LossLaw:
        """With the discrepancy beyond the data."""
        omega_z = discrepancy(omega, len(self.b), seed)
        return LossLaw(self.log_l0, self.log10_c0, self.b, self.floor_nats, self.log10_c_max, omega_z)


def fit_study(
    study: Study,
    population: Population,
    draws: int,
    seed: int,
    relative_noise: float | None = None,
    checkpoint: Checkpoint = proceed,
) -> StudyDraws:
    """The law of a study that the population has not seen.

    Parameters
    ----------
    study : Study
        Its points.
    population : Population
        What other studies say about exponents, floors and scatter.
    draws : int
        How many to return.
    seed : int
        Of the draws.
    relative_noise : float, optional
        Noise of the points where it is known; by default it is learned, with the population as prior.
    checkpoint : callable
        Called between the steps of the grid.

    Returns
    -------
    StudyDraws
        In random order, so that draw k can meet draw k of anything else.

    Raises
    ------
    InputError
        When the points lie so far from every law that the grid finds no mass.
    """
    problem = Problem.of(study.log10_flop, study.log_loss, population, relative_noise)
    with np.errstate(all="ignore"):  # far from the points; what is left of it is checked below
        places = problem.places(draws, stream(seed, "study"), checkpoint)
        checkpoint()
        level = problem.draw_level(places, stream(seed, "study level"))
        b, floor_nats = places.b, np.exp(level + places.log_floor_share)
        log10_c0, _ = reference_point(study.log10_flop, study.log_loss)
        log_l0 = log_loss(log10_c0, level, problem.log10_middle, b, floor_nats)
    if not np.isfinite([b, floor_nats, log_l0]).all():
        message = "no scaling law comes near these points; leave out those that lie far from the rest"
        raise InputError(message, field="points")
    return StudyDraws(b, floor_nats, log_l0, places.scale, log10_c0, float(study.log10_flop.max()))


def published_law_scale(
    law: Mapping[str, Any],
    population: Population,
    relative_noise: float,
    draws: int,
    seed: int,
    checkpoint: Checkpoint = proceed,
) -> StudyDraws:
    """What the pool makes of a published law, stated as ten points that lie on it.

    Parameters
    ----------
    law : mapping
        With `floor_nats`, `coefficient_nats`, `flop_unit` and `exponent`: L = E + a (C / C1)^-b.
    population : Population
        What other studies say.
    relative_noise : float
        Relative noise of the ten points.
    draws, seed : int
        How many draws, and their seed.
    checkpoint : callable
        Called between the steps of the grid.

    Returns
    -------
    StudyDraws
        Its `law` adds the discrepancy.

    Notes
    -----
    Kaplan's law at a loss of 0.86, with the discrepancy: at a noise of .005, 10 and 50 % of all draws need under
    10^29.8 and 10^31.4 FLOP, and 90 % of the .93 that ever reach it under 10^34.4; at a noise of .01, .44 never do.
    """
    log10_flop = np.linspace(*PUBLISHED_LOG10_FLOP, PUBLISHED_POINTS)
    reducible = float(law["coefficient_nats"]) * (10**log10_flop / float(law["flop_unit"])) ** -float(law["exponent"])
    study = Study(log10_flop, np.log(float(law["floor_nats"]) + reducible))
    return fit_study(study, population, draws, seed, relative_noise, checkpoint)
