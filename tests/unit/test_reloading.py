"""Files that are read again: when, once, and what stays where they cannot be used."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError
from tests.service.processes import comes_true
from timelines_server.access.reloading import LOOK_S, Kept, Watch
from timelines_server.observing.logs import Log


class Numbers:
    """Reads a file that holds a number."""

    def __init__(self, file: Path) -> None:
        self.file, self.read = file, 0

    def __call__(self) -> int:
        self.read += 1
        try:
            return int(self.file.read_text())
        except (ValueError, OSError):
            raise InputError(f"{self.file.name} holds no number") from None


class Told:
    """A log, and what it was told."""

    def __init__(self) -> None:
        self._written = StringIO()
        self.log = Log(self._written)

    @property
    def lines(self) -> list[dict[str, Any]]:
        self.log.flush()
        return [json.loads(line) for line in self._written.getvalue().splitlines()]


@pytest.fixture
def numbers(tmp_path: Path) -> Numbers:
    (tmp_path / "file").write_text("1")
    return Numbers(tmp_path / "file")


def test_a_change_is_taken_up_at_the_second_look_that_sees_it(numbers: Numbers) -> None:
    told = Told()
    used: list[int] = []
    kept = Kept("number", [numbers.file], numbers)
    kept.then(used.append)
    kept.look(told.log)
    numbers.file.write_text("22")
    kept.look(told.log)
    assert kept.value == 1 and not used
    kept.look(told.log)
    assert kept.value == 22 and used == [22]
    for _ in range(3):
        kept.look(told.log)
    assert numbers.read == 2 and [line["event"] for line in told.lines] == ["reloaded"]


def test_a_file_that_is_still_being_written_is_left_alone(numbers: Numbers) -> None:
    told = Told()
    kept = Kept("number", [numbers.file], numbers)
    for size in range(1, 6):
        numbers.file.write_text("9" * size * 2)
        kept.look(told.log)
    assert kept.value == 1 and numbers.read == 1
    kept.look(told.log)
    assert kept.value == 9_999_999_999


@pytest.mark.parametrize("broken", ["none", ""])
def test_a_content_that_cannot_be_used_is_told_of_once_and_the_last_good_one_stays(
    numbers: Numbers, broken: str
) -> None:
    told = Told()
    kept = Kept("number", [numbers.file], numbers)
    numbers.file.write_text(broken)
    for _ in range(5):
        kept.look(told.log)
    assert kept.value == 1 and kept.fresh() is None and numbers.read == 2
    (line,) = told.lines
    assert (line["event"], line["level"], line["what"]) == ("reload_refused", "error", "number")
    assert line["said"] == "file holds no number"
    numbers.file.write_text("333")
    kept.look(told.log)
    kept.look(told.log)
    assert kept.value == 333


def test_a_file_that_is_gone_is_told_of_once_and_read_when_it_is_back(numbers: Numbers) -> None:
    told = Told()
    kept = Kept("number", [numbers.file], numbers)
    numbers.file.unlink()
    for _ in range(4):
        kept.look(told.log)
    numbers.file.write_text("4")
    for _ in range(4):
        kept.look(told.log)
    assert kept.value == 4 and [line["event"] for line in told.lines] == ["reload_refused", "reloaded"]


def test_a_file_that_is_replaced_by_one_as_old_and_as_long_is_read(numbers: Numbers) -> None:
    told, other = Told(), numbers.file.with_name("other")
    kept = Kept("number", [numbers.file], numbers)
    other.write_text("7")
    as_old = numbers.file.stat().st_mtime_ns
    os.utime(other, ns=(as_old, as_old))
    os.replace(other, numbers.file)
    kept.look(told.log)
    kept.look(told.log)
    assert kept.value == 7


def test_what_is_fresh_is_given_once(numbers: Numbers) -> None:
    told = Told()
    kept = Kept("number", [numbers.file], numbers)
    assert kept.fresh() is None
    numbers.file.write_text("1234567")
    kept.look(told.log)
    kept.look(told.log)
    assert (kept.fresh(), kept.fresh()) == (1_234_567, None)


def test_the_first_content_has_to_be_sound(numbers: Numbers) -> None:
    numbers.file.write_text("none")
    with pytest.raises(InputError, match="holds no number"):
        Watch(Told().log).keep("number", [numbers.file], numbers)


def test_a_thread_looks_until_it_is_closed(numbers: Numbers) -> None:
    watch = Watch(Told().log)
    kept = watch.keep("number", [numbers.file], numbers)
    watch.start()
    numbers.file.write_text("55")
    assert comes_true(lambda: kept.value == 55, 8 * LOOK_S)
    watch.close()
    assert not watch._thread.is_alive()


def test_a_fault_in_one_keeps_the_others_looked_at(numbers: Numbers) -> None:
    told = Told()
    healthy: list[int] = []
    watch = Watch(told.log)
    broken, kept = (watch.keep("number", [numbers.file], numbers) for _ in range(2))
    broken.then(lambda _: 1 / 0)
    kept.then(healthy.append)
    numbers.file.write_text("66")
    watch.look()
    watch.look()
    assert healthy == [66]
    assert told.lines[0]["event"] == "reload_failed" and told.lines[0]["said"] == "ZeroDivisionError"


def test_a_watch_over_nothing_starts_no_thread_and_closes() -> None:
    watch = Watch(Told().log)
    watch.start()
    assert not watch._thread.is_alive()
    watch.close()
