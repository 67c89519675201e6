"""`timelines calibration`: how well past forecasts did, what they are held to, and what of it is missed."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.errors import InputError


@click.command()
@click.option("--backtest", metavar="NAME", help="Which stored backtest (default: the shipped one).")
@click.option("--quantity", "quantities", multiple=True, metavar="NAME", help="Only this one; may be given again.")
@click.option("--all", "whole", is_flag=True, help="Print every window of origins, and five years ahead too.")
@click.option("--list", "as_list", is_flag=True, help="List the stored backtests instead.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--past-fans", is_flag=True, help="Add to the JSON what was forecast as of each origin.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the page to this file.")
@click.option("--png", type=click.Path(path_type=Path), metavar="FOLDER", help="Write its pictures to this folder.")
def calibration(
    backtest: str | None,
    quantities: tuple[str, ...],
    whole: bool,
    as_list: bool,
    as_json: bool,
    past_fans: bool,
    html: Path | None,
    png: Path | None,
) -> None:
    """Show how well forecasts of the past did.

    Refits as of past year-ends forecast what came after; here are the bar that they are held to and what of it is
    missed, the coverage of their intervals, their skill beside each baseline, checks of the machinery, and what the
    figures do not show. Nothing is fitted: `timelines backtest` and `timelines check` make the tables anew.
    """
    if past_fans and not as_json:
        raise InputError("--past-fans adds to the JSON: give --json as well", field="past_fans")
    if as_list:
        click.echo(_listed(as_json), nl=False)
        return
    _draw(backtest, html, png)
    click.echo(_told(backtest, quantities, whole, past_fans if as_json else None), nl=False)


def _listed(as_json: bool) -> str:
    from forecast.evaluation import backtests
    from forecast.evaluation.calibration_answer import as_json as text_of
    from forecast.evaluation.calibration_answer import listing_dict

    listing = backtests.listing()
    if as_json:
        return text_of(listing_dict(listing))
    from forecast.cli.calibration_words import listing_text

    return listing_text(listing)


def _told(backtest: str | None, quantities: tuple[str, ...], whole: bool, json_with_fans: bool | None) -> str:
    """As text, or as JSON with past fans or without."""
    from forecast.evaluation import backtests
    from forecast.evaluation import calibration_answer as answers

    found = answers.calibration(backtest or backtests.SHIPPED).only(quantities)
    if json_with_fans is not None:
        return found.to_json(past_fans=json_with_fans)
    from forecast.cli.calibration_words import text

    return text(found, whole)


def _draw(backtest: str | None, html: Path | None, png: Path | None) -> None:
    """The page of a backtest, and its pictures."""
    if html is None and png is None:
        return
    from forecast.evaluation import backtests
    from forecast.reports import calibration_page

    folder = backtests.folder_of(backtest or backtests.SHIPPED)
    if html is not None:
        click.echo(f"Written: {calibration_page.write(html, folder)}", err=True)
    if png is not None:
        calibration_page.write_pictures(png, folder)
        click.echo(f"Drawn: {png}", err=True)
