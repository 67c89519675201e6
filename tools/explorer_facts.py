"""`python -m tools.explorer_facts`: what the explorer explains, out of the package, as facts.json of its sources.

The page says what a term means, what the published claims asked, what each limit assumes and where a number may lie.
All of it is said once, in the package; this writes it for the page's build, and a test says when it is stale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict

from forecast import glossary
from forecast.catalogue.named.scenarios import ScenarioRecord, built_in_names, find
from forecast.engine import limits
from forecast.engine.encode_question import scenario_dict
from forecast.engine.input_words import value_words
from forecast.engine.scenario import PHYSICAL_LIMITS, SWITCHES, Scenario, SwitchName
from forecast.engine.words import COST_SCOPE, PRICE_BASIS, target_words
from forecast.inputs import INPUTS, Input
from forecast.units import FLOP_PER_PF_DAY, GPT3_FLOP
from timelines.asked import asked_question
from timelines.v1 import question_pb2 as pb

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "clients" / "explorer" / "src" / "facts" / "facts.json"

_ASKED = (
    *("Question", "Target", "Loss", "BitsPerCharacter", "IndistinguishableTokens", "BrainAnchor", "SpendPath"),
    *("StatedBudget", "PooledLaw", "PublishedLaw", "MixtureLaw", "PowerLaw", "Algorithms", "Condition"),
)
"""Messages whose fields a person fills in."""

_TERM_OF: Mapping[SwitchName, str] = {
    "chips": "chips limit",
    "power": "power limit",
    "data": "data limit",
    "data_movement": "data movement limit",
    "scaling_break": "scaling break",
    "context_length": "context length",
    "commoditization": "commoditization",
    "algorithmic_jump": "",
}
_UNITS = {"oom": "orders of magnitude", "oom/year": "orders of magnitude a year", "W": "watts"}
_CLAIM = re.compile(r"Claim ([A-Z]\d+)(?:, [^:]*)?: (.+)")
_TARGET = frozenset({"loss", "scale", "flop", "gpt3", "bitsPerCharacter", "brainSeconds", "brainFlopPerS"})


def facts() -> dict[str, Any]:
    """Everything that the page explains, as JSON values."""
    return {
        "units": {"gpt3Flop": GPT3_FLOP, "flopPerPetaflopSDay": FLOP_PER_PF_DAY},
        "glossary": list(_terms()),
        "claims": list(_claims()),
        "limits": [_limit(name) for name in SWITCHES],
        "fields": dict(_fields((ROOT / "protos/timelines/v1/question.proto").read_text(encoding="utf-8"))),
        "priceBases": dict(PRICE_BASIS),
        "costScopes": {"final_run": "the compute of the final run", **COST_SCOPE},
    }


def text() -> str:
    """What the file must hold."""
    return json.dumps(facts(), indent=1, ensure_ascii=False) + "\n"


def _terms() -> Iterator[dict[str, Any]]:
    for section, entries in glossary.SECTIONS.items():
        for entry in entries:
            told = {"term": entry.term, "means": entry.means, "misread": entry.misread, "also": list(entry.also)}
            yield {**told, "section": section}


def _claims() -> Iterator[dict[str, Any]]:
    """The published claims that a built-in scenario asks again and that have a target, by day and author."""
    records = [record for record in map(find, built_in_names()) if _claim_of(record)]
    for record in sorted(records, key=_published):
        found = _claim_of(record)
        assert found
        scenario = record.scenario
        yield {
            "id": found[1],
            "scenario": scenario.name,
            "about": _first_sentence(found[2]),
            "whole": scenario.about,
            "source": scenario.source,
            "publishedOn": scenario.published_on,
            **_asked(scenario),
        }


def _claim_of(record: ScenarioRecord) -> re.Match[str] | None:
    return _CLAIM.match(record.scenario.about) if record.scenario.target is not None else None


def _published(record: ScenarioRecord) -> tuple[str, str, int]:
    group, _, number = record.name.rpartition("-")
    return str(record.scenario.published_on), group, int(number[1:])


def _asked(scenario: Scenario) -> dict[str, Any]:
    """The target and the payer of a scenario as keywords of a question, and the target in words."""
    assert scenario.target is not None
    said = ParseDict(scenario_dict(scenario), pb.Scenario())
    asked = _keywords(pb.Question(target=said.target, payer=said.payer if scenario.payer else None))
    target = {name: value for name, value in asked.items() if name in _TARGET}
    payer = {name: value for name, value in asked.items() if name not in _TARGET}
    return {"words": target_words(scenario.target), "target": target, "payer": payer}


def _keywords(question: pb.Question) -> dict[str, Any]:
    """What a message asks, as the keywords of the TypeScript client."""
    asked = asked_question(question)
    given = {name: value for name in fields(asked) if (value := getattr(asked, name.name)) is not None}
    told = {_camel(field.name): value for field, value in given.items()}
    if question.target.HasField("brain_anchor"):
        told["brainFlopPerS"] = MessageToDict(question.target.brain_anchor.flop_per_s)
    return told


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _first_sentence(words: str) -> str:
    return re.split(r"(?<=[a-z0-9)%])[.;:] (?=[A-Z0-9])", " ".join(words.split()), maxsplit=1)[0].rstrip(".")


def _limit(name: SwitchName) -> dict[str, Any]:
    term = _TERM_OF[name]
    return {
        "name": name,
        "words": name.replace("_", " "),
        "means": glossary.find(term).means if term else INPUTS["algorithmic_jump.size_oom"].about.capitalize() + ".",
        "physical": name in PHYSICAL_LIMITS,
        "publishedOn": limits.published_on(name),
        "inputs": [_input(INPUTS[one]) for one in limits.INPUTS_OF[name]],
    }


def _input(one: Input) -> dict[str, Any]:
    """An input with its default prior in words."""
    return {
        "name": one.name,
        "about": one.about,
        "unit": one.unit,
        "prior": _prior_words(one),
        "low": one.low,
        "high": one.high,
        "source": one.prior.source,
        "publishedOn": one.published_on,
    }


def _prior_words(one: Input) -> str:
    """Three points of a prior; a unit that stands behind each of them is told once."""
    low, middle, high = (value_words(float(one.prior.ppf(share)), one.unit) for share in (0.05, 0.5, 0.95))
    if low == high:
        return middle
    ending = f" {one.unit}"
    if not low.endswith(ending):
        return f"{middle} (90 %: {low} to {high})"
    low, middle, high = (words.removesuffix(ending) for words in (low, middle, high))
    return f"{middle} (90 %: {low} to {high}) {_UNITS.get(one.unit, one.unit)}"


def _fields(proto: str) -> Iterator[tuple[str, str]]:
    """The comment of every field of the question's messages, by `Message.field`: what it is, its unit and bounds."""
    message, comment = "", list[str]()
    for line in proto.splitlines():
        said = line.strip()
        if opened := re.match(r"message (\w+) \{", said):
            message = opened[1]
        if said.startswith("//"):
            comment.append(said.removeprefix("//").strip())
            continue
        field = re.match(r"(?:optional |repeated )?[\w.]+ (\w+) = \d+;", said)
        if field and comment and message in _ASKED:
            yield f"{message}.{field[1]}", " ".join(comment)
        comment.clear()


if __name__ == "__main__":
    FACTS.write_text(text(), encoding="utf-8")
    print(f"{FACTS.name}: {len(facts()['glossary'])} terms, {len(facts()['claims'])} claims")
