"""Pictures of answers and drivers, and files of pictures.

arrival_chart(answer).save("when.svg")
save(fan_chart(forecaster, "price"), "price.html")
"""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from forecast.engine.answer import Answer
from forecast.engine.arguments import Asked
from forecast.engine.checks import checked_choice
from forecast.engine.fan import UNITS, Driver
from forecast.forecaster import Forecaster
from forecast.reports import drivers, fans, stories, trajectories
from forecast.reports.picture import Picture

_STORIES = {"frontier_compute": drivers.compute_fan, "price": drivers.price_fan, "spend": drivers.spend_fan}


def arrival_chart(answer: Answer) -> Picture:
    """The arrival distribution of one answer, with the whole mass beside it."""
    return stories.single(answer)


def fan_chart(forecaster: Forecaster, driver: Driver, **asked: Unpack[Asked]) -> Picture:
    """One driver or limit over time.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    driver : str
        What to follow: one of `forecast.engine.fan.UNITS`.
    **asked
        As for `Forecaster.fan`; without them frontier compute, price and spend are drawn as on the forecast page.

    Raises
    ------
    UnknownNameError
        For another name.
    """
    checked_choice(driver, "driver", UNITS)
    if driver in _STORIES and not asked:
        return fans.picture(_STORIES[driver](forecaster))
    return trajectories.trajectory_chart(forecaster, driver, **asked)


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
