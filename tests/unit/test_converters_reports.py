"""The order of a report is the spec of a batch: whatever is asked on the wire is what the spec's reader reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forecast.batch.asking import question_of as question_asked
from forecast.batch.reading import parse_spec
from forecast.batch.spec import FORMATS, Spec
from forecast.catalogue.named import scenarios
from forecast.engine.scenario import BASELINE
from forecast.errors import InputError
from tests.good_questions import GOOD, RUN, message
from timelines.v1 import report_service_pb2 as pb
from timelines_server.converters.question import question_of
from timelines_server.converters.reports import KINDS, asked_fields, named_in, order_of, part_proto
from timelines_server.worker import File, Progress

SKEPTIC = scenarios.find("skeptic").scenario


def request(**changes: Any) -> pb.CreateReportRequest:
    made = pb.CreateReportRequest(**changes)
    made.lead.CopyFrom(message({"target": RUN}))
    return made


def spec_of(asked: pb.CreateReportRequest) -> Spec:
    return parse_spec(json.dumps(order_of(asked, {"skeptic": SKEPTIC}).spec, ensure_ascii=False), "request")


def test_every_question_comes_through_whole() -> None:
    asked = request()
    for fields in GOOD:
        asked.questions.add(question=message(fields))
    spec = spec_of(asked)
    for item, fields in zip(spec.items, GOOD, strict=True):
        assert question_asked(item.asked, lambda name: BASELINE) == question_of(message(fields))
    assert [item.name for item in spec.items] == [f"question {i}" for i in range(1, len(GOOD) + 1)]


def test_words_come_through_to_the_letter() -> None:
    texts = ("a: b # c", "- [x] {y}", "'\"\\", "Ünï\N{PILE OF POO}", "null", "1e3", "<b>&amp;", "=1+1")
    for text in texts:
        asked = request(title=text, notes=f"{text}\n\n{text}\n")
        asked.questions.add(name=text, question=message({"target": RUN}))
        spec = spec_of(asked)
        assert (spec.title, spec.notes, spec.items[0].name) == (text, f"{text}\n\n{text}\n", text)
    assert spec_of(request(notes="a\r\n\tb")).notes == "a\n    b"


def test_the_rest_comes_through() -> None:
    asked = request(
        scenarios=["baseline", "scenarios/skeptic"],
        budgets_usd_2023=[1e6, 2.5e9],
        formats=[pb.REPORT_FORMAT_JSON, pb.REPORT_FORMAT_CSV, pb.REPORT_FORMAT_JSON],
        strict=True,
    )
    order, spec = order_of(asked, {"skeptic": SKEPTIC}), spec_of(asked)
    lead = question_of(message({"target": RUN}))
    assert (order.lead, order.place, order.strict) == (lead, "lead", True)
    assert (spec.budgets_usd, spec.formats) == ((1e6, 2.5e9), ("json", "csv"))
    (variant,) = spec.scenarios
    assert (variant.name, question_asked(variant.asked, lambda name: BASELINE)) == ("skeptic", lead.under(SKEPTIC))
    assert set(KINDS.number) == set(FORMATS) and spec_of(request()).formats == FORMATS


def test_without_a_lead_the_first_question_is_it() -> None:
    asked = pb.CreateReportRequest()
    asked.questions.add(question=message(GOOD[3]))
    order = order_of(asked, {})
    assert (order.lead, order.place) == (question_of(message(GOOD[3])), "questions[0].question")


def test_names_of_scenarios_are_looked_up_once_where_they_first_stand() -> None:
    asked = request(scenarios=["baseline", "a", "scenarios/b", "a"])
    for name in ("c", "scenarios/a", "baseline"):
        asked.questions.add(question=message({"target": RUN, "scenario": {"name": name}}))
    assert named_in(asked) == {"a": "scenarios[1]", "b": "scenarios[2]", "c": "questions[0].question.scenario.name"}


def many(name: str, count: int) -> pb.CreateReportRequest:
    made = request()
    if name == "questions":
        made.questions.extend([pb.ReportQuestion(question=message({"target": RUN}))] * count)
    else:
        getattr(made, name).extend(["a" if name == "scenarios" else 1e9] * count)
    return made


BAD_QUESTION = request()
BAD_QUESTION.questions.add(question=message({"target": RUN}))
BAD_QUESTION.questions.add().question.target.training_flop = float("nan")
BAD_LEAD = pb.CreateReportRequest()
BAD_LEAD.lead.horizon = "2040-01"
WRONG: list[tuple[pb.CreateReportRequest, str]] = [
    (pb.CreateReportRequest(title="x"), "lead"),
    (BAD_LEAD, "lead.target"),
    (BAD_QUESTION, "questions[1].question.target.training_flop"),
    (request(title="x" * 201), "title"),
    (request(title="a\nb"), "title"),
    (request(notes="x" * 20_001), "notes"),
    (request(notes="a\x1b[31m"), "notes"),
    (request(questions=[pb.ReportQuestion(name="\x00", question=message({"target": RUN}))]), "questions[0].name"),
    (request(formats=[1, 0]), "formats[1]"),
    (request(formats=[77]), "formats[0]"),
    (request(budgets_usd_2023=[1e9, float("inf")]), "budgets_usd_2023[1]"),
    (request(budgets_usd_2023=[-1.0]), "budgets_usd_2023[0]"),
    (many("questions", 1_001), "questions"),
    (many("scenarios", 7), "scenarios"),
    (many("budgets_usd_2023", 51), "budgets_usd_2023"),
]


@pytest.mark.parametrize(("asked", "field"), WRONG, ids=[field for _, field in WRONG])
def test_what_is_wrong_is_named_by_its_place_in_the_request(asked: pb.CreateReportRequest, field: str) -> None:
    with pytest.raises(InputError) as caught, asked_fields():
        order_of(asked, named_in(asked))  # type: ignore[arg-type]  # no name is looked up
    assert caught.value.field == field


PLACES = {
    "lead.question.target.loss.scale": "lead.target.loss.scale",
    "questions[3].question.law": "questions[3].question.law",
    "target.loss": "lead.target.loss",
    "posterior": "lead.posterior",
    "budgets_usd[2]": "budgets_usd_2023[2]",
    "scenarios[0]": "scenarios[0]",
    "notes": "notes",
    "": "",
}


@pytest.mark.parametrize(("of_the_spec", "of_the_request"), PLACES.items())
def test_places_in_the_spec_become_places_in_the_request(of_the_spec: str, of_the_request: str) -> None:
    with pytest.raises(InputError) as caught, asked_fields():
        raise InputError("wrong", field=of_the_spec)
    assert caught.value.field == of_the_request


def test_parts_become_their_messages() -> None:
    progress = part_proto(Progress("drawing", 2, 5)).progress
    assert (progress.stage, progress.done, progress.total) == ("drawing", 2, 5)
    file = part_proto(File("a.csv", 3, "ab", "text/csv")).file
    assert (file.name, file.size, file.sha256, file.media_type) == ("a.csv", 3, "ab", "text/csv")
    assert part_proto(b"abc").chunk == b"abc"
