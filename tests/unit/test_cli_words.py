"""An answer in words: limits, forms of the law, rare reasons of never, what a sentence is subject to."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from forecast.cli.words import render
from forecast.engine import words
from forecast.engine.answer import Answer, NeverReason
from forecast.engine.reasons import UNREACHABLE, condensed
from forecast.forecaster import Forecaster
from tests.synthetic import synthetic_posterior

SCALE = "kaplan-webtext2"


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(1000))


def when(**asked: Any) -> Answer:
    return forecaster().when(**asked)


def flat(answer: Answer) -> str:
    return " ".join(render(answer).split())


QUESTIONS: list[dict[str, Any]] = [
    {"flop": 1e29, "limit_effects": True},
    {"flop": 1e29, "horizon": "2045-09", "limit_effects": True},
    {"loss": 1.0, "scale": SCALE, "law": "mixture", "limit_effects": True},
    {"loss": 0.5, "scale": SCALE, "law": "mixture", "horizon": "2045-09", "limit_effects": True},
    {"bits_per_character": 0.7, "scale": SCALE},
    {"flop": 1e28, "budget_usd": 1e9, "currency_year": 2020, "cost_scope": "development"},
    {"gpt3": 1000, "inference_usd_per_100_pages": 0.01},
    {"flop": 1e29, "condition": "frontier_compute >= 1e28 by 2028-12-31"},
    {"loss": 1.0, "scale": SCALE, "quantiles": (0.3, 0.4), "law": "mixture"},
]


@pytest.mark.parametrize("asked", QUESTIONS)
def test_every_answer_fits_a_terminal_without_trailing_space(asked: dict[str, Any]) -> None:
    lines = render(when(**asked)).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert not any(line != line.rstrip() for line in lines)


def test_the_limits_stand_in_a_table_with_what_they_move() -> None:
    answer = when(flop=1e29, limit_effects=True)
    said = render(answer)
    (head,) = (line for line in said.splitlines() if line.startswith("  limit "))
    assert head.split("  ")[-1] == "years added" and "tightest in 2060" in head and "median without" in head
    for limit in answer.binding_limits:
        (row,) = (one for one in said.splitlines() if one.startswith(f"  {limit.limit.replace('_', ' '):<15}"))
        assert words.percent(limit.share_of_arrivals) in row
        assert limit.years_moved is not None and row.endswith(f"{limit.years_moved:.1f}")


def test_without_effects_the_table_has_shares_only() -> None:
    said = render(when(flop=1e29))
    assert "waited for last" in said and "median without" not in said


def test_where_the_median_is_beyond_the_table_tells_probabilities() -> None:
    said = render(when(loss=0.5, scale=SCALE, limit_effects=True))
    assert "by 2060 if off" in said and "share lost" in said and "median without" not in said


def test_changes_of_the_question_are_explained() -> None:
    answer = when(loss=1.0, scale=SCALE, scenario="scaling-break-1e4-pfd", limit_effects=True)
    assert "For scaling break: in how many draws it moves what is needed" in flat(answer)


def test_one_limit_alone_makes_no_table() -> None:
    assert "waited for last" not in render(when(flop=1e29, scenario="no-physical-limits", limit_effects=True))


def test_each_form_of_a_mixed_law_has_its_own_dates() -> None:
    said = render(when(loss=1.0, scale=SCALE, law="mixture"))
    assert "  form of the law   weight" in said
    assert "  with a floor        94 %" in said and "  without a floor      6 %" in said


def test_what_the_answer_does_not_say_is_printed() -> None:
    assert "the answer speaks of loss, compute and money" in flat(when(bits_per_character=0.7, scale=SCALE))
    assert "the answer says when so much compute is affordable" in flat(when(brain_seconds=1e9))


def test_rare_reasons_are_told_together_and_others_apart() -> None:
    stalls = ("the power that one run can have stops growing", "the stock of chips stops growing")
    clauses = [f"in the long run {what}, short of the requirement" for what in stalls]
    rare = [NeverReason(clause, p) for clause, p in zip(clauses, (0.004, 0.002), strict=True)]
    often, joint = condensed([NeverReason(UNREACHABLE, 0.3), *rare])
    assert often == NeverReason(UNREACHABLE, 0.3)
    assert joint.probability == pytest.approx(0.006)
    together = "in the long run the power that one run can have or the stock of chips stops growing, short of the"
    assert joint.reason == f"{together} requirement"
    assert condensed([replace(rare[0], probability=0.02), rare[1]])[1] == rare[1]


@pytest.mark.parametrize(
    ("clauses", "joint"),
    [
        (("a, z", "b, z", "c, z"), "a, b or c, z"),
        (
            ("in time the price falls, short", "in time the stock ends, short"),
            "in time the price falls or the stock ends",
        ),
        (("one", "two"), "one or two"),
    ],
)
def test_clauses_are_joined_where_they_differ(clauses: tuple[str, ...], joint: str) -> None:
    (found,) = condensed([NeverReason(clause, 0.001) for clause in clauses])
    assert found.reason.startswith(joint)


@pytest.mark.parametrize(
    ("asked", "opening"),
    [
        ({"scenario": "slow-price"}, "In the scenario slow-price, a 1e29 FLOP run is expected"),
        (
            {"condition": "frontier_compute >= 1e28 by 2028-12-31"},
            "If the largest run so far is at least 1e28 FLOP in December 2028, a 1e29 FLOP run",
        ),
        (
            {"budget_usd": 1e9, "currency_year": 2020},
            "A 1e29 FLOP run is expected to be affordable for $1bn in dollars of",
        ),
        (
            {"budget_usd": 1e9, "cost_scope": "with_staff"},
            "A 1e29 FLOP run is expected to be affordable for $1bn, staff included, in ",
        ),
    ],
)
def test_the_sentence_says_what_it_is_subject_to(asked: dict[str, Any], opening: str) -> None:
    assert words.sentence(when(flop=1e29, **asked)).startswith(opening)


def test_the_limits_that_are_off_are_named() -> None:
    limits = next(choice.words for choice in when(flop=1e29).choices if choice.name == "limits")
    assert limits == "one run is also capped by chips, power, data and data movement"
    off = next(c.words for c in when(flop=1e29, scenario="no-physical-limits").choices if c.name == "limits")
    assert off == "nothing but money caps a run; switched off: chips, power, data and data movement"
    free = when(flop=1e29, payer="unlimited").choices
    assert "one run is capped by chips, power, data and data movement alone" in [c.words for c in free]
