"""`timelines`: the command line. A command's module is imported when it is called, so that answers stay quick."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

import forecast
from forecast.cli.failures import exit_code_of

# Before NumPy is imported: an answer's few products are over before a second thread has stopped waiting for work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives (`module:function`) and its line in the help."""

    place: str
    about: str

    @property
    def exists(self) -> bool:
        """Whether this installation has the command's module."""
        return find_spec(self.place.partition(":")[0]) is not None

    def load(self) -> click.Command:
        """Import the command."""
        module, _, name = self.place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


COMMANDS: Mapping[str, Command] = {
    "when": Command("forecast.cli.when:when", "When does a target become affordable?"),
    "compare": Command("forecast.cli.compare:compare", "Ask one question under several scenarios, side by side."),
    "sensitivity": Command("forecast.cli.sensitivity:sensitivity", "What does an answer depend on?"),
    "explain": Command("forecast.cli.explain:explain", "Why do two answers differ?"),
    "affordable-loss": Command("forecast.cli.affordable_loss:affordable_loss", "Which loss can a payer buy on a day?"),
    "required-budget": Command(
        "forecast.cli.required_budget:required_budget", "Which budget does a target need by a day?"
    ),
    "trajectory": Command("forecast.cli.trajectory:trajectory", "Follow a driver or a limit by month."),
    "chart": Command("forecast.cli.chart:chart", "Draw one chart for a question, to a file."),
    "draws": Command("forecast.cli.draws:draws", "Write the arrival of every draw to a file."),
    "report": Command("forecast.cli.report:report", "Answer a file of questions, and write the report."),
    "forecast": Command("forecast.cli.forecast:forecast", "Print the headline forecasts and draw the page."),
    "fit": Command("forecast.cli.fit:fit", "Fit the models on the tables and store the posterior."),
    "posterior": Command("forecast.cli.posterior:posterior", "List, show, verify and choose posteriors."),
    "state": Command("forecast.cli.state:state", "Back up and restore the state folder."),
    "data": Command("forecast.cli.data:data", "List, show, check and import the tables of observations."),
    "inputs": Command("forecast.cli.inputs:inputs", "List what a scenario can set or give another prior."),
    "belief": Command("forecast.cli.belief:belief", "Show a belief of somebody's in a file, as it is read."),
    "scale": Command("forecast.cli.scale:scale", "List, show, import and remove loss scales."),
    "glossary": Command("forecast.cli.glossary:glossary", "What the words mean, and how they are misread."),
    "scenario": Command("forecast.cli.scenario:scenario", "List, show, copy, check, create and delete scenarios."),
    "replay": Command("forecast.cli.replay:replay", "Replay published claims as of their date."),
    "backtest": Command("forecast.cli.backtest:backtest", "Refit as of past dates and score what came after."),
    "calibration": Command("forecast.cli.calibration:calibration", "Show how well past forecasts did."),
    "track-record": Command(
        "forecast.cli.track_record:track_record", "Show, extend and score what releases forecast in advance."
    ),
    "record": Command("forecast.cli.record:record", "Publish forecasts for good; cite, compare and verify them."),
    "check": Command("forecast.cli.check:check", "Check the machinery: simulated truths, left-out rows, priors."),
    "serve": Command("forecast.cli.serve:serve", "Serve forecasts over gRPC."),
    "config": Command("forecast.cli.config:config", "Show the settings that hold; check them before a restart."),
    "token": Command("forecast.cli.token:token", "Make a token for a server."),
    "ask": Command("forecast.cli.ask:ask", "Ask a server."),
}

QUICK = ("when", "compare", "affordable-loss", "required-budget", "trajectory")
"""Commands that are over before there is garbage worth collecting."""

READ_SETTINGS = ("serve", "config")
"""Commands that read the settings file themselves; to others it says which state folder and catalogue are meant."""


class Timelines(click.Group):
    """A group that imports a command when it is called, and turns every error into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands of this installation, in the order of `COMMANDS`."""
        return [name for name, command in COMMANDS.items() if command.exists]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none."""
        command = COMMANDS.get(cmd_name)
        return command.load() if command is not None and command.exists else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands in the help without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].about) for name in self.list_commands(ctx)])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; in standalone mode, exit with the codes of `forecast.cli.failures`."""
        run = partial(super().main, args, prog_name, complete_var, standalone_mode=False, **extra)
        if not standalone_mode:
            return run()
        gc.disable()  # while a command is imported, which stays: to look through it again and again costs 25 ms
        try:
            return sys.exit(exit_code_of(run))
        finally:
            gc.enable()


@click.group(
    cls=Timelines,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="What is fitted and imported lives in TIMELINES_HOME, else in the platform's folder for state. "
    "Exit codes: 0 answered, 2 bad input, 1 anything else, 130 interrupted.",
)
@click.version_option(forecast.__version__, prog_name="timelines")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Forecast when an AI training loss becomes affordable, with its uncertainty."""
    if ctx.invoked_subcommand in QUICK:
        atexit.register(gc.freeze)  # what is left at the end goes with the process: to look through it costs 50 ms
    else:
        gc.enable()
    if os.environ.get("TIMELINES_CONFIG") and ctx.invoked_subcommand not in READ_SETTINGS:
        from timelines_server.configuration.reading import share_file

        share_file(os.environ)


if __name__ == "__main__":
    main(prog_name="timelines")
