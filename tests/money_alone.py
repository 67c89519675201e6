"""Questions in which money is all that limits a run: what the published checks were made with."""

from __future__ import annotations

from forecast.engine.scenario import PHYSICAL_LIMITS, Scenario

NO_PHYSICAL_LIMITS = Scenario("no-physical-limits", switches=tuple((limit, False) for limit in PHYSICAL_LIMITS))
"""The built-in scenario of that name, as far as an answer's numbers go."""
