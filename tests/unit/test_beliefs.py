from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from scipy import stats

from forecast.engine.beliefs import Overlay, answer_belief, belief_json, read_belief, read_overlay
from forecast.engine.distributions import checked_distribution, distribution_dict, read_distribution
from forecast.errors import InputError
from forecast.families import LogNormal, LogUniform, Normal, Point, Tabulated, Uniform, interval
from forecast.units import decimal_year

UNIX_2025, UNIX_2100 = 1_735_689_600, 4_102_444_800
CDF = [float(stats.norm.cdf(-2 + i / 50)) for i in range(201)]


@pytest.mark.parametrize("said", ["9.84 to 290", "9.84..290", " 9.84 .. 290 ", "9.84 – 290", "9.84 to 2.9e2 at 90%"])
def test_pairs_are_their_5_and_95_percent_points(said: str) -> None:
    assert read_belief(said).ppf([0.05, 0.95]) == pytest.approx([9.84, 290])
    assert isinstance(read_belief(said), LogNormal)


def test_pairs_from_zero_down_are_normal_and_may_hold_other_masses() -> None:
    assert isinstance(read_belief("-1 to 3"), Normal)
    assert read_belief("0 to 10").ppf([0.05, 0.95]) == pytest.approx([0, 10])
    assert read_belief("2027 to 2035 at 80%").ppf([0.1, 0.9]) == pytest.approx([2027, 2035])
    assert read_belief("1..5").ppf([0.05]) == pytest.approx([1])
    assert read_belief("3.5") == Point(3.5)


def test_a_direct_approach_interval_is_read_in_both_spellings() -> None:
    said = {"distribution": "lognormal", "interval_width": 90, "min": 9.84, "max": 290}
    spelt = {"distribution": "lognormal", "interval_width": 90.0, "interval_min": 9.84, "interval_max": 290.0}
    assert read_belief(said) == read_belief(spelt) == read_belief(json.dumps(said)) == interval(9.84, 290)
    growth = read_belief({"distribution": "normal", "interval_width": 80, "min": 1.1, "max": 34.2})
    assert growth == interval(1.1, 34.2, mass=0.8, log=False)
    assert read_belief({"distribution": "normal", "interval_width": 80, "min": 3, "max": 3}) == Point(3)


def test_ai_2027_intervals_hold_80_percent() -> None:
    assert read_belief({"h_SC_ci": [1.5, 60]}).ppf([0.1, 0.9]) == pytest.approx([1.5, 60])
    assert read_belief({"ci_95": [1.5, 60]}).ppf([0.025, 0.975]) == pytest.approx([1.5, 60])


PERCENTILES = Tabulated((2028.0, 2033.0, 2050.0), (0.1, 0.5, 0.9))


@pytest.mark.parametrize(
    "said",
    [
        {"percentiles": {"10": 2028, "50": 2033, "90": 2050}},
        {"90": 2050, "10": 2028, "50": 2033},
        {".1": 2028, ".5": 2033, ".9": 2050},
        [{"percentile": 10, "value": 2028}, {"percentile": 50, "value": 2033}, {"percentile": 90, "value": 2050}],
        {"percentiles": [{"percentile": p, "value": v} for p, v in [(0.5, 2033), (0.1, 2028), (0.9, 2050)]]},
        {10: 2028, 50: 2033, 90: 2050},
    ],
)
def test_percentiles_become_a_table_that_is_open(said: object) -> None:
    assert read_belief(said) == PERCENTILES
    assert (PERCENTILES.below, PERCENTILES.above) == (0.1, pytest.approx(0.1))


def test_percentiles_may_be_closed_and_may_be_dates() -> None:
    closed = read_belief({"percentiles": {"50": "2033-01-01", "90": "2050-07-02T00:00:00Z"}, "low": 2026, "high": 2200})
    assert closed == Tabulated((2026, 2033, decimal_year(date(2050, 7, 2)), 2200), (0, 0.5, 0.9, 1))


def metaculus(**more: object) -> dict[str, object]:
    scaling = {"range_min": 1.0, "range_max": 1000.0, "zero_point": None}
    return {"continuous_cdf": CDF, "scaling": scaling} | more


def test_a_metaculus_cdf_keeps_its_open_tails() -> None:
    found = read_belief(metaculus(open_lower_bound=True, open_upper_bound=True, title="left aside"))
    assert isinstance(found, Tabulated) and len(found.values) == 201
    assert found.values[0] == 1 and found.values[-1] == 1000 and found.values[100] == pytest.approx(500.5)
    assert found.probabilities == tuple(CDF)
    assert list(found.ppf([0.01, 0.99])) == [-math.inf, math.inf]


