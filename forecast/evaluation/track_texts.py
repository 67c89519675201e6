"""Resolution texts of drivers that pass a value, in the form of `forecast.engine.resolution`."""

from __future__ import annotations

from calendar import monthrange
from typing import Literal

from forecast.engine.question import Question
from forecast.engine.resolution import EPOCH, REVISION_DAYS

LEAST_MODELS = 3
"""How many models with a known price a year must have for its median to count."""

NEARLY_LARGEST = 0.01
"""The smallest share of the largest known run that a model must have for its price to count."""

_SPEND = (
    ("Question", "When will the spend on a training run be {case}?"),
    (
        "Resolves to",
        "the day of publication of the first model whose final training run cost {case}: the chips' use and energy, "
        "without staff and experiments.",
    ),
    ("Source of truth", f"{EPOCH}, columns training compute cost (2023 USD) and publication date."),
    (
        "Date",
        "the day of the model's publication; a month without a day counts as its last day. A model that was published "
        "before the question opened resolves it to the opening.",
    ),
    ("In doubt", "A run whose cost nobody states or estimates does not count until somebody does."),
    (
        "Not meant",
        "The forecast is of the largest spend, disclosed or not. What is observed here is what was disclosed.",
    ),
)
_PRICE = (
    ("Question", "When will the price of training compute be {case} (2023 US dollars)?"),
    (
        "Resolves to",
        "the first day on which the median price is {case}. The price of a model is the cost of its final training run "
        "over its training compute; the median is over the models that were published in the year up to that day and "
        f"have both, at least {LEAST_MODELS} of them, each with at least a hundredth of the compute of the largest run "
        "published by that day.",
    ),
    (
        "Source of truth",
        f"{EPOCH}, columns training compute cost (2023 USD), training compute and publication date.",
    ),
    (
        "Date",
        "the first day, UTC, for which the source shows it. A price that low before the question opened resolves it to "
        "the opening.",
    ),
    ("In doubt", f"A year with fewer than {LEAST_MODELS} such models has no price and resolves nothing."),
    (
        "Not meant",
        "The forecast is of the trend that prices of runs scatter about. The median of a year's models lags it by half "
        "a year or so.",
    ),
)


def passage_text(driver: Literal["spend", "price"], case: str, question: Question) -> str:
    """The resolution text of a driver that passes a value.

    Parameters
    ----------
    driver : {"spend", "price"}
        Which.
    case : str
        The value in words.
    question : Question
        Settled; its horizon counts.
    """
    last = question.horizon_month()
    end = last.replace(day=monthrange(last.year, last.month)[1])
    parts = [
        *(_SPEND if driver == "spend" else _PRICE),
        (
            "Revisions",
            f"Values are read {REVISION_DAYS} days after the day that they would resolve it to, as the source then "
            "states them. What is revised later changes nothing.",
        ),
        ("If it does not happen", f"After {end}. Nothing is ever resolved as never."),
    ]
    return "\n\n".join(f"{name}: {text}" for name, text in parts).replace("{case}", case) + "\n"
