"""Tornado and comparison as pictures: findings for titles, every row named, nothing past the edge left unsaid."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from altair.vegalite.v6.schema.core import load_schema
from jsonschema import Draft7Validator

from forecast.engine.beliefs import Overlay, read_belief
from forecast.engine.comparison import Comparison
from forecast.engine.question import Payer, Question, Scenario, Target
from forecast.engine.sensitivity import sensitivity
from forecast.engine.sensitivity_answer import Sensitivity
from forecast.engine.solver import Solver
from forecast.forecaster import Forecaster
from forecast.reports.comparisons import comparison_chart
from forecast.reports.picture import Picture
from forecast.reports.strips import span_of
from forecast.reports.theme import DARK, LIGHT, NARROW, WIDE, Theme
from forecast.reports.tornado import tornado_chart
from tests.synthetic import synthetic_posterior

POSTERIOR = synthetic_posterior(300)
RUN = Question(Target.training_flop(1e29))
LOSS = Question(Target.loss(0.9, "kaplan-webtext2"), Payer.fixed(1e9))


@cache
def depends(question: Question, inputs: int = 8) -> Sensitivity:
    return sensitivity(Solver(POSTERIOR), question, inputs=inputs, shapley=False)


@cache
def compared(count: int, believed: bool = False) -> Comparison:
    switches = [(name, False) for name in ("chips", "power", "data", "data_movement")]
    scenarios = [Scenario(f"without {i}", switches=tuple(switches[:i])) for i in range(count)]  # type: ignore[arg-type]
    answers = Forecaster(POSTERIOR).compare(RUN, scenarios)
    return Comparison(answers, (Overlay("A survey", read_belief("2029 to 2080")),) if believed else ())


@cache
def pictures() -> tuple[Picture, ...]:
    found = [tornado_chart(depends(RUN)), tornado_chart(depends(LOSS, 3)), tornado_chart(depends(RUN, 1))]
    return (*found, comparison_chart(compared(3)), comparison_chart(compared(5)), comparison_chart(compared(1, True)))


def texts(spec: dict[str, Any]) -> set[str]:
    found = (layer["mark"].get("text") for layer in spec["layer"] if isinstance(layer["mark"], dict))
    return {text if isinstance(text, str) else " ".join(text) for text in found if text}


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_picture_is_valid_and_drawn(layout: Any, palette: Any) -> None:
    check = Draft7Validator(load_schema())
    for picture in pictures():
        spec = picture.spec(Theme(palette, layout))
        assert not list(check.iter_errors(spec))
        assert "<text" in picture.svg(Theme(palette, layout))


def test_titles_are_findings_and_every_picture_has_its_words_and_numbers() -> None:
    for picture in pictures():
        assert re.search(r"\d", picture.title) and not picture.title.endswith(".")
        assert picture.subtitle.endswith(".") and picture.description.endswith(".")
        assert all(len(row) == len(picture.columns) for row in picture.rows)
        assert picture.svg() == picture.svg()


def test_a_tornado_names_each_input_and_both_its_values() -> None:
    found = depends(RUN)
    said = texts(tornado_chart(found).spec(Theme()))
    assert sum(text.startswith("low ") for text in said) == sum(text.startswith("high ") for text in said) == 8
    assert "Power that one run can have in mid-2030 (power)" in said
    assert tornado_chart(found).title.startswith("A 1e29 FLOP run: the ")


def test_a_tornado_grows_with_its_rows() -> None:
    heights = [tornado_chart(depends(RUN, n)).spec(Theme())["height"] for n in (1, 8)]
    assert heights[1] == 8 * heights[0]


def test_medians_at_the_horizon_are_marked_beyond_it() -> None:
    text = json.dumps(tornado_chart(depends(LOSS, 3)).spec(Theme()))
    assert "beyond 2060" in text


def test_an_answer_that_nothing_moves_says_so() -> None:
    found = depends(Question(Target.training_flop(1e20)))
    assert "no input moves the median" in tornado_chart(found).title
    nothing = tornado_chart(replace(found, tornado=()))
    assert nothing.svg() and nothing.rows == ()


def test_three_scenarios_are_curves_and_more_are_strips() -> None:
    assert "probability that it is reached by then" in comparison_chart(compared(3)).svg()
    said = texts(comparison_chart(compared(5)).spec(Theme()))
    assert {f"without {i}" for i in range(5)} <= said
    assert "as of 2026-11-20" in said
    assert sum(text.startswith("median 20") for text in said) >= 3  # equal ones are one text here


def test_a_belief_of_others_is_a_strip_of_its_own() -> None:
    picture = comparison_chart(compared(1, True))
    said = texts(picture.spec(Theme()))
    assert {"without 0", "A survey"} <= said
    assert any(text.startswith("belief of others: median 20") for text in said)
    assert picture.rows[-1][0] == "A survey"


def test_what_lies_past_the_edge_is_told_in_numbers() -> None:
    answers = Forecaster(POSTERIOR).compare(LOSS, [Scenario(f"s{i}") for i in range(4)])
    said = texts(comparison_chart(Comparison(answers)).spec(Theme()))
    never = answers[0][1].p_never
    assert any(f"never {never:.0%}".replace("%", "\N{NO-BREAK SPACE}%") in text for text in said)


def test_one_date_has_a_span() -> None:
    assert span_of([2030.0]) == (2029.5, 2030.5)
    assert span_of([2030.0, 2040.0]) == (2030.0, 2040.0)
