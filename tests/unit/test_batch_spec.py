"""Specs of batches: what they say, and that what is wrong is told with file, line and field."""

from __future__ import annotations

from pathlib import Path
from typing import get_type_hints

import pytest

from forecast.batch.axes import MAX_AXES
from forecast.batch.parameters import PARAMETERS
from forecast.batch.reading import MAX_QUESTIONS, parse_spec, read_spec
from forecast.batch.spec import FORMATS, Spec, Variant
from forecast.catalogue.named.marked_yaml import FileError
from forecast.catalogue.named.scenarios import scenario_of
from forecast.engine.arguments import Asked
from forecast.engine.encode_question import question_dict
from forecast.engine.question import Question, Target
from forecast.errors import InputError

GOOD = """\
title: Nightly forecast
notes: |
  The median is {median}.
lead: {loss: 1.24, scale: kaplan-webtext2}
defaults: {law: pooled, max_draws: 1e3}
scenarios: [no-physical-limits, {name: for a billion, budget_usd: 1e9}]
budgets_usd: [1e6, 1e9]
formats: [html, csv]
curves: true
questions:
  - {name: the brain, brain_seconds: 1e9}
  - loss: 2.1
    scale: kaplan-webtext2
grid:
  target:
    - {loss: 1.24, scale: kaplan-webtext2}
    - {name: a large run, flop: 2e29}
  budget_usd: {from: 1e6, to: 1e12, count: 3, log: true}
  algorithms: [off, 8mo]
"""


def spec_of(text: str) -> Spec:
    return parse_spec(text, "q.yaml", scenario_of)


def test_every_argument_of_a_question_can_be_said() -> None:
    assert set(PARAMETERS) == set(get_type_hints(Asked))


def test_a_spec_says_what_its_file_says(tmp_path: Path) -> None:
    file = tmp_path / "nightly.yaml"
    file.write_text(GOOD)
    spec = read_spec(file, scenario_of)
    assert (spec.name, spec.title, spec.notes) == ("nightly", "Nightly forecast", "The median is {median}.\n")
    assert spec.lead == {"loss": 1.24, "scale": "kaplan-webtext2", "law": "pooled", "max_draws": 1000}
    assert spec.scenarios == (
        Variant("no-physical-limits", {"scenario": "no-physical-limits"}),
        Variant("for a billion", {"budget_usd": 1e9}),
    )
    assert (spec.budgets_usd, spec.formats, spec.curves) == ((1e6, 1e9), ("html", "csv"), True)
    assert len(spec.items) == 2 + 2 * 3 * 2


def test_questions_come_first_then_the_grid_with_its_last_axis_running_fastest() -> None:
    items = spec_of(GOOD).items
    assert [item.index for item in items] == list(range(14))
    assert [items[0].name, items[1].name] == ["the brain", "loss 2.1, scale kaplan-webtext2"]
    assert items[3].name == "loss 1.24, scale kaplan-webtext2, budget_usd 1e+06, algorithms 8mo"
    assert items[-1].axes == {"target": "a large run", "budget_usd": "1e+12", "algorithms": "8mo"}
    assert items[-1].asked == {"flop": 2e29, "budget_usd": 1e12, "algorithms": "8mo", "max_draws": 1000}


def test_defaults_that_have_no_part_in_a_question_are_left_out_of_it() -> None:
    items = spec_of("defaults: {law: kaplan, payer: unlimited}\ngrid: {t: [{flop: 1e29, budget_usd: 1e9}]}").items
    assert items[0].asked == {"flop": 1e29, "budget_usd": 1e9}


def test_without_a_lead_the_page_is_about_the_first_question() -> None:
    assert spec_of("questions: [{flop: 1e29}]").lead == {"flop": 1e29}


def test_a_lead_alone_is_a_batch_of_one_question() -> None:
    spec = spec_of("lead: {flop: 1e29}")
    assert [item.asked for item in spec.items] == [spec.lead]
    assert spec.formats == FORMATS


def test_json_is_a_spec_and_holds_whole_questions() -> None:
    whole = question_dict(Question(Target.training_flop(1e29), as_of=None))
    spec = spec_of(f'{{"questions": [{{"name": "whole", "question": {whole!r}}}]}}'.replace("'", '"'))
    assert spec.items[0].asked == {"question": whole}


def test_the_digest_knows_content_and_not_layout() -> None:
    same = "# a remark\n" + GOOD.replace("[1e6, 1e9]", "[1000000, 1.0e9]")
    assert spec_of(GOOD).digest == spec_of(same).digest
    others = [GOOD.replace(*change) for change in (("1.24", "1.25"), ("count: 3", "count: 4"), ("Nightly", "Daily"))]
    assert len({spec_of(text).digest for text in (GOOD, *others)}) == 4


