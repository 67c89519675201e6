"""Loss <-> compute, draw by draw: the scaling law, its discrepancy beyond the data, and where a loss is out of reach.

    L(C)  = [E + (L0 - E) (C / C0)^-b] exp(w d)
    d     = decades of C beyond the law's data, 0 within them
    w     = omega x t4, one variate per draw: how far the law's form is off, per decade
    C*(l) = the smallest C with L(C) <= l

C* is a *first* passage because the discrepancy decides the far end. With w > 0 the loss has a minimum and rises after
it, so l may be crossed twice, or never: the first crossing counts, and under the minimum C* is infinite. With w < 0
the loss falls for ever, under E too, so that every l would be reached somewhere; what is reached only past
`REACH_LOG10_FLOP` is out of reach as well. The first passage of a lower level can only come later, whatever w, so a
lower loss never needs less compute.

How C* is found beyond the data is `forecast.engine.tail`'s.

References: Hoffmann et al. 2022, arXiv 2203.15556, eq. 2 (the form with a floor, here along the compute-efficient
frontier); Kaplan et al. 2020, arXiv 2001.08361, section 6 (the power law); Lloyd 2002, Phys. Rev. Lett. 88, 237901.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.engine.assumptions import DEFAULT_POWER_LAW_WEIGHT
from forecast.engine.streams import stream
from forecast.engine.tail import Tail
from forecast.errors import UnknownNameError
from forecast.posterior.artefact import Posterior

Array = NDArray[np.float64]

LN10 = math.log(10)
SHARE_LOG10_FLOP = 21.0
"""Compute at which a group's floor is stated as a share e of its loss."""

REACH_LOG10_FLOP = 120.0
"""Compute past this is out of reach: the visible universe has done about 1e120 operations so far (Lloyd 2002)."""

_LINE_POINTS = 32


def log_loss(log10_flop: ArrayLike, log_l0: Any, log10_c0: Any, b: Any, floor_nats: Any) -> Array:
    """ln of the law's loss without discrepancy: ln[E + (L0 - E) (C / C0)^-b].

    Parameters
    ----------
    log10_flop : array_like
        Training compute, log10 FLOP.
    log_l0, log10_c0 : array_like
        Loss at C0 (ln nats per token) and C0 (log10 FLOP).
    b : array_like
        Exponent of the reducible loss.
    floor_nats : array_like
        Irreducible loss E, nats per token, under the loss at C0.

    Returns
    -------
    ndarray
        ln nats per token, of the shape that the arguments broadcast to.
    """
    l0 = np.exp(log_l0)
    with np.errstate(over="ignore", divide="ignore"):  # a steep law's loss is infinite far under C0, 0 far over it
        decline = np.exp(-LN10 * b * (np.asarray(log10_flop) - log10_c0))
        result: Array = np.log(floor_nats + (l0 - floor_nats) * decline)
    return result


def floor_from_share(e: Any, b: Any, log_l0: Any, log10_c0: Any) -> Array:
    """Floor E in nats per token whose share of the loss at 1e21 FLOP is e: L0 e k / (1 - e + e k), k = (1e21/C0)^-b."""
    with np.errstate(over="ignore", divide="ignore"):  # divided by e k: a steep law's floor is 0, not NaN
        rest = (1 - np.asarray(e)) / e * np.exp(LN10 * np.asarray(b) * (SHARE_LOG10_FLOP - log10_c0))
    result: Array = np.exp(log_l0) / (1 + rest)
    return result


def reference_point(log10_flop: Array, log_losses: Array) -> tuple[float, float]:
    """C0 of a study and ln of its loss there: half of the data's reach above their start, at most one decade.

    Parameters
    ----------
    log10_flop, log_losses : ndarray, shape (points,)
        Compute (log10 FLOP) and loss (ln nats per token), in any order.

    Returns
    -------
    log10_c0, log_l0 : float
        log10 FLOP, and ln nats per token interpolated between the points around it.
    """
    order = np.argsort(log10_flop, kind="stable")
    low, high = log10_flop[order[0]], log10_flop[order[-1]]
    log10_c0 = low + min(1.0, (high - low) / 2)
    return float(log10_c0), float(np.interp(log10_c0, log10_flop[order], log_losses[order]))


