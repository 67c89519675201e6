"""docs/scenarios.md: how a scenario's file is written, from the docstrings, and every built-in one, from its file."""

from __future__ import annotations

import re

from forecast.catalogue.named import scenario_files, scenario_parts, scenarios
from tests.house import ROOT

SCENARIOS = ROOT / "docs" / "scenarios.md"
_HEAD = "<!-- Written by `python -m tests.docs.refresh` from the modules and files that it shows; do not edit. -->\n\n"
_USE = """# Scenarios

A scenario says what is assumed otherwise, and what a question takes that does not say it itself; what the question
says goes first. The built-in ones are files to be read, copied and changed:

    timelines scenario list
    timelines when --gpt3 1000 --scenario no-algorithmic-progress
    timelines scenario copy slow-price my-price.yaml        then change my-price.yaml
    timelines scenario check my-price.yaml                  an error names its line and field
    timelines when --gpt3 1000 --scenario my-price.yaml
    timelines scenario create my-price.yaml                 from now on questions can name my-price

`set` is an intervention: the value is overwritten in every draw. `prior` on an input that was fitted re-weights the
draws by the new over the old prior, and is refused where the draws do not carry it; on any other it is drawn anew.
`timelines inputs` lists what both can name.
"""
_CLAIMS = """## The published claims

Each claim with its own inputs, to be asked again with one of them changed; `timelines replay` holds them against what
has happened. Limits that nobody had put figures on by then are off. Three claims are no questions: M3 asks for a fit
with and without GPT-3, M6 quotes beliefs, S1 claims nothing about loss, compute or money.
"""
_CLAIM = re.compile(r"(gwern-g|jones-j|mt-nlg-m|skeptic-s)(\d+)")


def scenarios_page() -> str:
    """What docs/scenarios.md must hold."""
    general = [name for name in scenarios.built_in_names() if not _CLAIM.fullmatch(name)]
    parts = [
        _HEAD + _USE,
        "## How a file is written\n",
        _forms(scenario_files.__doc__ or ""),
        _forms(scenario_parts.__doc__ or ""),
        "## Built-in scenarios\n",
        *map(_block, general),
        _CLAIMS,
        *map(_block, claim_names()),
    ]
    return "\n".join(parts)


def claim_names() -> list[str]:
    """The built-in scenarios that are claims: author by author, in the order of their numbers."""
    found = [match for name in scenarios.built_in_names() if (match := _CLAIM.fullmatch(name))]
    return [match[0] for match in sorted(found, key=lambda match: (match[1], int(match[2])))]


def _forms(docstring: str) -> str:
    """What a module's docstring says after its first sentence."""
    return docstring.partition("\n\n")[2].rstrip() + "\n"


def _block(name: str) -> str:
    return f"### {name}\n\n```yaml\n{scenarios.find(name).text}```\n"
