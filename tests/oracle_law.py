"""The oracle's C*: the compute that a target needs, from the law's equation, by bisection.

L(C)  = [E + (L0 - E) (C / C0)^-b] 10^(...): ln L has a straight line added beyond the data
C*(l) = smallest C with L(C) <= l;  +inf past 1e120
l     = stated | E + stated | bits x ln 2 x characters per token | E + slowdown x ln[p / (1 - p)] / tokens
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

REACH = 120.0
GPT3_FLOP = 3.14e23


@dataclass
class PointLaw:
    """One draw's law; `omega_z` is what ln L gains a decade beyond `log10_c_max`."""

    log_l0: float
    log10_c0: float
    exponent: float
    floor: float
    log10_c_max: float
    omega_z: float

    def log_loss(self, x: float) -> float:
        """ln L at 10^x FLOP."""
        reducible = (math.exp(self.log_l0) - self.floor) * 10 ** (-self.exponent * (x - self.log10_c0))
        return math.log(self.floor + reducible) + self.omega_z * max(x - self.log10_c_max, 0.0)

    def lowest_point(self) -> float:
        """Where the loss is lowest within reach: thirds of a convex curve."""
        if self.omega_z <= 0:
            return REACH
        low, high = self.log10_c_max, REACH
        for _ in range(300):
            a, b = low + (high - low) / 3, high - (high - low) / 3
            low, high = (low, b) if self.log_loss(a) <= self.log_loss(b) else (a, high)
        return high

    def compute_of(self, loss: float) -> float:
        """C* of a loss, log10 FLOP."""
        goal = math.log(loss)
        if goal >= self.log_loss(self.log10_c_max):
            reducible = (loss - self.floor) / (math.exp(self.log_l0) - self.floor)
            return self.log10_c0 - math.log10(reducible) / self.exponent
        low, high = self.log10_c_max, self.lowest_point()
        if self.log_loss(high) > goal:
            return math.inf
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (low, middle) if self.log_loss(middle) <= goal else (middle, high)
        return high


def requirement(
    kind: str,
    value: float,
    law: PointLaw | None,
    inputs: Mapping[str, float],
    characters_per_token: float,
    confidence: float,
) -> float:
    """C* at reference algorithms before anything changes the law, log10 FLOP."""
    if kind == "training_flop":
        return math.log10(value)
    if kind == "gpt3_multiple":
        return math.log10(value) + math.log10(GPT3_FLOP)
    if kind == "brain_anchor":
        return math.log10(inputs["brain.flop_per_s"]) + math.log10(inputs["brain.training_seconds"])
    assert law is not None
    losses = {"loss": value, "reducible_loss": law.floor + value}
    if kind == "bits_per_character":
        losses[kind] = value * math.log(2) * characters_per_token
    if kind == "indistinguishable_tokens":
        odds = math.log(confidence / (1 - confidence))
        losses[kind] = law.floor + inputs["judge.slowdown"] * odds / value
    return law.compute_of(losses[kind])
