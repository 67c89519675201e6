"""What scored quantities and baselines are called beside and over their marks, at length and on a phone."""

from __future__ import annotations

import re

from forecast.evaluation.quantities import QUANTITIES

_UNIT = re.compile(r", (FLOP|\$|\$/FLOP)$")
_SHORT = {
    "frontier_compute": "frontier compute",
    "largest_compute": "largest run",
    "top_ten_compute": "ten largest, median",
    "frontier_cost": "cost of largest runs",
    "largest_cost": "dearest run",
    "top_ten_cost": "ten dearest, median",
    "first_passage": "frontier passed",
    "loss_one_decade": "loss, one decade",
    "loss_two_decades": "loss, two decades",
    "loss_olmo": "loss of OLMo",
    "loss_new_study": "loss, new study",
}
_BASELINES = {
    "line": "straight line",
    "runs_on_line": "runs on a straight line",
    "last_law": "last published law",
    "random_walk": "random walk with drift",
    "auto_ets": "AutoETS",
    "power_law": "power law, no floor",
}
_SHORT_BASELINES = {
    "runs_on_line": "runs on line",
    "last_law": "last law",
    "random_walk": "random walk",
    "power_law": "no floor",
}


def quantity_words(quantity: str, part: str = "") -> str:
    """A quantity and its part, without the unit: `hardware price, rental`."""
    words = _UNIT.sub("", QUANTITIES[quantity].words) if quantity in QUANTITIES else quantity.replace("_", " ")
    words = words.removesuffix(", both")
    return f"{words}, {_part(part)}" if part else words


def short_words(quantity: str, part: str = "") -> str:
    """The same for a phone."""
    return _part(part) if part else _SHORT.get(quantity, quantity_words(quantity))


def baseline_words(name: str, *, short: bool = False) -> str:
    """A baseline: `last published law`."""
    words = _BASELINES.get(name, name.replace("_", " "))
    return _SHORT_BASELINES.get(name, words) if short else words


def model_words(model: str) -> str:
    """A model over its parameters: `published law`; answers are no model's."""
    return "answers" if model == "headline" else model.replace("_", " ")


def _part(part: str) -> str:
    return part.replace("_", " ").replace("fp32", "FP32")
