"""Grids are made one question at a time, and parts hold every question once, the dear ones first."""

from __future__ import annotations

import math
import tracemalloc
from itertools import pairwise

import pytest

from forecast.batch.grid import Axis, Element, Expanded, Grid, Spread, label_of
from forecast.batch.parts import MOST, grounds, part_size, parts
from forecast.batch.reading import parse_spec


def test_a_range_in_equal_ratios_has_its_ends_and_equal_ratios() -> None:
    spread = Spread("budget_usd", 1e6, 1e12, 7, log=True)
    assert [spread.value(i) for i in range(7)] == [1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]
    assert spread[-1] == Element("1e+12", {"budget_usd": 1e12}, bare=True)
    assert [element.label for element in spread[1:3]] == ["1e+07", "1e+08"]


def test_a_range_may_fall_and_count_in_whole_numbers() -> None:
    falling = Spread("seed", 9, 1, 5, whole=True)
    assert [element.asked["seed"] for element in falling] == [9, 7, 5, 3, 1]
    assert all(isinstance(element.asked["seed"], int) for element in falling)


@pytest.mark.parametrize(
    ("value", "label"),
    [(1e9, "1e+09"), (1.23456789, "1.23456789"), (0.1 + 0.2, "0.30000000000000004"), ((1, 2), "1, 2")],
)
def test_a_label_tells_its_value(value: object, label: str) -> None:
    assert label_of(value) == label


def test_a_grid_of_a_million_questions_takes_no_memory() -> None:
    tracemalloc.start()
    spec = parse_spec(
        "grid:\n  flop: {from: 1e20, to: 1e40, count: 1e5, log: true}\n  seed: [1, 2, 3, 4, 5]\n"
        "  law: [{name: a}, {name: b}]",
        "q",
    )
    names = [spec.items[index].name for index in (0, 10**6 - 1)]
    first = next(parts(spec.items))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(spec.items) == 10**6 and len(first.indices) == MOST
    assert names == ["flop 1e+20, seed 1, a", "flop 1e+40, seed 5, b"]
    assert peak < 2_000_000


def test_an_index_beyond_the_questions_is_an_error() -> None:
    with pytest.raises(IndexError):
        Expanded((Element("a", {}),))[1]


ORDER = """\
grid:
  budget_usd: {from: 1e6, to: 1e9, count: 4, log: true}
  target: [{flop: 1e29}, {flop: 1e30}]
  scenario: [baseline, no-physical-limits]
  algorithms: ["off", 8mo]
  as_of: [2021-12-15, 2026-11-20]
"""


def test_what_is_dear_to_change_runs_slowest_whatever_its_place_in_the_file() -> None:
    items = parse_spec(ORDER, "q").items
    asked = [items[index].asked for part in parts(items) for index in part.indices]
    changes = {
        name: sum(a[name] != b[name] for a, b in pairwise(asked))
        for name in ("as_of", "scenario", "algorithms", "flop", "budget_usd")
    }
    assert changes == {"as_of": 1, "scenario": 3, "algorithms": 7, "flop": 15, "budget_usd": 63}


def test_a_part_stands_on_one_posterior_and_one_scenario() -> None:
    items = parse_spec(ORDER, "q").items
    for part in parts(items):
        asked = {(items[i].asked["as_of"], items[i].asked["scenario"]) for i in part.indices}
        assert asked == {(part.ground.as_of, part.ground.scenario)}
    assert len(grounds(items)) == 4


def test_an_axis_whose_elements_share_their_ground_makes_no_smaller_parts() -> None:
    axis = Axis("mixed", tuple(Element(f"{i}", {"scenario": "baseline", "seed": i}) for i in range(40)))
    (part,) = parts(Expanded(grids=(Grid((axis,), {"flop": 1e29}),)))
    assert sorted(part.indices) == list(range(40))


def test_listed_questions_that_share_much_follow_each_other() -> None:
    listed = [{"flop": 1e29, "budget_usd": 1e9, "algorithms": way} for way in ("off", "8mo") * 5]
    (part,) = parts(Expanded(tuple(Element(str(i), asked) for i, asked in enumerate(listed))))
    ways = [listed[index]["algorithms"] for index in part.indices]
    assert sum(a != b for a, b in pairwise(ways)) == 1


@pytest.mark.parametrize("questions", [1, 100, 5_000, 10**6])
def test_parts_are_small_in_a_small_batch_and_bounded_in_a_large_one(questions: int) -> None:
    size = part_size(questions)
    assert 64 <= size <= 512
    assert math.ceil(questions / size) >= min(16, math.ceil(questions / 64))
