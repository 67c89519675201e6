"""The explorer says of an answer what the reports say: the words that its tests hold it to are the package's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.decode import answer_from_dict
from forecast.reports.report import faces
from tests.house import ROOT
from timelines.v1 import answer_pb2 as pb

TOLD: dict[str, Any] = json.loads((ROOT / "clients/explorer/tests/answer.words.json").read_text(encoding="utf-8"))

BASIS: dict[str, Any] = {
    "posterior": {"name": "one", "status": "POSTERIOR_STATUS_PASSED"},
    "choices": [{"name": "payer", "value": "-", "words": "-"}],
    "data_notice": "-",
    "provenance": {
        **dict.fromkeys(("posterior", "data_digest", "as_of", "data_cutoff", "code_version", "scenario_hash"), "-"),
        "seed": 1,
        "draws": 4000,
    },
}
"""What the file leaves out, because no word comes from it."""


def answer_of(told: Any) -> Answer:
    """The engine's answer of an answer in protobuf's JSON."""
    return answer_from_dict(BASIS | MessageToDict(ParseDict(told, pb.Answer()), preserving_proto_field_name=True))


@pytest.mark.parametrize("about", TOLD)
def test_the_words_of_the_page_are_those_of_the_package(about: str) -> None:
    answer, told = answer_of(TOLD[about]["answer"]), TOLD[about]
    for said in (words.sentence, words.expectation, words.interval):
        assert said(answer) == told[said.__name__]
    assert [[tile.label, tile.value] for tile in faces.tiles(answer)] == told["tiles"]
    assert faces.face("", "", answer.question, answer).figures[0].title == told["reached"]
