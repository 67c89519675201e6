"""Write the golden replies anew from a server on the shipped posterior: `python -m tests.golden.refresh`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import grpc

from tests.golden.calls import goldens
from tests.golden.kept import OPTIONS, keep
from tests.service.running import start


def main() -> int:
    """Ask every stored request again, and say which files changed."""
    with (
        tempfile.TemporaryDirectory() as home,
        start(keep(Path(home)), *OPTIONS) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        for golden in goldens():
            before = golden.path.read_text(encoding="utf-8")
            golden.write(golden.ask(channel))
            changed = golden.path.read_text(encoding="utf-8") != before
            print(f"{golden.path.name}: {'rewritten' if changed else 'as it was'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
