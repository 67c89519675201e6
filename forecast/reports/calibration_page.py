"""The calibration page: how well forecasts of the past did, every number from a stored table.

    from forecast.reports import calibration_page
    calibration_page.write(Path("calibration.html"))

It opens offline, follows the reader's colour scheme, and works without scripts, as the forecast page does. A part whose
tables are not there says what to run.
"""

from __future__ import annotations

from pathlib import Path

from forecast.errors import ArtefactError
from forecast.evaluation import calibration, checks
from forecast.evaluation.bar import CAVEATS
from forecast.reports import calibration_basis, calibration_scores
from forecast.reports.calibration_scores import Stored
from forecast.reports.picture import Picture
from forecast.reports.render import rendered
from forecast.reports.sections import Section
from forecast.storage.atomic import make_folder, write_bytes


def write(path: Path, folder: Path = calibration.STORED, checked: Path = checks.STORED) -> Path:
    """Write the page, whole or not at all.

    Parameters
    ----------
    path : Path
        Where it goes.
    folder : Path
        The backtest's tables.
    checked : Path
        Those of the checks.

    Returns
    -------
    Path
        Where it went.

    Raises
    ------
    ArtefactError
        When there is no stored backtest.
    StorageError
        When it cannot be written.
    """
    data = page(folder, checked).encode()
    make_folder(path.parent)
    write_bytes(path, data)
    return path


def write_pictures(target: Path, folder: Path = calibration.STORED, checked: Path = checks.STORED) -> list[Path]:
    """Write every chart of the page as a PNG file.

    Parameters
    ----------
    target : Path
        The folder that they go to.
    folder, checked : Path
        As for `write`.
    """
    make_folder(target)
    written = []
    for picture in pictures(folder, checked):
        path = target / f"{picture.slug}.png"
        write_bytes(path, picture.png())
        written.append(path)
    return written


def pictures(folder: Path = calibration.STORED, checked: Path = checks.STORED) -> list[Picture]:
    """Every chart of the page, in order."""
    return [figure for section in sections(Stored(folder), checked) for figure in section.figures]


def sections(stored: Stored, checked: Path = checks.STORED) -> list[Section]:
    """Every part of the page, in order."""
    return [*calibration_scores.sections(stored), *calibration_basis.sections(stored.folder, checked)]


def page(folder: Path = calibration.STORED, checked: Path = checks.STORED) -> str:
    """The page as HTML; parameters as of `write`."""
    stored = Stored(folder)
    made = stored.provenance  # first: without a backtest there is no page
    found = sections(stored, checked)
    return rendered(
        "calibration.html.j2",
        live=False,
        figures=[figure for section in found for figure in section.figures],
        sections=found,
        finding=finding(stored),
        tiles=calibration_scores.tiles(stored),
        misses=misses(stored),
        lead=lead(stored),
        caveat=CAVEATS[1],
        notice=made["data_notice"],
        models=made["models"],
    )


def finding(stored: Stored) -> str:
    """The headline sentence; where the bar cannot be read, what to run."""
    try:
        return calibration_scores.headline(stored.checks)
    except ArtefactError as error:
        return f"Past forecasts of these models, scored. The bar is not computed: {error.message}."


def misses(stored: Stored) -> list[tuple[str, str]]:
    """Which lines of the bar are missed or not measured; none where the bar cannot be read."""
    try:
        return calibration_scores.misses(stored.checks)
    except ArtefactError:
        return []


def lead(stored: Stored) -> str:
    """What was done, in a sentence."""
    made = stored.provenance
    first, last = made["origins"][0], made["origins"][-1]
    return (
        f"The models were refitted as of {len(made['origins'])} year-ends, {first} to {last}, on what had been "
        f"published by then, and asked for what came after. {calibration_basis.bounds_words(stored.rows)}"
    )
