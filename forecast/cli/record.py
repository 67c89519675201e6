"""`timelines record`: forecasts that are published for good, to be cited, verified and held against the next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.connection import server_options
from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import question_options
from forecast.errors import ArtefactError

if TYPE_CHECKING:
    from forecast.publishing.verifying import Verified

EXAMPLES = """\b
timelines record add --loss 1.24 --scale kaplan-webtext2 --budget 1e9
timelines record add --flop 1e29 --series nightly-1e29 --server forecasts.example:8433 --tls
timelines record list
timelines record cite NAME
timelines record diff NAME"""

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON, as the service's messages are.")
_NAME = click.argument("name")


@click.group(epilog=EXAMPLES)
def record() -> None:
    """Publish forecasts, list, show, cite, compare and verify them.

    A published forecast is an answer with its question and its posterior, kept under a permanent name: it is never
    changed and never removed, and the posterior that it names is never pruned. Anybody may publish any question here,
    as often as wanted. `timelines track-record` is another thing: the project's own forecasts, one set with each
    release, in a file that comes with the package and is scored against what came.
    """


@record.command(epilog="\b\ntimelines record add --flop 1e29 --title 'A 1e29 FLOP run'")
@question_options
@click.option("--series", default="", metavar="NAME", help="What it belongs to.  [default: the question's own]")
@click.option("--title", default="", metavar="TEXT", help="In your words, at most 200 characters.")
@click.option("--note", default="", metavar="TEXT", help="In your words, at most 4,000 characters.")
@click.option("--request-id", default=None, metavar="UUID", help="The same again publishes nothing new.")
@_JSON
@server_options
def add(series: str, title: str, note: str, request_id: str | None, as_json: bool, **options: Any) -> None:
    """Answer a question, publish the answer, and print its citation.

    The options are those of `timelines when`. With `--server` the server answers, from its own posterior.
    """
    from forecast.cli.record_places import opened

    said = {"series": series, "title": title, "note": note} | ({"request_id": request_id} if request_id else {})
    asked = {**keywords(options), "limit_effects": True}
    with opened(options) as place:
        told = place.add(asked, said)
    click.echo(_json(told) if as_json else told["citation"])


@record.command(name="list")
@click.option("--series", default="", metavar="NAME", help="Only those of it.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="The newest N.")
@_JSON
@server_options
def list_(series: str, limit: int, as_json: bool, **options: Any) -> None:
    """List published forecasts, the newest first."""
    from forecast.cli.record_places import opened
    from forecast.cli.record_words import list_text

    with opened(options) as place:
        found = list(place.newest(limit, series))
    click.echo(_json(found) if as_json else list_text(found))


@record.command()
@_NAME
@_JSON
@server_options
def show(name: str, as_json: bool, **options: Any) -> None:
    """Show the published forecast NAME with its whole answer."""
    from forecast.cli.record_places import opened
    from forecast.cli.record_words import record_text

    with opened(options) as place:
        told = place.get(name)
    click.echo(_json(told) + "\n" if as_json else record_text(told), nl=False)


@record.command()
@_NAME
@server_options
def cite(name: str, **options: Any) -> None:
    """Print the published forecast NAME in one line, to be cited."""
    from forecast.cli.record_places import opened

    with opened(options) as place:
        click.echo(place.get(name)["citation"])


@record.command()
@_NAME
@click.argument("other", required=False)
@click.option(
    "--year", type=int, metavar="YEAR", help="For the probability, where there is no median.  [default: 2040]"
)
@click.option("--figures-only", is_flag=True, help="Do not explain the change.")
@_JSON
@server_options
def diff(name: str, other: str | None, year: int | None, figures_only: bool, as_json: bool, **options: Any) -> None:
    """Tell what changed since the forecast before.

    From OTHER, by default the one before in its series, to NAME. Where both posteriors are at hand the change is
    explained as by `timelines explain`; else it is told by its figures only.
    """
    from forecast.cli.record_places import opened
    from forecast.cli.record_words import difference_text

    with opened(options) as place:
        told = place.diff(name, other, year, not figures_only)
    click.echo(_json(told) + "\n" if as_json else difference_text(told), nl=False)


@record.command()
@click.argument("name", required=False)
@_JSON
@server_options
def verify(name: str | None, as_json: bool, **options: Any) -> None:
    """Verify hash and answer of published forecasts.

    Of NAME, or of every one. The question is asked again here, on the posterior of that name and hash. Another answer
    is said and is no fault of the record: another version, or another machine, may round otherwise.
    """
    from forecast.cli.record_places import opened
    from forecast.publishing.encode import published_from_dict
    from forecast.publishing.replays import Replays
    from forecast.publishing.verifying import verify as check

    replays, found = Replays(), []
    with opened(options) as place:
        for one in [name] if name else [told["name"] for told in place.newest(None, "")]:
            found.append(check(published_from_dict(place.get(one)), replays))
            if not as_json:
                click.echo(_verdict(found[-1]))
    if as_json:
        click.echo(_json([one.to_dict() for one in found]))
    if faulty := sum(bool(one.faults) for one in found):
        count = "1 record is" if faulty == 1 else f"{faulty} records are"
        raise ArtefactError(f"{count} not what was published")


def _verdict(found: Verified) -> str:
    replayed = {"same": "the same answer again", "other": "another answer now", "not_asked": "not asked again"}
    sound = "FAILED" if found.faults else "sound"
    told = "; ".join([*found.faults, replayed[found.replayed], *found.words])
    return f"{found.name}  {sound:<6}  {told}"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
