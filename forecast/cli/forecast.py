"""`timelines forecast`: the headline in the terminal, and the page with its charts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from forecast.forecaster import Forecaster
    from forecast.reports.tables import Headline


@click.command(name="forecast", short_help="Print the headline and draw the page, from a stored posterior.")
@click.option(
    "--out",
    metavar="FOLDER|FILE.html",
    type=click.Path(path_type=Path),
    default=Path("forecast.html"),
    show_default=True,
    help="Where the report goes: a folder for all of it, or its page alone.",
)
@click.option("--posterior", metavar="NAME|URL", help="A posterior, instead of the current one.")
@click.option("--as-of", metavar="DATE", help="The posterior of that as-of date.")
@click.option("--json", "as_json", is_flag=True, help="Print the headline as JSON.")
def forecast(out: Path, posterior: str | None, as_of: str | None, as_json: bool) -> None:
    """Say when the losses 1.24 and 0.86, and a run of 2e29 FLOP, become affordable.

    Answers from a stored posterior (`timelines fit` makes a new one), prints the table and writes the default report,
    as `timelines report` does: a page that opens offline and, in a folder, every number behind it.
    """
    from forecast.forecaster import Forecaster
    from forecast.reports.tables import headline

    forecaster = Forecaster.load(posterior, as_of)
    answered = headline(forecaster)
    click.echo(_printed(answered, as_json))
    page = out if out.suffix == ".html" else write_all(forecaster, out)
    size = write_page(forecaster, out) if page is out else page.stat().st_size
    click.echo(f"Page: {page.resolve()} ({size / 1e6:.1f} MB, opens offline)", err=as_json)


def _printed(answered: Headline, as_json: bool) -> str:
    if as_json:
        return json.dumps(answered.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
    from forecast.reports.text import headline_text

    return headline_text(answered)


def write_all(forecaster: Forecaster, out: Path) -> Path:
    """Write the default report into a folder, whole or not at all; its page.

    Raises
    ------
    StorageError
        When it cannot be written, or the folder holds something else.
    """
    from forecast.reports.report.files import PAGE
    from forecast.reports.report.writing import write
    from forecast.reports.specs import default

    write(default(forecaster.scenario), forecaster, out)
    return out / PAGE


def write_page(forecaster: Forecaster, out: Path) -> int:
    """Write the page of the default report, whole or not at all.

    Returns
    -------
    int
        Its size in bytes.

    Raises
    ------
    StorageError
        When it cannot be written.
    """
    from forecast.reports.report.writing import page_of
    from forecast.reports.specs import default
    from forecast.storage.atomic import make_folder, write_bytes

    make_folder(out.parent)  # first: a place that cannot be written is said before the page is made
    data = page_of(default(forecaster.scenario), forecaster).encode()
    write_bytes(out, data)
    return len(data)
