"""`timelines serve` with toy fits, for tests that need a whole server process: `python toy_server.py --port 0 ...`."""

from __future__ import annotations

import sys
from pathlib import Path

COMMAND = (sys.executable, str(Path(__file__).resolve()), "serve")

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    from forecast.cli.main import main
    from tests.service.toy_fit import COMMAND as TOY
    from timelines_server import fitting

    fitting.COMMAND = TOY
    main()
