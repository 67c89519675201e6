"""How long a model takes to sample, by how fast its chains have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LEAST_S = 1.0
"""A shorter time says little of the speed."""


class Pace:
    """Follows the chains of one model after the other."""

    def __init__(self) -> None:
        self._model, self._began, self._before, self._seen = "", 0.0, 0, 0

    def of(self, chains: Sequence[Mapping[str, Any]], now: float) -> tuple[Mapping[str, Any], ...]:
        """The chains with `eta_s`, the seconds until all of them are done, where that is known.

        Chains that have not begun wait for those that run, so it is counted over all of them together.

        Parameters
        ----------
        chains : sequence of mapping
            Of one model: `model`, `finished_draws`, `total_draws` and more.
        now : float
            Seconds, which never go back.
        """
        done, total = (sum(chain[key] for chain in chains) for key in ("finished_draws", "total_draws"))
        if chains[0]["model"] != self._model or done < self._seen:  # another model, or the same once more
            self._model, self._began, self._before = chains[0]["model"], now, done
        self._seen = done
        took, steps = now - self._began, done - self._before
        if done >= total or (took >= LEAST_S and steps > 0):
            eta = 0.0 if done >= total else round((total - done) * took / steps, 1)
            return tuple({**chain, "eta_s": eta} for chain in chains)
        return tuple(dict(chain) for chain in chains)
