"""Envelopes: the largest effective compute that one run can have by each month, as running maxima.

    money, fixed sum        X(t) = A(t) - p(t) - q - scope               (the sum itself only shifts the requirement)
    money, growing budget   X(t) = A(t) + budget(t) - p(t) - q - scope     (or the ceiling on a fixed sum)
    physical limits         X(t) = min over j of runmax[A(t) + L_j(t)]   (`forecast.engine.limits`)
    all limits              the least of money, with a growing budget, and the physical limits
    on trend                X(t) = A(t) + F(t)
    inference               X(t) = A(t) + log(6k) - 2 [p(t) + q + r + log(2 tokens)]

A is algorithmic efficiency, p the price of compute on the asked basis, q one run's residual price per draw, S and F the
largest spend and the largest compute so far, k tokens per parameter, r the ratio of inference to training price. What
one run could have once it can have later: each limit is a running maximum, so that all of them are passed in the month
in which the last one is.

Beside the months an envelope keeps what it comes to in the end, from long-run rates without the noise of the slopes:
+inf where it grows for ever, else its last level and what algorithms may still add. Values are kept in single
precision: 2e-6 of an order of magnitude, for half the memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.engine import paths
from forecast.engine.assumed import Assumed
from forecast.engine.assumptions import Algorithms
from forecast.engine.budgets import commoditized, payer_budget, payer_growth, scope_oom
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.payers import CostScope, Payer
from forecast.engine.physical import Physical
from forecast.engine.progress import Progress
from forecast.engine.rising import raise_where_falling
from forecast.engine.scenario import Limit, Override, PriceBasis
from forecast.engine.simulation import Simulation
from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import CHANNELS

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Kind = Literal["money", "physical", "all", "on_trend", "inference"]

_KEPT_COLUMNS = 8
_ROWS_PER_BLOCK = 128  # keeps the temporaries in the cache


@dataclass(frozen=True, slots=True)
class EnvelopeKey:
    """Everything that an envelope depends on beside posterior, seed and draws: its content key.

    Attributes
    ----------
    kind : {"money", "physical", "all", "on_trend", "inference"}
        Which of the forms above.
    algorithms : Algorithms
        As settled.
    t_ref : float
        Decimal year from which algorithmic progress counts; 0 with algorithms off.
    price_basis : str
        As in the question; empty where no price enters.
    payer : Payer or None
        Whose budget enters by month; None for a fixed sum, where none enters, and for the ceiling that
        commoditization sets a fixed sum.
    cost_scope : str
        As in the question.
    on : frozenset of str
        Physical limits in the minimum, and what else changes this envelope.
    overrides : tuple of Override
        Of unfitted inputs.
    """

    kind: Kind
    algorithms: Algorithms
    t_ref: float
    price_basis: PriceBasis = "realised"
    payer: Payer | None = None
    cost_scope: CostScope = "final_run"
    on: frozenset[str] = frozenset()
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """A running maximum and what it comes to.

    Attributes
    ----------
    years : ndarray, shape (months,)
        Mid-month decimal years.
    values : ndarray of float32, shape (draws, months)
        log10 FLOP; log10 FLOP per 2023 $ for a fixed sum, per squared 2023 $ for inference.
    eventual : ndarray, shape (draws,)
        What it comes to in the end, in the same unit; +inf where it grows for ever.
    endless : bool
        Whether it grows for ever in every draw.
    which : ndarray of int8, shape (draws, months), or None
        Of several limits: which is the lowest, as a position in `limits`.
    limits : tuple of str
        The limits in the minimum; empty where none is asked about.
    """

    years: Array
    values: Single
    eventual: Array
    endless: bool
    which: NDArray[np.int8] | None = None
    limits: tuple[Limit, ...] = ()
    _columns: dict[int, tuple[Single, NDArray[np.int8]]] = field(default_factory=dict, init=False, repr=False)

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.values.nbytes + (0 if self.which is None else self.which.nbytes)

    def column(self, month: int) -> Single:
        """Its values in one month, shape (draws,), contiguous; the last few months asked for are kept."""
        return self._column(month)[0]

    def lowest(self, month: int) -> NDArray[np.int8]:
        """Position of the lowest limit in one month, shape (draws,): 0 where there is but one."""
        return self._column(month)[1]

    def _column(self, month: int) -> tuple[Single, NDArray[np.int8]]:
        found = self._columns.get(month)
        if found is None:
            if len(self._columns) >= _KEPT_COLUMNS:
                self._columns.clear()
            which = np.zeros(len(self.values), np.int8) if self.which is None else self.which[:, month].copy()
            found = self._columns[month] = (self.values[:, month].copy(), which)
        return found


def make_envelope(
    simulation: Simulation, key: EnvelopeKey, assumed: Assumed, checkpoint: Checkpoint = proceed
) -> Envelope:
    """The envelope of a key; the checkpoint is called between the steps.

    Parameters
    ----------
    simulation : Simulation
        The paths that it is made of.
    key : EnvelopeKey
        What it is.
    assumed : Assumed
        Draws of the unfitted inputs under the key's overrides.
    checkpoint : callable
        Called between the steps.
    """
    progress = Progress(key.algorithms, key.t_ref, "algorithmic_jump" in key.on, assumed)
    paid = None if key.kind == "physical" else _Paid(simulation, key, assumed, progress, checkpoint)
    physical = Physical(simulation, key.on, assumed, progress) if key.kind in ("physical", "all") else None
    shape = (assumed.draws, len(simulation.years))
    values, which = np.empty(shape, np.float32), None if physical is None else np.empty(shape, np.int8)
    for start in range(0, assumed.draws, _ROWS_PER_BLOCK):
        checkpoint()
        rows = slice(start, min(start + _ROWS_PER_BLOCK, assumed.draws))
        values[rows] = _block(paid, physical, rows, which)
    eventual: Array = np.minimum.reduce([part.eventual() for part in (paid, physical) if part is not None])
    money: tuple[Limit, ...] = ("money",) if key.kind in ("money", "all") else ()
    named = money if physical is None else (*money, *physical.named)
    return Envelope(simulation.years, values, eventual, bool(np.isinf(eventual).all()), which, named)


def _block(paid: _Paid | None, physical: Physical | None, rows: slice, which: NDArray[np.int8] | None) -> Array:
    """The envelope of some draws; of several limits, the lowest is noted in `which`."""
    path = None if paid is None else paid.path(rows)
    if physical is None or which is None:
        assert path is not None
        return path
    least, which[rows] = physical.least(rows)
    if path is None:
        return least
    which[rows] += np.int8(1)
    which[rows] *= (path > least).view(np.int8)
    return np.minimum(path, least, out=least)


class _Paid:
    """A path of money or of runs and its running maximum, some draws at a time."""

    def __init__(
        self, simulation: Simulation, key: EnvelopeKey, assumed: Assumed, progress: Progress, checkpoint: Checkpoint
    ) -> None:
        self._simulation, self._key, self._progress = simulation, key, progress
        self._rate = _rate(simulation.posterior, key, assumed)
        self._last, self._reached = np.empty((2, assumed.draws))
        self._trend = simulation.largest("flop", checkpoint) if key.kind == "on_trend" else None
        self._budget = None if key.payer is None else payer_budget(simulation, key.payer, assumed, checkpoint)
        self._ceiling = commoditized(assumed) if "commoditization" in key.on else None
        self._scope = None if key.cost_scope == "final_run" else scope_oom(key.cost_scope, assumed)
        self._inference = _inference_oom(assumed) if key.kind == "inference" else None

    def path(self, rows: slice) -> Array:
        """Its running maximum, algorithms included, log10 FLOP, shape (rows, months)."""
        path = self._plain(rows)
        self._last[rows] = path[:, -1]
        self._progress.add_to(path, self._simulation.years, rows)
        raise_where_falling(path)
        self._reached[rows] = path[:, -1]
        return path

    def eventual(self) -> Array:
        """What it comes to, when all draws have been asked for."""
        return self._progress.eventual(self._reached, self._last, self._rate)

    def _plain(self, rows: slice) -> Array:
        if self._trend is not None:
            return self._trend[rows].copy()
        path: Array = -self._simulation.price(self._key.price_basis, rows)
        path -= self._simulation.run_residual[rows, None]
        if self._inference is not None:
            per_run, per_parameter = self._inference
            path -= per_run[rows, None]
            path *= 2
            path += per_parameter[rows, None]
            return path
        if self._scope is not None:
            path -= self._scope[rows, None]
        money = _capped(self._budget, self._ceiling, rows)
        if money is not None:
            path += money
        return path


def _capped(money: Array | None, ceiling: Array | None, rows: slice) -> Array | None:
    """A budget under a ceiling, for some draws; None where neither is given."""
    if money is not None and len(money) > 1:
        money = money[rows]
    if ceiling is None:
        return money
    return ceiling[rows] if money is None else np.minimum(money, ceiling[rows])


PAGES = 100


def _inference_oom(assumed: Assumed) -> tuple[Array, Array]:
    """What tokens and their price take from a path, before the bound counts twice, and what parameters add after."""
    tokens = PAGES * assumed("inference.tokens_per_page")
    per_run = np.log10(2 * tokens) + np.log10(assumed("inference.price_ratio"))
    return per_run, np.log10(6 * assumed("data.tokens_per_parameter"))


def _rate(posterior: Posterior, key: EnvelopeKey, assumed: Assumed) -> Array:
    """Long-run growth of the path without algorithms, oom per year."""
    basis: PriceBasis = "realised" if key.kind == "on_trend" else key.price_basis
    rate = long_run_price_fall(posterior, basis)
    if key.kind == "inference":
        return 2 * rate
    payer = key.payer
    if key.kind == "on_trend" or (payer is not None and payer.kind == "frontier_spend"):
        capped = "commoditization" in key.on
        return rate if capped else rate + paths.long_run_spend_rate(posterior.blocks["compute"])
    if payer is not None and payer.growth is not None:
        growth = payer_growth(payer.growth, assumed)
        bounded = payer.ceiling_usd_2023 is not None or "commoditization" in key.on
        return rate + (np.minimum(growth, 0.0) if bounded else growth)
    return rate


def long_run_price_fall(posterior: Posterior, basis: PriceBasis) -> Array:
    """Fall of the price of compute in the long run, oom per year, shape (draws,)."""
    if basis == "realised":
        return posterior.blocks["compute"]["r_realised"]
    price = posterior.blocks["price"]
    return price["r_rental"] if basis == "list_rental" else price["r"][:, CHANNELS.index("datacentre")]