def test_a_metaculus_scale_may_be_logarithmic() -> None:
    found = read_belief(metaculus(scaling={"range_min": 1.0, "range_max": 1000.0, "zero_point": 0.0}))
    assert isinstance(found, Tabulated)
    assert found.values[100] == pytest.approx(math.sqrt(1000))
    shifted = read_belief(metaculus(scaling={"range_min": 10, "range_max": 1000, "zero_point": -100}))
    # As the platform computes it: range_min + (range_max - range_min) (ratio^x - 1) / (ratio - 1).
    assert isinstance(shifted, Tabulated)
    assert shifted.values[50] == pytest.approx(10 + 990 * (10**0.25 - 1) / 9)
    at_the_end = read_belief(metaculus(scaling={"range_min": 0, "range_max": 10, "zero_point": 0}))
    assert isinstance(at_the_end, Tabulated) and at_the_end.values[100] == pytest.approx(1e-3, rel=1e-3)


def test_a_metaculus_date_question_becomes_decimal_years() -> None:
    found = read_belief(
        {"type": "date", "forecast_values": [0, 0.25, 0.9], "range_min": UNIX_2025, "range_max": UNIX_2100}
    )
    assert found.ppf([0, 0.25, 0.9]) == pytest.approx([2025.0, 2062.5, 2100.0], abs=0.01)
    assert found.ppf([0, 0.9]) == pytest.approx([2025.0, 2100.0], abs=1e-9)


def test_our_own_form_is_read() -> None:
    assert read_belief({"interval_90": {"low": 9.84, "high": 290, "log": True}}) == interval(9.84, 290)
    assert read_belief({"interval_90": {"high": 3}}) == interval(0, 3, log=False)
    assert read_belief({"normal": {"sd": 1}}, source="me") == Normal(0, 1, "me")
    assert read_belief('{"log_uniform": {"low": 1, "high": 10}}') == LogUniform(1, 10)
    assert distribution_dict(Uniform(0, 2)) == {"uniform": {"high": 2.0}}
    assert distribution_dict(Point(0)) == {"point": 0.0}


WRONG: list[tuple[object, str, str]] = [
    ("", "belief", "no belief that is known"),
    ("soon", "belief", "give a pair such as"),
    ("290 to 9.84", "belief.high", "above 290"),
    ("1 to 5 at 100%", "belief", "mass is 1.0"),
    ("x" * 1_000_001, "belief", "1,000,001 characters"),
    ("[" * 5_000, "belief", "no belief"),
    ('{"point": NaN}', "belief", "NaN is no number"),
    ('{"point": 1, "point": 2}', "belief", "'point' is there twice"),
    ('{"point": 1' + "0" * 400 + "}", "belief.point", "a double can hold"),
    ("1" + "0" * 400, "belief.point", "a finite number"),
    (None, "belief", "no belief"),
    (True, "belief", "no belief"),
    (math.nan, "belief.point", "nan"),
    ({}, "belief", "no belief"),
    ({"answer": 42}, "belief", "no belief"),
    ({"normal": {"mean": 1}}, "belief.normal.sd", "is 0.0; give"),
    ({"normal": {"mean": "1", "sd": 1}}, "belief.normal.mean", "a number"),
    ({"normal": {"median": 1, "sd": 1}}, "belief.normal.median", "unknown field"),
    ({"point": 1, "normal": {"sd": 1}}, "belief", "holds 2 of"),
    ({"interval_90": {"low": 5, "high": 1}}, "belief.interval_90.high", "above 5"),
    ({"interval_90": {"low": 5, "high": 9, "log": 1}}, "belief.interval_90.log", "true or false"),
    ({"tabulated": {"value": [1, 2]}}, "belief.tabulated.probability", "missing"),
    ({"tabulated": {"value": [1, 2], "probability": [0, 2]}}, "belief.tabulated.probability[1]", "from 0 to 1"),
    ({"tabulated": {"value": [1, 2], "probability": 3}}, "belief.tabulated.probability", "a list"),
    (
        {"distribution": "cauchy", "interval_width": 90, "min": 1, "max": 2},
        "belief.distribution",
        "normal or lognormal",
    ),
    ({"distribution": "normal", "interval_width": 190, "min": 1, "max": 2}, "belief.interval_width", "below 100"),
    ({"distribution": "normal", "interval_width": 90, "min": 1}, "belief.max", "missing"),
    ({"distribution": "lognormal", "interval_width": 90, "min": 0, "max": 2}, "belief.low", "above 0"),
    ({"ci": [1, 2, 3]}, "belief.ci", "the two ends"),
    ({"ci": [2, 1]}, "belief.high", "above 2"),
    ({"percentiles": {"50": 3, "90": 2}}, "belief.percentiles", "values that ascend"),
    ({"percentiles": {"50": 3, "50.0": 4}}, "belief.percentiles", "each percentile once"),
    ({"percentiles": {"50": 3, "190": 4}}, "belief.percentiles", "'190'"),
    ({"percentiles": {"50": 3, "median": 4}}, "belief.percentiles", "'median'"),
    ({"percentiles": {"50": 3, "90": math.inf}}, "belief.percentiles[90]", "finite"),
    ({"percentiles": {"50": "one day", "90": 1}}, "belief.percentiles[50]", "YYYY-MM-DD"),
    ({"percentiles": {"50": 3, "90": 4}, "high": 4}, "belief.percentiles", "4 at 90 % and 4 at 100 %"),
    ({"percentiles": {}}, "belief.percentiles.tabulated", "0 values"),
    ([], "belief.tabulated", "0 values"),
    ([{"percentile": 5}], "belief[0].value", "missing"),
    (metaculus(continuous_cdf=[*CDF[:100], 0.1, *CDF[101:]]), "belief.tabulated.probability[100]", "never fall"),
    (metaculus(continuous_cdf=CDF[:1]), "belief.tabulated", "1 values"),
    (metaculus(continuous_cdf="0.1 0.2"), "belief.continuous_cdf", "a list"),
    (metaculus(open_upper_bound=False), "belief.continuous_cdf", "closed"),
    (metaculus(scaling={"range_min": 3, "range_max": 3}), "belief.scaling.range_max", "above range_min"),
    (metaculus(scaling={"range_min": 3}), "belief.scaling.range_max", "a number"),
    (metaculus(scaling=[1, 2]), "belief.scaling", "an object"),
    (
        metaculus(scaling={"range_min": 3, "range_max": 5, "zero_point": 4}),
        "belief.scaling.zero_point",
        "under range_min",
    ),
    (metaculus(type="date", scaling={"range_min": 3, "range_max": 1e18}), "belief.scaling", "year 1 to 9999"),
]


