"""What was written is read back exactly, and whatever is read is a distribution or one error of ours."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from google.protobuf import json_format
from hypothesis import example, given
from hypothesis import strategies as st

from forecast.engine.beliefs import belief_json, read_belief
from forecast.engine.distributions import distribution_dict
from forecast.errors import InputError
from forecast.families import Beta, Distribution, LogNormal, LogUniform, Normal, Point, Tabulated, Uniform
from timelines.v1 import question_pb2 as pb

numbers = st.floats(-1e12, 1e12)
positive = st.floats(1e-12, 1e12)
ends = st.tuples(numbers, numbers).map(sorted).filter(lambda pair: pair[0] < pair[1])
positive_ends = st.tuples(positive, positive).map(sorted).filter(lambda pair: pair[0] < pair[1])


@st.composite
def tables(draw: st.DrawFn) -> Tabulated:
    values = sorted(draw(st.lists(numbers, min_size=2, max_size=201, unique=True)))
    size = len(values)
    probabilities = sorted(draw(st.lists(st.floats(0, 1), min_size=size, max_size=size)))
    return Tabulated(tuple(values), tuple(probabilities))


distributions: st.SearchStrategy[Distribution] = st.one_of(
    st.builds(Normal, numbers, positive),
    st.builds(LogNormal, positive, positive),
    st.builds(Beta, positive, positive),
    ends.map(lambda pair: Uniform(*pair)),
    positive_ends.map(lambda pair: LogUniform(*pair)),
    st.builds(Point, numbers),
    tables(),
)


@given(distributions)
def test_an_exported_distribution_is_imported_as_it_was(distribution: Distribution) -> None:
    assert read_belief(belief_json(distribution)) == distribution
    assert read_belief(distribution_dict(distribution)) == distribution


@given(distributions)
def test_the_json_is_that_of_the_message(distribution: Distribution) -> None:
    ours = distribution_dict(distribution)
    message = json_format.ParseDict(ours, pb.Distribution())
    assert json_format.MessageToDict(message, preserving_proto_field_name=True) == ours


@given(tables(), st.lists(st.floats(0, 1), min_size=1, max_size=20))
@example(Tabulated((0, 1), (0, 5e-324)), [1.0])
def test_quantiles_of_a_table_rise_and_undo_its_function(table: Tabulated, asked: list[float]) -> None:
    p = np.sort(asked)
    quantiles = table.ppf(p)
    assert np.all(quantiles[1:] >= quantiles[:-1])
    inside = (p > table.probabilities[0]) & (p <= table.probabilities[-1])
    back = np.interp(quantiles[inside], table.values, table.probabilities)
    # At a step a small error of the value is a large one of the probability: both neighbours bound it.
    upper = np.searchsorted(table.probabilities, p[inside], side="left")
    low = np.array(table.probabilities)[upper - 1]
    high = np.array(table.probabilities)[upper]
    assert np.all((back >= low - 1e-9) & (back <= high + 1e-9))


scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
NAMES = (
    "normal mean sd point tabulated value probability continuous_cdf scaling range_min range_max zero_point type "
    "percentiles percentile 10 50 ci interval_width min max distribution interval_90 low high log"
)
names = st.sampled_from(NAMES.split())
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@given(anything)
@example({"10": -0.0, "50": 1e-323})
def test_any_json_is_a_distribution_or_an_error(said: Any) -> None:
    for form in (said, json.dumps(said)):
        try:
            found = read_belief(form)
        except InputError:
            continue
        found.check()
        hash(found)
