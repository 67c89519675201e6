"""docs/configuration.md: every setting, from the one list that the server itself is made from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from tests.docs.reference import table
from tests.house import ROOT
from timelines_server.configuration import reading as configuration
from timelines_server.configuration.choices import Choice
from timelines_server.configuration.settings import CHOICES
from timelines_server.configuration.told import CLIENTS, spelt
from timelines_server.configuration.variables import CLIENT

CONFIGURATION = ROOT / "docs" / "configuration.md"
_HEAD = """<!-- Written by `python -m tests.docs.refresh` from the settings of timelines_server; do not edit. -->

# Configuration

"""
_USE = """
    timelines config show      every setting, its value, where it came from; secrets are hidden
    timelines config check     whether a server can start so: exit code 0, else 2 (a setting is wrong) or 1

`timelines config check` reads what a start would read (token file, certificates, posterior, catalogue, shared
artefacts); run it before a restart. It makes and changes nothing, but that a posterior named by URL is fetched. A
variable that begins with `TIMELINES_` and that nothing reads is warned of, on the start and by both commands.

A variable spells yes or no as 1, true, yes, 0, false, no; a settings file as true, false; the command line as
`--insecure`, `--no-insecure`. `~` at the beginning of a path is the account's home folder. The state folder, the
catalogue and the shared artefacts are also those of every other command: give them by variables, or by a file that
`TIMELINES_CONFIG` names, so that `timelines posterior` and its like see what the server sees. A file that only
`timelines serve --config` names holds for that server alone.

A password in the URL of the catalogue belongs in `TIMELINES_CATALOGUE`, or in a file that only the server's account can
read: flags are seen by every user of the machine. In a cluster where a service is named timelines, Kubernetes sets
`TIMELINES_PORT` to a URL: say `enableServiceLinks: false` there.
"""
_CLIENTS = """
The client's arguments and the options of `timelines ask` win over these. A server's certificate and key have variables
of their own, `TIMELINES_SERVE_TLS_CERT` and `TIMELINES_SERVE_TLS_KEY`, so that neither side shows the other's.
"""


def configuration_page() -> str:
    """What docs/configuration.md must hold."""
    return "\n".join([_HEAD + _precedence() + _USE, *_server(), f"## {CLIENTS}\n{_CLIENTS}", _client(), ""])


def _precedence() -> str:
    """What the module's docstring says after its first sentence."""
    return (configuration.__doc__ or "").partition("\n\n")[2].rstrip() + "\n"


def _server() -> Iterator[str]:
    for group, choices in groupby(CHOICES.values(), lambda choice: choice.about.group):
        header = ("option, and key in a file", "variable", "default", "unit", "what it is for")
        yield f"## {group}\n\n{table(header, map(_row, choices))}\n"


def _row(choice: Choice) -> tuple[str, ...]:
    default = choice.about.unset if choice.default is None else f"`{spelt(choice.default)}`"
    bounds = choice.about.bounds
    given = f" Takes {bounds.give}." if bounds else ""
    unit = choice.about.unit
    return (f"`{choice.flag}`", f"`{choice.variable}`", default, unit, choice.about.help + given)


def _client() -> str:
    rows = ((f"`{one.name}`", f"`{one.default}`" if one.default else one.unset, one.unit, one.help) for one in CLIENT)
    return table(("variable", "default", "unit", "what it is for"), rows)
