"""docs/limits.md: what limits one run, from the docstrings of the engine and the registry of inputs."""

from __future__ import annotations

import ast
from pathlib import Path

from forecast.inputs import as_markdown
from tests.house import ROOT

LIMITS = ROOT / "docs" / "limits.md"
_HEAD = "<!-- Written by `python -m tests.docs.refresh` from the modules and priors that it names; do not edit. -->\n\n"
_ON = """Chips, power, data and data movement are on in the baseline, from the day on which their priors were published
(chips: where the posterior holds a count). The break of scaling, a longer context, commoditization and a jump of
algorithms are off until a scenario switches them on.
"""
_FIGURES = """## What they come to in 2030

5, 50 and 95 % of the default priors in mid-2030, log10 FLOP of one run, from 4,000 draws; a test holds them.

| limit | here | published |
| --- | --- | --- |
| chips | 29.1, 29.7, 30.3 | 29.0 to 30.7 (Epoch AI 2024: 1e8 H100 equivalents, 2e7 to 4e8) |
| power | 28.2, 29.1, 30.1 | 28.0 to 29.5 on one campus, a distributed network more (Epoch AI 2024) |
| data | 28.7, 30.4, 32.1 | 28.8 to 32.3 (Epoch AI 2024: 4e14 to 2e16 tokens) |
| data movement | 29.5, 31.2, 32.8 | utilization falls over 28, infeasible over 31 (Erdil & Schneider-Joseph 2024) |
| the least | 28.1, 29.0, 29.8 | 29.3 feasible by 2030 (Epoch AI 2024) |

Power is the tightest in 72 % of the draws, chips in 13 %, data in 13 %, data movement in 2 %. The median of the least
is 1.1e29 FLOP in mid-2030 and 1.4e29 at the end of the year, under the published 2e29: that is one statement of what is
feasible by 2030, while here the least of four uncertain limits is taken draw by draw, which lowers it.
"""


def limits_page() -> str:
    """What docs/limits.md must hold."""
    courses = _docstring(ROOT / "forecast" / "engine" / "courses.py")
    limits = _docstring(ROOT / "forecast" / "engine" / "limits.py")
    parts = [
        "# What limits one training run",
        _ON,
        "## Equations",
        courses,
        limits,
        _FIGURES,
        "## Inputs",
        as_markdown(),
    ]
    return _HEAD + "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _docstring(module: Path) -> str:
    return ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
