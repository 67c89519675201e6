"""Folders that nobody may write to, where tests run as root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def powerless() -> Iterator[None]:
    """Run as an account that may not write to the tests' folders, where the tests run as root."""
    if os.geteuid() == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