@pytest.mark.parametrize(("said", "field", "words"), WRONG)
def test_wrong_beliefs_get_one_clear_error(said: object, field: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_belief(said)
    assert words in caught.value.message and caught.value.field == field
    assert len(caught.value.message) < 600


def test_overlays_are_dates_with_a_name() -> None:
    found = read_overlay('{"name": "Metaculus", "belief": "2027 to 2040", "source": "question 5121"}')
    assert found == Overlay("Metaculus", interval(2027, 2040, source="question 5121"), "question 5121")
    assert read_overlay({"name": "open", "belief": {"10": 2028, "50": 2033}}).distribution == Tabulated(
        (2028, 2033), (0.1, 0.5)
    )


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "x"}, "overlay.belief"),
        ({"name": "", "belief": "2027 to 2040"}, "overlay.name"),
        ({"name": "FLOP", "belief": "1e25 to 1e30"}, "overlay.belief"),
        ({"name": "x", "belief": {"normal": {"mean": 2030}}}, "overlay.belief.normal.sd"),
        ("x" * 1_000_001, "overlay"),
    ],
)
def test_wrong_overlays_are_refused(said: object, field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_overlay(said)
    assert caught.value.field == field


def test_no_distribution_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="no distribution"):
        distribution_dict("normal")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="holds 0 of"):
        read_distribution({})


def test_the_date_of_an_answer_is_a_belief_too() -> None:
    cdf = SimpleNamespace(decimal_year=(2026.5, 2027.5, 2030.5), probability=(0.1, 0.4, 0.75 + 1e-17))
    answer = SimpleNamespace(cdf=cdf, provenance=SimpleNamespace(posterior="2026-11-20"))
    found = answer_belief(answer)  # type: ignore[arg-type]
    assert found == Tabulated((2026.5, 2027.5, 2030.5), (0.1, 0.4, 0.75), "forecast of 2026-11-20")
    assert read_belief(belief_json(found)) == replace(found, source="")
    assert found.above == 0.25


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3.0, "give a distribution of growth"),
        (Normal(0, -1), "growth.sd is -1"),
        (Normal(0, 1), "at 0.01 %; give growth from 0 to 10"),
        (Tabulated((1, 2), (0, 0.9)), "is inf at 99.99 %; give growth from 0 to 10; a table has to begin at"),
        (Point(11), "is 11 at 0.01 %"),
    ],
)
def test_what_cannot_be_drawn_within_bounds_is_refused(value: object, words: str) -> None:
    assert checked_distribution(Uniform(0, 10), "growth", 0, 10, "growth") == Uniform(0, 10)
    with pytest.raises(InputError) as caught:
        checked_distribution(value, "growth", 0, 10, "growth")
    assert words in caught.value.message
