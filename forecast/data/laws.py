"""Published scaling laws -> laws: each as L = floor + coefficient (C / flop_unit)^-exponent.

A law of size and data, L = E + A N^-alpha + B D^-beta, is taken along its compute-optimal frontier with C = 6 N D:

    N* = G (C/6)^(beta/(alpha+beta)),  D* = (C/6)^(alpha/(alpha+beta)) / G,  G = (alpha A / (beta B))^(1/(alpha+beta))
    L*(C) = E + (A G^-alpha + B G^beta) (C/6)^-(alpha beta/(alpha+beta))

(Hoffmann et al. 2022, eq. 4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from forecast.data.raw import Row
from forecast.data.sources import SOURCES
from forecast.units import FLOP_PER_PF_DAY

DISPLAY_FLOP = 1e21
"""Compute at which the coefficient of a derived frontier is stated."""


@dataclass(frozen=True, slots=True)
class Additive:
    """A law L(N, D) = floor + a N^-alpha + b D^-beta, in nats per token."""

    floor: float
    a: float
    b: float
    alpha: float
    beta: float

    @property
    def exponent(self) -> float:
        """Exponent of compute along the frontier."""
        return self.alpha * self.beta / (self.alpha + self.beta)

    def coefficient(self, flop: float) -> float:
        """Reducible loss at the compute-optimal split of `flop`."""
        g = math.pow(self.alpha * self.a / (self.beta * self.b), 1 / (self.alpha + self.beta))
        at_one = self.a * math.pow(g, -self.alpha) + self.b * math.pow(g, self.beta)
        return at_one * math.pow(flop / 6.0, -self.exponent)


HOFFMANN = Additive(1.69, 406.4, 410.7, 0.34, 0.28)
BESIROGLU = Additive(1.8172, 482.01, 2085.43, 0.3478, 0.3658)


def laws() -> list[Row]:
    """The published laws; `flop_low` and `flop_high` bound the compute of the runs behind each."""
    return [
        _law(
            "kaplan",
            "kaplan-webtext2",
            "webtext2",
            "gpt-2",
            "webtext2",
            (0.0, 2.57, FLOP_PER_PF_DAY, 0.048),
            (1e19, 3e23),
            "published",
            "kaplan-gpt3",
        ),
        _frontier("hoffmann", "hoffmann-massivetext", HOFFMANN, (6e18, 5.76e23), "hoffmann-law"),
        _frontier("besiroglu", "besiroglu-massivetext", BESIROGLU, (1.397e18, 1.296e22), "besiroglu-law"),
        _law(
            "cerebras",
            "cerebras-pile-law",
            "pile",
            "gpt-2",
            "pile-test",
            (0.5066, 1.0, 5.984e22, 0.0737),
            (2.6e18, 2.3e22),
            "published",
            "cerebras-law",
        ),
    ]


def _frontier(name: str, scale: str, law: Additive, flop_range: tuple[float, float], source: str) -> Row:
    form = (law.floor, law.coefficient(DISPLAY_FLOP), DISPLAY_FLOP, law.exponent)
    row = _law(
        name,
        scale,
        "massivetext",
        "massivetext-32k",
        "massivetext",
        form,
        flop_range,
        "compute-optimal frontier of L(N, D) with C = 6ND",
        source,
    )
    return {**row, "coefficient_n": law.a, "coefficient_d": law.b, "exponent_n": law.alpha, "exponent_d": law.beta}


def _law(
    name: str,
    scale: str,
    corpus: str,
    tokenizer: str,
    eval_set: str,
    form: tuple[float, float, float, float],
    flop_range: tuple[float, float],
    derivation: str,
    source: str,
) -> Row:
    floor, coefficient, flop_unit, exponent = form
    return {
        "name": name,
        "scale": scale,
        "corpus": corpus,
        "tokenizer": tokenizer,
        "eval_set": eval_set,
        "floor_nats": floor,
        "coefficient_nats": coefficient,
        "flop_unit": flop_unit,
        "exponent": exponent,
        "flop_low": flop_range[0],
        "flop_high": flop_range[1],
        "derivation": derivation,
        **SOURCES[source].provenance("confident"),
    }
