"""State folders that tests begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.posterior import selection
from forecast.posterior.artefact import Posterior, write
from forecast.posterior.state import StateFolder, state_folder
from tests.synthetic import synthetic_posterior


def home_with(root: Path, *posteriors: Posterior) -> Path:
    """One that holds posteriors, of which the last is current."""
    folder = state_folder(root).posteriors
    names = [write(one, folder).stem for one in posteriors]
    (folder / "current").write_text(f"{names[-1]}\n")
    return root


def empty_home(folder: Path, patch: pytest.MonkeyPatch) -> StateFolder:
    """The state folder of this process from now on, beside a package that ships one posterior."""
    write(synthetic_posterior(50, seed=100), folder / "shipped")
    patch.setattr(selection, "SHIPPED", folder / "shipped")
    patch.setenv("TIMELINES_HOME", str(folder / "home"))
    return state_folder()
