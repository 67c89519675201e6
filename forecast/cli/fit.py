"""`timelines fit`: fit on the tables, in a process of its own, with live progress for each chain."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from forecast.cli.connection import server_options
from forecast.cli.fits import at_server, cancel, list_, refuse_local, show, watch
from forecast.cli.tasks import cluster_option, open_shared, progress
from forecast.errors import FitError, ForecastError, InputError


class WorkerError(ForecastError):
    """What the fit process said went wrong, with its exit code."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        super().__init__(event["message"])
        self.reason, self.exit_code = event["reason"], event["exit_code"]


@click.group(invoke_without_command=True, subcommand_metavar="[list|show|watch|cancel ...]")
@click.option(
    "--as-of",
    metavar="DATE",
    multiple=True,
    help="Fit on what was published by then (default: the tables' release date); once for every date.",
)
@click.option("--data-cutoff", metavar="DATE", help="Leave out rows published later (default: the as-of date).")
@click.option("--only", metavar="MODEL", help="Fit one model (compute or loss); copy the other from the current one.")
@click.option("--draws", type=click.IntRange(50, 100_000), default=1000, show_default=True, help="Draws per chain.")
@click.option("--tune", type=click.IntRange(50, 100_000), default=1000, show_default=True, help="Warm-up per chain.")
@click.option("--chains", type=click.IntRange(2, 64), default=4, show_default=True, help="Independent chains.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Seed of all samplers.")
@click.option("--tables", metavar="FOLDER", help="Fit on your own tables (from `timelines data import`).")
@cluster_option
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON, one of each date.")
@server_options
@click.pass_context
def fit(context: click.Context, /, as_json: bool, as_of: tuple[str, ...], cluster: str | None, **options: Any) -> None:
    """Fit every model on the shipped tables, apply the gates, store the posterior.

    Several dates are fitted one after the other, or side by side on a cluster; each posterior is stored here. With
    `--server` the server fits and keeps what comes of it: the fit waits there for its turn, and goes on whatever
    becomes of this command. Servers' fits are listed, shown, followed and cancelled by the commands below.
    """
    if context.invoked_subcommand is not None:
        return
    if options["server"] is not None:
        refuse_local({**options, "cluster": cluster})
        asked = {name: options[name] for name in ("data_cutoff", "only", "draws", "tune", "chains", "seed")}
        at_server([{**asked, "as_of": one} for one in dict.fromkeys(as_of)] or [asked], as_json, options)
        return
    requests = [_request({**options, "as_of": one}) for one in dict.fromkeys(as_of)] or [
        _request({**options, "as_of": None})
    ]
    outcomes = _here(requests, as_json) if cluster is None else _on_cluster(requests, cluster)
    refused = []
    for outcome in outcomes:
        click.echo(json.dumps(outcome, sort_keys=True, indent=2) if as_json else _words(outcome))
        if outcome["status"] == "REFUSED":
            refused.append(outcome["name"])
    if refused:
        raise FitError(f"{', '.join(refused)} REFUSED by the gates: kept for a look, and never current")


for _command in (list_, show, watch, cancel):
    fit.add_command(_command)


def _here(requests: Sequence[Mapping[str, Any]], quiet: bool) -> Iterator[dict[str, Any]]:
    for request in requests:
        yield _follow(request, quiet)


def _on_cluster(requests: Sequence[Mapping[str, Any]], address: str) -> Iterator[dict[str, Any]]:
    for name in ("only", "tables"):
        if requests[0][name] is not None:
            raise InputError(f"--{name} is about files of this machine: fit without --cluster", field=name)
    from forecast.inference.sampling import prepare_environment
    from forecast.posterior.state import state_folder

    state = state_folder()
    prepare_environment(state.compile_cache)
    from forecast.inference.dated import fit_dates
    from forecast.inference.worker import fit_request

    with open_shared(None, cluster=address) as executor, progress("fitting") as told:
        told(0, len(requests), "")
        fitted = fit_dates([fit_request(request) for request in requests], state.root, executor)
        for finished, outcome in enumerate(fitted, 1):
            told(finished, len(requests), f"{outcome['name']}: {outcome['status']}")
            yield outcome


def _request(options: Mapping[str, Any]) -> dict[str, Any]:
    from forecast.data.rules import RELEASED_ON

    folder = options["tables"]
    if folder is not None and not Path(folder).is_dir():
        raise InputError(f"--tables {folder!r} is not a folder: give the one that an import wrote", field="tables")
    dates = {name: _checked_date(name, options[name]) for name in ("as_of", "data_cutoff")}
    settings = {name: options[name] for name in ("only", "draws", "tune", "chains", "seed", "tables")}
    return {**settings, **dates, "as_of": dates["as_of"] or RELEASED_ON.isoformat(), "home": None}


def _checked_date(name: str, text: str | None) -> str | None:
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        option = name.replace("_", "-")
        raise InputError(f"--{option} {text!r} is not a date: write it as YYYY-MM-DD", field=name) from None


def _follow(request: Mapping[str, Any], quiet: bool) -> dict[str, Any]:
    """Run the fit process to its end; Ctrl-C ends it too, and then nothing was written."""
    command = [sys.executable, "-m", "forecast.inference.worker"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, start_new_session=True, **pipes) as process:
        try:
            return _listen(process, request, quiet)
        except KeyboardInterrupt:
            click.echo("Interrupted: the fit is stopped, nothing was written.", err=True)
            raise
        finally:
            process.send_signal(signal.SIGTERM)


def _listen(process: subprocess.Popen[str], request: Mapping[str, Any], quiet: bool) -> dict[str, Any]:
    assert process.stdin is not None and process.stderr is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    tail: list[str] = []
    reader = _drain(process, tail)
    with _display(quiet) as show:
        for event in _events(process):
            if event["event"] == "done":
                return {key: value for key, value in event.items() if key != "event"}
            if event["event"] == "error":
                raise WorkerError(event)
            if event["event"] != "crashed":  # its traceback is on standard error too
                show(event)
    reader.join(timeout=5)
    last_words = next((line.strip() for line in reversed(tail) if line.strip()), "it gave no reason")
    raise FitError(f"the fit process ended early: {last_words}; nothing was written")


def _drain(process: subprocess.Popen[str], tail: list[str]) -> Any:
    """Read standard error beside the events, so that a full pipe never stops the fit."""
    import threading

    def read() -> None:
        assert process.stderr is not None
        tail.extend(process.stderr)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def _display(quiet: bool) -> Any:
    from forecast.cli.progress import live, silent

    return silent() if quiet else live()


def _words(outcome: Mapping[str, Any]) -> str:
    lines = [f"{outcome['name']}: {outcome['status']}", *(f"  {reason}" for reason in outcome["reasons"])]
    lines += [outcome["summary"], f"{outcome['cpu_seconds']:.0f} CPU-seconds in all"]
    if outcome["current"]:
        lines.append("It is current now: `timelines when` answers from it.")
    elif outcome["status"] != "REFUSED":
        lines.append(f"`timelines when --as-of {outcome['as_of']}` answers from it; the current posterior stays.")
    return "\n".join(lines)
