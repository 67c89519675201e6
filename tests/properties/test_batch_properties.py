"""Grids of any shape: the k-th question is the k-th combination, and every question is in exactly one part."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.batch.arrays import table_of
from forecast.batch.columns import Kind
from forecast.batch.grid import Axis, Element, Expanded, Grid, Spread
from forecast.batch.parquet import decode, encode
from forecast.batch.parts import part_size, parts
from forecast.batch.run import answer_batch
from forecast.executors.here import Here
from forecast.forecaster import Forecaster
from forecast.storage.local import LocalStore
from tests.synthetic import synthetic_posterior

ARGUMENTS: dict[str, list[Any]] = {
    "as_of": ["2021-12-15", "2026-11-20"],
    "scenario": ["baseline", "no-physical-limits", "skeptic"],
    "seed": [1, 2, 3],
    "algorithms": ["off", "8mo"],
    "flop": [1e27, 1e28, 1e29, 1e30],
    "budget_usd": [1e6, 1e7, 1e8],
}


@st.composite
def axes(draw: st.DrawFn, argument: str) -> Axis:
    """An axis of values, of mappings, or a range."""
    if argument in ("flop", "budget_usd", "seed") and draw(st.booleans()):
        steps = draw(st.integers(2, 400))
        return Axis(argument, Spread(argument, 1.0, 1.0 + 7 * (steps - 1), steps, whole=argument == "seed"))
    values = draw(st.lists(st.sampled_from(ARGUMENTS[argument]), min_size=1, max_size=4, unique=True))
    return Axis(argument, tuple(Element(str(value), {argument: value}) for value in values))


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Up to five axes in any order."""
    names = draw(st.lists(st.sampled_from(list(ARGUMENTS)), min_size=1, max_size=5, unique=True))
    return Grid(tuple(draw(axes(name)) for name in names), {"flop": 1e26})


@st.composite
def batches(draw: st.DrawFn) -> Expanded:
    """Listed questions and grids."""
    listed = draw(
        st.lists(st.fixed_dictionaries({name: st.sampled_from(v) for name, v in ARGUMENTS.items()}), max_size=9)
    )
    named = tuple(Element(f"q{i}", asked) for i, asked in enumerate(listed))
    return Expanded(named, tuple(draw(st.lists(grids(), max_size=2))))


@given(grids(), st.data())
def test_the_kth_question_is_the_kth_combination(grid: Grid, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, min(len(grid), 3_000) - 1))
    elements = next(islice(product(*(axis.elements for axis in grid.axes)), k, None))
    item = grid.item(k, k)
    assert item.axes == {axis.name: element.label for axis, element in zip(grid.axes, elements, strict=True)}
    own = {name: value for element in elements for name, value in element.asked.items()}
    assert item.asked == {**grid.defaults, **own}
    assert k == sum(place * grid.stride(i) for i, place in enumerate(grid.places(k)))


@given(batches())
def test_every_question_is_in_exactly_one_part_on_its_ground(items: Expanded) -> None:
    if len(items) > 20_000:
        return
    found, size = list(parts(items)), part_size(len(items))
    assert Counter(index for part in found for index in part.indices) == Counter(range(len(items)))
    assert [part.number for part in found] == list(range(len(found)))
    for part in found:
        assert len(part.indices) <= size
        for index in part.indices[:: max(len(part.indices) // 5, 1)]:
            asked = items[index].asked
            assert part.ground.scenario == asked.get("scenario", "baseline")
            assert part.ground.as_of == asked.get("as_of")


@given(grids(), st.data())
def test_a_batch_can_be_gone_through_in_any_order(grid: Grid, data: st.DataObject) -> None:
    items = Expanded(grids=(grid, grid))
    index = data.draw(st.integers(-len(items), len(items) - 1))
    item = items[index]
    assert item.index == index % len(items)
    assert item.asked == grid.item(item.index % len(grid), 0).asked


cells: dict[Kind, st.SearchStrategy[Any]] = {
    "number": st.floats(allow_nan=False),
    "whole": st.integers(-(2**62), 2**62),
    "text": st.text(st.characters(exclude_categories=("Cs",)), max_size=9),
    "name": st.text(st.characters(exclude_categories=("Cs",)), max_size=9),
    "flag": st.booleans(),
    "curve": st.lists(st.floats(0, 1, width=32), max_size=5),
}


@given(st.data(), st.integers(0, 20))
def test_a_table_comes_back_from_its_file_to_the_last_bit(data: st.DataObject, length: int) -> None:
    columns = {
        kind: data.draw(st.lists(st.none() | cell, min_size=length, max_size=length)) for kind, cell in cells.items()
    }
    table = table_of({kind: kind for kind in cells}, tuple(tuple(column) for column in columns.values()))
    found = encode(table, "k")
    again = decode(found, "k")
    assert again is not None and again.to_pydict() == columns
    assert found == encode(table, "k") and decode(found, "another") is None


FORECASTER = Forecaster(synthetic_posterior(100))


@settings(max_examples=8)
@given(
    st.lists(st.floats(24, 40), min_size=1, max_size=6, unique=True),
    st.lists(st.floats(6, 14), min_size=1, max_size=4, unique=True),
    st.sampled_from(["baseline", "no-physical-limits", "skeptic"]),
)
def test_the_order_of_a_batch_changes_no_answer(flops: list[float], budgets: list[float], scenario: str) -> None:
    def axis(name: str, values: list[float]) -> Axis:
        return Axis(name, tuple(Element(f"{value}", {name: 10**value}) for value in values))

    def told(*order: Axis) -> dict[tuple[float, float], dict[str, Any]]:
        with TemporaryDirectory() as folder:
            items = Expanded(grids=(Grid(order, {"scenario": scenario}),))
            summary = answer_batch(items, FORECASTER, LocalStore(Path(folder)), executor=Here())
            tables = [decode((Path(folder) / part.name).read_bytes()) for part in summary.parts]
        rows = [row for table in tables if table is not None for row in table.to_pylist()]
        assert len(rows) == math.prod(len(one.elements) for one in order)
        return {(row["training_flop"], row["budget_usd"]): row | {"index": 0, "name": ""} for row in rows}

    first, second = axis("flop", flops), axis("budget_usd", budgets)
    found = told(first, second)
    assert found == told(second, first)
    for (flop, budget), row in list(found.items())[:3]:
        answer = FORECASTER.when(flop=flop, budget_usd=budget, scenario=scenario)
        assert (row["p_never"], row["q50_decimal_year"]) == (answer.p_never, answer.quantiles[3].decimal_year)
