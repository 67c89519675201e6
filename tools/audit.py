"""`make audit`: ask whether a pinned dependency has a fault that is known.

pip-audit asks the package index for each pin of requirements.lock; uv makes an environment for it, so that nothing of
it is among our own pins. It needs the network, and an index that tells of faults: many mirrors do not, and pip-audit
then calls every package skipped and says that all is well. Here that is a failure of its own.

    0   every pin was looked up, and none has a fault that is known
    1   some have; each is named, with the version that mends it
    3   nothing is known of some or all of them
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PIP_AUDIT = "pip-audit==2.10.1"
PATIENCE_S = 600
FAULTS, UNKNOWN = 1, 3


def ask(lock: Path) -> Mapping[str, Any] | None:
    """What pip-audit reports of a file of pins with hashes; None where it cannot run, after it said why."""
    uv = str(Path(sys.executable).parent / "uv")
    environment = [uv, "tool", "run", "--quiet", "--python", sys.executable, PIP_AUDIT]
    options = ["--requirement", str(lock), "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run([*environment, *options], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return None
    try:
        report: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        print(done.stderr.strip(), file=sys.stderr)
        return None
    return report


def verdict(report: Mapping[str, Any] | None) -> tuple[int, list[str]]:
    """The exit code, and the lines that say why.

    Parameters
    ----------
    report : mapping, optional
        As pip-audit writes it; None where it could not run.
    """
    pins = report.get("dependencies", []) if report else []
    if not pins:
        return UNKNOWN, ["pip-audit could not run here, so nothing was looked up: it needs uv, and the package index."]
    unknown = [pin["name"] for pin in pins if "skip_reason" in pin]
    lines = [line for pin in pins for line in _faults(pin)]
    code = FAULTS if lines else 0
    if unknown:
        shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        lines.append(
            f"{len(unknown)} of {len(pins)} pins could not be looked up ({shown}): the index tells of no faults."
        )
        lines.append("Run it where the public index can be reached, not a mirror of its files.")
        code = code or UNKNOWN
    return code, lines or [f"{len(pins)} pins were looked up; no fault of them is known."]


def _faults(pin: Mapping[str, Any]) -> list[str]:
    return [
        f"{pin['name']} {pin['version']}: {', '.join([fault['id'], *fault.get('aliases', [])])}; "
        + (f"mended in {', '.join(fault['fix_versions'])}" if fault.get("fix_versions") else "no version mends it yet")
        for fault in pin.get("vulns", [])
    ]


def main(arguments: Sequence[str]) -> int:
    """Look up every pin of the lock, or of the file that is named; the exit code is that of this module's docstring."""
    if len(arguments) > 1:
        print("usage: python -m tools.audit [LOCK]", file=sys.stderr)
        return 2
    code, lines = verdict(ask(Path(arguments[0]) if arguments else LOCK))
    print(*lines, sep="\n", file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
