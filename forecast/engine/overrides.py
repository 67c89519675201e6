"""A scenario's overrides of what was fitted: the posterior under an intervention, or under another prior.

Setting a variable overwrites it in every draw and leaves the others as they are: an intervention, not a condition.
Another prior of a fitted parameter re-weights the draws by new over old prior (`forecast.engine.reweigh`) and resamples
them to equal weights, so that one engine path remains. What is drawn jointly is resampled jointly, what is independent
of it stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.checks import checked_number
from forecast.engine.reweigh import reweighed_rows
from forecast.engine.scenario import Override
from forecast.errors import InputError, UnlikeNameError
from forecast.families import AnchoredNormal, Beta, Distribution, LogNormal, Normal, Tabulated
from forecast.inputs import INPUTS
from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import variables_of

Array = NDArray[np.float64]
Blocks = dict[str, Mapping[str, Array]]

JOINT: tuple[tuple[str, ...], ...] = (("compute", "price"), ("loss", "scales"))
"""Blocks that are drawn jointly."""

_ROUNDING = 1e-9
_POSITIVE = ("tau_", "sigma", "kappa")
SET_INSTEAD: Mapping[str, str] = {
    "compute.m_spend": "compute.u_origin",
    "compute.a_realised": "compute.p_origin",
    **dict.fromkeys(("compute.sigma", "compute.delta", "compute.kappa"), "compute.sigma_origin"),
    "compute.beta": "compute.p_origin",
    **dict.fromkeys(("price.mu_r", "price.tau_r"), "compute.r_realised or price.r_rental"),
    **dict.fromkeys(("price.q", "price.tau_chip", "price.tau_vendor", "price.sigma_rental"), "price.a_rental"),
}
"""Fitted variables that only the past needs: setting one moves no forecast; another prior re-weights the draws."""


def is_fitted(name: str) -> bool:
    """Whether an input's name is that of a fitted variable."""
    return name.partition(".")[0] in ("compute", "price", "loss")


@cache
def fitted_names() -> tuple[str, ...]:
    """The fitted inputs: every variable of a model that has one value per draw."""
    return tuple(
        f"{v.block}.{v.name}"
        for block in ("compute", "price", "loss")
        for v in variables_of(block)
        if v.dims == ("draw",)
    )


def check_overrides(overrides: tuple[Override, ...]) -> None:
    """Refuse overrides of what is no input, and values out of bounds.

    Raises
    ------
    UnlikeNameError
        Listing the inputs that there are.
    InputError
        Naming the bounds.
    """
    for override in overrides:
        path = f"scenario.overrides[{override.name!s:.80}]"
        known = INPUTS.get(override.name)
        if known is None and override.name not in fitted_names():
            raise UnlikeNameError("input", f"{override.name!s:.80}", [*INPUTS, *fitted_names()], field=path)
        if override.prior is not None:
            _check_prior(override.prior, path)
        elif known is not None:
            checked_number(override.value, path, known.low, known.high, f"{known.about}, {known.unit},")
        elif override.name in SET_INSTEAD:
            message = f"{override.name} describes the rows that were fitted, so that setting it moves no forecast"
            raise InputError(f"{message}; set {SET_INSTEAD[override.name]}, or give it a prior", field=path)
        else:
            low = 1e-9 if override.name.partition(".")[2].startswith(_POSITIVE) else -100.0
            checked_number(override.value, path, low, 100.0, "a value of a fitted variable")


def _check_prior(prior: Distribution, path: str) -> None:
    """Refuse a prior that does not say where some of its mass lies."""
    prior.check(path)
    outside = 1 - (prior.probabilities[-1] - prior.probabilities[0]) if isinstance(prior, Tabulated) else 0.0
    if outside > _ROUNDING:
        raise InputError(
            f"{path} leaves {100 * outside:.3g} % outside its table; a table has to begin at probability 0 and end at "
            "1: give the lowest and the highest value there can be",
            field=path,
        )


def overridden(posterior: Posterior, overrides: tuple[Override, ...], seed: int) -> Posterior:
    """The posterior under overrides of what was fitted.

    Parameters
    ----------
    posterior : Posterior
        As it was fitted.
    overrides : tuple of Override
        Of fitted inputs only; priors first, then what is set.
    seed : int
        Of the resampling.

    Raises
    ------
    InputError
        For a prior of what has none of its own, or one too far from the fitted one for re-weighting.
    """
    blocks: Blocks = dict(posterior.blocks)
    for joint in JOINT:
        told = [o for o in overrides if o.prior is not None and o.name.partition(".")[0] in joint]
        if told:
            _resample(blocks, joint, sum(_log_ratio(posterior, override) for override in told), seed)
    for override in overrides:
        if override.value is not None:
            block, _, name = override.name.partition(".")
            blocks[block] = {**blocks[block], name: np.full(len(blocks[block][name]), override.value)}
    return replace(posterior, blocks=blocks)


def _resample(blocks: Blocks, joint: tuple[str, ...], log_ratios: Any, seed: int) -> None:
    rows = reweighed_rows(log_ratios, seed, f"reweigh {joint[0]}")
    for block in joint:
        blocks[block] = {name: values[rows] for name, values in blocks[block].items()}


def _log_ratio(posterior: Posterior, override: Override) -> Array:
    """Log of new over old prior density at each draw, up to a constant."""
    block, _, name = override.name.partition(".")
    old = _fitted_prior(posterior, override)
    draws = posterior.blocks[block][name]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = override.prior.logpdf(draws) - old.logpdf(draws)  # type: ignore[union-attr]
    return np.where(np.isnan(ratio), -np.inf, ratio)


def _fitted_prior(posterior: Posterior, override: Override) -> Distribution:
    block, _, name = override.name.partition(".")
    told = posterior.manifest["priors"].get(block, {}).get(name)
    for family, fields in ((Normal, ("mean", "sd")), (LogNormal, ("median", "sd_ln")), (Beta, ("a", "b"))):
        if isinstance(told, Mapping) and set(fields) <= told.keys():
            first, second = (float(told[field]) for field in fields)
            return family(first, second)
    if isinstance(told, Mapping) and {"mean_2020", "per_year", "sd"} <= told.keys():
        level = AnchoredNormal(float(told["mean_2020"]), float(told["per_year"]), float(told["sd"]))
        return level.at(float(posterior.constants(block)["anchor"]))
    raise InputError(
        f"{override.name} follows from other parameters and has no prior of its own; set it, or give a prior to one "
        "that has (timelines inputs lists them)",
        field=f"scenario.overrides[{override.name}]",
    )
