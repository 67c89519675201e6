"""What is freed goes back to the system, in a process of its own: what others have in its heaps would blur it."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import os
import numpy as np
from tests.service.processes import rss_mib
from timelines_server.allocator import return_free_pages, return_large_blocks

return_large_blocks()
held = [np.ones(25_000) for _ in range(400)]  # 80 MB in pieces of 200 kB
full = rss_mib(os.getpid())
held = held[::4]
assert rss_mib(os.getpid()) > full - 20, "they have gone by themselves"
return_free_pages()
assert rss_mib(os.getpid()) < full - 40, (full, rss_mib(os.getpid()))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such knob")
def test_holes_in_the_heaps_go_back_to_the_system() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=60)
