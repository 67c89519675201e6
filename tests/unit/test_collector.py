"""What the collector of cycles leaves alone, in a process of its own: it is a setting of the whole process."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc
from timelines_server.collector import look_seldom
before, young = len(gc.get_objects()), gc.get_threshold()[0]
look_seldom()
kept = [object() for _ in range(100)], [[] for _ in range(5)]
assert gc.get_freeze_count() > 0.9 * before > 1000, (gc.get_freeze_count(), before)
assert len(gc.get_objects()) < before / 10
assert gc.get_threshold()[0] > young and gc.isenabled()

class Ring:
    alive = 0
    def __init__(self):
        Ring.alive += 1
        self.me = self
    def __del__(self):
        Ring.alive -= 1

for _ in range(100_000):
    Ring()
assert Ring.alive < 25_000, Ring.alive
"""


def test_what_stays_is_left_out_and_cycles_are_still_freed() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=60)
