"""Pictures of answers and drivers, and files of pictures.

arrival_chart(answer).save("when.svg")
save(fan_chart(forecaster, "price"), "price.html")
"""

from __future__ import annotations

from pathlib import Path

from forecast.engine.answer import Answer
from forecast.engine.checks import checked_choice
from forecast.forecaster import Forecaster
from forecast.reports import drivers, fans, stories
from forecast.reports.picture import Picture

_FANS = {"frontier_compute": drivers.compute_fan, "price": drivers.price_fan, "spend": drivers.spend_fan}


def arrival_chart(answer: Answer) -> Picture:
    """The arrival distribution of one answer, with the whole mass beside it."""
    return stories.single(answer)


def fan_chart(forecaster: Forecaster, driver: str) -> Picture:
    """One driver over time: `frontier_compute`, `price` or `spend`.

    Raises
    ------
    UnknownNameError
        For another name.
    """
    checked_choice(driver, "driver", _FANS)
    return fans.picture(_FANS[driver](forecaster))


def save(chart: Picture, path: Path | str) -> None:
    """Write a picture as .html, .svg, .png or .json (its Vega-Lite specification), by the suffix of the path.

    Raises
    ------
    InputError
        For another suffix.
    StorageError
        When the file cannot be written.
    """
    chart.save(path)
