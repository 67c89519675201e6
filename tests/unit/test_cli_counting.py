"""The progress of a batch: lines at each tenth with rate and time left, or a bar on a terminal."""

from __future__ import annotations

from itertools import count

import pytest

from forecast.cli.counting import WINDOW, Pace, counting, duration


def test_lines_come_at_each_tenth_with_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    ticks = count()
    with counting("questions", lambda: float(next(ticks))) as told:
        for done in range(0, 1001, 20):
            told(done, 1000, "3 failed" if done > 500 else "")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[0] == "100 of 1,000 questions; 20 a second, 45 s left"
    assert lines[4] == "500 of 1,000 questions; 20 a second, 25 s left"
    assert lines[9] == "1,000 of 1,000 questions; 20 a second; 3 failed"


def test_what_was_there_already_soon_counts_no_more_in_the_rate() -> None:
    ticks = count()
    pace = Pace(lambda: float(next(ticks)))
    for done in (0, 90_000, *range(90_100, 90_100 + 100 * WINDOW, 100)):
        pace.add(done)
    assert pace.rate == 100.0


def test_a_rate_needs_something_to_go_by() -> None:
    pace = Pace(lambda: 1.0)
    assert pace.words(10) == ""
    pace.add(0)
    pace.add(5)
    assert pace.words(10) == ""


@pytest.mark.parametrize(("seconds", "words"), [(0.1, "1 s"), (59, "59 s"), (600, "10 min"), (9000, "2.5 h")])
def test_time_left_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    ticks = count()
    with counting("questions", lambda: float(next(ticks))) as told:
        told(0, 100, "")
        told(100, 100, "2 failed")
    shown = capsys.readouterr().err
    assert "100 %" in shown and "100 of 100 questions; 100 a second; 2 failed" in shown
