"""The spec that the package ships: what a report answers where nobody says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forecast.batch.reading import parse_spec
from forecast.batch.spec import Spec
from forecast.engine.scenario import Scenario

_FILE = Path(__file__).parent / "default.yaml"


def example() -> str:
    """The file, to begin one's own with."""
    return _FILE.read_text(encoding="utf-8")


def default(scenario_of: Callable[[str], Scenario]) -> Spec:
    """The headline and its forty-five questions.

    Parameters
    ----------
    scenario_of : callable
        Finds a scenario by its name.
    """
    return parse_spec(example(), "default", scenario_of)
