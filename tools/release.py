"""`make release`: check that a release is whole, then build both distributions into `dist`.

Whole means: one version everywhere, a changelog entry for it, its forecasts on the track record, the service's protos
with their baseline, stored results that match the code and data they came from, the licence in both distributions, and
nothing uncommitted. Nothing else rewrites the baseline: later protos are compared with those of the last release.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from forecast.errors import ForecastError
from forecast.evaluation import track_entries
from tools import protos, results

CLIENT = "clients/python"
RECORD = "forecast/evaluation/results/track_record.csv"


def version_in(file: Path) -> str:
    """The `__version__` that a module states, without importing it."""
    found = re.search(r'^__version__ = "([^"]+)"$', file.read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else ""


def versions(root: Path) -> list[str]:
    """The package, the client and the server's pin of the client carry one version."""
    package = version_in(root / "forecast/__init__.py")
    client = version_in(root / CLIENT / "timelines/__init__.py")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pin = f"ai-timelines-client=={package}"
    problems = []
    if client != package:
        problems.append(f"forecast is {package}, its client is {client or 'without a version'}: make them agree")
    if pin not in project["optional-dependencies"]["server"]:
        problems.append(f"pyproject.toml: the extra [server] must ask for {pin}")
    return problems


def changelog(root: Path) -> list[str]:
    """The newest entry is this version's, and says something."""
    package = version_in(root / "forecast/__init__.py")
    entries = re.split(r"^## ", (root / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    title, _, text = entries[0].partition("\n") if entries else ("", "", "")
    if title.split(" ")[0] == package and text.strip():
        return []
    return [f"CHANGELOG.md: the newest entry must be `## {package} (date)` and say what changed"]


def track_record(root: Path) -> list[str]:
    """What this version forecasts is on the track record, and every row of that is as it was recorded."""
    package = version_in(root / "forecast/__init__.py")
    try:
        entries = track_entries.load(root / RECORD)
    except ForecastError as error:
        return [f"{RECORD}: {error.message}"]
    if any(entry.release == package for entry in entries):
        return []
    return [f"{RECORD} has no forecast of {package}: run `timelines track-record add` and commit it"]


def baseline(root: Path) -> list[str]:
    """The protos break nothing that was made from those of the last release, whose image is committed."""
    image = root / protos.BASELINE
    if not image.is_file():
        return [f"{protos.BASELINE} is missing: breaking changes cannot be told without it"]
    return [f"breaking change: {line}" for line in protos.broken(root / "protos", image)]


def stored_results(root: Path) -> list[str]:
    """Benchmarks and backtests match the code and data they came from."""
    return [line for kind in results.KINDS.values() for line in results.check(kind, root)]


def licence(root: Path) -> list[str]:
    """The client carries the same licence text."""
    same = (root / "LICENSE").read_bytes() == (root / CLIENT / "LICENSE").read_bytes()
    return [] if same else [f"{CLIENT}/LICENSE differs from LICENSE: copy it"]


def committed(root: Path) -> list[str]:
    """Nothing lies uncommitted in the checkout."""
    command = ["git", "-C", str(root), "status", "--porcelain"]
    changed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [f"{len(changed)} files are not committed, {changed[0][3:]} among them"] if changed else []


CHECKS: tuple[Callable[[Path], list[str]], ...] = (
    *(versions, changelog, track_record, baseline, stored_results, licence, committed),
)


def problems(root: Path) -> list[str]:
    """Everything that stands in the way of a release, one sentence each."""
    return [problem for check in CHECKS for problem in check(root)]


def build(project: Path, target: Path) -> None:
    """Build the wheel and the source archive of one project with the backend that the lock pins."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    """Check, build, then make the protos the baseline of the next release; 1 when something stands in the way."""
    found = problems(results.ROOT)
    if found:
        print("Not ready to release:", *found, sep="\n  - ", file=sys.stderr)
        return 1
    target = results.ROOT / "dist"
    for project in (results.ROOT, results.ROOT / CLIENT):
        build(project, target)
    print("Built into dist:", *sorted(file.name for file in target.iterdir()), sep="\n  ")
    if protos.write_baseline(results.ROOT):
        print(f"{protos.BASELINE} is now this release's: commit it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
