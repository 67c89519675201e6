"""A process that another one started ends with that one, and ends by itself while that one lives on."""

from __future__ import annotations

import subprocess
import sys

from forecast.executors.parent import EXIT_ORPHANED

BEGUN = (
    "import sys, time\n"
    "from forecast.executors.parent import input_closed, leave_with_parent\n"
    "print(sys.stdin.readline().strip(), flush=True)\n"
    "leave_with_parent(input_closed)\n"
)


def begun(then: str) -> subprocess.Popen[str]:
    """A process that was told a line, and holds its input open."""
    command = [sys.executable, "-c", BEGUN + then]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("work\n")
    process.stdin.flush()
    assert process.stdout.readline() == "work\n"
    return process


def test_it_leaves_in_the_middle_of_its_work_when_its_parent_is_gone() -> None:
    with begun("time.sleep(60)") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == EXIT_ORPHANED


def test_what_the_parent_says_on_the_way_is_no_end() -> None:
    with begun("time.sleep(0.5)") as process:
        assert process.stdin is not None
        process.stdin.write("more\n" * 1_000)
        process.stdin.flush()
        assert process.wait(timeout=10) == 0


def test_it_ends_by_itself_though_its_parent_still_holds_its_input() -> None:
    with begun("pass") as process:
        assert process.stderr is not None
        assert process.wait(timeout=10) == 0 and process.stderr.read() == ""
