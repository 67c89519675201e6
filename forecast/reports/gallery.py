"""The pictures of the README: `python -m forecast.reports.gallery docs/images`.

They are drawn from the shipped reference posterior and the stored backtest; the same ones give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.posterior.artefact import read
from forecast.reports import calibration_page, stories
from forecast.reports.limits import limits_picture
from forecast.reports.picture import Picture
from forecast.reports.tables import headline
from forecast.reports.theme import DARK, LIGHT, Theme
from forecast.storage.atomic import make_folder, write_bytes

SHOWN = ("arrival-kaplan", "limits", "past-fans")


def pictures(forecaster: Forecaster) -> Iterator[Picture]:
    """Those of the forecast page and of the calibration page that the README shows."""
    answered = headline(forecaster)
    every = (*stories.arrival_pictures(answered), limits_picture(forecaster), *calibration_page.pictures())
    return (picture for picture in every if picture is not None and picture.slug in SHOWN)


def main(folder: Path) -> None:
    """Write every picture, light and dark, as PNG."""
    make_folder(folder)
    for picture in pictures(Forecaster(read(selection.reference().path))):
        for name, palette in (("", LIGHT), ("-dark", DARK)):
            path = folder / f"{picture.slug}{name}.png"
            write_bytes(path, picture.png(Theme(palette)))
            print(f"{path}: {picture.title}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
