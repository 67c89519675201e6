"""What every test shares: a state folder of its own, the source files, Hypothesis profiles."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from forecast.inference.sampling import prepare_environment

ROOT = Path(__file__).resolve().parent.parent

# No deadline: two processes share two cores. In CI the examples are the same on every run.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def find_source_data() -> Path | None:
    """The raw source files: TIMELINES_SOURCE_DATA, else shared/data beside the checkout."""
    named = os.environ.get("TIMELINES_SOURCE_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def pytest_configure(config: pytest.Config) -> None:
    # As fits are compiled: with PyTensor's own settings the same seed draws otherwise once the user's cache is warm.
    # A benchmark leaves each sampler its own.
    if not config.getoption("benchmark_only", default=False):
        prepare_environment(ROOT / ".pytest_cache" / "compiled")


def pytest_sessionstart() -> None:
    # What a shell starts in the background ignores Ctrl-C, and so would every process that a test interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.environ.get("TIMELINES_REQUIRE_SOURCE_DATA") and find_source_data() is None:
        pytest.exit(
            "the source files are required here and were not found: set TIMELINES_SOURCE_DATA to their folder, "
            "or put them in shared/data beside the checkout",
            returncode=1,
        )


QUICK = ("unit", "properties")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders with slow files first: begun last, one of them would keep a single process busy at the end."""
    items.sort(key=lambda item: item.path.relative_to(ROOT).parts[1] in QUICK)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def source_data() -> Path:
    """The raw source files that the tables are made from; skips where they are absent."""
    folder = find_source_data()
    if folder is None:
        pytest.skip("no source files: set TIMELINES_SOURCE_DATA, or put them in shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty state folder: no test reads or writes the user's forecasts."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("state")
        patch.setenv("TIMELINES_HOME", str(folder))
        yield folder
