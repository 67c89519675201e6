"""When does a target loss become affordable? Forecasts with their uncertainty, from data to answer.

    from forecast import Forecaster

    answer = Forecaster.load().when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)

`import forecast` loads nothing else: every name below arrives when it is first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecast.catalogue.named.studies import StudyStore
    from forecast.engine.answer import Answer
    from forecast.engine.imported import ImportedScale
    from forecast.engine.question import Algorithms, Law, Payer, Question, Target
    from forecast.errors import ForecastError
    from forecast.forecaster import Forecaster
    from forecast.posterior.artefact import Posterior

__version__ = "0.1.0"

__all__ = [
    "Algorithms",
    "Answer",
    "ForecastError",
    "Forecaster",
    "ImportedScale",
    "Law",
    "Payer",
    "Posterior",
    "Question",
    "StudyStore",
    "Target",
    "__version__",
]

_HOME = {
    "Algorithms": "forecast.engine.question",
    "Answer": "forecast.engine.answer",
    "ForecastError": "forecast.errors",
    "Forecaster": "forecast.forecaster",
    "ImportedScale": "forecast.engine.imported",
    "Law": "forecast.engine.question",
    "Payer": "forecast.engine.question",
    "Posterior": "forecast.posterior.artefact",
    "Question": "forecast.engine.question",
    "StudyStore": "forecast.catalogue.named.studies",
    "Target": "forecast.engine.question",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
