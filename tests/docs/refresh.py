"""Write README.md with what its commands print now, and docs/artefact.md, docs/limits.md, docs/scenarios.md,
docs/configuration.md and docs/api.md anew, and the tables of docs/performance.md.

Run it as `python -m tests.docs.refresh`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from forecast.posterior.schema import as_markdown
from tests.docs import performance, reference
from tests.docs.configuration_page import CONFIGURATION, configuration_page
from tests.docs.limits_page import LIMITS, limits_page
from tests.docs.pages import README, remade
from tests.docs.scenarios_page import SCENARIOS, scenarios_page
from tests.house import ROOT

API = ROOT / "docs" / "api.md"
ARTEFACT = ROOT / "docs" / "artefact.md"
ARTEFACT_HEAD = "<!-- Written by `python -m tests.docs.refresh` from `timelines posterior schema`; do not edit. -->\n\n"


def artefact_page() -> str:
    """What docs/artefact.md must hold."""
    return ARTEFACT_HEAD + as_markdown()


def main() -> int:
    """Rewrite them, and say which of them changed."""
    before = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        pages = {README: remade(before, Path(folder).resolve()), ARTEFACT: artefact_page(), API: reference.page()}
        pages |= {LIMITS: limits_page(), SCENARIOS: scenarios_page(), CONFIGURATION: configuration_page()}
    pages[performance.PAGE] = performance.rewritten(performance.PAGE.read_text(encoding="utf-8"))
    for path, text in pages.items():
        changed = not path.is_file() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'rewritten' if changed else 'as it was'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
