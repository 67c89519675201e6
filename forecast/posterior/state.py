r"""Where timelines keeps what it makes: posteriors, tables and scales that were imported, scenarios, the catalogue.

`TIMELINES_HOME`, else the platform's own place for an application's state:

    Linux and other Unix   $XDG_STATE_HOME/timelines, else ~/.local/state/timelines
    macOS                  ~/Library/Application Support/timelines
    Windows                %LOCALAPPDATA%\timelines

Nothing is made until something is written, so reading needs no write permission.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import StorageError

APPLICATION = "timelines"


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder and the places in it; none need exist."""

    root: Path

    @property
    def posteriors(self) -> Path:
        """Posteriors that were fitted here."""
        return self.root / "posteriors"

    @property
    def fetched(self) -> Path:
        """Posteriors that were fetched from a URL, each in a folder named by its manifest's hash; may be removed."""
        return self.root / "fetched"

    @property
    def current_file(self) -> Path:
        """One line: the name of the current posterior."""
        return self.posteriors / "current"

    @property
    def tables(self) -> Path:
        """Tables that the user imported; they stand in for the shipped ones."""
        return self.root / "tables"

    @property
    def scales(self) -> Path:
        """Scaling studies that the user imported, one file each."""
        return self.root / "scales"

    @property
    def scenarios(self) -> Path:
        """Scenarios that the user made, one file each."""
        return self.root / "scenarios"

    @property
    def backtests(self) -> Path:
        """Backtests that were made here, one folder each."""
        return self.root / "backtests"

    @property
    def compile_cache(self) -> Path:
        """Compiled models."""
        return self.root / "compile-cache"

    @property
    def catalogue_file(self) -> Path:
        """The catalogue's database."""
        return self.root / "catalogue.sqlite"


def state_folder(home: Path | str | None = None) -> StateFolder:
    """The state folder: `home`, else TIMELINES_HOME, else the platform's place.

    Raises
    ------
    StorageError
        When the account has no home folder and TIMELINES_HOME is not set.
    """
    chosen = home or os.environ.get("TIMELINES_HOME") or platform_folder(sys.platform, os.environ)
    return StateFolder(Path(chosen).expanduser().absolute())


def platform_folder(platform: str, environ: Mapping[str, str]) -> Path:
    """The platform's place for an application's state.

    Parameters
    ----------
    platform : str
        As `sys.platform`.
    environ : mapping
        The environment; XDG_STATE_HOME counts only where it is absolute, as the XDG specification asks.
    """
    if platform == "darwin":
        return _user_home() / "Library" / "Application Support" / APPLICATION
    if platform == "win32":
        local = environ.get("LOCALAPPDATA", "")
        return (Path(local) if local else _user_home() / "AppData" / "Local") / APPLICATION
    xdg = environ.get("XDG_STATE_HOME", "")
    return (Path(xdg) if os.path.isabs(xdg) else _user_home() / ".local" / "state") / APPLICATION


def _user_home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        message = "this account has no home folder: set TIMELINES_HOME to a folder for the state of timelines"
        raise StorageError(message, field="TIMELINES_HOME") from error
