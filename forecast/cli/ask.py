"""`timelines ask`: the question of `timelines when`, answered by a server.

It goes through the thin client. The answer that comes back is read into the library's own type and shown by the same
code, so that the same posterior prints the same bytes either way.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.connection import connected, connection_options
from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, resolution_option, showing_options
from forecast.errors import ForecastError, InputError

if TYPE_CHECKING:
    from forecast.engine.answer import Answer
    from forecast.engine.scenario import Scenario

EXAMPLES = """\b
timelines ask --server 127.0.0.1:8433 --flop 2e29
timelines ask --server forecasts.example:8433 --tls --token-file token --flop 2e29 --json"""
_BELIEFS = frozenset({"slowdown", "brain_flop_per_s", "spend_growth"})


@click.command(name="ask", epilog=EXAMPLES)
@connection_options
@question_options
@resolution_option
@showing_options
def ask(resolution: bool, as_json: bool, as_csv: bool, chart: Path | None, **options: Any) -> None:
    """Ask a running server when a loss, or an amount of training compute, becomes affordable."""
    from forecast.cli.showing import show

    check_showing(as_json, as_csv, resolution)
    asked = {**portable(keywords(options)), "limit_effects": True}
    show(_answer(asked, options), as_json, as_csv, chart, resolution)


def portable(asked: dict[str, Any]) -> dict[str, Any]:
    """The keywords of a question with what only the library has, files and scenarios of one's own, as JSON.

    Raises
    ------
    InputError
        When a file is no scenario, or a text no belief.
    """
    told = dict(asked)
    told |= {name: _belief(asked[name], name) for name in _BELIEFS & asked.keys()}
    return told | ({"scenario": _scenario(asked["scenario"])} if "scenario" in asked else {})


def _belief(said: Any, name: str) -> Any:
    from forecast.engine.beliefs import read_belief
    from forecast.engine.distributions import distribution_dict

    return distribution_dict(read_belief(said, name)) if isinstance(said, str) else said


def _scenario(chosen: Scenario | str) -> dict[str, Any] | str:
    from forecast.catalogue.named.scenarios import from_file, names_a_file
    from forecast.engine.encode_question import scenario_dict

    if isinstance(chosen, str):
        return scenario_dict(from_file(Path(chosen))[0]) if names_a_file(chosen) else chosen
    return scenario_dict(chosen)


def _answer(asked: dict[str, Any], options: dict[str, Any]) -> Answer:
    from forecast.engine.decode import answer_from_dict

    with connected(options) as client:
        told = client.when(**asked).to_dict()
    try:
        return answer_from_dict(told)
    except InputError as error:
        message = f"the server's answer cannot be read: {error.message}; it is newer than this program: update this one"
        raise ForecastError(message) from error
