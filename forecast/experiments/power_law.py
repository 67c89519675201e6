"""The loss without a floor, as an experiment: every study a power law of compute, exponents pooled as in the model.

    ln L_i  ~ t4(ln L0_g - b_g ln(C_i / C0_g), sqrt(0.003^2 + s_g^2))
    ln b_g  = mu_b + tau_b t4;   ln s_g ~ N(mu_s, tau_s);   ln L0_g ~ N(interpolated, .1)

All else is `forecast.models.loss` with E = 0, priors too, which were stated for the exponent of the reducible loss: an
exponent without a floor is smaller, and the data say so at once. It is no product; it tells what the floor is worth,
and how the two forms are to be weighed (`forecast.evaluation.stacking`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from forecast.engine.scaling import LN10
from forecast.models.distributions import variable
from forecast.models.loss import NU, LossData
from forecast.priors import LossPriors

Array = NDArray[np.float64]

VARIABLES = ("mu_b", "tau_b", "mu_s", "tau_s", "b", "s", "log_l0")


def build(data: LossData, priors: LossPriors) -> pm.Model:
    """The hierarchy of power laws.

    Parameters
    ----------
    data : LossData
        Points of at least one group; other data of as many groups can be swapped in by `LossData.shared`.
    priors : LossPriors
        Those of the model; the floor's are not used.
    """
    with pm.Model(coords={"group": list(data.groups)}) as model:
        shared = {name: pm.Data(name, values) for name, values in data.shared().items()}
        group = shared["group_index"]
        log_l0 = pm.Normal("log_l0", shared["log_l0_guess"], priors.log_l0_sd, dims="group")
        mu_b, tau_b = variable("mu_b", priors.mu_b), variable("tau_b", priors.tau_b)
        ln_b = pm.StudentT("ln_b", nu=NU, mu=mu_b, sigma=tau_b, dims="group", initval=np.full(len(data.groups), _START))
        b = pm.Deterministic("b", pt.exp(ln_b), dims="group")
        innovations = pm.Normal("ln_s_innovations", 0.0, 1.0, dims="group")
        ln_s = variable("mu_s", priors.mu_s) + variable("tau_s", priors.tau_s) * innovations
        s = pm.Deterministic("s", pt.exp(ln_s), dims="group")
        mu = log_l0[group] - b[group] * LN10 * (shared["log10_flop"] - shared["log10_c0"][group])
        scale = pt.sqrt(priors.noise_floor**2 + s[group] ** 2)
        pm.StudentT("points", nu=NU, mu=mu, sigma=scale, observed=shared["log_loss"])
    return model


_START = math.log(0.05)


def as_model_block(block: Mapping[str, Array]) -> dict[str, Array]:
    """Draws in the terms of the model, whose floor is nothing: what forecasts with one forecasts with the other."""
    return {**block, "e": np.zeros_like(block["b"])}
