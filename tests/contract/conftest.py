"""What the contract tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder, state_folder
from tests.synthetic import synthetic_posterior


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """A state folder, and a package that ships one reference posterior."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    write(synthetic_posterior(50, seed=100), shipped)
    monkeypatch.setattr(selection, "SHIPPED", shipped)
    folder = state_folder(tmp_path / "home")
    folder.posteriors.mkdir(parents=True)
    return folder
