"""The vocabulary of a backtest: what is forecast, by whom, from where, how far ahead, and how finely it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MODEL, LINE, RUNS_ON_LINE = "timelines", "line", "runs_on_line"
LAST_LAW, RANDOM_WALK, AUTO_ETS, POWER_LAW = "last_law", "random_walk", "auto_ets", "power_law"

BASELINES: Mapping[str, str] = {
    LINE: "a straight line in log10 through the quantity's own history, with normal errors",
    RUNS_ON_LINE: "runs simulated around a straight line in log10 through the frontier's rows, with normal errors",
    LAST_LAW: "the last law published by the origin, drawn on from what was known last; a published law states no "
    "noise, so that it gets the scatter of the history around it at the origin",
    RANDOM_WALK: "a random walk with drift over the quarters of the history, its drift and its steps as uncertain as "
    "the history leaves them",
    AUTO_ETS: "exponential smoothing over the quarters of the history, its form by AICc (ETSModel of statsmodels)",
    POWER_LAW: "the same hierarchy of studies without a floor (E = 0)",
}
"""What the model is compared with (`forecast.experiments.baselines`, `forecast.experiments.power_law`)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is forecast: in words, its unit, whether its parts are summarised apart, and what it pools."""

    words: str
    unit: str
    by_part: bool = False
    pools: tuple[str, ...] = ()

    @property
    def resolution(self) -> float:
        """How finely an outcome is known, in its unit."""
        return RESOLUTION[self.unit]


RESOLUTION: Mapping[str, float] = {"oom": 0.01, "ln": 0.001, "years": 1 / 24}
"""2 % of a compute or a price, .1 % of a loss, half a month: no forecast is credited with knowing more."""

QUANTITIES: Mapping[str, Quantity] = {
    "frontier_compute": Quantity("frontier compute, both", "oom", pools=("largest_compute", "top_ten_compute")),
    "largest_compute": Quantity("largest run so far, FLOP", "oom"),
    "top_ten_compute": Quantity("median of the ten largest, FLOP", "oom"),
    "frontier_cost": Quantity("cost of the largest runs, both", "oom", pools=("largest_cost", "top_ten_cost")),
    "largest_cost": Quantity("dearest run so far, $", "oom"),
    "top_ten_cost": Quantity("median of the ten dearest, $", "oom"),
    "realised_price": Quantity("realised price, $/FLOP", "oom"),
    "hardware_price": Quantity("hardware price", "oom", by_part=True),
    "first_passage": Quantity("years until the frontier is passed", "years"),
    "loss_one_decade": Quantity("loss, last decade of compute", "ln"),
    "loss_two_decades": Quantity("loss, last two decades", "ln"),
    "loss_olmo": Quantity("loss of OLMo 7B and 13B", "ln"),
    "loss_new_study": Quantity("loss of a study held out whole", "ln"),
}
"""Everything that is scored; those with `pools` are summaries of others."""

WINDOWS: Mapping[str, tuple[int, int]] = {"all": (0, 9999), "2013-15": (2013, 2015), "2016+": (2016, 9999)}
"""Windows of origins, by year; what is held out of the losses has no origin and is in `all`."""

HORIZONS: Mapping[str, tuple[int, int]] = {"1-3": (1, 3), "5": (5, 5), "": (0, 0)}
"""Years ahead that are pooled; none where the question is not about a year."""
