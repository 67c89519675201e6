"""`timelines ask`: the question of `timelines when`, answered by a server.

It goes through the thin client. The answer that comes back is read into the library's own type and shown by the same
code, so that the same posterior prints the same bytes either way.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.question_keywords import keywords
from forecast.cli.question_options import check_showing, question_options, resolution_option, showing_options
from forecast.errors import ForecastError, InputError

if TYPE_CHECKING:
    from forecast.engine.answer import Answer
    from forecast.engine.scenario import Scenario
    from timelines import TimelinesError

EXAMPLES = """\b
timelines ask --server 127.0.0.1:8433 --flop 2e29
timelines ask --server forecasts.example:8433 --tls --token-file token --flop 2e29 --json"""
FILE = click.Path(dir_okay=False, path_type=Path)
MENDABLE = frozenset({"INVALID_ARGUMENT", "OUT_OF_RANGE", "NOT_FOUND", "FAILED_PRECONDITION"})
"""Codes of what the asker can mend; everything else is the server's or the network's."""
OPTION_OF = {
    "allow_plaintext_token": "--plaintext-token",
    "ca_file": "--tls-ca",
    "cert_file": "--tls-cert",
    "key_file": "--tls-key",
    "target": "--server",
    "timeout": "--timeout",
    "tls": "--tls",
    "token": "--token-file",
}
"""The client's arguments as the options that set them."""
_BELIEFS = frozenset({"slowdown", "brain_flop_per_s", "spend_growth"})
ARGUMENT = re.compile(rf"(?:TLS\()?\b(?:(\w+_file)\b(?:=\.\.\.\)|=)?|({'|'.join(OPTION_OF)})=(?:True)?)")


@click.command(name="ask", epilog=EXAMPLES)
@click.option(
    "--server", envvar="TIMELINES_SERVER", show_envvar=True, metavar="HOST:PORT", help="Default: 127.0.0.1:8433."
)
@click.option("--token-file", type=FILE, metavar="FILE", help="Holds your token; default: TIMELINES_TOKEN.")
@click.option("--tls", is_flag=True, help="Connect over TLS; the options below imply it.")
@click.option(
    "--tls-ca", type=FILE, envvar="TIMELINES_TLS_CA", show_envvar=True, help="Certificate of the server's authority."
)
@click.option("--tls-cert", type=FILE, envvar="TIMELINES_TLS_CERT", show_envvar=True, help="Your own certificate.")
@click.option("--tls-key", type=FILE, envvar="TIMELINES_TLS_KEY", show_envvar=True, help="Its private key.")
@click.option("--plaintext-token", is_flag=True, help="Send the token to another machine without TLS.")
@click.option("--timeout", type=float, default=10.0, show_default=True, metavar="S", help="Seconds to wait.")
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
    from forecast.catalogue.scenarios import from_file, names_a_file
    from forecast.engine.encode_question import scenario_dict

    if isinstance(chosen, str):
        return scenario_dict(from_file(Path(chosen))[0]) if names_a_file(chosen) else chosen
    return scenario_dict(chosen)


def _answer(asked: dict[str, Any], options: dict[str, Any]) -> Answer:
    from forecast.engine.decode import answer_from_dict
    from timelines import TimelinesError

    try:
        told = _told(asked, options)
    except TimelinesError as error:
        raise failure(error) from error
    try:
        return answer_from_dict(told)
    except InputError as error:
        message = f"the server's answer cannot be read: {error.message}; it is newer than this program: update this one"
        raise ForecastError(message) from error


def _told(asked: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    # What goes wrong is said in one line of ours; gRPC's own log would print beside it.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from timelines import TLS, Client

    files = [options[name] for name in ("tls_ca", "tls_cert", "tls_key")]
    client = Client(
        options["server"],
        token=_token(options["token_file"]),
        tls=TLS(*files) if options["tls"] or any(files) else None,
        timeout=options["timeout"],
        allow_plaintext_token=options["plaintext_token"],
    )
    with client:
        return client.when(**asked).to_dict()


def _token(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"--token-file {file} cannot be read: {what}", field="token_file") from error
    if not token:
        raise InputError(f"--token-file {file} is empty; write your token into it", field="token_file")
    return token


def failure(error: TimelinesError) -> ForecastError:
    """The client's error as one of the command line: exit code 2 for what the asker can mend, 1 for the rest."""
    message = ARGUMENT.sub(lambda found: OPTION_OF.get(found[1] or found[2], found[0]), error.message)
    mendable = error.code in MENDABLE and not error.reason.startswith("DAMAGED_")
    return InputError(message) if mendable else ForecastError(message)