WRONG = {
    "unknown field": ("lead: {flop: 1}\ngird: 1", 2, "gird", "most like it: grid"),
    "unknown argument": ("questions:\n- {flp: 1}", 2, "questions[0].flp", "most like it: flop"),
    "no mapping": ("lead: 3", 1, "lead", "write `argument: value` lines"),
    "no number": ("grid:\n  budget_usd: [1e6, lots]", 2, "grid.budget_usd[1]", "is 'lots'; give a number"),
    "out of bounds": ("lead: {loss: -1, scale: x}", 1, "lead.loss", "is -1.0; give a loss in nats per token"),
    "infinite": ("lead: {flop: .inf}", 1, "lead.flop", "is inf; give a finite number"),
    "no choice": ("grid:\n  criterion: [ok]\n", 2, "grid.criterion[0]", "known: affordable"),
    "no day": ("grid:\n  as_of: [2021-13-01]\n", 2, "grid.as_of[0]", "give a date as YYYY-MM-DD"),
    "no month": ("lead: {flop: 1, horizon: 2060-13}", 1, "lead.horizon", "give a month as YYYY-MM"),
    "no belief": ("lead:\n  flop: 1\n  spend_growth: abc", 3, "lead.spend_growth", "which is no belief"),
    "no scenario": ("grid:\n  scenario:\n  - basline", 3, "grid.scenario[0]", "most like it: baseline"),
    "no loss beside a scale": ("lead: {scale: x}", 1, "lead.scale", "no loss on it"),
    "two targets": ("questions:\n- flop: 1\n- {flop: 1,\n   gpt3: 2}", 3, "questions[1].flop", "2 targets are given"),
    "two contradict": ("lead: {flop: 1,\n law: kaplan}", 2, "lead.law", "a law goes with a loss"),
    "a name twice": ("questions:\n- {name: a, flop: 1}\n- {name: a, flop: 2}", 3, "questions[1]", "there 2 times"),
    "a label twice": ("grid:\n  flop: [1e29,\n    1.0e29]", 3, "grid.flop[1]", "is there 2 times"),
    "no axis": ("grid: {flop: []}", 1, "grid.flop", "is empty"),
    "bad axis name": ("grid: {A B: [1]}", 1, "grid.A B", "cannot name an axis"),
    "values on an axis of mappings": ("grid: {flops: [1]}", 1, "grid.flops[0]", "is flop meant?"),
    "rivals": ("grid:\n  payer: [unlimited]\n  budget_usd: [1]", 3, "grid.budget_usd", "put the two on one axis"),
    "too many axes": (
        f"grid: {{{', '.join(f'a{i}: [{{}}]' for i in range(MAX_AXES + 1))}}}",
        1,
        "grid",
        "holds 9 axes",
    ),
    "half a range": ("grid: {flop: {from: 1, to: 2}}", 1, "grid.flop", "count is missing"),
    "unknown part of a range": ("grid: {flop: {from: 1, too: 2}}", 1, "grid.flop.too", "most like it: to"),
    "one step": ("grid: {flop: {from: 1, to: 2, count: 1}}", 1, "grid.flop.count", "give 2 to 1,000,000"),
    "logarithm of zero": ("grid: {noise: {from: 0, to: 1, count: 2, log: true}}", 1, "grid.noise.from", "0.0005"),
    "steps that are not whole": ("grid: {seed: {from: 1, to: 4, count: 3}}", 1, "grid.seed.count", "not whole"),
    "a range of words": ("grid: {law: {from: a, to: b, count: 3}}", 1, "grid.law", "is no number"),
    "too many": (
        "grid:\n  flop: {from: 1, to: 2, count: 1e6}\n  seed: [1, 2]",
        1,
        "grid",
        f"makes 2,000,000 questions; give at most {MAX_QUESTIONS:,}",
    ),
    "nothing": ("title: x", None, "", "the spec asks nothing"),
    "unknown format": ("lead: {flop: 1}\nformats: [pdf]", 2, "formats[0]", "known: csv"),
    "seven scenarios": ("lead: {flop: 1}\nscenarios: [" + "{flop: 2}, " * 7 + "]", 2, "scenarios", "at most 6"),
    "a question in a grid": ("grid: {t: [{question: {}}]}", 1, "grid.t[0].question", "list whole questions"),
    "a wrong whole question": (
        "lead:\n  question: {target: {loss: {nats_per_token: 1}}}",
        2,
        "lead.question.target.loss.scale",
        "is missing",
    ),
    "a title of two lines": ('title: "a\\nb"', 1, "title", "characters on one line"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_file_line_and_field(name: str) -> None:
    text, line, field, words = WRONG[name]
    with pytest.raises(FileError) as caught:
        spec_of(text)
    assert (caught.value.line, caught.value.field) == (line, field)
    assert caught.value.message.startswith("q.yaml") and words in caught.value.message


def test_a_scenario_that_nobody_can_look_up_is_left_to_the_answers() -> None:
    assert parse_spec("questions: [{flop: 1, scenario: not-there}]", "q").items[0].asked["scenario"] == "not-there"


def test_a_spec_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_spec(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="no such file"):
        read_spec(tmp_path)


def test_a_spec_of_more_bytes_than_are_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_bytes(b"# long\n" * 700_000)
    with pytest.raises(FileError, match="more than 4,194,304 bytes"):
        read_spec(file)