@dataclass(frozen=True)
class LossLaw:
    """One scaling law per draw, on one scale.

    Attributes
    ----------
    log_l0 : ndarray, shape (draws,)
        Loss at C0, ln nats per token.
    log10_c0 : float
        C0, log10 FLOP.
    b : ndarray, shape (draws,)
        Exponent of the reducible loss, positive.
    floor_nats : ndarray, shape (draws,)
        Irreducible loss, nats per token; 0 for a pure power law.
    log10_c_max : float
        Where the law's evidence ends, log10 FLOP; the discrepancy starts there.
    omega_z : ndarray, shape (draws,)
        Relative discrepancy of the loss per decade beyond; 0 for a law taken at its word.
    """

    log_l0: Array
    log10_c0: float
    b: Array
    floor_nats: Array
    log10_c_max: float
    omega_z: Array

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.b)

    @cached_property
    def tail(self) -> Tail:
        """The law beyond its data, prepared once for every loss that is asked for."""
        end = log_loss(self.log10_c_max, self.log_l0, self.log10_c0, self.b, self.floor_nats)
        return Tail.of(end, self.floor_nats / np.exp(end), LN10 * self.b, self.omega_z, REACH_LOG10_FLOP)


def discrepancy(omega: float, draws: int, seed: int) -> Array:
    """Relative error of the law's form per decade beyond its data, omega x t4, shape (draws,)."""
    return omega * stream(seed, "loss discrepancy").standard_t(4, draws)


def group_law(posterior: Posterior, group: str, seed: int) -> LossLaw:
    """Law of one group of the posterior's loss block; UnknownNameError lists those that it has."""
    block, constants = posterior.blocks["loss"], posterior.constants("loss")
    i = _position(posterior, "group", group)
    e, b, log_l0 = (block[name][:, i] for name in ("e", "b", "log_l0"))
    log10_c0 = constants["log10_c0"][i]
    omega_z = discrepancy(constants["omega"], len(b), seed)
    return LossLaw(log_l0, log10_c0, b, floor_from_share(e, b, log_l0, log10_c0), constants["log10_c_max"][i], omega_z)


def scale_law(posterior: Posterior, scale: str, seed: int) -> LossLaw:
    """Law of a published law's scale as it entered the pool at the posterior's own noise; else UnknownNameError."""
    block, constants = posterior.blocks["scales"], posterior.constants("scales")
    i = _position(posterior, "scale", scale)
    log_l0, b, floor_nats = (block[name][:, i] for name in ("log_l0", "b", "floor_nats"))
    omega_z = discrepancy(posterior.constants("loss")["omega"], len(b), seed)
    return LossLaw(log_l0, constants["log10_c0"][i], b, floor_nats, constants["log10_c_max"][i], omega_z)


def _position(posterior: Posterior, dimension: str, label: str) -> int:
    labels = [str(name) for name in posterior.coords[dimension]]
    if label not in labels:
        raise UnknownNameError("scale", label, labels, field="target.loss.scale")
    return labels.index(label)


def published_law(law: Mapping[str, Any], draws: int) -> LossLaw:
    """A published law L = E + a (C / C1)^-b at its word: every draw equal, no discrepancy.

    Parameters
    ----------
    law : mapping
        With `floor_nats`, `coefficient_nats`, `flop_unit`, `exponent` and `flop_high`, as in a manifest's `laws`.
    draws : int
        How often it is repeated.
    """
    floor_nats, exponent = float(law["floor_nats"]), float(law["exponent"])
    log_l0 = math.log(floor_nats + float(law["coefficient_nats"]))
    log10_c0, log10_c_max = math.log10(float(law["flop_unit"])), math.log10(float(law["flop_high"]))
    level, b, floor = (np.full(draws, value) for value in (log_l0, exponent, floor_nats))
    return LossLaw(level, log10_c0, b, floor, log10_c_max, np.zeros(draws))


