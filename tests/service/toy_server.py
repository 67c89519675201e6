"""`timelines serve` with toy fits, for tests that need a whole server process: `python toy_server.py serve --port 0`.

A claim that is not renewed runs out after 4 seconds here, so that tests need not wait for long.
"""

from __future__ import annotations

import sys
from pathlib import Path

COMMAND = (sys.executable, str(Path(__file__).resolve()), "serve")

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    from forecast.catalogue.entries import fits as store
    from forecast.cli.main import main
    from tests.service.toy_fit import COMMAND as TOY
    from timelines_server.fits import fitting
    from timelines_server.fits import queue as fits

    fitting.COMMAND = TOY
    fits.CLAIM_EVERY_S, store.LEASE_S = 0.5, 4.0
    main()
