"""The thin client of the `timelines` forecasting service, which says when a loss becomes affordable.

    from timelines import Client

    with Client() as client:
        answer = client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)
        print(answer.median, answer.interval(0.8), answer.p_by(2030), answer.p_never)

`import timelines` loads nothing else: every name below arrives when it is first used (PEP 562), and gRPC with `Client`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timelines.aio import AsyncClient
    from timelines.answers import Answer
    from timelines.backtests import Backtest
    from timelines.beliefs import (
        Beta,
        Condition,
        Interval,
        LogNormal,
        LogUniform,
        Normal,
        Point,
        Tabulated,
        Uniform,
    )
    from timelines.calibrations import Calibration
    from timelines.charts import Chart
    from timelines.client import Client
    from timelines.comparisons import Comparison, Overlay
    from timelines.draws import BatchItem, Draws
    from timelines.errors import (
        CallCancelledError,
        DeadlineError,
        FieldViolation,
        InvalidQuestionError,
        NameTakenError,
        NotFoundError,
        OverloadedError,
        PermissionDeniedError,
        PreconditionError,
        ServerError,
        SettingsError,
        TimelinesError,
        UnauthenticatedError,
        UnreachableError,
    )
    from timelines.fans import Fan
    from timelines.fits import Fit, FitChain
    from timelines.inverses import AffordableLoss, RequiredBudget
    from timelines.posteriors import Posterior
    from timelines.question import Question
    from timelines.records import ForecastRecord, RecordDifference
    from timelines.replays import Replay, ReplayedClaim
    from timelines.report_saving import SavedFile, SavedReport
    from timelines.resources import Scale, StudyPoint, TrainingCompute
    from timelines.scenarios import Scenario
    from timelines.sensitivities import Explanation, Sensitivity
    from timelines.settings import TLS
    from timelines.tables import Table

__version__ = "0.1.0"

_HOMES = {
    "aio": ("AsyncClient",),
    "answers": ("Answer",),
    "backtests": ("Backtest",),
    "beliefs": (
        "Beta",
        "Condition",
        "Interval",
        "LogNormal",
        "LogUniform",
        "Normal",
        "Point",
        "Tabulated",
        "Uniform",
    ),
    "calibrations": ("Calibration",),
    "charts": ("Chart",),
    "client": ("Client",),
    "comparisons": ("Comparison", "Overlay"),
    "draws": ("BatchItem", "Draws"),
    "errors": (
        "CallCancelledError",
        "DeadlineError",
        "FieldViolation",
        "InvalidQuestionError",
        "NameTakenError",
        "NotFoundError",
        "OverloadedError",
        "PermissionDeniedError",
        "PreconditionError",
        "ServerError",
        "SettingsError",
        "TimelinesError",
        "UnauthenticatedError",
        "UnreachableError",
    ),
    "fans": ("Fan",),
    "fits": ("Fit", "FitChain"),
    "inverses": ("AffordableLoss", "RequiredBudget"),
    "posteriors": ("Posterior",),
    "question": ("Question",),
    "records": ("ForecastRecord", "RecordDifference"),
    "replays": ("Replay", "ReplayedClaim"),
    "report_saving": ("SavedFile", "SavedReport"),
    "resources": ("Scale", "StudyPoint", "TrainingCompute"),
    "scenarios": ("Scenario",),
    "sensitivities": ("Explanation", "Sensitivity"),
    "settings": ("TLS",),
    "tables": ("Table",),
}
_HOME = {name: f"timelines.{module}" for module, names in _HOMES.items() for name in names}

__all__ = [
    "AffordableLoss",
    "Answer",
    "AsyncClient",
    "Backtest",
    "BatchItem",
    "Beta",
    "Calibration",
    "CallCancelledError",
    "Chart",
    "Client",
    "Comparison",
    "Condition",
    "DeadlineError",
    "Draws",
    "Explanation",
    "Fan",
    "FieldViolation",
    "Fit",
    "FitChain",
    "ForecastRecord",
    "Interval",
    "InvalidQuestionError",
    "LogNormal",
    "LogUniform",
    "NameTakenError",
    "Normal",
    "NotFoundError",
    "Overlay",
    "OverloadedError",
    "PermissionDeniedError",
    "Point",
    "Posterior",
    "PreconditionError",
    "Question",
    "RecordDifference",
    "Replay",
    "ReplayedClaim",
    "RequiredBudget",
    "SavedFile",
    "SavedReport",
    "Scale",
    "Scenario",
    "Sensitivity",
    "ServerError",
    "SettingsError",
    "StudyPoint",
    "TLS",
    "Table",
    "Tabulated",
    "TimelinesError",
    "TrainingCompute",
    "UnauthenticatedError",
    "Uniform",
    "UnreachableError",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
