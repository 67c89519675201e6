"""One chart, from the question to its Vega-Lite with words and numbers, in the process that draws it."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import pytest

from forecast.batch.chart_kinds import Asked
from forecast.engine.checkpoint import proceed
from forecast.engine.question import Question, Target
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import Posterior
from tests.benchmarks.rows import Row, time_calls
from timelines_server.handlers.charts import Chart, ChartOrder, drawn

pytestmark = pytest.mark.benchmark(group="a chart of a question, drawn anew", timer=time.process_time)

ANSWER = "the answer alone"
KINDS = ("arrival", "yearly", "frontier_compute", "cost", "limits", "tornado")
"""What the explorer opens with, and the dearest."""

_numbers = count()


@pytest.fixture(scope="module")
def forecaster(posterior: Posterior) -> Forecaster:
    """It has answered in the scenario before, and drawn."""
    opened = Forecaster(posterior)
    chart(opened, "arrival", question())
    return opened


def question() -> Question:
    """A run that was never asked for."""
    return Question(Target.training_flop(2e29 * (1 + 1e-6 * next(_numbers))))


def chart(forecaster: Forecaster, kind: str, asked: Question) -> Chart:
    """As the explorer orders it."""
    return drawn(forecaster, ChartOrder(kind, (Asked("", asked),), "wide", "css_variables", titled=False), proceed)


def test_answer(benchmark: Any, forecaster: Forecaster) -> None:
    time_calls(benchmark, Row(ANSWER), forecaster.ask, lambda: (question(),), rounds=200)


@pytest.mark.parametrize("kind", KINDS)
def test_chart(benchmark: Any, forecaster: Forecaster, kind: str) -> None:
    """Fans and limits depend on no target: what is remembered of them is no picture."""
    row = Row(f"chart {kind.replace('_', ' ')}", ANSWER, bound_s=0.5)
    time_calls(benchmark, row, chart, lambda: (forecaster, kind, question()), rounds=10)
    size = len(chart(forecaster, kind, question()).vega_lite)
    benchmark.extra_info["said"] = f"{size / 1e3:.0f} kB of Vega-Lite"
