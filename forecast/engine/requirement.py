"""What a target needs: physical compute at reference algorithms, draw by draw.

    loss                       l as stated
    reducible loss             l = E + D
    bits per character         l = bits x ln 2 x characters per token
    indistinguishable tokens   l = E + s ln[p / (1 - p)] / k     (judge's confidence p, slowdown s, k tokens)
    C* = the smallest C with L(C) <= l
    brain anchor               C* = FLOP/s x seconds
    scaling break              C* > B  =>  C* <- B + (C* - B) / f  (on the logarithms)
    longer context             C* <- C* + m

With p of judging right, the best judge needs ln[p/(1-p)] nats of evidence and gains E + D - E = D of them a token
(Barnett & Besiroglu 2023, "The Direct Approach").
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from forecast.engine import scaling
from forecast.engine.assumed import Assumed
from forecast.engine.limits import after_break, context_multiplier_oom
from forecast.engine.scaling import LossLaw
from forecast.engine.targets import Target
from forecast.units import GPT3_FLOP

Array = NDArray[np.float64]

LN2 = math.log(2)


def required_flop(target: Target, law: LossLaw | None, assumed: Assumed) -> Array:
    """Physical compute that the target needs at reference algorithms, before anything changes the law.

    Parameters
    ----------
    target : Target
        Settled: bits per character come with their characters per token.
    law : LossLaw, optional
        The law of every draw; compute as such has none.
    assumed : Assumed
        Draws of the unfitted inputs.

    Returns
    -------
    ndarray, shape (draws,)
        log10 FLOP; +inf where it is out of reach.
    """
    if law is not None:
        return scaling.required_log10_flop(law, target_loss(target, law, assumed))
    if target.kind == "brain_anchor":
        said = assumed.says("brain.training_seconds") is not None
        seconds = np.log10(assumed("brain.training_seconds")) if said else math.log10(target.value)
        return np.log10(assumed("brain.flop_per_s", target.flop_per_s)) + seconds
    return np.full(assumed.draws, log10_compute(target))


def log10_compute(target: Target) -> float:
    """Compute as such, log10 FLOP."""
    unit = GPT3_FLOP if target.kind == "gpt3_multiple" else 1.0
    return math.log10(target.value) + math.log10(unit)


def target_loss(target: Target, law: LossLaw, assumed: Assumed) -> Array | float:
    """The loss that a target states, nats per token: one for all draws, or shape (draws,) above each draw's floor."""
    if target.kind == "reducible_loss":
        return law.floor_nats + target.value
    if target.kind == "bits_per_character":
        return target.value * LN2 * float(target.characters_per_token or 0.0)
    if target.kind == "indistinguishable_tokens":
        confidence = float(target.judge_confidence or 0.0)
        evidence_nats = math.log(confidence / (1 - confidence))
        return law.floor_nats + assumed("judge.slowdown", target.slowdown) * evidence_nats / target.value
    return target.value


def after_changes(required: Array, on: frozenset[str], assumed: Assumed) -> Array:
    """The requirement of a loss under what changes the law: a break of scaling, a longer context.

    Parameters
    ----------
    required : ndarray, shape (draws,)
        log10 FLOP.
    on : frozenset of str
        What is switched on.
    assumed : Assumed
        Draws of the unfitted inputs.

    Returns
    -------
    ndarray, shape (draws,)
        log10 FLOP; +inf past `REACH_LOG10_FLOP`.
    """
    if "scaling_break" in on:
        crossover, share = assumed("scaling_break.log10_flop"), assumed("scaling_break.exponent_share")
        required = after_break(required, crossover, share)
    if "context_length" in on:
        required = required + context_oom(assumed)
    return np.where(required > scaling.REACH_LOG10_FLOP, np.inf, required)


def context_oom(assumed: Assumed) -> Array:
    """What a longer context adds to the compute of a run, log10, shape (draws,)."""
    tokens, width = "context_length.tokens", "context_length.model_width"
    return assumed.kept("context_oom", lambda: context_multiplier_oom(assumed(tokens), assumed(width)))