def without_floor(law: LossLaw) -> LossLaw:
    """The power law (E = 0) that lies closest to each draw's law within its data, by least squares on ln L.

    Against a fit of E = 0 to the points themselves its exponent is within 5 %, which is what the sampler would cost.

    The data reach up to `log10_c_max`, and down to one decade under C0 or as far under it as over it: C0 was so chosen.
    """
    reach = min(1.0, law.log10_c_max - law.log10_c0)
    log10_flop = np.linspace(law.log10_c0 - reach, law.log10_c_max, _LINE_POINTS)
    centred = log10_flop - log10_flop.mean()
    log_l0, b, floor_nats = law.log_l0[:, None], law.b[:, None], law.floor_nats[:, None]
    log_losses = log_loss(log10_flop, log_l0, law.log10_c0, b, floor_nats)
    slope = log_losses @ centred / (centred @ centred)
    at_c0 = log_losses.mean(axis=1) + slope * (law.log10_c0 - log10_flop.mean())
    return replace(law, log_l0=at_c0, b=-slope / LN10, floor_nats=np.zeros(law.draws))


def mixture(law: LossLaw, seed: int, share: float = DEFAULT_POWER_LAW_WEIGHT) -> LossLaw:
    """The law with a floor, but for a share of the draws, picked evenly by seed, the power law closest to it."""
    power = without_floor(law)
    picked = stream(seed, "loss mixture").permutation(law.draws) < round(share * law.draws)
    mixed = {name: np.where(picked, getattr(power, name), getattr(law, name)) for name in ("log_l0", "b", "floor_nats")}
    return replace(law, **mixed)


def loss_at(law: LossLaw, log10_flop: ArrayLike) -> Array:
    """Loss at a compute, with the discrepancy.

    Parameters
    ----------
    law : LossLaw
        One law per draw.
    log10_flop : array_like, scalar or shape (draws, ...) or (1, ...)
        Training compute, log10 FLOP; the first axis runs along the draws.

    Returns
    -------
    ndarray, shape (draws, ...)
        Nats per token.
    """
    x = np.asarray(log10_flop, float)
    columns = (law.log_l0, law.b, law.floor_nats, law.omega_z)
    log_l0, b, floor_nats, omega_z = (column.reshape((-1, *[1] * (x.ndim - 1))) for column in columns)
    beyond = np.maximum(x - law.log10_c_max, 0.0)
    result: Array = np.exp(log_loss(x, log_l0, law.log10_c0, b, floor_nats) + omega_z * beyond)
    return result


def required_log10_flop(law: LossLaw, loss_nats: ArrayLike) -> Array:
    """Compute that a loss needs: the smallest C with L(C) <= l.

    Parameters
    ----------
    law : LossLaw
    loss_nats : array_like, scalar or shape (draws,)
        Target loss, nats per token, positive.

    Returns
    -------
    ndarray, shape (draws,)
        log10 FLOP; +inf where the draw never reaches the loss, or only past `REACH_LOG10_FLOP`.
    """
    loss_nats = np.asarray(loss_nats, float)
    log_losses = np.log(loss_nats)
    past = np.flatnonzero(log_losses < law.tail.end)
    result = _within_data(law, loss_nats) if len(past) < law.draws else np.empty(law.draws)
    if len(past):
        result[past] = law.log10_c_max + law.tail.decades(log_losses[past] if loss_nats.ndim else log_losses, past)
    result[result > REACH_LOG10_FLOP] = np.inf
    return result


def _within_data(law: LossLaw, loss_nats: Array) -> Array:
    """Compute that a loss needs where the law reaches it within its data; elsewhere anything."""
    wanted, reducible = loss_nats - law.floor_nats, np.exp(law.log_l0) - law.floor_nats
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result: Array = law.log10_c0 - np.log10(wanted / reducible) / law.b
    return result
