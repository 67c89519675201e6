"""The lowest loss within a compute: the inverse of the compute that a loss needs.

    l*(C) = min over C' <= C of L(C')

With a discrepancy that raises the loss beyond the data, L has a minimum, past which more compute buys nothing: so a
loss is within a compute exactly where the compute that it needs is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine.assumed import Assumed
from forecast.engine.requirement import context_oom
from forecast.engine.scaling import LN10, LossLaw, log_loss, loss_at

Array = NDArray[np.float64]


def lowest_loss(law: LossLaw, log10_flop: Array) -> Array:
    """The lowest loss that a compute buys.

    Parameters
    ----------
    law : LossLaw
        One law per draw.
    log10_flop : ndarray, shape (draws,)
        Training compute, log10 FLOP.

    Returns
    -------
    ndarray, shape (draws,)
        Nats per token.
    """
    return loss_at(law, np.minimum(log10_flop, turning_point(law)))


def turning_point(law: LossLaw) -> Array:
    """Compute at which the loss turns upwards, log10 FLOP, shape (draws,); +inf where it never does."""
    end = log_loss(law.log10_c_max, law.log_l0, law.log10_c0, law.b, law.floor_nats)
    f, c, w = law.floor_nats / np.exp(end), LN10 * law.b, law.omega_z
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = w / c
        decades = (np.log1p(-f) + np.log1p(-ratio) - np.log(f) - np.log(ratio)) / c
    turns = np.where(ratio < 1 - f, np.where(f > 0, decades, np.inf), 0.0)
    return np.where(w > 0, law.log10_c_max + turns, np.inf)


def before_changes(compute: Array, on: frozenset[str], assumed: Assumed) -> Array:
    """Compute by the unchanged law that a run is worth: the inverse of `requirement.after_changes`.

    Parameters
    ----------
    compute : ndarray, shape (draws,)
        log10 FLOP of the run.
    on : frozenset of str
        What is switched on.
    assumed : Assumed
        Draws of the unfitted inputs.
    """
    if "context_length" in on:
        compute = compute - context_oom(assumed)
    if "scaling_break" in on:
        crossover, share = assumed("scaling_break.log10_flop"), assumed("scaling_break.exponent_share")
        compute = np.where(compute > crossover, crossover + (compute - crossover) * share, compute)
    return compute
