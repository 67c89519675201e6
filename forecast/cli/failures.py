"""The one place where an error becomes a line on standard error and an exit code.

    0    answered
    2    bad input: a wrong question, option, name or file, which the caller can mend
    1    anything else: a damaged posterior, no permission, no space, a fit that was refused
    130  interrupted (Ctrl-C)

Errors that nobody foresaw keep their traceback: they are faults of the program, and exit with 1 too.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import click

from forecast.errors import ForecastError
from forecast.storage.atomic import storage_error
from forecast.storage.masking import masked

INTERRUPTED = 130

_EXTRA_OF = {
    **dict.fromkeys(("altair", "vl_convert", "jinja2"), "report"),
    **dict.fromkeys(("timelines", "google", "prometheus_client", "structlog", "uvloop"), "server"),
    **dict.fromkeys(("grpc", "grpc_health", "grpc_reflection", "grpc_status"), "server"),
    "distributed": "cluster",
}


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a click command in non-standalone mode; say on standard error what went wrong.

    Parameters
    ----------
    command : callable
        Returns an exit code, or anything else for 0.

    Returns
    -------
    int
        The exit code, as in this module's docstring.
    """
    try:
        result = command()
    except click.ClickException as error:
        error.show(shown := StringIO())
        click.echo(masked(shown.getvalue()), err=True, nl=False)  # it repeats what was given for an option
        return error.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except ForecastError as error:
        return _say(error.message, error.exit_code)
    except ModuleNotFoundError as error:
        return _say(missing_extra(error))
    except OSError as error:
        return _say(storage_error(error, Path(error.filename or "the output")).message)
    return result if isinstance(result, int) else 0


def _say(message: str, exit_code: int = 1) -> int:
    click.echo(f"Error: {masked(' '.join(message.split()))}", err=True)
    return exit_code


def missing_extra(error: ModuleNotFoundError) -> str:
    """What to install for a module of another distribution; one of our own that is missing is raised as it is."""
    missing = (error.name or "").split(".")[0]
    if missing in ("", "forecast", "timelines_server"):
        raise error
    extra = _EXTRA_OF.get(missing, "fit")
    return f"this command needs {missing}, which is not installed: pip install 'ai-timelines[{extra}]'"
