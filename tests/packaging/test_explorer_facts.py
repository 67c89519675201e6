"""What the explorer explains is what the package says today."""

from __future__ import annotations

import json

from forecast import glossary
from forecast.engine.scenario import SWITCHES
from timelines.v1 import question_pb2 as pb
from tools import explorer_facts


def test_the_facts_of_the_page_are_those_of_the_package() -> None:
    committed = explorer_facts.FACTS.read_text(encoding="utf-8")
    assert committed == explorer_facts.text(), "run `python -m tools.explorer_facts`, then `make explorer`"


def test_every_term_limit_and_field_is_among_them() -> None:
    told = json.loads(explorer_facts.FACTS.read_text(encoding="utf-8"))
    assert {one["term"] for one in told["glossary"]} == {
        entry.term for entries in glossary.SECTIONS.values() for entry in entries
    }
    assert [one["name"] for one in told["limits"]] == list(SWITCHES)
    assert {f"Question.{field.name}" for field in pb.Question.DESCRIPTOR.fields} <= set(told["fields"])


def test_every_claim_says_what_it_asked_and_where_it_was_published() -> None:
    told = json.loads(explorer_facts.FACTS.read_text(encoding="utf-8"))["claims"]
    assert len(told) > 20
    assert all(one["target"] and one["source"] and one["publishedOn"] and one["words"] for one in told)
