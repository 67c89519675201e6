"""Pictures drawn beside: the same bytes as here, whatever becomes of the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from forecast.forecaster import Forecaster
from forecast.reports import charts
from forecast.reports.drawing import Drawing, png_of
from forecast.reports.theme import Theme
from tests.service.processes import is_gone
from tests.synthetic import synthetic_posterior


def specs(count: int) -> list[str]:
    """Some specifications of pictures that reports show."""
    forecaster = Forecaster(synthetic_posterior(400))
    arrival, fan = charts.arrival_chart(forecaster.when(flop=2e29)), charts.fan_chart(forecaster, "price")
    return [picture.json(Theme()) for picture in (arrival, fan)[:count]]


def test_what_is_drawn_beside_is_what_is_drawn_here() -> None:
    with Drawing(specs(2)) as drawing:
        assert list(drawing.pictures()) == [png_of(spec) for spec in specs(2)]


def test_what_a_killed_process_did_not_draw_is_drawn_here() -> None:
    with Drawing(specs(2)) as drawing:
        assert drawing._process is not None
        drawing._process.send_signal(signal.SIGKILL)
        assert list(drawing.pictures()) == [png_of(spec) for spec in specs(2)]


def test_no_pictures_need_no_process() -> None:
    with Drawing([]) as drawing:
        assert drawing._process is None and list(drawing.pictures()) == []


def test_the_process_ends_with_the_block() -> None:
    with pytest.raises(ZeroDivisionError), Drawing(specs(2)) as drawing:
        raise ZeroDivisionError
    assert drawing._process is not None and drawing._process.poll() is not None


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_process_ends_with_the_one_that_started_it() -> None:
    code = (
        "import sys, time\nfrom forecast.reports.drawing import Drawing\nspec = sys.stdin.readline()\n"
        "with Drawing([spec] * 500) as drawing:\n    print(drawing._process.pid, flush=True)\n    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        parent.stdin.write(specs(1)[0] + "\n")
        parent.stdin.flush()
        child = int(parent.stdout.readline())
        time.sleep(1.0)
        parent.kill()
    assert is_gone(child, within_s=20)
