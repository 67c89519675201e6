"""Notes of a spec: numbers by placeholder, a little Markdown, nothing that runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forecast.engine.answer import Answer
from forecast.engine.words import end_words
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.reports import notes
from forecast.reports.words import percent
from tests.synthetic import synthetic_posterior


@dataclass(frozen=True)
class Face:
    name: str
    slug: str
    answer: Answer


@pytest.fixture(scope="module")
def faces() -> list[Face]:
    forecaster = Forecaster(synthetic_posterior(400))
    asked = {"loss": 1.24, "scale": "kaplan-webtext2", "by_years": (2030, 2035)}
    limited, free = forecaster.when(**asked), forecaster.when(**asked, scenario="no-physical-limits")
    return [Face("baseline", "", limited), Face("Without limits", "without-limits", free)]


def test_placeholders_become_numbers_of_the_lead(faces: list[Face]) -> None:
    answer = faces[0].answer
    told = notes.filled("Median {median}, {p_by_2030} by 2030, {p_never} never; {posterior} as of {as_of}.", faces)
    by_2030 = percent(answer.p_by(2030), " %")
    assert told == (
        f"Median {end_words(answer, 0.5)}, {by_2030} by 2030, {percent(answer.p_never, ' %')} never; "
        f"{answer.provenance.posterior} as of {answer.provenance.as_of}."
    )


def test_another_scenario_is_named_before_the_dot(faces: list[Face]) -> None:
    free = end_words(faces[1].answer, 0.5)
    assert notes.filled("{Without limits.median}, {without-limits.median}, {baseline.p_beyond}", faces) == (
        f"{free}, {free}, {percent(faces[0].answer.p_beyond_horizon, ' %')}"
    )


def test_both_ends_of_an_interval_are_told(faces: list[Face]) -> None:
    answer = faces[0].answer
    ends = {end_words(answer, 0.1): None, end_words(answer, 0.9): None}
    assert notes.filled("{interval_80}", faces) == " to ".join(ends)


@pytest.mark.parametrize(
    "written", ["{mean}", "{p_by_2031}", "{nowhere.median}", "{median.__class__}", "{0}", "{}", "{median!r}"]
)
def test_an_unknown_placeholder_names_the_file_and_the_known_ones(faces: list[Face], written: str) -> None:
    with pytest.raises(InputError) as raised:
        notes.filled(f"It is {written}.", faces, "questions.yaml")
    assert raised.value.field == "notes"
    for word in ("questions.yaml", written, "{median}", "{p_by_2030}", "{Without limits.median}"):
        assert word in raised.value.message


def test_doubled_braces_are_braces(faces: list[Face]) -> None:
    assert notes.filled("{{median}} of {median}", faces).startswith("{median} of ")


def test_what_is_filled_in_is_not_read_again(faces: list[Face]) -> None:
    assert notes.filled("{{{p_never}}}", faces) == f"{{{percent(faces[0].answer.p_never, ' %')}}}"


def test_paragraphs_emphasis_code_and_links_are_kept() -> None:
    made = notes.as_html("One **bold** `code`.\n\nTwo [link](https://example.org/a?b=1&c=2), 80 %.")
    assert made == (
        "<p>One <strong>bold</strong> <code>code</code>.</p>\n"
        '<p>Two <a href="https://example.org/a?b=1&amp;c=2">link</a>, 80\N{NO-BREAK SPACE}%.</p>\n'
    )


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>)",
    "![x](http://example.org/tracker.png)",
    "![x][1]\n\n[1]: http://example.org/tracker.png",
    "<img src=x onerror=alert(1)>",
    '[x](https://example.org/"onmouseover="alert(1))',
    "<https://example.org>",
    "# Heading\n\n- item\n\n1. item\n\n> quoted\n\n```\nfence\n```\n\n| a |\n| - |",
    "&lt;script&gt;",
    "    indented",
    "*a* `` `b` ``",
]
KEPT = {"p", "strong", "em", "code", "a"}


@pytest.mark.parametrize("written", HOSTILE)
def test_nothing_else_is_more_than_text(written: str) -> None:
    opened = re.findall(r"<(\w+)([^>]*)>", notes.as_html(written))
    assert {name for name, _ in opened} <= KEPT
    for name, attributes in opened:
        assert not attributes or (name == "a" and re.match(r' href="https?://[^"]*"( title="[^"]*")?$', attributes))


@pytest.mark.parametrize(
    "written", [*HOSTILE, "See [a](https://example.org/x(1)), **b** and 3) c", "2047. It is late."]
)
def test_markdown_says_no_more_in_any_reader(written: str) -> None:
    read = MarkdownIt("commonmark").enable("table").render(notes.as_markdown(written))
    same = re.sub(r' title="[^"]*"', "", notes.as_html(written))
    assert unquote(same).split() == unquote(read).split()


@pytest.mark.parametrize("written", ["one\\\ntwo", "one  \ntwo", "one\ntwo"])
def test_a_line_that_ends_leaves_its_words_apart(written: str) -> None:
    assert notes.as_html(written) == "<p>one\ntwo</p>\n"
    assert notes.as_markdown(written) == "one\ntwo"


@given(st.text(alphabet="ab1 \n`*_[]()<>!#-+=|~\\&;:{}\"'/.hτ\u00a0", max_size=60))
def test_no_notes_make_another_element(written: str) -> None:
    assert {name for name, _ in re.findall(r"<(\w+)([^>]*)>", notes.as_html(written))} <= KEPT
    read = MarkdownIt("commonmark").enable("table").render(notes.as_markdown(written))
    assert set(re.findall(r"<(\w+)", read)) <= KEPT
